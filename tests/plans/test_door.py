"""Who reaches which page of the plans: by role, by team, and by plan; on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Team
from calendar_app.plans.models import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plans.room import Room

VERBS = ("deletion", "restoration", "up", "down")


def pages(room: Room) -> Iterator[tuple[str, str]]:
    """(method, address) of everything that changes the plan."""
    for path in [*room.addresses.values(), *room.new_addresses.values()]:
        yield "GET", path
        yield "POST", path
    for kind in ("value", "audience", "channel"):
        for verb in VERBS:
            yield "POST", f"{room.addresses[kind]}/{verb}"
    yield "POST", f"{room.addresses['fact']}/deletion"
    yield "POST", f"{room.addresses['fact']}/restoration"
    yield "GET", f"{room.address}/removed"
    yield "POST", f"{room.address}/archive"
    yield "POST", f"{room.address}/restoration"


@pytest.mark.parametrize("role", ["viewer", "writer"])
def test_who_may_not_write_plans_changes_nothing(room: Room, role: str) -> None:
    client = room.visitor(role).client

    statuses = {client.open(path, method=method).status_code for method, path in pages(room)}

    assert statuses == {403}
    assert room.read(Plan, room.plan_id).version == 1


def test_a_plan_of_another_team_is_not_there(room: Room) -> None:
    client = room.visitor("admin").client
    own, foreign = f"{room.address}/", f"/plans/{room.foreign_plan_id}/"
    addresses = [(method, path.replace(own, foreign)) for method, path in pages(room)]

    for method, path in [("GET", foreign.rstrip("/")), *addresses]:
        if path != "/plans/new":
            assert client.open(path, method=method).status_code == 404, path


def test_a_part_of_another_plan_of_the_team_is_not_there(room: Room) -> None:
    with room.database.writing() as session:
        other = Plan.new(session.get_one(Team, room.team_id), "Pupils")
        session.add(other)
        session.flush()
        address = f"/plans/{other.id}/"
    client = room.visitor("admin").client

    for kind in ("value", "audience", "fact", "channel"):
        path = room.addresses[kind].replace(f"{room.address}/", address)
        for method, tail in (
            ("GET", ""),
            ("POST", ""),
            ("POST", "/deletion"),
            ("POST", "/restoration"),
        ):
            assert client.open(path + tail, method=method).status_code == 404, path + tail


def test_a_fact_of_another_audience_is_not_there(room: Room) -> None:
    with room.database.writing() as session:
        audience = session.get_one(Plan, room.plan_id).add_audience("Pupils")
        session.flush()
        address = f"{room.address}/audiences/{audience.id}/facts/{room.fact_id}"
    client = room.visitor("admin").client

    assert client.get(address).status_code == 404
    assert client.post(f"{address}/deletion").status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_door(room: Room) -> None:
    client = room.app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"

    answer = client.get(room.address)

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")
