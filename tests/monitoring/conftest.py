"""A team of a writer, an editor and a viewer with a plan, on a Tuesday just after eleven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.models import Channel, Plan
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database

NOW = datetime(2026, 11, 10, 10, 2, tzinfo=UTC)


@dataclass
class Room:
    """The team, and browsers of its people."""

    app: Flask
    database: Database
    team_id: int
    plan_id: int
    channel_id: int
    people: dict[str, int]

    def client(self, who: str = "writer") -> FlaskClient:
        client = self.app.test_client()
        with self.database.reading() as session:
            builders.sign_in(client, session.get_one(Person, self.people[who]))
        return client

    def question(self, **facts: Any) -> int:
        with self.database.writing() as session:
            channel = session.get_one(Channel, self.channel_id)
            return builders.a_question(session, channel, **facts).id

    def post(self, **facts: Any) -> int:
        told = {"state": "published", "published_at": datetime(2026, 11, 9, 10, tzinfo=UTC)}
        with self.database.writing() as session:
            team = session.get_one(Team, self.team_id)
            plan = session.get_one(Plan, self.plan_id)
            return builders.a_post(session, team, plan, **{**told, **facts}).id

    def row(self, kind: type[Any], row_id: int) -> Any:
        with self.database.reading() as session:
            return session.get_one(kind, row_id)

    def noted(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def room(app: Flask, database: Database) -> Room:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        team = builders.a_team(session, name="De Linde", language="en")
        plan = builders.a_plan(session, team, answer_hours=4, escalate_hours=8)
        people = {
            part: builders.a_person(session, team, role, name=f"{part.title()} Bos", language="en")
            for part, role in (("writer", "writer"), ("mo", "editor"), ("reader", "viewer"))
        }
        plan.escalate_to_id = people["mo"].id
        ids = {part: person.id for part, person in people.items()}
        return Room(app, database, team.id, plan.id, plan.channels[0].id, ids)


@pytest.fixture(autouse=True)
def _on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
