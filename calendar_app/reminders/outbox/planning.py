"""`plan`: brings the coming reminders in line with meet-ups, posts, people and absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from calendar_app.invitations.queries import choices_so_far
from calendar_app.meetups import hosting
from calendar_app.meetups.beforehand import Beforehand
from calendar_app.meetups.holidays import is_free
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import Presence, plan_occurrences, presence
from calendar_app.meetups.sittings import close_forgotten, last_closed_at
from calendar_app.moments import in_working_hours
from calendar_app.people.models import Muted, Person, Team
from calendar_app.posts.models import Post
from calendar_app.reminders import due
from calendar_app.reminders.hushed import Hushed, changes_of_quiet_hours
from calendar_app.reminders.models import Delivery, Worker
from calendar_app.reminders.outbox.desk import HELD, LOOK_BACK, PLANNED, in_parts, make_missing
from calendar_app.reminders.outbox.settling import judge
from calendar_app.reminders.outcome_reminders import wanted_of_outcomes
from calendar_app.reminders.post_reminders import wanted_of_posts
from calendar_app.reminders.queries import (
    AnyRow,
    with_facts,
)
from calendar_app.reminders.routes import (
    BY_MAIL_ALONE,
    EMAIL,
    changes_of_routes,
    ways_to_people,
)
from calendar_app.reminders.together import may_wait_again


def plan(session: Session, now: datetime) -> int:
    """Bring the coming 35 days' reminders in line with meet-ups, posts, people and absences.

    A meet-up that nobody closed on its day is closed first, and of one that nobody began it is kept
    who led. Answers how many rows it made or
    changed: a second run answers 0.
    """
    for meetup in session.scalars(select(Meetup).where(Meetup.deleted_at.is_(None))):
        plan_occurrences(session, meetup, now, PLANNED.days)
    closed = close_forgotten(session, now) + hosting.keep_past(session, now)
    since = _looks_back_to(session, now)
    hushed = Hushed(session)
    # What is of use no more to others may still be to somebody with quiet hours.
    earliest = since - hushed.longer
    of_meetups = wanted_of_meetups(session, since, now) | wanted_of_outcomes(session, earliest, now)
    moved = {key: hushed.moved(row, now) for key, row in of_meetups.items()}
    # Of those it is known who is there on the day on which they go out.
    moved |= wanted_of_posts(session, earliest, now, PLANNED, hushed)
    wanted: dict[Any, dict[str, Any]] = {
        key: row for key, row in moved.items() if row["useful_until"] > since
    }
    kept = kept_rows(session, earliest)
    wanted = by_route(wanted, kept, ways_to_people(session))
    new = [facts for key, facts in wanted.items() if key not in kept]
    return (
        closed
        + make_missing(session, Delivery, new)
        + withdraw(session, wanted, kept, now)
        # After that: what would have been told in a mail that was withdrawn waits by itself again.
        + wake(session, wanted, kept, hushed, now)
        + _retime(session, wanted, kept)
    )


def by_route(
    wanted: dict[Any, dict[str, Any]],
    kept: dict[Any, AnyRow],
    ways: Mapping[int, Sequence[str]],
) -> dict[Any, dict[str, Any]]:
    """The wanted rows, once for each route by which its person is reached.

    What was told by one route, or is on its way there, is not told again by another that came
    later. What a route refuses goes by mail.
    """
    of_one: dict[Any, dict[str, AnyRow]] = defaultdict(dict)
    for (about, person_id, route), row in kept.items():
        of_one[(about, person_id)][route] = row
    found = {}
    for key, values in wanted.items():
        rows = of_one[key]
        told = {route for route, row in rows.items() if _is_told(row)}
        for route in _routes_for(values, rows, ways.get(key[1], (EMAIL,))):
            if not told - {route} or (route in rows and not _is_withdrawn(rows[route])):
                found[(*key, route)] = {**values, "route": route}
    return found


def _routes_for(
    values: dict[str, Any], rows: Mapping[str, AnyRow], ways: Sequence[str]
) -> Sequence[str]:
    if values["kind"] in BY_MAIL_ALONE:
        return (EMAIL,)
    is_refused = any(row.state == "dead" for route, row in rows.items() if route != EMAIL)
    return (EMAIL, *ways) if is_refused and EMAIL not in ways else ways


def _is_told(row: AnyRow) -> bool:
    """Whether its person has it, or may have it soon."""
    under_way = row.state in {"sent", "claimed", "in_flight", "in_doubt"}
    return under_way or (row.state == "cancelled" and row.reason == due.TOLD_TOGETHER)


def _is_withdrawn(row: AnyRow) -> bool:
    return bool(row.state == "cancelled" and row.reason == due.OTHER_ROUTE)


def changes_so_far(session: Session) -> tuple[object, ...]:
    """Some values that differ when something that `plan` looks at was changed."""
    revisions = select(func.coalesce(func.sum(Team.revision), 0)).scalar_subquery()
    muted = select(func.coalesce(func.sum(Muted.id), 0)).scalar_subquery()
    # Who cannot come does not lead.
    said = select(func.coalesce(func.sum(Beforehand.id), 0)).scalar_subquery()
    row = session.execute(select(revisions, muted, said)).one()
    closed = last_closed_at(session)
    of_person = (changes_of_quiet_hours(session), changes_of_routes(session))
    return *map(int, row), of_person, closed, choices_so_far(session)


def _looks_back_to(session: Session, now: datetime) -> datetime:
    """What began while no worker ran is planned too, so that it is told as missed."""
    last = session.scalar(select(func.max(Worker.ticked_at)))
    return now if last is None else max(min(last, now), now - LOOK_BACK)


def wanted_of_meetups(
    session: Session, since: datetime, now: datetime
) -> dict[tuple[str, int], dict[str, Any]]:
    """The reminders that should be there, by subject and person, as values of a row."""
    query = (
        select(Occurrence, Meetup)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(Occurrence.state.in_(HELD), Meetup.deleted_at.is_(None))
        .where(Occurrence.starts_at > since, Occurrence.starts_at <= now + PLANNED)
    )
    held = [
        (occurrence, meetup)
        for occurrence, meetup in session.execute(query)
        if occurrence.starts_at > now or _stood_before_it_began(occurrence, meetup)
    ]
    rows_held = [occurrence for occurrence, _meetup in held]
    present = presence(session, rows_held)
    hosts = hosting.hosts(session, rows_held, now)
    muted = select(Muted.person_id, Muted.kind).where(Muted.kind.in_(due.OF_MEETUPS))
    deaf = {(person_id, kind) for person_id, kind in session.execute(muted)}
    rows = [
        row
        for occurrence, meetup in held
        for row in (
            *_rows_of_all(occurrence, meetup, present[occurrence.id], now),
            *_rows_of_host(occurrence, meetup, hosts[occurrence.id], since, now),
        )
    ]
    return {
        (row["subject"], row["person_id"]): row
        for row in rows
        if (row["person_id"], row["kind"]) not in deaf
    }


def _stood_before_it_began(occurrence: Occurrence, meetup: Meetup) -> bool:
    """Whether people could know of it: what is entered afterwards was missed by nobody."""
    return max(occurrence.updated_at, meetup.updated_at) <= occurrence.starts_at


def _rows_of_all(
    occurrence: Occurrence, meetup: Meetup, found: Presence, now: datetime
) -> Iterable[dict[str, Any]]:
    """For each who is there: that it begins soon."""
    start = occurrence.starts_at
    soon = {
        "kind": due.MEETUP,
        "subject": due.subject(occurrence.id, start),
        "due_at": due.due_at(start, timedelta(minutes=meetup.lead_minutes)),
        "useful_until": start,
    }
    told = {**_of_meetup(occurrence, now), **soon}
    return ({**told, "person_id": person.id} for person in found.present)


def _rows_of_host(
    occurrence: Occurrence, meetup: Meetup, host: Person | None, since: datetime, now: datetime
) -> Iterable[dict[str, Any]]:
    """For who leads: that they do."""
    start = occurrence.starts_at
    until = start - due.HOST_HEARS_BEFORE
    if host is None or until <= since:
        return
    at_work = partial(in_working_hours, hours=meetup.team.working_hours(is_free))
    leads = {
        "kind": due.HOST,
        "subject": due.subject_of_host(occurrence.id, start),
        "due_at": due.host_due_at(start, occurrence.zone, at_work),
        "useful_until": until,
    }
    yield {**_of_meetup(occurrence, now), **leads, "person_id": host.id}


def _of_meetup(occurrence: Occurrence, now: datetime) -> dict[str, Any]:
    return {
        "team_id": occurrence.team_id,
        "occurrence_id": occurrence.id,
        "created_at": now,
    }


def kept_rows(session: Session, since: datetime) -> dict[tuple[str, int, str], AnyRow]:
    """What was planned before, by what it is about, for whom and by which route."""
    times = (Delivery.due_on, Delivery.due_at, Delivery.useful_until)
    key = (Delivery.subject, Delivery.person_id, Delivery.route)
    what = (Delivery.id, *key, Delivery.state, Delivery.reason)
    others = (due.MISSED_SUMMARY, *due.OF_CALENDARS)
    query = select(*what, *times).where(Delivery.kind.not_in(others), Delivery.useful_until > since)
    return {(row.subject, row.person_id, row.route): row for row in session.execute(query)}


def wake(
    session: Session,
    wanted: dict[Any, dict[str, Any]],
    kept: dict[Any, AnyRow],
    hushed: Hushed,
    now: datetime,
) -> int:
    """Somebody is back, or a day is held after all: their reminder waits again."""
    asleep = {
        row.id: (wanted[key], row.reason == due.QUIET)
        for key, row in kept.items()
        if row.state == "cancelled" and key in wanted
    }
    own = _from_their_account(session, [told for told, is_quiet in asleep.values() if is_quiet])
    ids = [
        row_id
        for row_id, (told, is_quiet) in asleep.items()
        if not (is_quiet and hushed.silences(told, now, own_account=_about(told) in own))
    ]
    values = {"state": "pending", "reason": "", "ended_at": None, "next_try_at": None}
    woken = 0
    for part in in_parts(ids):
        which = (Delivery.id.in_(part), Delivery.state == "cancelled", may_wait_again())
        waking = update(Delivery).where(*which).values({**values, "told_with_id": None})
        told = waking.returning(Delivery.id).execution_options(synchronize_session=False)
        woken += len(session.scalars(told).all())
    return woken


def _from_their_account(
    session: Session, rows: Collection[dict[str, Any]]
) -> set[tuple[int | None, int]]:
    """The (post, person) of `rows` whose post goes out from the account of that person."""
    posts = {row["post_id"] for row in rows if row.get("post_id")}
    if not posts:
        return set()
    senders = select(Post.id, Post.sender_id).where(Post.id.in_(posts))
    return {(post_id, sender_id) for post_id, sender_id in session.execute(senders) if sender_id}


def _about(row: dict[str, Any]) -> tuple[int | None, int]:
    return row.get("post_id"), row["person_id"]


def _retime(session: Session, wanted: dict[Any, dict[str, Any]], kept: dict[Any, AnyRow]) -> int:
    """Another lead, or other hours: the rows that still wait are due at another moment."""
    changed = [
        (row.id, told)
        for key, row in kept.items()
        if key in wanted
        and (told := _times(wanted[key])) != {name: getattr(row, name) for name in told}
    ]
    waiting = Delivery.state.in_(("pending", "retry"))
    retimed = 0
    for delivery_id, told in changed:
        which = (Delivery.id == delivery_id, waiting)
        moving = update(Delivery).where(*which).values(told).returning(Delivery.id)
        retimed += len(session.scalars(moving).all())
    return retimed


def _times(values: dict[str, Any]) -> dict[str, Any]:
    """On which day (None: that of its meet-up), at what moment and until when it is of use."""
    return {
        "due_on": values.get("due_on"),
        "due_at": values["due_at"],
        "useful_until": values["useful_until"],
    }


def withdraw(
    session: Session, wanted: Collection[Any], kept: dict[Any, AnyRow], now: datetime
) -> int:
    """Cancel what waits and is not wanted any more, each with its reason."""
    ids = [
        row.id
        for key, row in kept.items()
        if row.state in {"pending", "retry"} and key not in wanted
    ]
    withdrawn = 0
    for part in in_parts(ids):
        rows = session.execute(with_facts().where(Delivery.id.in_(part))).all()
        withdrawn += len(judge(session, rows, now)["cancel"])
    return withdrawn
