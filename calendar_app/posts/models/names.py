"""The words of the workflow and of what a post is for, as they are kept and as people read them."""

from __future__ import annotations

from calendar_app.language import N_

STATES = ("idea", "draft", "in_review", "changes_asked", "approved", "published", "cancelled")
STATE_NAMES = {
    "idea": N_("Idea"),
    "draft": N_("Draft"),
    "in_review": N_("In review"),
    "changes_asked": N_("Changes asked"),
    "approved": N_("Approved"),
    "published": N_("Published"),
    "cancelled": N_("Cancelled"),
}
INTENTS = ("inform", "ask", "thank", "invite")
INTENT_NAMES = {
    "inform": N_("Inform"),
    "ask": N_("Ask"),
    "thank": N_("Thank"),
    "invite": N_("Invite"),
}
# What befalls a post as one of its series; all else is done to this one post.
OF_SERIES = {"created", "joined", "followed"}
