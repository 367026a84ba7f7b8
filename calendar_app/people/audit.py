"""The audit log: who did what to what, when, from where and with which result. It only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from calendar_app.language import N_
from calendar_app.people.models import AuditEntry, Person, Team

# What may be recorded, and how the log says it: a thing, and what befell it.
ACTION_NAMES = {
    "person.signed_in": N_("Signed in"),
    "person.signed_out": N_("Signed out"),
    "sign_in.refused": N_("Tried to sign in"),
    "link.asked": N_("Asked for a link to choose a new password"),
    "password.set": N_("Chose a new password"),
    "password.refused": N_("Gave a wrong password"),
    "person.added": N_("Added a colleague"),
    "person.invited": N_("Invited a colleague"),
    "role.changed": N_("Changed a role"),
    "membership.ended": N_("Took a colleague out of the team"),
    "ambassador.agreed": N_("Agreed to be an ambassador"),
    "ambassador.stopped": N_("Stopped being an ambassador"),
    "participation.ended": N_("Chose not to be seen in the team"),
    "participation.resumed": N_("Chose to be seen in the team again"),
    "absence.entered": N_("Entered an absence"),
    "absence.taken_back": N_("Took back an absence"),
    "team.made": N_("Made the team"),
    "team.changed": N_("Changed the team's settings"),
    "review.changed": N_("Changed how the team reviews posts"),
    "sample.loaded": N_("Loaded the sample"),
    "plan.made": N_("Made a plan"),
    "plan.copied": N_("Copied a plan to a new period"),
    "plan.shared_out": N_("Changed the wanted shares of a plan"),
    "plan.changed": N_("Changed a plan"),
    "plan.archived": N_("Put a plan in the archive"),
    "plan.restored": N_("Took a plan out of the archive"),
    "gate.opened": N_("Let a team go on before steps 1 to 3 were done"),
    "gate.closed": N_("Made a team finish steps 1 to 3 first"),
    "brand_value.added": N_("Added a brand value"),
    "brand_value.changed": N_("Changed a brand value"),
    "brand_value.removed": N_("Removed a brand value"),
    "brand_value.put_back": N_("Put back a brand value"),
    "audience.added": N_("Added an audience"),
    "audience.changed": N_("Changed an audience"),
    "audience.removed": N_("Removed an audience"),
    "audience.put_back": N_("Put back an audience"),
    "audience_fact.added": N_("Added a fact about an audience"),
    "audience_fact.changed": N_("Changed a fact about an audience"),
    "audience_fact.removed": N_("Removed a fact about an audience"),
    "audience_fact.put_back": N_("Put back a fact about an audience"),
    "actor.added": N_("Added an actor around the audiences"),
    "actor.changed": N_("Changed an actor around the audiences"),
    "actor.removed": N_("Removed an actor around the audiences"),
    "actor.put_back": N_("Put back an actor around the audiences"),
    "channel.added": N_("Added a channel"),
    "channel.changed": N_("Changed a channel"),
    "channel.removed": N_("Removed a channel"),
    "channel.put_back": N_("Put back a channel"),
    "precondition.changed": N_("Rated a precondition"),
    "experiment.added": N_("Began an experiment"),
    "experiment.changed": N_("Changed an experiment"),
    "experiment.decided": N_("Decided what comes of an experiment"),
    "experiment.reopened": N_("Took back the outcome of an experiment"),
    "experiment.removed": N_("Removed an experiment"),
    "experiment.put_back": N_("Put back an experiment"),
    "routine.made": N_("Made the posts of a routine"),
    "roles.changed": N_("Changed the role matrix of a plan"),
    "post.added": N_("Added a post in one line"),
    "posts.imported": N_("Brought in posts from a file"),
    "import.undone": N_("Took back posts from a file"),
    "post.approved": N_("Approved a post"),
    "post.level_approved": N_("Gave one of the approvals of a post"),
    "post.approved_own": N_("Approved a post that needs no review"),
    "post.placed": N_("Marked a post as out on one channel"),
    "post.published": N_("Marked a post as published"),
    "publication.taken_back": N_("Took back a publication"),
    "post.deleted": N_("Put a post in the bin"),
    "post.restored": N_("Took a post out of the bin"),
    "guest.asked": N_("Asked somebody outside to review a post"),
    "guest.withdrawn": N_("Withdrew a link for a review"),
    "guest.answered": N_("Somebody outside reviewed a post"),
    "series.begun": N_("Began a series of posts"),
    "series.changed": N_("Changed a series of posts"),
    "series.stopped": N_("Stopped a series of posts"),
    "template.kept": N_("Kept a template"),
    "template.renamed": N_("Renamed a template"),
    "template.removed": N_("Removed a template"),
    "meetup.begun": N_("Began a series of meet-ups"),
    "meetup.changed": N_("Changed a series of meet-ups"),
    "meetup.deleted": N_("Ended a series of meet-ups"),
    "occurrence.cancelled": N_("Cancelled one meet-up"),
    "occurrence.restored": N_("Let one meet-up go on after all"),
    "occurrence.moved": N_("Moved one meet-up"),
    "feed.made": N_("Made a feed"),
    "feed.revoked": N_("Closed a feed"),
    "external_calendar.added": N_("Added another calendar"),
    "external_calendar.changed": N_("Changed another calendar"),
    "external_calendar.moved": N_("Gave another calendar a new address or file"),
    "external_calendar.paused": N_("Switched another calendar off"),
    "external_calendar.resumed": N_("Switched another calendar on"),
    "external_calendar.removed": N_("Removed another calendar"),
    "external_calendar.put_back": N_("Put back another calendar"),
}
# What it was done to, by the name of its table.
OBJECT_NAMES = {
    "person": N_("Colleague"),
    "team": N_("Team"),
    "absence": N_("Absence"),
    "plan": N_("Plan"),
    "brand_value": N_("Brand value"),
    "audience": N_("Audience"),
    "audience_fact": N_("Fact"),
    "actor": N_("Actor"),
    "channel": N_("Channel"),
    "precondition": N_("Precondition"),
    "experiment": N_("Experiment"),
    "post": N_("Post"),
    "meetup": N_("Series of meet-ups"),
    "occurrence": N_("Meet-up"),
    "feed": N_("Feed"),
    "external_calendar": N_("Other calendar"),
}


def record(
    session: Session,
    action: str,
    *,
    at: datetime,
    origin: str,
    team: Team | None = None,
    actor: Person | None = None,
    subject: Any = None,
    result: str = "done",
    **details: object,
) -> None:
    """Add one entry of an action that ACTION_NAMES has.

    `details` are small facts by name, never a password, a token or a text.
    """
    session.flush()
    session.add(
        AuditEntry(
            team_id=None if team is None else team.id,
            at=at,
            actor_id=None if actor is None else actor.id,
            action=action,
            object_kind="" if subject is None else subject.__tablename__,
            object_id=None if subject is None else subject.id,
            result=result,
            origin=origin,
            details=dict(details),
        )
    )
