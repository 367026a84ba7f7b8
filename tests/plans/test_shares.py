"""Wanted shares that make a hundred: the sums, and the page that helps with them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_app.people.models import AuditEntry
from calendar_app.plans.models import BrandValue, Plan
from calendar_app.plans.shares import ALL, even, scaled
from tests.plans.room import fields_of

if TYPE_CHECKING:
    from tests.plans.room import Room

some_shares = st.lists(st.integers(0, 100), min_size=1, max_size=12)

# The sums


@pytest.mark.parametrize(
    ("count", "shares"),
    [(1, [100]), (2, [50, 50]), (3, [34, 33, 33]), (7, [15, 15, 14, 14, 14, 14, 14]), (0, [])],
)
def test_a_hundred_is_shared_out_evenly(count: int, shares: list[int]) -> None:
    assert even(count) == shares


@given(st.integers(1, 12))
def test_an_even_share_differs_by_one_percent_at_most(count: int) -> None:
    shares = even(count)

    assert sum(shares) == ALL
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize(
    ("typed", "shares"),
    [
        ([50, 50], [50, 50]),
        ([30, 30], [50, 50]),
        ([1, 1, 1], [34, 33, 33]),
        ([60, 30, 30], [50, 25, 25]),
        ([10, 0], [100, 0]),
        ([1, 2, 4], [14, 29, 57]),
        ([0, 0, 0], [34, 33, 33]),
        ([100, 100, 100, 100], [25, 25, 25, 25]),
    ],
)
def test_shares_are_scaled_to_a_hundred(typed: list[int], shares: list[int]) -> None:
    assert scaled(typed) == shares


@given(some_shares)
def test_scaled_shares_are_whole_and_keep_their_proportions(typed: list[int]) -> None:
    shares = scaled(typed)

    assert sum(shares) == ALL
    if any(typed):
        exact = [ALL * share / sum(typed) for share in typed]
        assert all(abs(share - wish) < 1 for share, wish in zip(shares, exact, strict=True))
        assert all(not share for share, wish in zip(shares, typed, strict=True) if not wish)


@given(some_shares)
def test_who_was_larger_does_not_become_smaller(typed: list[int]) -> None:
    shares = scaled(typed)
    by_size = sorted(zip(typed, shares, strict=True))

    assert all(one[1] <= other[1] for one, other in pairwise(by_size) if one[0] < other[0])


@given(some_shares)
def test_scaling_twice_is_scaling_once(typed: list[int]) -> None:
    assert scaled(scaled(typed)) == scaled(typed)


# The page


@pytest.fixture
def room(room: Room) -> Room:
    """The plan has three values, of which the first takes all."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.add_value("Skill", meaning="We are proud.", belongs="Ways", falls_outside="Boasts")
        plan.add_value("Own say", meaning="We choose.", belongs="Rosters", falls_outside="Promises")
    return room


def values_of(room: Room) -> list[BrandValue]:
    with room.database.reading() as session:
        wanted = select(BrandValue).where(BrandValue.plan_id == room.plan_id)
        return list(session.scalars(wanted.order_by(BrandValue.position)))


def shares_of(room: Room) -> list[int]:
    return [value.wanted_share for value in values_of(room)]


def typed(room: Room, *shares: object) -> dict[str, object]:
    return {f"share_{v.id}": s for v, s in zip(values_of(room), shares, strict=True)}


def address(room: Room) -> str:
    return f"{room.address}/shares"


def log(room: Room) -> list[str]:
    with room.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_all_shares_are_written_at_once(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(visitor.send_changed(address(room), **typed(room, 50, 30, 20)))

    assert "Saved. The shares add up to 100%." in page
    assert shares_of(room) == [50, 30, 20]
    assert log(room) == ["plan.shared_out"]


def test_shares_that_do_not_add_up_are_kept_and_said(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(visitor.send_changed(address(room), **typed(room, 50, 30, "")))

    assert "Saved. The shares add up to 80%. Make it 100%." in page
    assert "Together 80%. Still to share out: 20%." in page
    assert shares_of(room) == [50, 30, 0]
    plan = visitor.open(room.address)
    assert f'<a href="{address(room)}">The wanted shares add up to 80%. Make it 100%.</a>' in plan


def test_too_much_is_said_too(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(visitor.send_changed(address(room), **typed(room, 100, 30, 0)))

    assert "Together 130%. That is 30% too much." in page


@pytest.mark.parametrize(
    ("way", "before", "after"),
    [("even", (9, 9, 9), [34, 33, 33]), ("scaled", (60, 60, 0), [50, 50, 0])],
)
def test_a_button_fills_in_shares_that_add_up_and_saves_nothing(
    room: Room, way: str, before: tuple[int, int, int], after: list[int]
) -> None:
    visitor = room.visitor()

    answer = visitor.send_changed(address(room), way=way, **typed(room, *before))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Nothing is saved yet" in page
    assert "Together 100%. Nothing is left." in page
    assert shares_of(room) == [100, 0, 0]

    visitor.follow(visitor.send(address(room), **{**fields_of(page), "way": ""}))

    assert shares_of(room) == after


@pytest.mark.parametrize(
    ("share", "words"),
    [("101", "Choose a number from 0 to 100."), ("-1", "from 0 to 100"), ("half", "whole number")],
)
def test_an_impossible_share_is_refused_at_its_field(room: Room, share: str, words: str) -> None:
    second = values_of(room)[1]

    answer = room.visitor().send_changed(address(room), **typed(room, 50, share, 7))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page.split(f'id="share_{second.id}-error"')[1].split("</p>")[0]
    assert list(fields_of(page).values())[-3:] == ["50", share, "7"]
    assert shares_of(room) == [100, 0, 0]


def test_a_value_changed_meanwhile_shows_both_shares_and_saving_again_is_a_choice(
    room: Room,
) -> None:
    visitor = room.visitor()
    mine = {**visitor.form(address(room)), **typed(room, 50, 30, 20)}
    room.visitor("admin").send_changed(room.addresses["value"], wanted_share="70")

    answer = visitor.send(address(room), **mine)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Nearby: saved now" in page
    assert '<div class="conflict-text">70</div>' in page
    assert '<div class="conflict-text">50</div>' in page
    assert shares_of(room) == [70, 0, 0]

    visitor.follow(visitor.send(address(room), **fields_of(page)))

    assert shares_of(room) == [50, 30, 20]


@pytest.mark.parametrize("change", ["added", "removed"])
def test_another_set_of_values_makes_the_form_stale(room: Room, change: str) -> None:
    visitor = room.visitor()
    mine = {**visitor.form(address(room)), **typed(room, 50, 30, 20)}
    if change == "added":
        room.visitor("admin").send(f"{room.address}/values/new", name="Brave", hook="9")
    else:
        room.visitor("admin").remove(f"{room.address}/values/{values_of(room)[2].id}")

    answer = visitor.send(address(room), **mine)

    assert answer.status_code == 409
    assert shares_of(room)[:3] == [100, 0, 0]


def test_another_order_makes_no_form_stale(room: Room) -> None:
    visitor = room.visitor()
    mine = {**visitor.form(address(room)), **typed(room, 50, 30, 20)}
    room.visitor("admin").send(f"{room.addresses['value']}/down")

    assert visitor.send(address(room), **mine).status_code == 303


def test_the_same_shares_again_are_no_change(room: Room) -> None:
    before = [value.version for value in values_of(room)]

    answer = room.visitor().send_changed(address(room))

    assert answer.status_code == 303
    assert [value.version for value in values_of(room)] == before
    assert log(room) == []


def test_without_values_the_page_leads_to_the_first(room: Room) -> None:
    visitor = room.visitor()
    for value in values_of(room):
        visitor.remove(f"{room.address}/values/{value.id}")

    page = visitor.open(address(room))

    assert f'href="{room.address}/values/new"' in page
    assert visitor.send(address(room), shown="").status_code == 422


def test_a_hostile_name_is_text_beside_its_share(room: Room) -> None:
    hostile = "<script>alert(1)</script>"
    room.visitor().send_changed(room.addresses["value"], name=hostile)

    raw = room.visitor().client.get(address(room)).get_data(as_text=True)

    assert hostile not in raw
    assert "&lt;script&gt;alert(1)" in raw
