"""Who may do what: the one place that decides.

Each route names one action below; each action names the least role that may do it. A role may do
all that the roles before it may. What belongs to another team is not there at all (`door.own`).
"""

from __future__ import annotations

from calendar_app.people.models import ROLES

PUBLIC = "public"
SIGNED_IN = "signed_in"

ACTIONS = {
    "team.see": "viewer",
    "feeds.own": "viewer",
    "views.own": "viewer",
    "absences.own": "viewer",
    "settings.own": "viewer",
    "comments.own": "viewer",
    # Done by who agreed to do it; the view looks whose it is.
    "actions.own": "viewer",
    # Of an ambassador their own posts; the page of it looks.
    "posts.place": "viewer",
    "posts.write": "writer",
    "posts.publish": "writer",
    "posts.vote": "writer",
    "posts.comment": "writer",
    # The questions from outside, replies to use again, and what was counted of a post.
    "webcare.write": "writer",
    "meetups.hold": "writer",
    "views.share": "writer",
    "posts.approve": "editor",
    "plans.write": "editor",
    "views.tidy": "editor",
    "meetups.write": "editor",
    "calendars.write": "editor",
    "checklist.write": "editor",
    "plans.open": "admin",
    "people.administer": "admin",
    "team.administer": "admin",
    "deliveries.see": "admin",
    "audit.see": "admin",
}


def known(action: str) -> bool:
    """Whether `action` is one that a route may name."""
    return action in ACTIONS or action in {PUBLIC, SIGNED_IN}


def allowed(role: str | None, action: str) -> bool:
    """Whether a member with `role` (None: nobody, or no member) may do `action`."""
    if action in {PUBLIC, SIGNED_IN}:
        # The door itself looks whether somebody is signed in.
        return True
    if role is None:
        return False
    return ROLES.index(role) >= ROLES.index(ACTIONS[action])
