"""Every route of the application, asked by every role, for rows of the own and of a foreign team."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import ROLES
from calendar_app.people.permissions import ACTIONS, PUBLIC, SIGNED_IN, allowed, known
from calendar_app.reminders.models import Delivery
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from calendar_app.db import Database
    from calendar_app.people.models import Person, Team

# What a route parameter may be that is no row: these routes are public, and answer for themselves.
FREE = {"token": "no-such-token", "wanted": "0", "name": "app.css", "day": "2026-11-10"}


@dataclass(frozen=True)
class Asked:
    """One request: a route with a method, and the permission it names."""

    method: str
    rule: Rule
    action: str


def every_route(app: Flask) -> Iterator[Asked]:
    """Each route with each method of its own, in a fixed order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Asked(method, rule, view.permission)  # type: ignore[attr-defined]


def rows_of(session: Session, team: Team, person: Person) -> dict[str, object]:
    """A fresh row of each kind in `team`, by the name of its route parameter."""
    plan = builders.a_plan(session, team)
    fact = builders.a_fact(session, plan.audiences[0])
    post = builders.a_post(session, team, plan)
    meetup = builders.a_meetup(session, team, [person])
    starts_at = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    occurrence = Occurrence(
        team_id=team.id,
        meetup_id=meetup.id,
        local_day=date(2026, 12, 1),
        held_on=date(2026, 12, 1),
        local_time=meetup.local_time,
        zone=team.zone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=10),
        rule_version=1,
    )
    feed = Feed(
        team_id=team.id,
        person_id=person.id,
        name=f"Outlook {post.id}",
        token_hash=hashlib.sha256(str(post.id).encode()).hexdigest(),
    )
    session.add_all([occurrence, feed])
    session.flush()
    delivery = Delivery(
        team_id=team.id,
        person_id=person.id,
        kind="meetup",
        subject=f"occurrence:{occurrence.id}",
        occurrence_id=occurrence.id,
        due_at=starts_at,
        useful_until=starts_at,
        created_at=starts_at,
    )
    absence = builders.an_absence(session, team, person, date(2026, 12, 1), date(2026, 12, 2))
    colleague = builders.a_person(session, team)
    session.add(delivery)
    session.flush()
    return {
        "plan_id": plan.id,
        "value_id": plan.values[0].id,
        "audience_id": plan.audiences[0].id,
        "fact_id": fact.id,
        "channel_id": plan.channels[0].id,
        "post_id": post.id,
        "meetup_id": meetup.id,
        "occurrence_id": occurrence.id,
        "feed_id": feed.id,
        "delivery_id": delivery.id,
        "absence_id": absence.id,
        "person_id": colleague.id,
        "membership_id": colleague.memberships[0].id,
    }


def address(rule: Rule, rows: dict[str, object]) -> str:
    """The address of `rule` for these rows."""
    built = rule.build({name: {**FREE, **rows}[name] for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def is_about_a_row(rule: Rule) -> bool:
    """Whether the address names a row of a team."""
    return any(name.endswith("_id") for name in rule.arguments)


def test_every_route_names_a_known_action(app: Flask) -> None:
    unknown = [asked for asked in every_route(app) if not known(asked.action)]

    assert not unknown
    assert {asked.action for asked in every_route(app)} - {PUBLIC, SIGNED_IN} <= set(ACTIONS)


def test_what_is_public_is_a_short_list(app: Flask) -> None:
    public = {asked.rule.rule for asked in every_route(app) if asked.action == PUBLIC}

    assert public == {
        "/.well-known/security.txt",
        "/feeds/<token>.ics",
        "/first-start",
        "/healthz",
        "/language",
        "/reset",
        "/reset/<token>",
        "/robots.txt",
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
    wrong = []

    for asked in every_route(app):
        with database.writing() as session:
            session.expire_on_commit = False
            rows = rows_of(session, *((team, me) if whose == "own" else (other, stranger)))
        client = app.test_client()
        builders.sign_in(client, me)
        where = address(asked.rule, rows)
        status = client.open(where, method=asked.method).status_code
        if not fits(asked, role, whose, status):
            wrong.append((asked.method, asked.rule.rule, asked.action, status))

    assert not wrong


def fits(asked: Asked, role: str, whose: str, status: int) -> bool:
    """Whether `status` is right for this role and these rows."""
    if asked.action == PUBLIC:
        return status < 500 and status != 403
    if not allowed(role, asked.action):
        return status == 403
    if whose == "foreign" and is_about_a_row(asked.rule):
        return status == 404
    if asked.method == "GET":
        return status in {200, 302, 303}
    return status in {200, 302, 303, 400, 409, 422} or (
        # The two that look for a row named in the form, which is empty here.
        status == 404 and asked.rule.rule == "/team/choice"
    )


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
