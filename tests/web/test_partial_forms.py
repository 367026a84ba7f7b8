"""A form that comes without one of its fields, or with none: an answer, never a failure.

No browser sends such a form; a program, an old page or somebody who tries things may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from calendar_app.plans.models import BrandValue, Plan
from tests import builders
from tests.support.routes import address, every_route, rows_of
from tests.support.sent_forms import SentForm, forms_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from calendar_app.people.models import Person, Team


@dataclass
class House:
    """A team with a row of each kind, and its administrator at a browser."""

    app: Flask
    database: Database
    team: Team
    me: Person

    def client(self) -> FlaskClient:
        client = self.app.test_client()
        builders.sign_in(client, self.me)
        return client

    def rows(self) -> dict[str, object]:
        with self.database.writing() as session:
            session.expire_on_commit = False
            return rows_of(session, self.team, self.me)


@pytest.fixture
def house(app: Flask, database: Database) -> House:
    app.config["WTF_CSRF_ENABLED"] = False
    # A failure is answered with a page and a status, as in a real house.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        me = builders.a_person(session, team, "admin")
        builders.a_person(session, team, "admin")
    return House(app, database, team, me)


def forms_at(client: FlaskClient, where: str) -> list[SentForm]:
    """The forms at this address in which somebody fills something in."""
    answer = client.get(where)
    if answer.mimetype != "text/html":
        return []
    return [form for form in forms_of(answer.text, where) if form.typed]


def test_an_empty_form_with_its_version_never_fails(house: House) -> None:
    failed = []

    for asked in every_route(house.app):
        if asked.method == "GET":
            continue
        where = address(asked.rule, house.rows())
        status = house.client().open(where, method=asked.method, data={"version": 1}).status_code
        if status >= 500:
            failed.append((where, status))

    assert not failed


# What is not sent is decided before a database is asked, and the walk is long.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_form_without_one_of_its_fields_never_fails(house: House) -> None:
    client, rows, failed, tried = house.client(), house.rows(), [], 0
    places = {
        address(asked.rule, rows)
        for asked in every_route(house.app)
        if asked.method == "GET" and asked.action not in {"public", "signed_in"}
    }

    for where in sorted(places):
        # The forms of the frame are on every page.
        forms = [form for form in forms_at(client, where) if form.action == where]
        for missing in [(form.action, name) for form in forms for name in form.typed]:
            again = next((f for f in forms_at(client, where) if f.action == missing[0]), None)
            if again is None:
                break
            sent = {name: text for name, text in again.fields.items() if name != missing[1]}
            tried += 1
            status = client.post(missing[0], data=sent).status_code
            if status >= 500:
                failed.append((*missing, status))

    assert not failed
    assert tried > 80


def test_a_text_that_is_not_sent_keeps_what_it_was(house: House) -> None:
    with house.database.writing() as session:
        session.expire_on_commit = False
        plan = builders.a_plan(session, house.team)
        value = plan.values[0]
    where = f"/plans/{plan.id}/values/{value.id}"

    answer = house.client().post(where, data={"version": value.version, "meaning": "We help."})

    assert answer.status_code == 303
    with house.database.reading() as session:
        kept = session.get_one(BrandValue, value.id)
        assert (kept.meaning, kept.name, kept.belongs) == ("We help.", value.name, value.belongs)


def test_a_wish_that_is_not_sent_stays_what_it_was(house: House) -> None:
    with house.database.writing() as session:
        session.expire_on_commit = False
        plan = builders.a_plan(session, house.team, ambassador_share=20)
        audience = plan.audiences[0]
        audience.wanted_share = 30
    client, where = house.client(), f"/plans/{plan.id}"

    answers = [
        client.post(
            f"{where}/audiences/{audience.id}",
            data={"version": audience.version, "description": "They read."},
        ),
        client.post(f"{where}/senders", data={"version": plan.version}),
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    with house.database.reading() as session:
        kept = session.get_one(Plan, plan.id)
        assert kept.ambassador_share == 20
        assert (kept.audiences[0].description, kept.audiences[0].wanted_share) == ("They read.", 30)


def test_of_something_new_a_text_that_is_not_sent_is_empty(house: House) -> None:
    with house.database.writing() as session:
        plan = builders.a_plan(session, house.team)
        plan_id, free = plan.id, plan.values[0].hook % 12 + 1

    answer = house.client().post(
        f"/plans/{plan_id}/values/new", data={"name": "Skilful", "hook": free, "wanted_share": ""}
    )

    assert answer.status_code == 303
    with house.database.reading() as session:
        made = session.get_one(Plan, plan_id).values[-1]
        assert (made.name, made.meaning) == ("Skilful", "")


def test_a_form_that_does_not_say_which_version_it_shows_is_old(house: House) -> None:
    """Else anybody could write over what a colleague just saved, without having seen it."""
    with house.database.writing() as session:
        plan = builders.a_plan(session, house.team)
        where = f"/plans/{plan.id}/values/{plan.values[0].id}"

    assert house.client().post(where, data={"meaning": "We help."}).status_code == 409
