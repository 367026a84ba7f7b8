"""Taking parts out of a plan and putting them back, and the archive; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import AuditEntry, Team
from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel, Plan
from tests.builders import a_post
from tests.plans.room import NOW

if TYPE_CHECKING:
    from tests.plans.room import Room

KINDS: dict[str, type[BrandValue | Audience | AudienceFact | Channel]] = {
    "value": BrandValue,
    "audience": Audience,
    "fact": AudienceFact,
    "channel": Channel,
}
PARTS = ["value", "audience", "channel"]
each_kind = pytest.mark.parametrize("kind", list(KINDS))
each_part = pytest.mark.parametrize("kind", PARTS)


def is_there(room: Room, kind: str) -> bool:
    ids = {
        "value": room.value_id,
        "audience": room.audience_id,
        "fact": room.fact_id,
        "channel": room.channel_id,
    }
    return room.read(KINDS[kind], ids[kind]).deleted_at is None


def post(room: Room, **facts: Any) -> None:
    """A post on every part of the plan."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        a_post(session, session.get_one(Team, room.team_id), plan, **facts)


@each_kind
def test_what_is_removed_is_gone_with_a_way_back(room: Room, kind: str) -> None:
    visitor = room.visitor()

    page = visitor.follow(visitor.remove(room.addresses[kind]))

    assert "is removed." in page
    assert f'<a href="{room.address}/removed">Put it back</a>' in page
    assert not is_there(room, kind)
    visitor.open(room.addresses[kind], status=404)


@each_kind
def test_what_somebody_changed_meanwhile_is_not_removed(room: Room, kind: str) -> None:
    visitor = room.visitor()
    old = visitor.form(room.addresses[kind])["version"]
    visitor.send_changed(
        room.addresses[kind], **({"text": "New"} if kind == "fact" else {"name": "New"})
    )

    answer = visitor.send(f"{room.addresses[kind]}/deletion", version=old)

    assert answer.status_code == 409
    assert is_there(room, kind)


@each_kind
def test_what_was_removed_is_put_back(room: Room, kind: str) -> None:
    visitor = room.visitor()
    visitor.remove(room.addresses[kind])

    removed = visitor.open(f"{room.address}/removed")
    page = visitor.follow(visitor.send(f"{room.addresses[kind]}/restoration"))

    assert f'action="{room.addresses[kind]}/restoration"' in removed
    assert "is back." in page
    assert is_there(room, kind)
    assert "Nothing is removed" in visitor.open(f"{room.address}/removed")


@each_kind
def test_what_is_there_cannot_be_put_back_and_what_is_gone_not_removed(
    room: Room, kind: str
) -> None:
    visitor = room.visitor()

    assert visitor.send(f"{room.addresses[kind]}/restoration").status_code == 404
    visitor.remove(room.addresses[kind])

    assert visitor.send(f"{room.addresses[kind]}/deletion", version="1").status_code == 404


@each_part
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Posts to come still hang on this: 2."),
        ("nl", "Hier hangen nog geplande berichten aan: 2."),
    ],
)
def test_a_part_with_posts_to_come_stays_and_says_how_many(
    room: Room, kind: str, language: str, words: str
) -> None:
    post(room, starts_at=NOW + timedelta(days=1))
    post(room, starts_at=NOW + timedelta(days=2), state="approved")

    answer = room.visitor("editor", language).remove(room.addresses[kind])

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert is_there(room, kind)


@each_part
def test_posts_that_are_over_or_not_planned_do_not_hold_a_part(room: Room, kind: str) -> None:
    tomorrow = NOW + timedelta(days=1)
    post(room, starts_at=NOW - timedelta(days=1), state="published", published_at=NOW)
    post(room, starts_at=tomorrow, state="cancelled")
    post(room, starts_at=tomorrow, state="published", published_at=NOW)
    post(room, starts_at=tomorrow, deleted_at=NOW)
    post(room, starts_at=None, state="idea")

    answer = room.visitor().remove(room.addresses[kind])

    assert answer.status_code == 303
    assert not is_there(room, kind)


def test_a_part_whose_name_was_given_away_says_so(room: Room) -> None:
    visitor = room.visitor()
    visitor.remove(room.addresses["audience"])
    visitor.send(room.new_addresses["audience"], name="Job seekers")

    answer = visitor.send(f"{room.addresses['audience']}/restoration")

    assert answer.status_code == 422
    assert "“Job seekers” is there already." in answer.get_data(as_text=True)


def test_removing_stands_in_the_audit_log(room: Room) -> None:
    visitor = room.visitor()
    visitor.remove(room.addresses["value"])
    visitor.send(f"{room.addresses['value']}/restoration")

    with room.database.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.object_id == room.value_id)
        entries = session.scalars(wanted.order_by(AuditEntry.id)).all()
        assert [entry.action for entry in entries] == [
            "brand_value.removed",
            "brand_value.put_back",
        ]


def test_an_archived_plan_is_read_and_not_changed(room: Room) -> None:
    visitor = room.visitor()

    visitor.follow(visitor.archive(room.address))
    page = visitor.open(room.address)

    assert "This plan is in the archive since Tuesday 10 November 2026." in page
    for path in [*room.addresses.values(), room.new_addresses["value"]]:
        assert f'"{path}"' not in page
        assert "This plan is in the archive." in visitor.open(path, status=422)
        assert visitor.send(path, name="New").status_code == 422


def test_a_plan_comes_out_of_the_archive(room: Room) -> None:
    visitor = room.visitor()
    visitor.archive(room.address)

    assert "In the archive" in visitor.open("/plans/")
    page = visitor.follow(visitor.send(f"{room.address}/restoration"))

    assert "is back." in page
    assert "In the archive" not in visitor.open("/plans/")


def test_a_plan_with_posts_to_come_is_not_archived(room: Room) -> None:
    post(room, starts_at=NOW + timedelta(days=1))

    answer = room.visitor().archive(room.address)

    assert answer.status_code == 422
    assert "Posts to come still hang on this: 1." in answer.get_data(as_text=True)
    assert room.read(Plan, room.plan_id).archived_at is None


def test_a_plan_does_not_come_out_beside_its_namesake(room: Room) -> None:
    visitor = room.visitor()
    visitor.archive(room.address)
    visitor.send("/plans/new", name="Nurses", facing="external")

    answer = visitor.send(f"{room.address}/restoration")

    assert answer.status_code == 422
    assert "“Nurses” is there already." in answer.get_data(as_text=True)
