"""Who leads which meet-up: always the same person, or whose turn it is; known beforehand.

Page, reminders and the meeting itself all ask `hosts`. It reads how things stand and lets the pure
rules of `rotation` decide, so that whoever is told "you lead" is who the meeting begins with.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, case, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused, Stale
from calendar_app.language import N_
from calendar_app.meetups import queries
from calendar_app.meetups.beforehand import Beforehand
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import Presence
from calendar_app.meetups.rotation import Turn, in_turn, whose_turn
from calendar_app.meetups.sittings import Sitting
from calendar_app.people.models import Person, Team

log = logging.getLogger(__name__)

# The turns of so long are followed day by day; of what was before, only what was kept counts.
LOOK_BACK = timedelta(days=14)


class MeetupTurn(Base):
    """The place of one person among those who lead a series in turn."""

    __tablename__ = "meetup_turn"
    __table_args__ = (UniqueConstraint("meetup_id", "person_id"),)

    meetup_id: Mapped[int] = mapped_column(ForeignKey("meetup.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]


class HostOfDay(Editable, Base):
    """Who leads one meet-up: chosen by a colleague, or told of it when it was their turn.

    Of one that is over and that nobody began: who led it, as its page said.
    """

    __tablename__ = "host_of_day"
    # Who is reminded hangs on it.
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # None: nobody chose, it was their turn when the reminder went out, or when it was over.
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)


def places(session: Session, meetup: Meetup) -> dict[int, int]:
    """The place of each person among those who take turns, by their id; empty: all do."""
    return _places(session, [meetup.id]).get(meetup.id, {})


def take_turns(
    session: Session, meetup: Meetup, order: Sequence[int], hidden: Collection[int] = ()
) -> bool:
    """Let the people with these ids lead `meetup` in turn, in this `order`; none: all of them.

    Who is `hidden` from whoever says so keeps their place. Answers whether that is new. Raises
    Refused for who takes no part.
    """
    invited = {person.id for person in meetup.participants}
    if not set(order) <= invited:
        raise Refused(N_("This person does not take part in this meet-up."), field="host")
    wanted = {person_id: place for place, person_id in enumerate(order, 1)}
    before = _turns(session, meetup)
    changed = False
    for person_id, turn in before.items():
        if person_id in hidden:
            continue
        if person_id not in wanted:
            session.delete(turn)
            changed = True
        elif turn.position != wanted[person_id]:
            turn.position, changed = wanted[person_id], True
    new = [
        MeetupTurn(meetup_id=meetup.id, person_id=person_id, position=place)
        for person_id, place in wanted.items()
        if person_id not in before
    ]
    session.add_all(new)
    if changed or new:
        # Another row changed, but it is this series that people see changing.
        meetup.touch()
    return changed or bool(new)


def hand_on_turns(session: Session, old: Meetup, new: Meetup) -> None:
    """Let those who led `old` in turn do so at `new`, which follows it."""
    invited = {person.id for person in new.participants}
    for person_id, turn in _turns(session, old).items():
        if person_id in invited:
            session.add(MeetupTurn(meetup_id=new.id, person_id=person_id, position=turn.position))


def _turns(session: Session, meetup: Meetup) -> dict[int, MeetupTurn]:
    of_series = select(MeetupTurn).where(MeetupTurn.meetup_id == meetup.id)
    return {turn.person_id: turn for turn in session.scalars(of_series)}


def choose(
    session: Session, occurrence: Occurrence, host: Person, *, by: Person, now: datetime
) -> None:
    """Let `host` lead this one meet-up. Raises Refused unless it is to come and they are there."""
    if occurrence.begun_at is not None or occurrence.ends_at <= now:
        raise Refused(N_("This meet-up has begun or is over."))
    if not occurrence.is_held:
        raise Refused(N_("This meet-up does not take place. Put it back first."))
    if host.id not in _there(session, [occurrence])[occurrence.id].ids:
        raise Refused(N_("This person is not at this meet-up."))
    _settle(session, occurrence, host.id, by.id)


def expect_host(session: Session, occurrence: Occurrence, shown: int | None, now: datetime) -> None:
    """Raise Stale unless the person with the id `shown` still leads `occurrence`."""
    if leader(session, occurrence, now) != shown:
        raise Stale(N_("Somebody else changed this while you were busy."))


def keep_host(session: Session, occurrence: Occurrence, host_id: int) -> None:
    """Whoever has this id is told now that it is their turn: so it stays, while they are there.

    Whom a colleague chose, and who is there, leads all the same.
    """
    if not occurrence.meetup.rotates:
        return
    known = _settled(session, [occurrence.id]).get(occurrence.id)
    if known is not None and (
        known.person_id == host_id or _is_chosen_and_there(session, known, occurrence)
    ):
        return
    _keep(session, occurrence, host_id)


def keep_past(session: Session, now: datetime) -> int:
    """Keep who led each day that is over and that nobody began or settled; of how many days.

    So whose turn it was stays known, also when the series or its people change.
    """
    over = (
        select(Occurrence)
        .outerjoin(HostOfDay, HostOfDay.occurrence_id == Occurrence.id)
        .where(Occurrence.team_id.in_(select(Team.id)), HostOfDay.id.is_(None))
        .where(Occurrence.starts_at > now - LOOK_BACK, Occurrence.ends_at <= now)
        .where(queries.HELD, Occurrence.begun_at.is_(None))
        .options(selectinload(Occurrence.meetup).selectinload(Meetup.host))
    )
    rows = list(session.scalars(over))
    found = hosts(session, rows, now)
    led = [(row, host) for row in rows if (host := found[row.id]) is not None]
    for row, host in led:
        _keep(session, row, host.id)
    return len(led)


def _keep(session: Session, occurrence: Occurrence, host_id: int) -> None:
    try:
        with session.begin_nested():
            _settle(session, occurrence, host_id, None)
    except (IntegrityError, StaleDataError):
        log.info("meet-up %s: somebody chose its host at this moment", occurrence.id)


def _is_chosen_and_there(session: Session, known: HostOfDay, occurrence: Occurrence) -> bool:
    if known.chosen_by_id is None:
        return False
    return known.person_id in _there(session, [occurrence])[occurrence.id].ids


def _settle(session: Session, occurrence: Occurrence, host_id: int, by_id: int | None) -> None:
    known = _settled(session, [occurrence.id]).get(occurrence.id)
    if known is None:
        known = HostOfDay(team_id=occurrence.team_id, occurrence_id=occurrence.id)
        session.add(known)
    known.person_id, known.chosen_by_id = host_id, by_id
    session.flush()


def _settled(session: Session, ids: Collection[int]) -> dict[int, HostOfDay]:
    known = select(HostOfDay).where(HostOfDay.occurrence_id.in_(ids))
    return {row.occurrence_id: row for row in session.scalars(known)}


# Who leads


@dataclass(frozen=True)
class _There:
    """Who is at one meet-up, but for who said that they cannot come; and who is invited."""

    presence: Presence
    invited: Sequence[Person]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(person.id for person in self.presence.present)


@dataclass(frozen=True)
class _Facts:
    """What decides who leads: who is there and is settled, by occurrence; who takes turns.

    Of what has begun, who leads it there.
    """

    there: Mapping[int, _There]
    begun: Mapping[int, int | None]
    settled: Mapping[int, HostOfDay]
    places: Mapping[int, Mapping[int, int]]


def hosts(session: Session, asked: Sequence[Occurrence], now: datetime) -> dict[int, Person | None]:
    """Who leads each of `asked`, by its id; None: nobody in particular. A few queries for all.

    Of a meet-up that has begun: who leads it there.
    """
    if not asked:
        return {}
    chained = _chained(session, asked, now)
    rows = {row.id: row for row in [*chained, *asked]}
    facts = _Facts(
        there=_there(session, list(rows.values())),
        begun=_of_begun(session, [row for row in rows.values() if row.begun_at is not None]),
        settled=_settled(session, rows),
        places=_places(session, {row.meetup_id for row in rows.values()}),
    )
    led = _led_last(session, [row for row in asked if row.meetup.rotates], now - LOOK_BACK)
    found = _by_turns(chained, asked, facts, led)
    people = {person.id: person for there in facts.there.values() for person in there.invited}
    return {row.id: people.get(found[row.id] or 0) for row in asked}


def leader(session: Session, occurrence: Occurrence, now: datetime) -> int | None:
    """The id of who leads `occurrence`; None: nobody in particular."""
    host = hosts(session, [occurrence], now)[occurrence.id]
    return None if host is None else host.id


def opening_host(session: Session, occurrence: Occurrence, now: datetime) -> Person | None:
    """Who leads `occurrence` when it is begun `now`: its host, else who led longest ago."""
    host = hosts(session, [occurrence], now)[occurrence.id]
    if host is not None:
        return host
    there = {one.id: one for one in _there(session, [occurrence])[occurrence.id].presence.present}
    led = _led_last(session, [occurrence], now)
    turn = whose_turn(list(there), led.get(occurrence.meetup.family, {}), there)
    return None if turn is None else there[turn]


def _by_turns(
    chained: Sequence[Occurrence],
    asked: Sequence[Occurrence],
    facts: _Facts,
    led: Mapping[int, Mapping[int, datetime]],
) -> dict[int, int | None]:
    """Who leads each of them: those of a series with turns one after the other, the rest alone."""
    chains: defaultdict[int, list[Turn]] = defaultdict(list)
    for row in chained:
        chains[row.meetup.family].append(_turn(row, facts))
    found: dict[int, int | None] = {}
    for family, turns in chains.items():
        found |= in_turn(turns, led.get(family, {}))
    alone = [row for row in asked if row.id not in found]
    for row in alone:
        family, turn = row.meetup.family, _turn(row, facts)
        before = [one for one in chains[family] if one.starts_at < row.starts_at]
        so_far = {one: at for one, at in led.get(family, {}).items() if at < row.starts_at}
        found[row.id] = in_turn([*before, turn], so_far)[row.id]
    return found


def _turn(row: Occurrence, facts: _Facts) -> Turn:
    if row.id in facts.begun:
        leads = facts.begun[row.id]
        at = row.begun_at or row.starts_at
        return Turn(row.id, at, there=() if leads is None else (leads,), settled=leads)
    there, settled = facts.there[row.id], facts.settled.get(row.id)
    chosen = None if settled is None else settled.person_id
    if row.meetup.rotates:
        order = _order(facts.places.get(row.meetup_id, {}), there.presence)
    else:
        host = queries.host_of(row, there.presence)
        order = [] if host is None else [host.id]
    return Turn(row.id, row.starts_at, order, there.ids, chosen)


def _order(placed: Mapping[int, int], presence: Presence) -> list[int]:
    """Who takes turns: who has a place, in that order; without any place all, by name."""
    there = [person.id for person in presence.present]
    if not placed:
        return there
    return sorted((one for one in there if one in placed), key=lambda one: placed[one])


def _chained(session: Session, asked: Sequence[Occurrence], now: datetime) -> list[Occurrence]:
    """The meet-ups of a series with turns, from `LOOK_BACK` to the last one that is asked for.

    Those that are over too: the coming turns go on from them, also when nobody began them.
    """
    families = {row.meetup.family for row in asked if row.meetup.rotates}
    if not families:
        return []
    last = max(row.starts_at for row in asked)
    wanted = (
        select(Occurrence)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(Meetup.family_of_all().in_(families))
        # With the team an index finds the days; without it all days of all teams are read.
        .where(Occurrence.team_id.in_({row.team_id for row in asked}))
        .where(or_(Meetup.deleted_at.is_(None), Occurrence.ends_at <= now))
        .where(queries.HELD, Occurrence.starts_at > now - LOOK_BACK)
        .where(or_(Occurrence.starts_at <= last, Occurrence.begun_at.is_not(None)))
        .options(selectinload(Occurrence.meetup).selectinload(Meetup.host))
    )
    return list(session.scalars(wanted))


def _there(session: Session, rows: Sequence[Occurrence]) -> dict[int, _There]:
    said = select(Beforehand.occurrence_id, Beforehand.person_id).where(
        Beforehand.occurrence_id.in_([row.id for row in rows])
    )
    cannot: defaultdict[int, set[int]] = defaultdict(set)
    for occurrence_id, person_id in session.execute(said):
        cannot[occurrence_id].add(person_id)
    found = queries.presence(session, rows)
    return {
        key: _There(
            _without(one, cannot[key]),
            [*one.present, *(absence.person for absence in one.absent)],
        )
        for key, one in found.items()
    }


def _without(found: Presence, cannot: Collection[int]) -> Presence:
    if not cannot:
        return found
    return replace(found, present=[one for one in found.present if one.id not in cannot])


def _places(session: Session, meetups: Collection[int]) -> dict[int, dict[int, int]]:
    placed = select(MeetupTurn.meetup_id, MeetupTurn.person_id, MeetupTurn.position)
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for meetup_id, person_id, position in session.execute(
        placed.where(MeetupTurn.meetup_id.in_(meetups))
    ):
        found[meetup_id][person_id] = position
    return found


def _led_last(
    session: Session, rows: Sequence[Occurrence], until: datetime
) -> dict[int, dict[int, datetime]]:
    """When each person led the series of `rows` last, at `until` or before, by their ids.

    What nobody began was led by whoever was chosen for it or told of it.
    """
    family = Meetup.family_of_all()
    leads = case((Sitting.id.is_not(None), Sitting.host_id), else_=HostOfDay.person_id)
    at = func.coalesce(Sitting.begun_at, Occurrence.starts_at)
    led = (
        select(family, leads, func.max(at))
        .select_from(Occurrence)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .outerjoin(Sitting, Sitting.occurrence_id == Occurrence.id)
        .outerjoin(HostOfDay, HostOfDay.occurrence_id == Occurrence.id)
        .where(family.in_({row.meetup.family for row in rows}))
        .where(Occurrence.team_id.in_({row.team_id for row in rows}))
        .where(or_(Occurrence.starts_at <= until, Sitting.begun_at <= until))
        .where(queries.HELD, leads.is_not(None))
        .group_by(family, leads)
    )
    found: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    for family_id, host_id, led_at in session.execute(led):
        found[family_id][host_id] = led_at
    return found


def _of_begun(session: Session, rows: Sequence[Occurrence]) -> dict[int, int | None]:
    if not rows:
        return {}
    held = select(Sitting.occurrence_id, Sitting.host_id)
    held = held.where(Sitting.occurrence_id.in_([row.id for row in rows]))
    return {row.occurrence_id: row.host_id for row in session.execute(held)}
