"""Which meet-up is today's, who is there, and who leads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.meetups import queries
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.models import Membership, Person, Team
from calendar_app.plans.models import Plan
from tests.builders import a_meetup, a_person, a_plan, a_team, an_absence

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 11, 10), date(2026, 11, 11)


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def anouk(session: Session, team: Team) -> Person:
    return a_person(session, team, name="Anouk Nijhuis")


@pytest.fixture
def joris(session: Session, team: Team) -> Person:
    return a_person(session, team, name="Joris Visser")


@pytest.fixture
def sanne(session: Session, team: Team) -> Person:
    return a_person(session, team, "editor", name="Sanne Bakker")


@pytest.fixture
def daily(session: Session, team: Team, anouk: Person, joris: Person, sanne: Person) -> Meetup:
    meetup = a_meetup(session, team, [sanne, joris, anouk], host_id=joris.id)
    queries.plan_occurrences(session, meetup, NOW)
    return meetup


def on(session: Session, meetup: Meetup, day: date) -> Occurrence:
    query = select(Occurrence).where(Occurrence.meetup_id == meetup.id)
    return session.scalars(query.where(Occurrence.local_day == day)).one()


def test_todays_meetup_is_the_running_or_next_one_and_else_the_last(
    session: Session, team: Team, daily: Meetup, sanne: Person
) -> None:
    afternoon = a_meetup(session, team, [sanne], local_time=time(16, 0))
    queries.plan_occurrences(session, afternoon, NOW)
    first, second = on(session, daily, TUESDAY), on(session, afternoon, TUESDAY)

    for moment, expected in (
        (NOW, first),
        (first.ends_at - timedelta(seconds=1), first),
        (first.ends_at, second),
        (second.ends_at + timedelta(hours=3), second),
    ):
        assert queries.todays_occurrence(session, team, moment) is expected


def test_a_day_without_a_meetup_has_none(session: Session, team: Team, daily: Meetup) -> None:
    saturday = datetime(2026, 11, 14, 9, tzinfo=UTC)

    assert queries.todays_occurrence(session, team, saturday) is None
    coming = queries.next_occurrence(session, team, None, saturday)
    assert coming is on(session, daily, date(2026, 11, 16))


def test_the_day_of_a_meetup_is_that_of_its_own_zone(session: Session) -> None:
    team = a_team(session, zone="Pacific/Auckland", country="NZ")
    meetup = a_meetup(session, team, [a_person(session, team)], local_time=time(8, 0))
    on_monday_in_utc = datetime(2026, 11, 9, 18, tzinfo=UTC)
    queries.plan_occurrences(session, meetup, on_monday_in_utc)

    found = queries.todays_occurrence(session, team, on_monday_in_utc)

    assert found is on(session, meetup, TUESDAY)


def test_the_next_meetup_of_a_person_is_one_they_take_part_in(
    session: Session, team: Team, daily: Meetup, anouk: Person
) -> None:
    guest = a_person(session, team, name="Henk Vos")

    assert queries.next_occurrence(session, team, guest, NOW) is None
    assert queries.next_occurrence(session, team, anouk, NOW) is on(session, daily, TUESDAY)


def test_a_cancelled_meetup_is_not_the_next_but_stands_between_the_others(
    session: Session, team: Team, daily: Meetup, sanne: Person
) -> None:
    on(session, daily, TUESDAY).cancel_day(sanne, NOW)
    session.flush()

    found = queries.occurrences_between(session, team, NOW, NOW + timedelta(days=2))

    assert [row.state for row in found] == ["cancelled", "planned"]
    coming = queries.next_occurrence(session, team, None, NOW)
    assert coming is on(session, daily, WEDNESDAY)


def test_days_that_a_series_no_longer_has_are_nowhere(
    session: Session, team: Team, daily: Meetup
) -> None:
    daily.delete(NOW)
    queries.plan_occurrences(session, daily, NOW)

    assert queries.occurrences_between(session, team, NOW, NOW + timedelta(days=40)) == []
    assert queries.coming_occurrences(session, team, NOW) == []


def test_another_team_sees_nothing_of_it(session: Session, daily: Meetup) -> None:
    other = a_team(session)

    assert daily.team_id != other.id
    assert queries.meetups(session, other) == []
    assert queries.todays_occurrence(session, other, NOW) is None
    assert queries.occurrences_between(session, other, NOW, NOW + timedelta(days=9)) == []


def test_who_is_away_on_the_day_is_absent_and_the_others_are_present(
    session: Session, team: Team, daily: Meetup, anouk: Person, joris: Person, sanne: Person
) -> None:
    an_absence(session, team, anouk, TUESDAY, TUESDAY)
    an_absence(session, team, sanne, date(2026, 11, 9), date(2026, 11, 9))

    present, absent = queries.present_participants(session, on(session, daily, TUESDAY))
    present_next, absent_next = queries.present_participants(session, on(session, daily, WEDNESDAY))

    assert present == [joris, sanne]
    assert [absence.person for absence in absent] == [anouk]
    assert present_next == [anouk, joris, sanne]
    assert absent_next == []


def test_of_two_absences_the_longer_one_counts(
    session: Session, team: Team, daily: Meetup, anouk: Person
) -> None:
    an_absence(session, team, anouk, TUESDAY, TUESDAY)
    long = an_absence(session, team, anouk, TUESDAY, date(2026, 11, 20))

    _present, absent = queries.present_participants(session, on(session, daily, TUESDAY))

    assert absent == [long]


def test_an_absence_in_another_team_does_not_count(
    session: Session, daily: Meetup, anouk: Person
) -> None:
    an_absence(session, a_team(session), anouk, TUESDAY, TUESDAY)

    present, _absent = queries.present_participants(session, on(session, daily, TUESDAY))

    assert anouk in present


def test_who_left_the_team_or_lost_the_account_is_neither(
    session: Session, daily: Meetup, anouk: Person, sanne: Person, joris: Person
) -> None:
    query = select(Membership).where(Membership.person_id == anouk.id)
    session.scalars(query).one().ended_at = NOW
    sanne.active = False
    session.flush()

    present, absent = queries.present_participants(session, on(session, daily, TUESDAY))

    assert (present, absent) == ([joris], [])


def test_a_moved_meetup_asks_who_is_there_on_its_new_day(
    session: Session, team: Team, daily: Meetup, anouk: Person, sanne: Person
) -> None:
    friday, saturday = date(2026, 11, 13), date(2026, 11, 14)
    an_absence(session, team, anouk, saturday, saturday)
    day = on(session, daily, friday)
    between = queries.neighbours(session, day)

    day.move_day(saturday, time(9, 30), by=sanne, now=NOW, between=between)
    present, _absent = queries.present_participants(session, day)

    assert anouk not in present


def leader(session: Session, occurrence: Occurrence) -> Person | None:
    found = queries.presence(session, [occurrence])[occurrence.id]
    return queries.host_of(occurrence, found)


def test_the_host_leads_when_present(session: Session, daily: Meetup, joris: Person) -> None:
    assert leader(session, on(session, daily, TUESDAY)) is joris


def test_the_deputy_leads_for_an_absent_host(
    session: Session, team: Team, daily: Meetup, joris: Person, anouk: Person
) -> None:
    an_absence(session, team, joris, TUESDAY, TUESDAY).deputy_id = anouk.id
    session.flush()

    assert leader(session, on(session, daily, TUESDAY)) is anouk


def test_without_a_deputy_the_next_by_name_leads_and_after_the_last_the_first(
    session: Session, team: Team, daily: Meetup, anouk: Person, joris: Person, sanne: Person
) -> None:
    an_absence(session, team, joris, TUESDAY, WEDNESDAY)
    an_absence(session, team, sanne, WEDNESDAY, WEDNESDAY)

    assert leader(session, on(session, daily, TUESDAY)) is sanne
    assert leader(session, on(session, daily, WEDNESDAY)) is anouk


def test_a_meetup_without_a_host_or_without_anybody_is_led_by_nobody(
    session: Session, team: Team, joris: Person
) -> None:
    alone = a_meetup(session, team, [joris], host_id=joris.id)
    nobody = a_meetup(session, team, [joris])
    for meetup in (alone, nobody):
        queries.plan_occurrences(session, meetup, NOW)
    an_absence(session, team, joris, TUESDAY, TUESDAY)

    assert leader(session, on(session, alone, TUESDAY)) is None
    assert leader(session, on(session, nobody, WEDNESDAY)) is None


def test_presence_of_no_meetup_asks_nothing(session: Session) -> None:
    assert queries.presence(session, []) == {}


def named(session: Session, team: Team, *roles: tuple[Person, str]) -> Plan:
    """A plan of `team` whose matrix says who leads the meet-up."""
    plan = a_plan(session, team)
    plan.set_roles([("hosting", person, part) for person, part in roles])
    session.flush()
    return plan


def test_the_deputy_of_the_role_matrix_leads_for_an_absent_host(
    session: Session, team: Team, daily: Meetup, joris: Person, anouk: Person, sanne: Person
) -> None:
    named(session, team, (joris, "does"), (anouk, "deputy"))
    an_absence(session, team, joris, TUESDAY, WEDNESDAY).deputy_id = sanne.id
    an_absence(session, team, anouk, WEDNESDAY, WEDNESDAY)
    session.flush()

    assert leader(session, on(session, daily, TUESDAY)) is anouk
    assert leader(session, on(session, daily, WEDNESDAY)) is sanne


def test_somebody_else_who_leads_meetups_goes_before_a_deputy(
    session: Session, team: Team, daily: Meetup, joris: Person, anouk: Person, sanne: Person
) -> None:
    named(session, team, (anouk, "deputy"), (sanne, "does"))
    an_absence(session, team, joris, TUESDAY, TUESDAY)

    assert leader(session, on(session, daily, TUESDAY)) is sanne
    assert leader(session, on(session, daily, WEDNESDAY)) is joris


@pytest.mark.parametrize("why", ["archived", "unseen", "left", "elsewhere"])
def test_a_deputy_who_does_not_count_is_not_asked(
    session: Session, team: Team, daily: Meetup, joris: Person, anouk: Person, why: str
) -> None:
    plan = named(session, team, (anouk, "deputy"))
    an_absence(session, team, joris, TUESDAY, TUESDAY)
    if why == "archived":
        plan.archived_at = NOW
    if why == "unseen":
        anouk.memberships[0].takes_part = False
    if why == "left":
        anouk.memberships[0].ended_at = NOW
    if why == "elsewhere":
        daily.participants.remove(anouk)
    session.flush()

    # Who comes next by name.
    found = leader(session, on(session, daily, TUESDAY))
    assert found is not None
    assert found.name == "Sanne Bakker"


def test_the_matrix_proposes_who_leads_a_new_series(
    session: Session, team: Team, joris: Person, anouk: Person, sanne: Person
) -> None:
    people = [anouk, joris, sanne]
    assert queries.proposed_host(session, team, people) is None
    named(session, team, (joris, "deputy"), (sanne, "does"))

    assert queries.proposed_host(session, team, people) is sanne
    assert queries.proposed_host(session, team, [anouk, joris]) is joris
    assert queries.proposed_host(session, team, [anouk]) is None
