"""Whose turn it is to lead: the rule, what it is asked with, and its pages; on both databases."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.meetups import hosting
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.meetups.rotation import Turn, in_turn, whose_turn
from calendar_app.people.models import AuditEntry, Membership, Person, Team
from tests.builders import a_meetup, a_person, a_sitting, a_team, an_absence, said_beforehand
from tests.meetups.test_pages import THURSDAY, TUESDAY, WEDNESDAY, Room, answers
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from calendar_app.db import Database

DAY = timedelta(days=1)
ANNA, BO, CEES = 1, 2, 3


# The rule


def led(**days_ago: int) -> dict[int, datetime]:
    names = {"anna": ANNA, "bo": BO, "cees": CEES}
    return {names[name]: NOW - ago * DAY for name, ago in days_ago.items()}


@pytest.mark.parametrize(
    ("before", "there", "expected"),
    [
        # Nobody led yet: the first in the order.
        (led(), (ANNA, BO, CEES), BO),
        # Who never led goes before who did.
        (led(bo=9, anna=2), (ANNA, BO, CEES), CEES),
        (led(bo=2, anna=5, cees=3), (ANNA, BO, CEES), ANNA),
        # Who led longest ago is away.
        (led(bo=2, anna=5, cees=3), (BO, CEES), CEES),
        # Somebody who takes no turns does not lead.
        (led(bo=2), (4, BO), BO),
        (led(), (4,), None),
        (led(), (), None),
    ],
)
def test_who_led_longest_ago_leads(
    before: dict[int, datetime], there: tuple[int, ...], expected: int | None
) -> None:
    assert whose_turn((BO, ANNA, CEES), before, there) == expected


def turn(number: int, there: tuple[int, ...], settled: int | None = None) -> Turn:
    return Turn(number, NOW + number * DAY, (ANNA, BO, CEES), there, settled)


def test_one_after_the_other_leads_and_who_was_away_comes_first_when_back() -> None:
    all_there = (ANNA, BO, CEES)
    turns = [
        turn(1, all_there),
        turn(2, (ANNA, CEES)),
        turn(3, (ANNA, CEES)),
        turn(4, all_there),
        turn(5, all_there),
    ]

    found = in_turn(reversed(turns), {})

    assert found == {1: ANNA, 2: CEES, 3: ANNA, 4: BO, 5: CEES}


def test_who_takes_over_goes_to_the_end_and_the_other_comes_next() -> None:
    all_there = (ANNA, BO, CEES)
    turns = [turn(1, all_there, settled=CEES), turn(2, all_there), turn(3, all_there)]

    assert in_turn(turns, {}) == {1: CEES, 2: ANNA, 3: BO}


def test_who_was_chosen_and_is_away_does_not_lead() -> None:
    assert in_turn([turn(1, (ANNA, BO), settled=CEES)], {}) == {1: ANNA}


PRESENCES = st.lists(st.frozensets(st.integers(1, 5)), min_size=1, max_size=40)


@given(PRESENCES)
def test_who_leads_is_there_and_nobody_who_is_there_waits_longer(
    presences: list[frozenset[int]],
) -> None:
    order = (3, 1, 5, 2, 4)
    turns = [Turn(place, NOW + place * DAY, order, who) for place, who in enumerate(presences)]

    found = in_turn(turns, {})

    last: dict[int, int] = {}
    for place, who in enumerate(presences):
        host = found[place]
        assert (host is None) == (not who)
        if host is not None:
            assert host in who
            assert all(last.get(host, -1) <= last.get(other, -1) for other in who)
            last[host] = place


@given(st.integers(1, 5), st.integers(1, 30))
def test_while_all_are_there_nobody_leads_twice_more_than_another(people: int, days: int) -> None:
    order = tuple(range(people))
    turns = [Turn(place, NOW + place * DAY, order, order) for place in range(days)]

    counts = list(in_turn(turns, {}).values())
    times = [counts.count(person) for person in order]

    assert max(times) - min(times) <= 1


# What it is asked with


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def trio(session: Session, team: Team) -> list[Person]:
    return [a_person(session, team, name=name) for name in ("Anna A", "Bo B", "Cees C")]


@pytest.fixture
def daily(session: Session, team: Team, trio: list[Person]) -> Meetup:
    meetup = a_meetup(session, team, trio, rotates=True)
    plan_occurrences(session, meetup, NOW)
    return meetup


def coming(session: Session, meetup: Meetup) -> list[Occurrence]:
    query = select(Occurrence).where(Occurrence.meetup_id == meetup.id)
    return list(session.scalars(query.order_by(Occurrence.starts_at)))


def names(session: Session, meetup: Meetup, number: int = 6) -> str:
    """The first letters of who leads what comes."""
    rows = [row for row in coming(session, meetup) if row.is_held][:number]
    found = hosting.hosts(session, rows, NOW)
    leaders = [found[row.id] for row in rows]
    return "".join("-" if host is None else host.name[0] for host in leaders)


def host_id(host: Person | None) -> int:
    assert host is not None
    return host.id


def test_all_lead_in_turn_by_name_until_somebody_says_otherwise(
    session: Session, daily: Meetup, trio: list[Person]
) -> None:
    assert names(session, daily) == "ABCABC"

    hosting.take_turns(session, daily, [trio[2].id, trio[0].id])
    session.flush()
    assert names(session, daily) == "CACACA"

    hosting.take_turns(session, daily, [])
    session.flush()
    assert names(session, daily) == "ABCABC"


def test_one_day_asked_alone_has_the_same_host_as_among_all(
    session: Session, daily: Meetup
) -> None:
    rows = [row for row in coming(session, daily) if row.is_held]
    together = hosting.hosts(session, rows, NOW)

    for row in rows:
        assert hosting.hosts(session, [row], NOW) == {row.id: together[row.id]}


def test_turns_skip_who_is_away_cannot_come_left_or_does_not_want_to_be_seen(
    session: Session, team: Team, daily: Meetup, trio: list[Person]
) -> None:
    anna, bo, cees = trio
    an_absence(session, team, anna, TUESDAY, WEDNESDAY)
    assert names(session, daily) == "BCABCA"

    said_beforehand(session, coming(session, daily)[0], bo)
    assert names(session, daily) == "CBACBA"

    query = select(Membership).where(Membership.person_id == cees.id)
    session.scalars(query).one().takes_part = False
    session.flush()
    assert names(session, daily) == "-BABAB"

    session.scalars(select(Membership).where(Membership.person_id == bo.id)).one().ended_at = NOW
    session.flush()
    assert names(session, daily) == "--AAAA"


def test_who_held_it_last_comes_last(session: Session, daily: Meetup, trio: list[Person]) -> None:
    anna, bo, _cees = trio
    first, second, *_rest = coming(session, daily)
    a_sitting(session, first, bo, host_id=bo.id, begun_at=NOW)
    first.begun_at = NOW
    session.flush()

    found = hosting.hosts(session, [first, second], NOW)

    assert found == {first.id: bo, second.id: anna}
    assert names(session, daily) == "BACBAC"


@pytest.mark.parametrize("told", [True, False])
def test_turns_go_on_when_nobody_begins_a_meeting(
    session: Session, daily: Meetup, *, told: bool
) -> None:
    """What a page said of the coming days holds on each of them, whether they were told or not."""
    rows = [row for row in coming(session, daily) if row.is_held][:10]
    promised = hosting.hosts(session, rows, NOW)

    for number, row in enumerate(rows):
        at = row.starts_at - timedelta(hours=1)
        assert hosting.hosts(session, rows[number:], at) == {
            one.id: promised[one.id] for one in rows[number:]
        }
        if told:
            hosting.keep_host(session, row, host_id(hosting.hosts(session, [row], at)[row.id]))
            session.flush()

    assert [host.name[0] for host in promised.values() if host] == list("ABCABCABCA")


def test_turns_stand_for_weeks_without_a_meeting(session: Session, daily: Meetup) -> None:
    """Each day the planner keeps who led, so nobody has to look back to the first day."""
    leaders = []
    for number in range(42):
        at = NOW + number * DAY
        plan_occurrences(session, daily, at)
        hosting.keep_past(session, at)
        assert hosting.keep_past(session, at) == 0
        row = next(row for row in coming(session, daily) if row.ends_at > at and row.is_held)
        leaders.append((row.id, hosting.hosts(session, [row], at)[row.id]))

    days = dict(leaders)
    assert len(days) == 30
    assert "".join(host.name[0] for host in days.values() if host) == "ABC" * 10


def test_turns_go_on_from_who_took_over_a_day_that_nobody_began(
    session: Session, daily: Meetup, trio: list[Person]
) -> None:
    first, second, third, *_rest = coming(session, daily)
    hosting.choose(session, first, trio[2], by=trio[2], now=NOW)
    tomorrow = second.starts_at - timedelta(hours=1)

    assert hosting.hosts(session, [second, third], tomorrow) == {
        second.id: trio[0],
        third.id: trio[1],
    }


def test_a_series_that_begins_to_take_turns_goes_on_from_who_always_led_it(
    session: Session, team: Team, trio: list[Person]
) -> None:
    anna, bo, cees = trio
    fixed = a_meetup(session, team, trio, host_id=anna.id)
    plan_occurrences(session, fixed, NOW)
    rows = coming(session, fixed)
    wednesday = rows[1].starts_at - timedelta(hours=1)
    hosting.keep_past(session, wednesday)
    session.flush()

    fixed.rotates, fixed.host = True, None
    session.flush()

    found = hosting.hosts(session, rows[:4], wednesday)
    assert list(found.values()) == [anna, bo, cees, anna]


def test_a_day_off_takes_nobody_their_turn_and_counts_for_nobody(
    session: Session, daily: Meetup, trio: list[Person]
) -> None:
    first, second, third, fourth, *_rest = coming(session, daily)
    second.cancel_day(trio[0], NOW)
    session.flush()
    friday = fourth.starts_at - timedelta(hours=1)

    found = hosting.hosts(session, [first, third, fourth], friday)

    assert list(found.values()) == trio


def test_one_day_is_taken_over_and_the_other_comes_next(
    session: Session, daily: Meetup, trio: list[Person]
) -> None:
    anna, _bo, cees = trio
    first = coming(session, daily)[0]

    hosting.choose(session, first, cees, by=cees, now=NOW)
    assert names(session, daily) == "CABCAB"

    hosting.choose(session, first, anna, by=cees, now=NOW)
    assert names(session, daily) == "ABCABC"


def test_a_day_that_is_over_off_or_without_that_person_is_not_taken_over(
    session: Session, team: Team, daily: Meetup, trio: list[Person]
) -> None:
    anna, bo, cees = trio
    first, second, third, *_rest = coming(session, daily)
    an_absence(session, team, bo, WEDNESDAY, WEDNESDAY)
    third.cancel_day(cees, NOW)

    with pytest.raises(Refused, match="not at this meet-up"):
        hosting.choose(session, second, bo, by=cees, now=NOW)
    with pytest.raises(Refused, match="does not take place"):
        hosting.choose(session, third, anna, by=cees, now=NOW)
    with pytest.raises(Refused, match="begun or is over"):
        hosting.choose(session, first, anna, by=cees, now=first.ends_at)


def test_one_day_of_a_series_with_a_fixed_host_or_with_none_is_led_by_who_was_chosen(
    session: Session, team: Team, trio: list[Person]
) -> None:
    anna, bo, _cees = trio
    fixed, free = a_meetup(session, team, trio, host_id=anna.id), a_meetup(session, team, trio)
    for meetup in (fixed, free):
        plan_occurrences(session, meetup, NOW)
        hosting.choose(session, coming(session, meetup)[1], bo, by=bo, now=NOW)

    assert names(session, fixed, 3) == "ABA"
    assert names(session, free, 3) == "-B-"


def test_turns_of_who_takes_no_part_are_refused_and_of_who_is_hidden_stay(
    session: Session, team: Team, daily: Meetup, trio: list[Person]
) -> None:
    anna, bo, cees = trio
    with pytest.raises(Refused, match="does not take part"):
        hosting.take_turns(session, daily, [a_person(session, team).id])
    hosting.take_turns(session, daily, [bo.id, cees.id])
    session.flush()
    before = daily.version

    hosting.take_turns(session, daily, [cees.id, anna.id], hidden={bo.id})
    session.flush()

    assert hosting.places(session, daily) == {bo.id: 1, cees.id: 1, anna.id: 2}
    assert daily.version > before


def test_who_leads_is_found_by_the_days_of_its_team(
    database: Database, session: Session, daily: Meetup
) -> None:
    """However many teams there are, and for however many years they met."""
    with statements(database) as asked:
        hosting.hosts(session, coming(session, daily)[:1], NOW)

    of_family = [one for one in asked if "coalesce(meetup.root_id" in one]
    assert len(of_family) == 2
    for one in of_family:
        assert "occurrence.team_id IN" in one
        assert "occurrence.starts_at" in one.split("WHERE")[1]


def test_who_leads_twenty_days_costs_as_many_queries_as_one(
    database: Database, session: Session, daily: Meetup
) -> None:
    rows = [row for row in coming(session, daily) if row.is_held]

    with statements(database) as of_one:
        hosting.hosts(session, rows[:1], NOW)
    with statements(database) as of_all:
        hosting.hosts(session, rows, NOW)

    assert len(of_all) == len(of_one) <= 12


# The pages


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room(database: Database, clock: time_machine.Traveller) -> Room:  # noqa: ARG001 - its time
    room = Room(database)
    with database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.rotates, meetup.host_id = True, None
    return room


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    return Visitor(client).enter(room.editor)


def hosts_shown(page: str) -> list[str]:
    """Who leads what comes, as the page of the turns shows it."""
    return re.findall(r'aria-hidden="true">Host</span><div class="cell-value">([^<]+)</div>', page)


def host_of_day(page: str) -> str:
    """Whom the page of one day calls the host."""
    people = page.split('id="people"')[1].split("</section>", maxsplit=1)[0]
    rows = re.findall(r"<span>([^<]+)</span>\s*<span class=\"people-note\">([^<]+)</span>", people)
    return next((name for name, said in rows if said.strip() == "host"), "")


def test_the_page_of_turns_and_each_day_name_the_same_host(visitor: Visitor, room: Room) -> None:
    page = visitor.see(f"/meetups/{room.meetup_id}/hosts")

    assert "whoever led longest ago comes next" in page
    assert hosts_shown(page)[:3] == ["Joris Visser", "Mo Kaya", "Joris Visser"]
    days = (TUESDAY, WEDNESDAY, THURSDAY)
    assert [host_of_day(visitor.see(room.page(day))) for day in days] == hosts_shown(page)[:3]
    assert f"/meetups/{room.meetup_id}/hosts" in visitor.see("/meetups/")


def test_the_order_is_changed_and_who_has_no_number_takes_no_turns(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/hosts"
    joris, mo = f"turn_{room.writer.id}", f"turn_{room.editor.id}"

    bad = visitor.send(where, version=room.meetup().version, **{joris: "one", mo: "2"})
    answer = visitor.send(where, version=room.meetup().version, **{joris: "2", mo: "1"})

    assert bad.status_code == 422
    assert 'value="one"' in bad.get_data(as_text=True)
    assert answer.status_code == 303
    assert hosts_shown(visitor.see(where))[:2] == ["Mo Kaya", "Joris Visser"]
    visitor.send(where, version=room.meetup().version, **{joris: "", mo: "1"})
    assert hosts_shown(visitor.see(where))[:2] == ["Mo Kaya", "Mo Kaya"]
    with room.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry.action)))
    assert entries.count("meetup.turns_changed") == 2


def test_an_order_that_somebody_changed_meanwhile_is_shown_with_both(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/hosts"
    joris, mo = f"turn_{room.writer.id}", f"turn_{room.editor.id}"
    version = room.meetup().version
    visitor.send(where, version=version, **{joris: "2", mo: "1"})

    answer = visitor.send(where, version=version, **{joris: "", mo: "1"})

    assert answer.status_code == 409
    assert hosts_shown(visitor.see(where))[:2] == ["Mo Kaya", "Joris Visser"]


def test_turns_are_chosen_in_the_form_of_the_series(visitor: Visitor, room: Room) -> None:
    where = f"/meetups/{room.meetup_id}/edit"
    fixed = answers(room, version=room.meetup().version, host=str(room.editor.id))

    assert '<option selected value="-1">All in turn</option>' in visitor.see(where)
    assert visitor.send(where, **fixed).status_code == 303
    assert (room.meetup().rotates, room.meetup().host_id) == (False, room.editor.id)
    in_turn_again = answers(room, version=room.meetup().version, host="-1")
    assert visitor.send(where, **in_turn_again).status_code == 303

    assert (room.meetup().rotates, room.meetup().host_id) == (True, None)
    assert "All in turn" in visitor.see("/meetups/")


def test_one_day_is_taken_over_on_its_page(visitor: Visitor, room: Room) -> None:
    where = f"{room.page(TUESDAY)}/turn"
    assert "I lead this one" in visitor.see(room.page(TUESDAY))

    answer = visitor.send(where, shown=room.writer.id, host=room.editor.id)
    again = visitor.send(where, shown=room.writer.id, host=room.editor.id)

    assert (answer.status_code, again.status_code) == (303, 303)
    page = visitor.see(room.page(TUESDAY))
    assert host_of_day(page) == "Mo Kaya"
    assert "I lead this one" not in page
    assert host_of_day(visitor.see(room.page(WEDNESDAY))) == "Joris Visser"
    with room.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry.action)))
    assert entries.count("occurrence.host_chosen") == 1


def test_a_day_that_somebody_took_over_meanwhile_is_not_taken_again(
    visitor: Visitor, room: Room
) -> None:
    where = f"{room.page(TUESDAY)}/turn"
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        fatima = a_person(session, team, name="Fatima D")
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.participants.append(fatima)
        third = fatima.id

    assert visitor.send(where, shown=third, host=room.editor.id).status_code == 303
    assert visitor.send(where, shown=third, host=room.writer.id).status_code == 409
    assert visitor.send(where, shown=room.editor.id, host="0").status_code == 404
    assert visitor.send(where, shown=room.editor.id, host="").status_code == 422

    assert host_of_day(visitor.see(room.page(TUESDAY))) == "Mo Kaya"


def test_the_meeting_begins_with_the_host_that_was_known_beforehand(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    expected = host_of_day(visitor.see(room.page(TUESDAY)))
    clock.move_to(datetime(2026, 11, 10, 8, 31, tzinfo=UTC))

    visitor.send(f"{room.page(TUESDAY)}/beginning", version=room.day(TUESDAY).version)

    assert expected == host_of_day(visitor.see(room.page(TUESDAY))) == "Joris Visser"
    assert host_of_day(visitor.see(room.page(WEDNESDAY))) == "Mo Kaya"


def test_a_viewer_sees_who_leads_and_changes_nothing(client: FlaskClient, room: Room) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        henk = a_person(session, session.get_one(Team, room.team_id), "viewer", name="Henk H")
    viewer = Visitor(client).enter(henk)

    page = viewer.see(f"/meetups/{room.meetup_id}/hosts")

    assert hosts_shown(page)[0] == "Joris Visser"
    assert "Who takes turns" not in page
    assert "Change the host" not in viewer.see(room.page(TUESDAY))


@pytest.mark.parametrize("day", [date(2026, 12, 25)])
def test_a_holiday_takes_nobody_their_turn(session: Session, daily: Meetup, day: date) -> None:
    plan_occurrences(session, daily, datetime(2026, 12, 21, tzinfo=UTC))
    rows = [row for row in coming(session, daily) if row.starts_at.date() >= date(2026, 12, 23)]

    found = hosting.hosts(
        session, [row for row in rows if row.is_held][:4], datetime(2026, 12, 21, tzinfo=UTC)
    )

    skipped = next(row for row in rows if row.local_day == day)
    assert skipped.state == "skipped"
    leaders = [host.name[0] for host in found.values() if host is not None]
    assert leaders in (list("ABCA"), list("BCAB"), list("CABC"))
