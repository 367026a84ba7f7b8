"""A team's calendar and its visitors, for tests of pages that ask and change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests import builders

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database

NOW = "2026-11-10T08:18:00Z"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _tuesday_morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@dataclass
class Site:
    app: Flask
    database: Database
    team_id: int
    plan_id: int
    people: dict[str, int]

    def visitor(self, role: str = "writer") -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        with self.database.reading() as session:
            builders.sign_in(client, session.get_one(Person, self.people[role]))
        return client

    def post(self, day: int = 12, hour: int = 9, **facts: Any) -> str:
        """A new post, by the pair that names it as it is."""
        facts = {"starts_at": datetime(2026, 11, day, hour, tzinfo=UTC), **facts}
        with self.database.writing() as session:
            team = session.get_one(Team, self.team_id)
            plan = session.get_one(Plan, self.plan_id)
            return f"{builders.a_post(session, team, plan, **facts).id}:1"

    def row(self, pair: str) -> Post:
        with self.database.reading() as session:
            return session.get_one(Post, int(pair.partition(":")[0]))

    def start(self, pair: str) -> str:
        start = self.row(pair).local_start
        return f"{start:%Y-%m-%d %H:%M}" if start else ""


@pytest.fixture
def site(app: Flask, database: Database) -> Site:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        people = {
            role: builders.a_person(session, team, role, name=f"{role} Bos", language="en").id
            for role in ("viewer", "writer", "editor")
        }
        return Site(app, database, team.id, plan.id, people)


def ask(client: FlaskClient, path: str = "/calendar/moves", **fields: Any) -> TestResponse:
    return client.post(path, data=fields, headers=SCRIPT)
