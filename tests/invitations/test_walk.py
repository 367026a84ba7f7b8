"""Whatever people do one after the other, a calendar holds what is held: by mail or by the feed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app.errors import Refused
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours
from calendar_app.people.models import Person
from tests.builders import a_meetup, a_person, a_team
from tests.invitations.conftest import Room
from tests.invitations.outlook import Outlook

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

STEPS = (
    "by mail",
    "by feed",
    "cancel",
    "move hour",
    "move day",
    "put back",
    "rule",
    "texts",
    "holidays",
    "ends",
    "leave",
    "join",
    "a week goes by",
)
NUMBER = st.integers(0, 6)
# Some of them together before the calendar is looked at, as in one sitting.
WALK = st.lists(st.lists(st.tuples(st.sampled_from(STEPS), NUMBER), min_size=1, max_size=3))


class Walk:
    """One person's meet-ups, and what people do to them."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.by_mail = False
        self.is_in = True
        self.changed: list[int] = []

    def take(self, step: str, number: int) -> None:
        """Do one thing; what a rule forbids is not done."""
        room = self.room
        if step in {"by mail", "by feed"}:
            self.by_mail = step == "by mail"
            room.choose("mail" if self.by_mail else "feed")
        elif step == "a week goes by":
            room.scene.now += timedelta(days=7)
        elif step in {"leave", "join"}:
            self._take_part(is_in=step == "join")
        elif step in {"rule", "texts", "holidays", "ends"}:
            room.change(**self._facts(step, number))
        else:
            self._touch(step, number)

    def _facts(self, step: str, number: int) -> dict[str, object]:
        start = self.room.scene.now.replace(hour=8 + number % 3, minute=0, second=0, microsecond=0)
        ends: date | None = None if number % 2 else start.date() + timedelta(days=10 + number)
        facts: dict[str, dict[str, object]] = {
            "rule": {
                "local_time": start.time(),
                "weekdays": ("MO,TU,WE,TH,FR", "TU,TH")[number % 2],
            },
            "texts": {"place": f"Zaal {number}", "minutes": 10 + number},
            "holidays": {"skips_holidays": bool(number % 2)},
            "ends": {"ends_on": ends},
        }
        return facts[step]

    def _take_part(self, *, is_in: bool) -> None:
        self.is_in = is_in
        with self.room.writing() as session:
            meetup = session.get_one(Meetup, self.room.scene.meetup_id)
            people = [session.get_one(Person, who) for who in self.room.scene.people]
            meetup.participants = people if is_in else people[1:]
            meetup.touch()

    def _touch(self, step: str, number: int) -> None:
        self.room.plan()
        with self.room.writing() as session:
            found = self._chosen(session, step, number)
            if found is None:
                return
            facts = {
                "by": session.get_one(Person, self.room.scene.people[1]),
                "now": self.room.scene.now,
            }
            try:
                self._do(found, step, number, facts, session)
            except Refused:
                return
            self.changed.append(found.id)

    def _chosen(self, session: Session, step: str, number: int) -> Occurrence | None:
        if step == "put back":
            return (
                session.get(Occurrence, self.changed[number % len(self.changed)])
                if (self.changed)
                else None
            )
        try:
            return self.room.occurrence(session, number)
        except IndexError:
            return None

    @staticmethod
    def _do(
        found: Occurrence, step: str, number: int, facts: dict[str, object], session: Session
    ) -> None:
        if step == "cancel":
            found.cancel_day(**facts)  # type: ignore[arg-type]  # a person and a moment
            return
        between = neighbours(session, found)
        if step == "put back":
            found.restore_day(between=between, **facts)  # type: ignore[arg-type]  # as above
            return
        day = found.held_on + timedelta(days=number % 3 - 1 if step == "move day" else 0)
        hour = found.local_time.replace(hour=7 + number, minute=number * 5)
        found.move_day(day, hour, between=between, **facts)  # type: ignore[arg-type]  # as above


def again(room: Room) -> Walk:
    """A new team in the same database, and its walk."""
    with room.writing() as session:
        team = a_team(session)
        people = [a_person(session, team, language="en") for _place in range(2)]
        meetup = a_meetup(session, team, people)
        room.scene.team_id, room.scene.meetup_id = team.id, meetup.id
        room.scene.people = [person.id for person in people]
        room.calendars = {"anouk": Outlook(people[0].email)}
        room.token = ""
    return Walk(room)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=WALK)
def test_the_calendar_holds_what_is_held_after_every_step(
    room: Room, walk: list[list[tuple[str, int]]]
) -> None:
    way = again(room)
    for sitting in walk[:8]:
        for step, number in sitting:
            way.take(step, number)
        room.settle()

        held = room.held()
        assert room.in_calendar() == (held if way.by_mail and way.is_in else [])
        assert room.in_feed() == ([] if way.by_mail else held)
