"""Every route of the application, asked by every role, for rows of the own and a foreign team."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from calendar_app.media.storage import store_of
from calendar_app.people.models import ROLES
from calendar_app.people.permissions import ACTIONS, PUBLIC, SIGNED_IN, allowed, known
from tests import builders
from tests.support.routes import Asked, address, every_route, is_about_a_row, rows_of

if TYPE_CHECKING:
    from flask import Flask

    from calendar_app.db import Database


def test_every_route_names_a_known_action(app: Flask) -> None:
    unknown = [asked for asked in every_route(app) if not known(asked.action)]

    assert not unknown
    assert {asked.action for asked in every_route(app)} - {PUBLIC, SIGNED_IN} <= set(ACTIONS)


def test_what_is_public_is_a_short_list(app: Flask) -> None:
    public = {asked.rule.rule for asked in every_route(app) if asked.action == PUBLIC}

    assert public == {
        "/.well-known/security.txt",
        "/beforehand/<token>",
        "/beforehand/<token>/withdrawal",
        "/feeds/<token>.ics",
        "/first-start",
        "/healthz",
        "/language",
        "/reset",
        "/reset/<token>",
        "/review/<token>",
        "/review/<token>/media/<int:media_id>",
        "/robots.txt",
        "/service-worker.js",
        "/sign-in",
        "/static/v-<wanted>/<path:name>",
        "/theme",
        "/unsubscribe/<token>",
        "/unsubscribe/<token>/undo",
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("whose", ["own", "foreign"])
def test_each_role_reaches_what_it_may_and_nothing_else(
    app: Flask, database: Database, role: str, whose: str
) -> None:
    """403 for what the role may not do, 404 for what is another team's, an answer for the rest."""
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        team, other = builders.a_team(session), builders.a_team(session)
        me = builders.a_person(session, team, role)
        # A team keeps an administrator, whoever leaves it in this test.
        builders.a_person(session, team, "admin")
        stranger = builders.a_person(session, other, "admin")
        builders.a_person(session, other, "admin")
    store = store_of(app.extensions["kapstok"].config)
    wrong, rows, is_fresh = [], {}, False

    for asked in sorted(every_route(app), key=lambda asked: asked.method != "GET"):
        # Who only looks, or is refused, changes nothing; each other request gets rows of its own.
        if not is_fresh:
            with database.writing() as session:
                session.expire_on_commit = False
                whom = (team, me) if whose == "own" else (other, stranger)
                rows = rows_of(session, *whom, store)
        client = app.test_client()
        builders.sign_in(client, me)
        where = address(asked.rule, rows)
        status = client.open(where, method=asked.method, buffered=True).status_code
        is_fresh = asked.method == "GET" or status in {403, 404, 422}
        if not fits(asked, role, whose, status):
            wrong.append((asked.method, asked.rule.rule, asked.action, status))

    assert not wrong


def fits(asked: Asked, role: str, whose: str, status: int) -> bool:
    """Whether `status` is right for this role and these rows."""
    if asked.action == PUBLIC:
        # /healthz tells the truth: no worker runs here.
        return (status < 500 and status != 403) or (asked.rule.rule, status) == ("/healthz", 503)
    if not allowed(role, asked.action):
        return status == 403
    if whose == "foreign" and is_about_a_row(asked.rule):
        return status == 404
    if asked.method == "GET":
        return status in {200, 302, 303}
    # Nothing is restored that was not removed, and no team is chosen that the form does not name.
    may_be_missing = asked.rule.rule.endswith(("/restoration", "/team/choice"))
    return status in {200, 302, 303, 400, 409, 422} or (status == 404 and may_be_missing)


def test_nobody_reaches_only_what_is_public(app: Flask, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        team = builders.a_team(session)
        rows = rows_of(session, team, builders.a_person(session, team))
    wrong = []

    for asked in every_route(app):
        answer = app.test_client().open(address(asked.rule, rows), method=asked.method)
        sent_away = answer.status_code == 303 and "/sign-in?next=" in answer.headers["Location"]
        if sent_away == (asked.action == PUBLIC):
            wrong.append((asked.method, asked.rule.rule, asked.action, answer.status_code))

    assert not wrong


def test_a_member_who_left_sees_nothing_of_the_team(app: Flask, database: Database) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        person = builders.a_person(session, team, "editor")
        person.memberships[0].ended_at = datetime(2026, 11, 1, tzinfo=UTC)
        post_id = builders.a_post(session, team, builders.a_plan(session, team)).id
        session.expire_on_commit = False
    client = app.test_client()
    builders.sign_in(client, person)

    assert client.get(f"/posts/{post_id}").status_code == 403
    assert client.get("/team/").status_code == 403


def test_a_closed_account_is_signed_out_at_once(app: Flask, database: Database) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session))
    client = app.test_client()
    builders.sign_in(client, person)
    assert client.get("/team/").status_code == 200

    with database.writing() as session:
        session.merge(person).active = False

    assert client.get("/team/").status_code == 303
