"""Which reminders there should be of questions from outside: one waits, and waits much too long.

The first goes to who answers it on that day (`monitoring.promises`); the second to whom the plan
of its channel names for that, or to who hears it then in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from calendar_app.meetups.holidays import is_free
from calendar_app.moments import in_working_hours
from calendar_app.monitoring.models import WebcareItem
from calendar_app.monitoring.promises import promised, who_answers, who_hears_of_webcare
from calendar_app.people.models import Team
from calendar_app.reminders import due
from calendar_app.reminders.morning_reminders import Morning

# From a moment to the next at which somebody is at work.
_LONGEST_PAUSE = timedelta(weeks=4)
# Whoever answers questions may do this, and so may who stands in.
_ANSWERS = "webcare.write"
_NOBODY_YET = 0
_IS_OPEN = (WebcareItem.answered_at.is_(None), WebcareItem.deleted_at.is_(None))


def waiting(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """What waits for an answer and is of use to tell after `since`; nobody is named yet."""
    query = (
        select(WebcareItem, Team)
        .join(Team, Team.id == WebcareItem.team_id)
        .where(*_IS_OPEN, WebcareItem.answer_by > _earliest(since))
        .where(WebcareItem.answer_by <= until)
    )
    for item, team in session.execute(query):
        yield from _told(due.WEBCARE, item, team, since)


def escalated(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """What waits so long that somebody else hears of it; nobody is named yet."""
    query = (
        select(WebcareItem, Team)
        .join(Team, Team.id == WebcareItem.team_id)
        .where(*_IS_OPEN, WebcareItem.escalates_at > _earliest(since))
        .where(WebcareItem.escalates_at <= until)
    )
    for item, team in session.execute(query):
        yield from _told(due.WEBCARE_ESCALATION, item, team, since)


def who_answer(session: Session, item_ids: Iterable[int], day: date) -> Iterator[tuple[int, int]]:
    """(question, who is asked on `day` to answer it) for each of which anybody is."""
    yield from _named(session, item_ids, who_answers(day))


def who_hear(session: Session, item_ids: Iterable[int], day: date) -> Iterator[tuple[int, int]]:
    """(question, who hears on `day` that it waits too long) for each of which anybody does."""
    yield from _named(session, item_ids, who_hears_of_webcare(day))


def _named(
    session: Session, item_ids: Iterable[int], who: ColumnElement[int | None]
) -> Iterator[tuple[int, int]]:
    query = select(WebcareItem.id, who).where(WebcareItem.id.in_(item_ids))
    for item_id, person_id in session.execute(query):
        if person_id is not None:
            yield item_id, person_id


def _earliest(since: datetime) -> datetime:
    return since - due.WEBCARE_IS_OF_USE - _LONGEST_PAUSE


def _told(kind: str, item: WebcareItem, team: Team, since: datetime) -> Iterator[Morning]:
    at = promised(item, kind)
    if at is None:
        return
    due_at = in_working_hours(at, team.working_hours(is_free))
    if due_at + due.WEBCARE_IS_OF_USE > since:
        yield Morning(
            kind=kind,
            subject=due.subject_of_webcare(kind, item.id, at),
            team_id=team.id,
            zone=team.zone,
            person_id=_NOBODY_YET,
            due_at=due_at,
            useful_until=due_at + due.WEBCARE_IS_OF_USE,
            action=_ANSWERS,
            webcare_item_id=item.id,
        )
