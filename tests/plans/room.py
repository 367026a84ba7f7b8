"""A team with one whole plan, for the tests of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import TYPE_CHECKING, Any, TypeVar

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.plans.roles import TASKS
from tests.builders import a_person, a_plan, a_team, sign_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Base, Database

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
ROLES = ("viewer", "writer", "editor", "admin")

Row = TypeVar("Row", bound="Base")


class Room:
    """The plan "Nurses" with a value, an audience with a fact, and a channel; and four people."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app = app
        self.database = database
        with database.writing() as session:
            team = a_team(session)
            plan = a_whole_plan(team)
            session.add(plan)
            session.flush()
            add_parts(plan)
            session.flush()
            self.team_id: int = team.id
            self.plan_id: int = plan.id
            self.value_id: int = plan.values[0].id
            self.audience_id: int = plan.audiences[0].id
            self.fact_id: int = plan.audiences[0].facts[0].id
            self.channel_id: int = plan.channels[0].id
            people = {role: a_person(session, team, role) for role in ROLES}
            self.people = {role: person.id for role, person in people.items()}
            share_tasks(plan, people["editor"])
            self.foreign_plan_id = a_plan(session, a_team(session)).id

    @property
    def address(self) -> str:
        return f"/plans/{self.plan_id}"

    @property
    def addresses(self) -> dict[str, str]:
        """The page of the plan's one part of each kind."""
        audience = f"{self.address}/audiences/{self.audience_id}"
        return {
            "why": f"{self.address}/why",
            "what": f"{self.address}/what",
            "value": f"{self.address}/values/{self.value_id}",
            "audience": audience,
            "fact": f"{audience}/facts/{self.fact_id}",
            "channel": f"{self.address}/channels/{self.channel_id}",
        }

    @property
    def new_addresses(self) -> dict[str, str]:
        """The page on which a part of each kind is made."""
        return {
            "plan": "/plans/new",
            "value": f"{self.address}/values/new",
            "audience": f"{self.address}/audiences/new",
            "fact": f"{self.addresses['audience']}/facts/new",
            "channel": f"{self.address}/channels/new",
        }

    def visitor(self, role: str = "editor", language: str = "en") -> Visitor:
        client = self.app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        with self.database.reading() as session:
            sign_in(client, session.get_one(Person, self.people[role]))
        return Visitor(client)

    def read(self, kind: type[Row], row_id: int) -> Row:
        with self.database.reading() as session:
            return session.get_one(kind, row_id)


@dataclass
class Visitor:
    """Somebody at a browser without scripts."""

    client: FlaskClient

    def open(self, path: str, status: int = 200) -> str:
        """The page at `path`, its entities as people read them."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{answer.status_code} for {path}"
        return unescape(answer.get_data(as_text=True))

    def form(self, path: str) -> dict[str, str]:
        """The fields of the page's form as they stand there."""
        page = self.client.get(path).get_data(as_text=True)
        return fields_of(page)

    def send(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data=fields)

    def remove(self, path: str) -> TestResponse:
        """Press the button that takes away what the page at `path` shows."""
        return self.send(f"{path}/deletion", version=self.form(path)["version"])

    def archive(self, path: str) -> TestResponse:
        """Press the button that archives the plan at `path`."""
        return self.send(f"{path}/archive", version=self.form(path)["version"])

    def send_changed(self, path: str, **fields: Any) -> TestResponse:
        """Open the form at `path`, change `fields`, send it whole."""
        return self.send(path, **{**self.form(path), **fields})

    def follow(self, answer: TestResponse) -> str:
        """The page that a saved form leads to."""
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.open(answer.location)


def a_whole_plan(team: Team) -> Plan:
    plan = Plan.new(
        team,
        "Nurses",
        question_group="nurses",
        question_behaviour="apply",
        question_before=date(2027, 7, 1),
        question_measure="applications a month",
        story="A bicycle and a bag.",
    )
    plan.answer_hours = 4
    return plan


def add_parts(plan: Plan) -> None:
    plan.add_value(
        "Nearby",
        meaning="We know you.",
        belongs="Faces",
        falls_outside="Stock photos",
        wanted_share=100,
    )
    audience = plan.add_audience("Job seekers", description="They look around.")
    audience.add_fact(
        "Most are on LinkedIn.", certainty="known", source="Survey", dated_on=date(2026, 2, 1)
    )
    plan.add_channel("LinkedIn", "LI", cadence=3, audiences=[audience])


def share_tasks(plan: Plan, person: Person) -> None:
    """Let `person` do every task."""
    plan.set_roles([(task, person, "does") for task in TASKS])


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's forms, but for the fields of the frame."""
    found: dict[str, str] = {}
    # What a script may bring later is no part of the page yet.
    page = re.sub(r"<template\b.*?</template>", "", page, flags=re.DOTALL)
    for tag in re.findall(r"<input\b[^>]*>", page):
        marks = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        chosen = marks.get("type") not in {"radio", "checkbox"} or re.search(r"\schecked\b", tag)
        if "name" in marks and chosen:
            found[marks["name"]] = unescape(marks.get("value", ""))
    for name, text in re.findall(
        r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL
    ):
        found[name] = unescape(text).lstrip("\r\n")
    return {name: value for name, value in found.items() if name not in {"csrf_token", "next"}}
