"""Who wrote what in a plan stands in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.people.models import AuditEntry
from calendar_app.plans.models import Plan

if TYPE_CHECKING:
    from tests.plans.room import Room

TABLES = {"value": "brand_value", "fact": "audience_fact", "why": "plan", "what": "plan"}


def entries(room: Room) -> list[tuple[str, str, int | None]]:
    """(action, object, actor) of each entry, in their order."""
    with room.database.reading() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(one.action, one.object_kind, one.actor_id) for one in found]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("why", {"name": "Nurses 2027"}),
        ("what", {"story": "Another story."}),
        ("value", {"name": "Near"}),
        ("audience", {"name": "Nurses"}),
        ("audience", {"wanted_share": "40"}),
        ("fact", {"text": "They read in the break."}),
        ("channel", {"name": "Intranet"}),
    ],
)
def test_a_change_of_a_plan_is_noted_once_and_the_same_form_again_is_none(
    room: Room, kind: str, typed: dict[str, str]
) -> None:
    editor, path = room.visitor("editor"), room.addresses[kind]

    changed = editor.send_changed(path, **typed)
    same = editor.send_changed(path)

    table = TABLES.get(kind, kind)
    assert (changed.status_code, same.status_code) == (303, 303)
    assert entries(room) == [(f"{table}.changed", table, room.people["editor"])]


@pytest.mark.parametrize(
    ("kind", "typed", "action"),
    [
        ("plan", {"name": "Technicians", "facing": "external"}, "plan.made"),
        ("value", {"name": "Brave", "hook": 2, "wanted_share": 0}, "brand_value.added"),
        ("audience", {"name": "Neighbours"}, "audience.added"),
        ("fact", {"text": "X.", "side": "online", "certainty": "assumed"}, "audience_fact.added"),
        ("channel", {"name": "Intranet", "short": "IN", "facing": "internal"}, "channel.added"),
    ],
)
def test_what_is_new_in_a_plan_is_noted(
    room: Room, kind: str, typed: dict[str, object], action: str
) -> None:
    answer = room.visitor("editor").send(room.new_addresses[kind], **typed)

    assert answer.status_code == 303
    assert entries(room) == [(action, action.partition(".")[0], room.people["editor"])]


def test_a_form_that_is_refused_is_not_noted(room: Room) -> None:
    answer = room.visitor("editor").send(room.new_addresses["value"], name="Nearby", hook=2)

    assert answer.status_code == 422
    assert entries(room) == []


def test_taking_a_plan_out_of_an_archive_where_it_is_not_changes_nothing(room: Room) -> None:
    before = room.read(Plan, room.plan_id)

    answer = room.visitor("editor").send(f"{room.address}/restoration")

    after = room.read(Plan, room.plan_id)
    assert answer.status_code == 303
    assert answer.location == room.address
    assert after.version == before.version
    assert entries(room) == []
