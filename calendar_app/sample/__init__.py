"""A team to try Kapstok with: a made-up Dutch hospital that wants nurses.

The files of `sample_data` say what there is, with days counted from the day of loading. It goes in
by the verbs that the web uses, each at an hour when its person could have used it, so that its
history is that of a team that has worked with Kapstok for two months. For load tests there are
larger teams.
"""

from __future__ import annotations

from datetime import datetime, time

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.media.storage import store_of
from calendar_app.people import queries
from calendar_app.people.audit import record
from calendar_app.sample.campaigns import add_campaigns
from calendar_app.sample.days import WEEKS, Days
from calendar_app.sample.large import load_large
from calendar_app.sample.meeting import add_checklist, add_held_meetup
from calendar_app.sample.password import password
from calendar_app.sample.posts import Scene, add_posts
from calendar_app.sample.preconditions import rate_preconditions
from calendar_app.sample.readings import add_readings
from calendar_app.sample.series import add_series
from calendar_app.sample.stamps import Stamps
from calendar_app.sample.team import (
    add_ambassadors,
    add_experiments,
    add_meetup,
    add_people,
    add_plan,
    decide_experiments,
    new_team,
)
from calendar_app.sample.webcare import add_webcare

__all__ = ["is_wanted", "load", "load_large", "password"]

# Working days between the plan and the week of the first posts, so that they could be thought of.
_PLAN_LEAD = 15


def is_wanted(database: Database) -> bool:
    """Whether nobody has an account in `database` yet."""
    with database.reading() as session:
        return queries.nobody_yet(session)


def load(config: Config, database: Database, now: datetime) -> None:
    """Put the sample team into `database`, whole or not at all.

    Raises Refused when it is there, or when the place for files takes no image.
    """
    with database.writing() as session:
        stamps = Stamps(session, now, "sample")
        team = new_team(session)
        days = Days.around(now, team)
        people = add_people(session, team, days, password(config))
        first_week = days.day(-WEEKS, "ma")
        made_on = days.working_day(first_week, -_PLAN_LEAD)
        stamps.at = days.moment(made_on, time(10))
        add_ambassadors(team, people, stamps.at)
        plan = add_plan(session, team, days.today, people)
        add_experiments(plan, days)
        add_readings(session, plan, people, days, made_on)
        rate_preconditions(plan, people, days, stamps.at)
        add_checklist(session, team)
        session.flush()
        scene = Scene(team, plan, people, days, store_of(config))
        add_posts(session, stamps, scene)
        decide_experiments(session, stamps, plan, people)
        add_series(session, stamps, scene)
        # Entered just now: nobody can have missed a meet-up before it.
        stamps.at = now
        add_meetup(session, team, people, days)
        add_webcare(session, stamps, scene)
        add_held_meetup(session, stamps, team, people, days)
        stamps.at = now
        add_campaigns(session, team, days)
        record(session, "sample.loaded", at=now, origin="sample", team=team)
