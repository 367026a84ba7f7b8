"""What one row says of a post, by the names of a team."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from calendar_app.calendar.quick_add import ChannelFact, Hook, Named, PlanFact, Vocabulary
from calendar_app.transfer import rows
from calendar_app.transfer.columns import FIELD_NAMES, Line
from calendar_app.transfer.rows import MOST_GUESSED, MOST_UNKNOWN, Reader, Row

WALL = datetime(2026, 11, 10, 9, 18)  # noqa: DTZ001 - on the wall
NAMES = Vocabulary(
    plans=(PlanFact(1, "Werven"), PlanFact(2, "Behouden")),
    channels=(
        ChannelFact(1, "LinkedIn", 1),
        ChannelFact(2, "Facebook", 1),
        ChannelFact(3, "LinkedIn", 2),
        ChannelFact(4, "Instagram, verhalen", 2),
    ),
    values=(Hook(1, "Nabij", 1), Hook(2, "Vakmanschap", 2)),
    audiences=(Hook(1, "Verpleegkundigen", 1), Hook(2, "Collega's", 2)),
    people=(Named(1, "Anouk Visser"), Named(2, "Joris Bos"), Named(3, "Joris Mulder")),
)


def a_row(language: str = "nl", **cells: str) -> Row:
    """The row with these cells, of a table with these columns."""
    said = {"title": "Open dag", **cells}
    reader = Reader(list(said), NAMES, WALL, language)
    [row] = reader.rows([Line(2, tuple(said.values()))])
    return row


def names(found: tuple[Named, ...]) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in found]


def wrong(row: Row) -> list[tuple[str, str]]:
    return [(one.field, one.message % one.values) for one in row.remarks if one.is_wrong]


def told(row: Row) -> list[tuple[str, str]]:
    return [(one.field, one.message % one.values) for one in row.remarks if not one.is_wrong]


def test_names_decide_the_plan_and_the_plan_which_of_a_name_is_meant() -> None:
    row = a_row(channels="linkedin", values="NABIJ", audiences="verpleegkundigen")

    assert row.plan == NAMES.plans[0]
    assert names(row.channels) == [(1, "LinkedIn")]
    assert not row.remarks


def test_a_named_plan_decides_too() -> None:
    assert names(a_row(channels="LinkedIn", plan="behouden").channels) == [(3, "LinkedIn")]


def test_several_names_stand_in_one_cell() -> None:
    assert names(a_row(channels="LinkedIn; Facebook", plan="Werven").channels) == [
        (1, "LinkedIn"),
        (2, "Facebook"),
    ]
    assert names(a_row(channels="Facebook, LinkedIn").channels) == [
        (2, "Facebook"),
        (1, "LinkedIn"),
    ]
    assert names(a_row(channels="LinkedIn\nLinkedIn\nFacebook").channels) == [
        (1, "LinkedIn"),
        (2, "Facebook"),
    ]


def test_a_comma_may_be_part_of_a_name() -> None:
    row = a_row(channels="LinkedIn; Instagram, verhalen")

    assert names(row.channels) == [(3, "LinkedIn"), (4, "Instagram, verhalen")]


def test_a_name_of_more_plans_is_asked() -> None:
    assert wrong(a_row(channels="LinkedIn")) == [
        ("plan", "More plans have these names. Say which plan in a column of its own.")
    ]


def test_names_of_different_plans_do_not_go_together() -> None:
    for row in (
        a_row(values="Nabij", audiences="Collega's"),
        a_row(values="Nabij", plan="Behouden"),
    ):
        assert wrong(row) == [
            ("plan", "These names are not all of one plan. Choose those of one plan.")
        ]


def test_a_title_alone_needs_no_plan() -> None:
    row = a_row()

    assert (row.plan, row.remarks) == (None, [])


@pytest.mark.parametrize("field", ["channels", "values", "audiences", "plan", "owner"])
def test_an_unknown_name_is_told_with_its_column(field: str) -> None:
    assert wrong(a_row(**{field: "Zeppelin"})) == [(field, "“Zeppelin” is not known here.")]


def test_what_was_probably_meant_is_told_too() -> None:
    assert wrong(a_row(channels="LinkedInn", plan="Werven")) == [
        ("channels", "“LinkedInn” is not known here. Is it “LinkedIn”?")
    ]


@pytest.mark.parametrize("sign", [";", ",", "\n"])
def test_of_many_unknown_names_in_a_cell_a_few_are_told(sign: str) -> None:
    row = a_row(channels=sign.join(f"Zeppelin {number}" for number in range(3_000)))

    assert len(row.remarks) == MOST_UNKNOWN + 1
    assert wrong(row)[-1] == ("channels", "More names here are not known.")


def test_many_names_that_are_known_are_no_such_thing() -> None:
    many = tuple(Hook(number, f"Doelgroep {number}", 1) for number in range(3 * MOST_UNKNOWN))
    reader = Reader(["title", "audiences"], replace(NAMES, audiences=many), WALL, "nl")

    [row] = reader.rows([Line(2, ("Open dag", "; ".join(one.name for one in many)))])

    assert row.audiences == many
    assert not row.remarks


def test_an_unknown_name_is_compared_once_a_table_and_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []

    def near(_named: Iterable[Named]) -> Callable[[str], str]:
        def nearest(name: str) -> str:
            compared.append(name)
            return "Iets"

        return nearest

    monkeypatch.setattr(rows, "near", near)
    reader = Reader(["title", "channels", "owner"], NAMES, WALL, "nl")

    reader.rows([Line(2, ("Open dag", "Zeppelin", "Zeppelin"))] * 5)
    assert compared == ["Zeppelin"] * 2
    last = reader.rows([Line(n, ("Open dag", f"Ballon {n}", "")) for n in range(1_000)])[-1]

    assert len(compared) == MOST_GUESSED
    assert wrong(last) == [("channels", "“Ballon 999” is not known here.")]


def test_a_colleague_is_known_by_a_first_name_that_one_has() -> None:
    assert a_row(owner="anouk").owner == NAMES.people[0]
    assert a_row(owner="Joris Bos").owner == NAMES.people[1]
    assert wrong(a_row(owner="Joris")) == [
        ("owner", "More colleagues are called “Joris”. Write the whole name.")
    ]


def test_day_and_time_stand_in_one_cell_or_in_two() -> None:
    for row in (
        a_row(date="24-12-2026 9:30"),
        a_row(date="24-12-2026", time="9u30"),
        a_row(date="24-12-2026 12:00", time="half tien"),
    ):
        assert (row.day, row.at, row.remarks) == (date(2026, 12, 24), time(9, 30), [])


def test_what_is_no_day_and_no_time_is_wrong() -> None:
    assert wrong(a_row(date="ooit eens", time="straks")) == [
        ("date", "“ooit eens” is no day. Write it like 24-12-2026."),
        ("time", "“straks” is no time. Write it like 9:30."),
    ]
    assert wrong(a_row(date="1-1-2199")) == [("date", "Choose a day between 2000 and 2100.")]


def test_a_day_that_has_passed_and_a_time_without_a_day_are_told() -> None:
    assert told(a_row(date="1-11-2026")) == [("date", "This day has passed.")]
    assert told(a_row(date="10-11-2026")) == []
    assert told(a_row(time="9:30")) == [
        ("time", "There is no day, so the time does not come along.")
    ]


@pytest.mark.parametrize(
    ("text", "state"),
    [("Idee", "idea"), ("DRAFT", "draft"), ("Concept", "draft"), ("", ""), ("Akkoord", "draft")],
)
def test_states_are_known_in_both_languages(text: str, state: str) -> None:
    row = a_row(state=text)

    assert (row.state, row.is_wrong) == (state, False)
    assert bool(told(row)) == (text == "Akkoord")


def test_what_is_over_and_what_is_no_state_does_not_come_in() -> None:
    assert wrong(a_row(state="Geplaatst")) == [
        ("state", "What is over does not come in. Leave this row out.")
    ]
    assert wrong(a_row(state="klaar")) == [
        ("state", "“klaar” is no state. Write Idea or Draft, or nothing.")
    ]


def test_a_row_without_a_title_or_with_too_much_is_wrong() -> None:
    assert wrong(a_row(title="")) == [("title", "Give the post a title.")]
    assert wrong(a_row(title="x" * 201)) == [("title", "Use at most 200 characters.")]
    assert wrong(a_row(link="javascript:alert(1)")) == [
        ("link", "Give an address that begins with https:// or http://.")
    ]


def test_a_long_cell_is_not_repeated_whole() -> None:
    [(_field, words)] = wrong(a_row(owner="x" * 10_000))

    assert len(words) < 100


def test_every_column_has_a_place() -> None:
    row = a_row(**dict.fromkeys(FIELD_NAMES, ""))

    assert wrong(row) == [("title", "Give the post a title.")]
