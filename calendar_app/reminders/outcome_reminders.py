"""Which mails there should be about meet-ups that are over: to all who were expected, away or not.

Who takes part since then hears nothing of it, and who no longer does neither.

They wait a moment after the meet-up was closed, so that it can go on after all and nobody was told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from calendar_app.meetups.queries import people_by_meetup
from calendar_app.meetups.sittings import SUMMARY_WAITS, Attendance, Sitting
from calendar_app.people.models import Muted, Person
from calendar_app.reminders import due


def wanted_of_outcomes(
    session: Session, since: datetime, now: datetime
) -> dict[tuple[str, int], dict[str, Any]]:
    """Those that should be there and are of use after `since`, by subject and person."""
    query = (
        select(Sitting)
        .where(Sitting.closed_at > since - due.OUTCOME_IS_OF_USE - SUMMARY_WAITS)
        .options(joinedload(Sitting.occurrence))
    )
    closed = list(session.scalars(query))
    people = people_by_meetup(session, {one.occurrence.meetup_id for one in closed})
    noted = select(Attendance.sitting_id, Attendance.person_id).where(
        Attendance.sitting_id.in_([one.id for one in closed])
    )
    expected = {(sitting_id, person_id) for sitting_id, person_id in session.execute(noted)}
    deaf = set(session.scalars(select(Muted.person_id).where(Muted.kind == due.OUTCOME)))
    return {
        (due.subject_of_outcome(one.occurrence_id), person.id): _row(one, person, now)
        for one in closed
        for person in people.get(one.occurrence.meetup_id, [])
        if (one.id, person.id) in expected and person.id not in deaf
    }


def _row(sitting: Sitting, person: Person, now: datetime) -> dict[str, Any]:
    due_at = (sitting.closed_at or now) + SUMMARY_WAITS
    return {
        "team_id": sitting.team_id,
        "person_id": person.id,
        "kind": due.OUTCOME,
        "subject": due.subject_of_outcome(sitting.occurrence_id),
        "occurrence_id": sitting.occurrence_id,
        "due_at": due_at,
        "useful_until": due_at + due.OUTCOME_IS_OF_USE,
        "created_at": now,
    }
