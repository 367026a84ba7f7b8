"""One of the sample's meet-ups as it was held, with what was agreed, and the team's checklist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.meetups import sittings
from calendar_app.meetups.actions import Action
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Person, Team
from calendar_app.posts import checklist
from calendar_app.sample.days import DAY, Days
from calendar_app.sample.files import Facts, read
from calendar_app.sample.stamps import Stamps

# So long ago that nobody is mailed now what was agreed at it.
_AGO = 3
_LASTED = timedelta(minutes=11)


def add_held_meetup(
    session: Session, stamps: Stamps, team: Team, people: Mapping[str, Person], days: Days
) -> None:
    """The last meet-up that took place three working days ago or before, begun and closed."""
    held = _held(session, team, days)
    told = read("meetup")["held"]
    by = people[told["by"]]
    stamps.at = held.starts_at
    sitting = sittings.begin(session, held, by, by=by, now=stamps.at)
    session.flush()
    sittings.note(session, sitting, people[told["not_there"]].id, is_present=False)
    for number, agreed in enumerate(told["actions"]):
        stamps.at = held.starts_at + timedelta(minutes=4 + number)
        session.add(_action(held, agreed, people, days))
        session.flush()
    stamps.at = held.starts_at + _LASTED
    lay_there = sittings.what_lies_there(session, team, held, stamps.at)
    sitting.close(by, stamps.at, lay_there)
    session.flush()
    _finish(session, stamps, held, told["actions"], people, days)
    # Entered just now, as its series was: nobody can have missed it.
    stamps.at = days.now
    held.touch()
    session.flush()


def add_checklist(session: Session, team: Team) -> None:
    """What the team looks at before a post goes out."""
    for words in read("posts")["checklist"]:
        checklist.add(session, team, words)
        session.flush()


def _held(session: Session, team: Team, days: Days) -> Occurrence:
    last = days.working_day(days.today, -_AGO)
    wanted = select(Occurrence).where(Occurrence.team_id == team.id, Occurrence.held_on <= last)
    newest = wanted.where(Occurrence.state == "planned").order_by(Occurrence.held_on.desc())
    return session.scalars(newest.limit(1)).one()


def _action(held: Occurrence, told: Facts, people: Mapping[str, Person], days: Days) -> Action:
    return Action.new(held, told["text"], people[told["owner"]], _day(told["due"], days))


def _finish(
    session: Session,
    stamps: Stamps,
    held: Occurrence,
    agreed: list[Facts],
    people: Mapping[str, Person],
    days: Days,
) -> None:
    """What was done since."""
    made = select(Action).where(Action.occurrence_id == held.id).order_by(Action.id)
    for action, told in zip(session.scalars(made).all(), agreed, strict=True):
        if "done" in told:
            day = days.working_day(days.today, -told["done"])
            stamps.at = days.moment(day, told["done_at"])
            action.finish(people[told["owner"]], stamps.at)
            session.flush()


def _day(number: int, days: Days) -> date:
    """The working day so many before (below 0) or after today."""
    if number <= 0:
        return days.working_day(days.today, number)
    day = days.today
    while number > 0:
        day += DAY
        number -= days.is_working(day)
    return day
