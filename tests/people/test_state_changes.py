"""Each way to change the state of a post, taken by each role, in each state, of two teams.

The requests are whole ones, with the right version and what the step asks for, so that whoever may
take a step does: the answer and the new state are what the pure workflow and permissions say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.calendar.views.moves import STEPS_OF_MANY
from calendar_app.people.models import ROLES, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts import workflow
from calendar_app.posts.models import STATES, Post
from tests import builders
from tests.support.routes import every_route

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from calendar_app.plans.models import Plan

NOW = "2026-11-10T08:18:00Z"


@dataclass(frozen=True)
class Way:
    """A route that takes `step`, with what it asks for besides the version."""

    rule: str
    step: workflow.Step
    fields: dict[str, str] = field(default_factory=dict)
    # Of a form that the team lets go out without an approval.
    form: str = "text"


EDITS = "/calendar/edits"
# Since when a post stands there, as its verbs note it.
SINCE = {
    "in_review": ("sent_to_review_at",),
    "approved": ("approved_at",),
    "published": ("approved_at", "published_at"),
    "cancelled": ("cancelled_at",),
}
_OF_A_POST = "/posts/<int:post_id>/"
WAYS = (
    Way(f"{_OF_A_POST}draft", workflow.BACK_TO_DRAFT),
    Way(f"{_OF_A_POST}review", workflow.SEND_TO_REVIEW),
    Way(f"{_OF_A_POST}approval", workflow.APPROVE),
    Way(f"{_OF_A_POST}approval/own", workflow.APPROVE_OWN, form="image"),
    Way(f"{_OF_A_POST}changes", workflow.ASK_CHANGES, {"note": "Kan het korter?"}),
    Way(f"{_OF_A_POST}publication", workflow.PUBLISH, {"address": "https://in.example/1"}),
    Way(f"{_OF_A_POST}publishing", workflow.PUBLISH, {"address": "https://in.example/1"}),
    Way(f"{_OF_A_POST}publishing/channels/<int:channel_id>", workflow.PUBLISH),
    Way(f"{_OF_A_POST}publication/undo", workflow.TAKE_BACK),
    Way(f"{_OF_A_POST}cancellation", workflow.CANCEL),
    Way(f"{_OF_A_POST}cancellation/undo", workflow.REVIVE),
    *(Way(EDITS, step, {"step": step.name}) for step, _words in STEPS_OF_MANY),
)
# These take no step. What they change may lead to another state, as each edit does.
NO_STEPS = {
    "/posts/<int:post_id>",
    "/ideas/<int:post_id>/owner",
    "/ideas/<int:post_id>/vote",
    *(
        _OF_A_POST + rest
        for rest in (
            "autosave",
            "changes/<int:change_id>/undo",
            "changes/autosave",
            "checks",
            "comments",
            "comments/<int:comment_id>/removal",
            "comments/<int:comment_id>/resolution",
            "comments/<int:comment_id>/resolution/undo",
            "comments/autosave",
            "deletion",
            "guests",
            "guests/<int:guest_id>/withdrawal",
            "media",
            "media/<int:media_id>",
            "media/<int:media_id>/autosave",
            "media/<int:media_id>/place",
            "media/<int:media_id>/removal",
            "media/<int:media_id>/restoration",
            "move",
            "presence",
            "presence/end",
            "publishing/refusal",
            "publishing/text",
            "publishing/text/autosave",
            "repeat",
            "restoration",
            "results/<int:channel_id>",
            "template",
        )
    ),
}


def test_every_route_of_a_post_that_changes_something_is_known_here(app: Flask) -> None:
    changing = {
        asked.rule.rule
        for asked in every_route(app)
        if asked.method != "GET" and "post_id" in asked.rule.arguments
    }

    assert changing - NO_STEPS == {way.rule for way in WAYS} - {EDITS}
    assert {way.step for way in WAYS} == set(workflow.STEPS)


@dataclass
class World:
    """A team with a plan, and a post of it in each state and form, fresh once it was changed."""

    database: Database
    team: Team
    plan: Plan
    posts: dict[tuple[str, str], int] = field(default_factory=dict)

    def post(self, state: str, form: str) -> int:
        """The id of a post in `state` that nobody changed yet."""
        if (state, form) not in self.posts:
            with self.database.writing() as session:
                team = session.merge(self.team, load=False)
                plan = session.merge(self.plan, load=False)
                told: dict[str, Any] = {"state": state, "form": form}
                if state == "idea":
                    told["starts_at"] = None
                told |= dict.fromkeys(SINCE.get(state, ()), datetime(2026, 11, 9, 8, tzinfo=UTC))
                self.posts[(state, form)] = builders.a_post(session, team, plan, **told).id
        return self.posts[(state, form)]

    def state_of(self, post_id: int) -> str:
        with self.database.reading() as session:
            return session.get_one(Post, post_id).state


def a_world(database: Database) -> tuple[World, dict[str, Person]]:
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session, forms_without_approval="image")
        plan = builders.a_plan(session, team)
        assert plan.channels
        people = {role: builders.a_person(session, team, role) for role in ROLES}
    return World(database, team, plan), people


def expected(way: Way, action: str, role: str, state: str, *, is_own: bool) -> tuple[int, str]:
    """The status of the answer, and the state after it, as the rules say."""
    if not allowed(role, action):
        return 403, state
    if not is_own:
        return 404, state
    step = way.step
    if not allowed(role, step.action):
        # Of many at once the page says of which post it is so.
        return 422 if way.rule == EDITS else 403, state
    if state not in step.origins:
        return 422, state
    return 303, step.target


def sent(client: FlaskClient, way: Way, world: World, post_id: int, version: int) -> int:
    names = {"<int:post_id>": post_id, "<int:channel_id>": world.plan.channels[0].id}
    where = way.rule
    for name, number in names.items():
        where = where.replace(name, str(number))
    named = {"post": f"{post_id}:{version}"} if way.rule == EDITS else {"version": str(version)}
    return client.post(where, data={**named, **way.fields}).status_code


@pytest.mark.parametrize("whose", ["own", "foreign"])
def test_each_step_is_taken_by_who_may_from_where_it_starts_and_by_nobody_else(
    app: Flask, database: Database, time_machine: Any, whose: str
) -> None:
    time_machine.move_to(datetime.fromisoformat(NOW).astimezone(UTC), tick=False)
    app.config["WTF_CSRF_ENABLED"] = False
    actions = {(one.rule.rule, one.method): one.action for one in every_route(app)}
    world, people = a_world(database)
    if whose == "foreign":
        world, _strangers = a_world(database)
    wrong: list[Any] = []
    taken = set()

    for (role, person), way in product(people.items(), WAYS):
        client = app.test_client()
        builders.sign_in(client, person)
        action = actions[(way.rule, "POST")]
        for state in STATES:
            should = expected(way, action, role, state, is_own=whose == "own")
            found = outcome(client, way, world, state, is_taken=should[0] == 303)
            if found != should:
                wrong.append((role, way.rule, way.step.name, state, found, should))
            if found[0] == 303:
                taken.add((way.step, role))

    assert not wrong
    # No test that only sees refusals: each step was taken by each role that may.
    may = {one for one in product(workflow.STEPS, ROLES) if allowed(one[1], one[0].action)}
    assert taken == (may if whose == "own" else set())


def outcome(
    client: FlaskClient, way: Way, world: World, state: str, *, is_taken: bool
) -> tuple[int, str]:
    """The status of the answer and the state after it; with an older version 409, and nothing."""
    post_id = world.post(state, way.form)
    if is_taken:
        stale = sent(client, way, world, post_id, version=7)
        if (stale, world.state_of(post_id)) != (409, state):
            return stale, "stale"
    found = sent(client, way, world, post_id, version=1), world.state_of(post_id)
    if found != (422, state):
        world.posts.pop((state, way.form))
    return found
