"""The map of a community: who stands where, what is written there, and the ways that it shows."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest

from calendar_app.plans import pitfalls
from calendar_app.plans.community import (
    Around,
    Centre,
    Drawing,
    Tile,
    Way,
    draw,
    fitted,
    key_of_audience,
    ways_to,
    width_of,
)

NURSES, PUPILS = 1, 2
COLLEAGUES = Around(10, "Colleagues", reaches={PUPILS}, trusted_by={NURSES})
TEACHERS = Around(11, "Teachers", trusted_by={PUPILS})
FAMILY = Around(20, "Family", ring=2, via=10, trusted_by={NURSES})
NEIGHBOURS = Around(21, "Neighbours", ring=2, via=10, reaches={NURSES})
BOTH = [Centre(NURSES, "Nurses"), Centre(PUPILS, "Pupils")]


def a_community(audiences: int, near: int, far: int) -> tuple[list[Centre], list[Around]]:
    """So many of each, with long names, each reaching some audiences."""
    chance = random.Random(f"{audiences} {near} {far}")  # noqa: S311 - the same map each time
    ids = range(1, audiences + 1)
    names = ("Verpleegkundigen niveau 4 en 5 in de regio", "Praktijkopleiders", "Buurt")

    def reach() -> set[int]:
        return {each for each in ids if chance.random() < 0.5}

    first = [
        Around(100 + n, names[n % 3], reaches=reach(), trusted_by=reach()) for n in range(near)
    ]
    second = [
        Around(500 + n, names[n % 3], 2, 100 + chance.randrange(near), reach(), reach())
        for n in range(far)
    ]
    return [Centre(each, names[each % 3]) for each in ids], [*first, *second]


SIZES = [
    (1, 0, 0),
    (1, 1, 0),
    (1, 1, 1),
    (1, 2, 12),
    (2, 1, 12),
    (3, 4, 0),
    (3, 7, 5),
    (3, 12, 12),
    (1, 12, 12),
    (6, 12, 12),
    (12, 3, 3),
    (3, 25, 25),
    (0, 3, 2),
]
each_size = pytest.mark.parametrize(("audiences", "near", "far"), SIZES)


@each_size
def test_nobody_stands_on_somebody_else(audiences: int, near: int, far: int) -> None:
    drawing = draw(*a_community(audiences, near, far))

    pairs = combinations(drawing.tiles, 2)
    assert [(one.key, two.key) for one, two in pairs if one.overlaps(two)] == []
    assert len(drawing.tiles) == audiences + near + far


@each_size
def test_everybody_stands_within_the_drawing(audiences: int, near: int, far: int) -> None:
    drawing = draw(*a_community(audiences, near, far))

    for tile in drawing.tiles:
        assert drawing.left < tile.left
        assert drawing.top < tile.top
        assert tile.left + tile.width < drawing.left + drawing.width
        assert tile.top + tile.height < drawing.top + drawing.height


@each_size
def test_every_line_of_a_name_fits_in_its_tile(audiences: int, near: int, far: int) -> None:
    for tile in draw(*a_community(audiences, near, far)).tiles:
        assert 1 <= len(tile.lines) <= 2
        assert max(map(width_of, tile.lines)) < tile.width
        for height, _words in tile.baselines:
            assert tile.top + 8 < height < tile.top + tile.height


@pytest.mark.parametrize("size", [(3, 12, 12), (1, 12, 0), (6, 8, 12)])
def test_a_full_map_is_no_wider_than_a_page(size: tuple[int, int, int]) -> None:
    # Wider, and its names would be too small in the column of a page.
    assert draw(*a_community(*size)).width < 790


@each_size
def test_the_same_community_is_always_drawn_the_same(audiences: int, near: int, far: int) -> None:
    centre, around = a_community(audiences, near, far)

    assert draw(centre, around) == draw(list(centre), list(around))


def test_a_map_of_nobody_is_empty() -> None:
    drawing = draw([], [])

    assert (drawing.tiles, drawing.lines, drawing.rings) == ([], [], [])


def test_the_audiences_stand_in_the_middle_and_each_ring_around_them() -> None:
    drawing = draw(*a_community(3, 6, 6))

    inner, outer = drawing.rings
    assert inner.rx < outer.rx
    assert inner.ry < outer.ry
    for tile in drawing.tiles:
        if tile.kind == "audience":
            assert tile.x == 0
        else:
            ring = inner if tile.kind == "near" else outer
            assert (tile.x / ring.rx) ** 2 + (tile.y / ring.ry) ** 2 == pytest.approx(1, abs=0.01)


def tiles(drawing: Drawing) -> dict[str, Tile]:
    return {tile.name: tile for tile in drawing.tiles}


def test_ring_two_stands_near_those_it_is_reached_through() -> None:
    others = [Around(30 + number, f"Other {number}") for number in range(6)]
    drawn = tiles(draw(BOTH, [*others, COLLEAGUES, FAMILY]))

    def away(name: str) -> float:
        return float(
            (drawn[name].x - drawn["Family"].x) ** 2 + (drawn[name].y - drawn["Family"].y) ** 2
        )

    assert min(away(one.name) for one in others) > away("Colleagues")


def test_audiences_have_letters_and_actors_have_numbers_ring_by_ring() -> None:
    drawing = draw(BOTH, [FAMILY, COLLEAGUES, TEACHERS])

    assert [(tile.key, tile.name) for tile in drawing.tiles] == [
        ("A", "Nurses"),
        ("B", "Pupils"),
        ("1", "Colleagues"),
        ("2", "Teachers"),
        ("3", "Family"),
    ]


@pytest.mark.parametrize(("number", "key"), [(0, "A"), (25, "Z"), (26, "A1"), (53, "B2")])
def test_there_is_a_letter_for_every_audience(number: int, key: str) -> None:
    assert key_of_audience(number) == key


# The lines

LINES = [
    ([COLLEAGUES], ["trusted", "reached"]),
    ([TEACHERS], ["trusted"]),
    # Who is trusted also reaches: one line.
    ([replace(TEACHERS, reaches={PUPILS})], ["trusted"]),
    # Family goes by colleagues, who reach the nurses themselves.
    ([COLLEAGUES, FAMILY], ["trusted", "reached", "via"]),
    # Teachers do not reach the nurses, so the family's own line is drawn.
    ([TEACHERS, replace(FAMILY, via=11)], ["trusted", "via", "trusted"]),
    ([TEACHERS, replace(NEIGHBOURS, via=11)], ["trusted", "via", "reached"]),
    # An audience that is not in the plan any more has no line.
    ([replace(TEACHERS, trusted_by={99})], []),
]


@pytest.mark.parametrize(("actors", "kinds"), LINES)
def test_a_line_says_reached_trusted_or_through_whom(
    actors: list[Around], kinds: list[str]
) -> None:
    assert [line.kind for line in draw(BOTH, actors).lines] == kinds


def test_a_reach_ends_at_the_side_of_its_audience() -> None:
    drawing = draw(*a_community(4, 9, 0))
    middle = {tile.y: tile for tile in drawing.tiles if tile.kind == "audience"}

    for line in drawing.lines:
        end_x, end_y = points_of(line.path)[-1]
        assert abs(end_x) == middle[end_y].width / 2


# A ring so full that a line cannot always pass: at most so many of the lines go behind a tile.
@pytest.mark.parametrize(
    ("audiences", "near", "far", "at_most"),
    [
        (1, 2, 12, 0),
        (2, 1, 12, 0),
        (3, 5, 4, 0),
        (3, 6, 3, 0),
        (2, 6, 4, 0),
        (4, 9, 0, 0),
        (12, 3, 3, 0),
        (3, 7, 5, 3),
        (6, 12, 12, 8),
    ],
)
def test_a_line_goes_behind_no_third_tile_where_it_can_be_led_around(
    audiences: int, near: int, far: int, at_most: int
) -> None:
    drawing = draw(*a_community(audiences, near, far))

    hidden = [line.path for line in drawing.lines if tiles_over(line.path, drawing)]

    assert len(hidden) <= at_most, hidden


def points_of(path: str) -> list[tuple[float, float]]:
    """The points of one straight or bent line."""
    numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def tiles_over(path: str, drawing: Drawing) -> list[Tile]:
    """The tiles that a line goes behind, beside those that it joins."""
    points = points_of(path)
    places = [on_curve(points, step / 50) for step in range(51)]
    ends = points[0], points[-1]
    joined = [one for one in drawing.tiles if any(touches(one, end) for end in ends)]
    others = [tile for tile in drawing.tiles if tile not in joined]
    return [tile for tile in others if any(tile.covers(*place, touch=5) for place in places)]


def touches(tile: Tile, place: tuple[float, float]) -> bool:
    """Whether the place lies on the tile or on its edge."""
    return tile.covers(*place, touch=-1)


def on_curve(points: list[tuple[float, float]], turn: float) -> tuple[float, float]:
    """The place on a Bézier curve, by halving as de Casteljau did."""
    while len(points) > 1:
        points = [
            (at[0] + (to[0] - at[0]) * turn, at[1] + (to[1] - at[1]) * turn)
            for at, to in pairwise(points)
        ]
    return points[0]


# The names


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Colleagues", ("Colleagues",)),
        ("Former colleagues", ("Former", "colleagues")),
        ("LinkedIn-groep zorg", ("LinkedIn-groep", "zorg")),
        ("Beroepsvereniging", ("Beroepsvereni-", "ging")),
        ("Teachers of all the schools here", ("Teachers of all", "the schools h…")),
    ],
)
def test_a_name_is_broken_behind_a_word_or_a_syllable(name: str, lines: tuple[str, ...]) -> None:
    assert fitted(name, 100) == lines


@pytest.mark.parametrize("name", ["W" * 80, "i" * 80, "護" * 80, "🙂" * 40, "a b " * 20, "x"])
def test_whatever_the_name_its_lines_fit(name: str) -> None:
    lines = fitted(name, 100)

    assert all(lines)
    assert max(map(width_of, lines)) <= 100


@pytest.mark.parametrize(
    ("name", "is_whole"),
    [("Colleagues", True), ("W" * 80, False), ("Wait…", True)],
)
def test_a_tile_knows_whether_its_name_can_be_read(name: str, *, is_whole: bool) -> None:
    (tile,) = draw([Centre(1, name)], []).tiles

    assert tile.is_whole is is_whole


# The ways


@pytest.mark.parametrize(
    ("audience", "ways"),
    [
        (NURSES, [Way("Colleagues"), Way("Family", "Colleagues")]),
        (PUPILS, [Way("Teachers")]),
        (99, []),
    ],
)
def test_ways_name_those_who_are_trusted_the_nearest_first(audience: int, ways: list[Way]) -> None:
    assert ways_to(audience, [FAMILY, NEIGHBOURS, COLLEAGUES, TEACHERS]) == ways


def test_a_way_names_each_step() -> None:
    assert Way("Family", "Colleagues").steps == "Colleagues → Family"
    assert Way("Colleagues").steps == "Colleagues"


@pytest.mark.parametrize(
    ("trusted", "way_out"),
    [
        ((), "Find one out, reach them through their network, or offline"),
        (
            ("Colleagues",),
            "Reach them through those they trust (Colleagues), find a fact, or go offline",
        ),
        (
            ("One", "Two", "Three", "Four"),
            "Reach them through those they trust (One, Two, Three), find a fact, or go offline",
        ),
    ],
)
def test_the_way_out_for_an_audience_not_known_online_names_whom_it_trusts(
    trusted: tuple[str, ...], way_out: str
) -> None:
    audience = pitfalls.AudienceFact(NURSES, "Nurses", known_online=0, trusted=trusted)

    (finding,) = pitfalls.radar(pitfalls.RadarFacts(date(2026, 11, 10), audiences=[audience]))

    assert finding.way_out % finding.values == way_out
