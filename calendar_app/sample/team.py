"""The sample's team: its people, its plan and its daily meet-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.meetups.queries import neighbours, plan_occurrences
from calendar_app.moments import moment
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.people.queries import team_by_name
from calendar_app.plans.models import Audience, Plan
from calendar_app.sample.days import DAY, WEEKS, Days, first_of_month
from calendar_app.sample.files import Facts, read, without
from calendar_app.sample.password import hashed
from calendar_app.sample.stamps import Stamps


def new_team(session: Session, name: str | None = None) -> Team:
    """The team of the files, by this `name` if one is given. Raises Refused when it is there."""
    team = Team(**{**read("team"), **({} if name is None else {"name": name})})
    if team_by_name(session, team.name) is not None:
        raise Refused(N_("The team %(name)s is in this database already."), name=team.name)
    session.add(team)
    return team


def add_people(session: Session, team: Team, days: Days, password: str) -> dict[str, Person]:
    """The team's people, by the key they have in the files, and who of them is away."""
    facts = read("people")
    secret = hashed(password)
    people = {}
    for key, told in facts["people"].items():
        people[key] = Person(name=told["name"], email=f"{key}@delinde.example", password=secret)
        session.add(Membership(team=team, person=people[key], role=told["role"]))
    session.flush()
    session.add_all(_absence(team, people, days, told) for told in facts["absences"])
    return people


def add_ambassadors(team: Team, people: Mapping[str, Person], at: datetime) -> None:
    """Who of them agreed, at that moment, to post from their own account."""
    for key, told in read("people")["people"].items():
        if told.get("ambassador"):
            mine = (m for m in people[key].memberships if m.team is team)
            next(mine).agree_as_ambassador(at)


def add_experiments(plan: Plan, days: Days) -> None:
    """What the team tries, and tried."""
    for told in read("plan")["experiments"]:
        first, last = (days.day(*told[name]) for name in ("first", "last"))
        words = {"hypothesis": told["hypothesis"], "measure": told["measure"]}
        plan.add_experiment(told["name"], first, last, **words)


def decide_experiments(
    session: Session, stamps: Stamps, plan: Plan, people: Mapping[str, Person]
) -> None:
    """What came of those of which the files tell it, in the afternoon of their last day."""
    outcomes = {told["name"]: told for told in read("plan")["experiments"] if "outcome" in told}
    for experiment in plan.experiments:
        told = outcomes.get(experiment.name)
        if told is not None:
            day = experiment.ends_on
            stamps.at = moment(day, time(16), plan.team.zone)
            by = people[told["by"]]
            experiment.decide(told["outcome"], told["lesson"], by, stamps.at, today=day)
            session.flush()


def _absence(team: Team, people: Mapping[str, Person], days: Days, told: Facts) -> Absence:
    return Absence(
        team_id=team.id,
        person=people[told["person"]],
        deputy=people[told["deputy"]],
        first_day=days.today + told["first"] * DAY,
        last_day=days.today + told["last"] * DAY,
        note=told["note"],
    )


def add_plan(
    session: Session, team: Team, today: date, people: Mapping[str, Person] | None = None
) -> Plan:
    """The team's plan: values, audiences, facts, community, channels, and what `people` do."""
    facts = read("plan")
    question = _question(facts["question"], today)
    about = {key: facts[key] for key in ("domain", "facing", "horizon", "brand_kind")}
    plan = Plan.new(team, facts["name"], **about, **question, **facts["story"])
    session.add(plan)
    plan.wish_of_ambassadors(facts["ambassador_share"])
    for told in facts["values"]:
        plan.add_value(**told)
    keys = {told["key"]: _add_audience(plan, told, today) for told in facts["audiences"]}
    session.flush()
    for told in facts["actors"]:
        _add_actor(plan, told, keys)
        session.flush()
    for told in facts["channels"]:
        _add_channel(plan, told, people or {})
        # One at a time: else the rows between channels and audiences come in any order.
        session.flush()
    if people:
        _share_work(plan, facts, people)
    return plan


def audiences_called(plan: Plan, keys: Sequence[str]) -> list[Audience]:
    """The plan's audiences that the files name by these keys, in the plan's order."""
    named = zip(read("plan")["audiences"], plan.audiences, strict=True)
    return [audience for told, audience in named if told["key"] in keys]


def _add_channel(plan: Plan, told: Facts, people: Mapping[str, Person]) -> None:
    texts = without(told, "address")
    texts["audiences"] = audiences_called(plan, told["audiences"])
    texts["owner"], texts["deputy"] = people.get(told["owner"]), people.get(told["deputy"])
    plan.add_channel(**texts)


def _share_work(plan: Plan, facts: Facts, people: Mapping[str, Person]) -> None:
    """Who does what by the role matrix, and what is agreed of webcare."""
    plan.set_roles(
        [
            (task, people[key], part)
            for task, parts in facts["roles"].items()
            for part, keys in parts.items()
            for key in keys
        ]
    )
    agreed = facts["webcare"]
    plan.agree_webcare(**{**agreed, "escalate_to": people[agreed["escalate_to"]]})


def _question(told: Facts, today: date) -> dict[str, Any]:
    return {
        "question_group": told["group"],
        "question_behaviour": told["behaviour"],
        "question_before": first_of_month(today, told["before_months"]),
        "question_measure": told["measure"],
        "baseline": told["baseline"],
        "target": told["target"],
    }


def _add_audience(plan: Plan, told: Facts, today: date) -> Audience:
    audience = plan.add_audience(**without(told, "key", "facts"))
    for fact in told["facts"]:
        dated_on = fact.get("dated_on")
        if "weeks_ago" in fact:
            dated_on = today - timedelta(weeks=fact["weeks_ago"])
        audience.add_fact(**{**without(fact, "weeks_ago"), "dated_on": dated_on})
    return audience


def _add_actor(plan: Plan, told: Facts, audiences: Mapping[str, Audience]) -> None:
    ways = {one.name: one.id for one in plan.actors}
    plan.add_actor(
        told["name"],
        ring=told["ring"],
        via_id=ways.get(told.get("via", "")),
        reaches=[audiences[key].id for key in told.get("reaches", ())],
        trusted_by=[audiences[key].id for key in told.get("trusted_by", ())],
        bond=told["bond"],
    )


def add_meetup(session: Session, team: Team, people: Mapping[str, Person], days: Days) -> None:
    """The team's series of meet-ups since four weeks, with the days that were changed by hand."""
    facts = read("meetup")
    meetup = Meetup.new(team, _series(facts, people, days))
    session.add(meetup)
    # As the worker would have planned it when it began, and as it plans it now.
    for at in (days.moment(meetup.starts_on, time()), days.now):
        plan_occurrences(session, meetup, at)
    for told in facts["changes"]:
        _change_day(session, meetup, told, people[told["by"]], days)


def _series(facts: Facts, people: Mapping[str, Person], days: Days) -> Series:
    return Series(
        name=facts["name"],
        weekdays=tuple(facts["weekdays"]),
        local_time=facts["at"],
        zone=days.zone,
        minutes=facts["minutes"],
        starts_on=days.monday - timedelta(weeks=WEEKS),
        ends_on=None,
        participants=[people[key] for key in facts["participants"]],
        host=people[facts["host"]],
        place=facts["place"],
        link=facts["link"],
        lead_minutes=facts["lead_minutes"],
    )


def _change_day(session: Session, meetup: Meetup, told: Facts, by: Person, days: Days) -> None:
    day = days.day(told["week"], told["day"])
    of_day = select(Occurrence).where(Occurrence.meetup_id == meetup.id)
    occurrence = session.scalars(of_day.where(Occurrence.local_day == day)).one()
    at = days.moment(days.working_day(min(day, days.today), -1), time(15, 10))
    if "cancelled" in told:
        occurrence.cancel_day(by, at, told["cancelled"])
    else:
        between = neighbours(session, occurrence)
        occurrence.move_day(day, told["moved_to"], by=by, now=at, between=between)
    session.flush()
