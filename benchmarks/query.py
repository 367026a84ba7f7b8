"""The posts of a month out of 10,000 and out of a million: as many queries, and as fast.

With their values, audiences, channels and owners, as the month page asks for them. The team that
asks has 10,000 posts both times, 200 of them in the month; all others are of another team.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.load import limit
from benchmarks.month import PASSWORD, POSTS, a_team_of
from calendar_app import clock, models  # noqa: F401 - fills the registry of mapped classes
from calendar_app.calendar import month, queries
from calendar_app.calendar.filters import Filters
from calendar_app.db import Database
from calendar_app.moments import local
from calendar_app.people.models import Team
from tests.support.servers import settings_for
from tests.support.statements import statements

MILLION = 1_000_000
ROUNDS = 60


@dataclass(frozen=True)
class _Asked:
    milliseconds: float
    queries: int
    posts: int


def run() -> list[dict[str, object]]:
    """The time of the month's queries with a million posts, against that with 10,000."""
    few, many = _measured(POSTS), _measured(MILLION)
    if few.posts != many.posts:
        raise RuntimeError(f"{few.posts} posts were shown, and then {many.posts}")
    name = f"month query, {many.posts} posts shown of {MILLION}, against {POSTS}"
    return [
        limit(name, many.queries, "queries", 1, 1, against=few.queries),
        limit(name, many.milliseconds, "ms", 2.0, 1.2, against=few.milliseconds),
    ]


def _measured(posts: int) -> _Asked:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), sample_password=PASSWORD)
        a_team_of(POSTS, settings)
        if posts > POSTS:
            a_team_of(posts - POSTS, settings, seed=2, weeks=520)
        database = Database(f"sqlite:///{folder}/kapstok.sqlite")
        try:
            return _ask(database)
        finally:
            database.dispose()


def _ask(database: Database) -> _Asked:
    with database.reading() as session:
        team = session.scalars(select(Team).order_by(Team.id).limit(1)).one()
        days = month.days_shown(local(clock.now(), team.zone).date())
        start, end = month.bounds(days, team.zone)
        with statements(database) as sent:
            shown = len(queries.rows_between(session, team, start, end, Filters()))
        times = []
        for _round in range(ROUNDS):
            began = time.perf_counter()
            queries.rows_between(session, team, start, end, Filters())
            times.append(time.perf_counter() - began)
    return _Asked(statistics.median(times) * 1000, len(sent), shown)
