"""Ambassadors agree themselves; nobody posts from their own account who has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Membership, Person, Team
from calendar_app.people.permissions import ACTIONS
from calendar_app.plans.models import Plan
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from tests.builders import a_person, a_plan, a_post, a_team
from tests.plans.room import NOW

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.plans.room import Room


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def plan(session: Session, team: Team) -> Plan:
    return a_plan(session, team)


@pytest.fixture
def colleague(session: Session, team: Team) -> Person:
    return a_person(session, team, "editor")


def place(person: Person) -> Membership:
    return person.memberships[0]


# The rules


def test_an_ambassador_keeps_the_day_on_which_they_agreed(colleague: Person) -> None:
    place(colleague).agree_as_ambassador(NOW)
    place(colleague).agree_as_ambassador(NOW + timedelta(days=1))

    assert place(colleague).ambassador_since == NOW
    place(colleague).stop_as_ambassador()
    assert not place(colleague).is_ambassador


def test_who_leaves_the_team_agrees_anew_when_they_come_back(colleague: Person) -> None:
    place(colleague).agree_as_ambassador(NOW)
    place(colleague).end(NOW, admins=1)
    place(colleague).renew("editor")

    assert not place(colleague).is_ambassador


def test_who_is_not_seen_is_no_ambassador(colleague: Person) -> None:
    place(colleague).agree_as_ambassador(NOW)
    place(colleague).stop_taking_part()

    assert not place(colleague).is_ambassador
    with pytest.raises(Refused):
        place(colleague).agree_as_ambassador(NOW)
    place(colleague).take_part()
    assert not place(colleague).is_ambassador


def test_a_post_is_sent_only_by_who_agreed(plan: Plan, colleague: Person) -> None:
    content = Content("Keys", plan=plan, sender=colleague)

    with pytest.raises(Refused) as refused:
        Post.new(plan.team, content, colleague, NOW)
    place(colleague).agree_as_ambassador(NOW)

    assert refused.value.field == "sender"
    assert Post.new(plan.team, content, colleague, NOW).sender is colleague


def test_a_post_whose_ambassador_stopped_keeps_them_until_it_goes_on(
    session: Session, plan: Plan, colleague: Person
) -> None:
    post = a_post(session, plan.team, plan, sender=colleague, starts_at=None, state="draft")
    in_review = a_post(session, plan.team, plan, sender=colleague, state="in_review")
    published = a_post(session, plan.team, plan, sender=colleague, state="published")

    post.edit(replace(post.content, text="Other"), colleague, NOW)
    with pytest.raises(Refused) as scheduling:
        post.schedule(NOW.date(), NOW.time(), colleague, NOW)
    with pytest.raises(Refused) as approving:
        in_review.approve(colleague, NOW)

    assert (scheduling.value.field, approving.value.field) == ("sender", "sender")
    assert [one.sender_stopped for one in (post, in_review, published)] == [True, True, False]
    assert in_review.state == "in_review"
    in_review.edit(replace(in_review.content, sender=None), colleague, NOW)
    in_review.approve(colleague, NOW)
    assert not in_review.sender_stopped


# The pages


def actions(room: Room) -> list[str]:
    with room.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def sender_of(form: str) -> str:
    """The choice of who posts it."""
    return form.split('name="sender"')[1].split("</select>", maxsplit=1)[0]


def test_somebody_agrees_and_stops_on_their_own_settings_page(room: Room) -> None:
    visitor, where = room.visitor(), f"{room.address}/where"
    person = room.read(Person, room.people["editor"])
    name = f"<span>{person.name}</span></li>"
    before, not_yet = visitor.open("/settings/"), visitor.open(where)

    for _twice in range(2):
        visitor.send("/settings/ambassador")
    agreed, there, choice = map(visitor.open, ("/settings/", where, "/posts/new"))
    for _twice in range(2):
        visitor.send("/settings/ambassador/ending")

    assert "I agree to be an ambassador" in before
    assert "Stop being an ambassador" in agreed
    assert name not in not_yet
    assert name in there
    assert f'<option value="{person.id}">{person.name}</option>' in sender_of(choice)
    assert name not in visitor.open(where)
    assert person.name not in sender_of(visitor.open("/posts/new"))
    assert actions(room) == ["ambassador.agreed", "ambassador.stopped"]


def test_nobody_agrees_for_somebody_else(app: Flask) -> None:
    """The one way to agree names no person: it is about who is signed in."""
    rules = [rule for rule in app.url_map.iter_rules() if "ambassador" in rule.rule]

    assert {rule.rule for rule in rules} == {
        "/settings/ambassador",
        "/settings/ambassador/ending",
    }
    assert not any(rule.arguments for rule in rules)
    assert ACTIONS["settings.own"] == "viewer"


def test_the_page_of_a_post_says_that_the_ambassador_stopped(room: Room) -> None:
    with room.database.writing() as session:
        plan, team = session.get_one(Plan, room.plan_id), session.get_one(Team, room.team_id)
        post_id = a_post(session, team, plan, sender_id=room.people["writer"]).id
    visitor, words = room.visitor(), "is no ambassador any more"

    stopped = visitor.open(f"/posts/{post_id}")
    room.visitor("writer").send("/settings/ambassador")

    assert words in stopped
    assert words not in visitor.open(f"/posts/{post_id}")
