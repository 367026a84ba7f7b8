"""The community around a plan's audiences: who reaches whom, and how to draw that.

Social media work by networks, so the method asks to look past the audience itself: at those around
it (ring 1), and at those around them (ring 2). The audience stands in the centre and never the
organisation, because a tip of somebody who is known and trusted does more than one of ours (Russo,
HR & Social Media).

`draw` gives each audience and each actor a tile that overlaps no other, and each reach a line that
goes behind no third tile if it can be led around it. All lengths are in the units of the drawing,
with its middle at (0, 0). The same facts always make the same drawing.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from string import ascii_uppercase
from typing import ClassVar, TypeAlias

LETTER = 12.5
LINE_HEIGHT = 14.5
KEY_LETTER = 30

_GAP = 8.0
_MARGIN = 6.0
_BESIDE = 26.0
_BEND = 34.0
# How else a line may leave its actor, come to its audience, and go higher or lower, the plainest
# first; and how far a line between two actors may bow.
_LEAVINGS = (_BEND, 70.0, 110.0, 0.0, 160.0, -40.0)
_ARRIVALS = (_BEND, 20.0, 60.0)
_LIFTS = (0.0, 40.0, -40.0, 80.0, -80.0)
_BOWS = (40.0, -40.0, 80.0, -80.0, 120.0, -120.0, 180.0, -180.0)
# A line is looked at in so many places, and may touch the edge of a tile.
_LOOKS = 24
_TOUCH = 2.0
_GROWTH = 8.0
_SLENDER = 1.3
_STACKED = 50.0
_PAD = 5.5
_STEPS = 120

# How wide a letter is, as a part of its height: a little more than Inter has it.
_THIN = "ijlI.,:;'|! \N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_WIDTHS = {
    **dict.fromkeys(_THIN, 0.29),
    **dict.fromkeys("frt()[]-/", 0.41),
    **dict.fromkeys("mwMW%@\N{EN DASH}\N{EM DASH}\N{HORIZONTAL ELLIPSIS}", 1.0),
}
_SMALL, _CAPITAL, _FOREIGN = 0.62, 0.76, 1.2
_LATIN = 0x24F
_VOWELS = frozenset("aeiouyàáâäèéêëìíîïòóôöùúûü")


@dataclass(frozen=True)
class Centre:
    """An audience: it stands in the middle."""

    id: int
    name: str


@dataclass(frozen=True)
class Around:
    """An actor: in `ring` 1 or 2, reached through the actor `via`, and the audiences it reaches.

    `reaches` and `trusted_by` hold the ids of audiences; who is trusted also reaches.
    """

    id: int
    name: str
    ring: int = 1
    via: int | None = None
    reaches: Collection[int] = frozenset()
    trusted_by: Collection[int] = frozenset()


@dataclass(frozen=True)
class Way:
    """Somebody an audience trusts, and through whom we reach them if they stand in ring 2."""

    name: str
    through: str | None = None

    @property
    def steps(self) -> str:
        """The way from us to them, name after name."""
        return self.name if self.through is None else f"{self.through} → {self.name}"


def ways_to(audience_id: int, actors: Iterable[Around]) -> list[Way]:
    """Those whom the audience trusts: first its own network, then the network of that."""
    everybody = list(actors)
    names = {one.id: one.name for one in everybody}
    trusted = [one for one in everybody if audience_id in one.trusted_by]
    near = [Way(one.name) for one in trusted if one.ring == 1]
    far = [Way(one.name, names.get(one.via or 0)) for one in trusted if one.ring != 1]
    return [*near, *far]


@dataclass(frozen=True)
class Tile:
    """A name in the drawing: `x` and `y` are its middle, `lines` the name as far as it fits.

    `kind` is "audience", "near" (ring 1) or "far" (ring 2). `key` stands for the name where the
    drawing is too small to read: a letter for an audience, a number for an actor.
    """

    kind: str
    key: str
    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    is_trusted: bool = False

    @property
    def left(self) -> float:
        """Where it begins."""
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        """Where it begins, from above."""
        return round(self.y - self.height / 2, 1)

    @property
    def is_whole(self) -> bool:
        """Whether the whole name can be read."""
        return "…" not in self.lines[-1] or self.lines[-1] in self.name

    @property
    def baselines(self) -> list[tuple[float, str]]:
        """Each line of the name, and how high it stands."""
        first = self.y - (len(self.lines) - 1) * LINE_HEIGHT / 2 + LETTER * 0.36
        return [(round(first + at * LINE_HEIGHT, 1), line) for at, line in enumerate(self.lines)]

    @property
    def key_baseline(self) -> float:
        """How high the key stands."""
        return round(self.y + KEY_LETTER * 0.36, 1)

    def covers(self, x: float, y: float, touch: float = 0) -> bool:
        """Whether this place lies behind it, more than `touch` from its edge."""
        across = self.width / 2 - touch - abs(self.x - x)
        return across > 0 and self.height / 2 - touch > abs(self.y - y)

    def overlaps(self, other: Tile, gap: float = 0) -> bool:
        """Whether less than `gap` lies between the two."""
        across = (self.width + other.width) / 2 + gap - abs(self.x - other.x)
        down = (self.height + other.height) / 2 + gap - abs(self.y - other.y)
        # What touches does not overlap, however the numbers were rounded.
        return min(across, down) > 1e-6


@dataclass(frozen=True)
class Line:
    """A reach: `kind` is "trusted", "reached" or "via", `path` an SVG path."""

    kind: str
    path: str


@dataclass(frozen=True)
class Ring:
    """An ellipse around the middle."""

    rx: float
    ry: float


@dataclass(frozen=True)
class Drawing:
    """The whole map, from its left and top edge; `letter` is how high names are written."""

    letter: ClassVar = LETTER
    key_letter: ClassVar = KEY_LETTER

    left: float
    top: float
    width: float
    height: float
    rings: Sequence[Ring]
    lines: Sequence[Line]
    tiles: Sequence[Tile]


# The points of a Bézier curve: two of a straight line, three or four of a bent one.
_Curve: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Size:
    width: float
    height: float


_AUDIENCE = _Size(144.0, 40.0)
_ACTOR = _Size(126.0, 40.0)


def draw(audiences: Sequence[Centre], actors: Sequence[Around]) -> Drawing:
    """The map: audiences in the middle, each ring around what it is around.

    Numbers count ring 1 and then ring 2, both in the order of `actors`.
    """
    near = [one for one in actors if one.ring == 1]
    far = [one for one in actors if one.ring != 1]
    middle = _stack(audiences)
    inner = _free_ring(len(near), _ring_around(middle), middle)
    first = _placed(near, _even(inner, len(near)), "near", 1)
    rings, second = ([inner] if near else []), []
    if far:
        outer, spots = _spots(len(far), _ring_around([*middle, *first], inner), [*middle, *first])
        chosen = _nearest(far, spots, dict(zip((one.id for one in near), first, strict=True)))
        second = _placed(far, chosen, "far", len(near) + 1)
        rings.append(outer)
    centres = dict(zip((one.id for one in audiences), middle, strict=True))
    tiles = dict(zip((one.id for one in [*near, *far]), [*first, *second], strict=True))
    lines = list(_lines([*near, *far], centres, tiles))
    return _framed(rings, lines, [*middle, *first, *second])


def key_of_audience(number: int) -> str:
    """A letter for the first twenty-six, then a letter with a number; from 0 on."""
    turn, place = divmod(number, len(ascii_uppercase))
    return f"{ascii_uppercase[place]}{turn or ''}"


# Where the tiles stand


def _stack(audiences: Sequence[Centre]) -> list[Tile]:
    """The audiences, one below the other around the middle."""
    first = -(len(audiences) - 1) * _STACKED / 2
    return [
        _tile("audience", key_of_audience(at), one.name, _AUDIENCE, (0.0, first + at * _STACKED))
        for at, one in enumerate(audiences)
    ]


def _ring_around(tiles: Sequence[Tile], within: Ring | None = None) -> Ring:
    """The narrowest ring of actors that leaves room for lines around all `tiles`."""
    side = max((abs(one.x) + one.width / 2 for one in tiles), default=0.0)
    end = max((abs(one.y) + one.height / 2 for one in tiles), default=0.0)
    inner = within or Ring(0, 0)
    beside = _BEND if within is None else _BESIDE
    return Ring(
        max(side, inner.rx) + beside + _ACTOR.width / 2,
        max(end, inner.ry) + beside / 2 + _ACTOR.height,
    )


def _free_ring(count: int, ring: Ring, others: Sequence[Tile]) -> Ring:
    """`ring`, grown until `count` actors spread evenly over it overlap nothing."""
    while not _is_free(_even(ring, count), others):
        ring = _grown(ring)
    return ring


def _spots(
    count: int, ring: Ring, others: Sequence[Tile]
) -> tuple[Ring, Sequence[tuple[float, float]]]:
    """`ring`, grown until it has room for `count` actors, and as many spots as it has room for."""
    while True:
        for fitting in range(max(count, int(_lengths(ring)[-1])), count - 1, -1):
            spots = _even(ring, fitting)
            if _is_free(spots, others):
                return ring, spots
        ring = _grown(ring)


def _grown(ring: Ring) -> Ring:
    """Higher first, for a page is longer than wide; in the end both ways, so that it ever fits."""
    higher = ring.ry + _GROWTH
    return Ring(max(ring.rx, higher / _SLENDER), higher)


def _is_free(spots: Sequence[tuple[float, float]], others: Sequence[Tile]) -> bool:
    tiles = [_tile("", "", "", _ACTOR, spot) for spot in spots]
    among = (one.overlaps(two, _GAP) for at, one in enumerate(tiles) for two in tiles[:at])
    return not (any(among) or any(one.overlaps(two, _GAP) for one in tiles for two in others))


def _even(ring: Ring, count: int) -> list[tuple[float, float]]:
    """`count` spots on `ring`, clockwise from the top, with as much room between each two.

    Room is counted in tiles, and those are wider than high: so spots lie closer at the sides.
    """
    lengths = _lengths(ring)
    wanted = [(at + 0.5) * lengths[-1] / count for at in range(count)]
    return [_on(ring, _place_of(length, lengths)) for length in wanted]


def _lengths(ring: Ring) -> list[float]:
    """How many tiles lie behind each of the steps around `ring`."""
    corners = [_on(ring, step / _STEPS) for step in range(_STEPS + 1)]
    parts = (
        max(
            abs(to[0] - at[0]) / (_ACTOR.width + _GAP),
            abs(to[1] - at[1]) / (_ACTOR.height + _GAP),
        )
        for at, to in pairwise(corners)
    )
    return list(accumulate(parts, initial=0.0))


def _place_of(length: float, lengths: Sequence[float]) -> float:
    """Which part of the way round has this length behind it."""
    step = max(1, bisect_left(lengths, length))
    before, after = lengths[step - 1], lengths[step]
    return (step - 1 + (length - before) / (after - before)) / _STEPS


def _on(ring: Ring, turn: float) -> tuple[float, float]:
    """The spot on `ring` after this part of a turn, clockwise from the top."""
    angle = turn * math.tau
    return round(ring.rx * math.sin(angle), 1), round(-ring.ry * math.cos(angle), 1)


def _nearest(
    actors: Sequence[Around], spots: Sequence[tuple[float, float]], near: Mapping[int, Tile]
) -> list[tuple[float, float]]:
    """A spot for each of `actors`, near the one through whom they are reached."""
    free = list(spots)
    chosen = []
    for one in actors:
        via = near.get(one.via or 0)
        start = (0.0, 0.0) if via is None else (via.x, via.y)
        spot = min(free, key=lambda each: (round(math.dist(each, start), 1), each))
        free.remove(spot)
        chosen.append(spot)
    return chosen


def _placed(
    actors: Sequence[Around], spots: Sequence[tuple[float, float]], kind: str, first: int
) -> list[Tile]:
    return [
        _tile(kind, str(first + at), one.name, _ACTOR, spot, is_trusted=bool(one.trusted_by))
        for at, (one, spot) in enumerate(zip(actors, spots, strict=True))
    ]


def _tile(
    kind: str,
    key: str,
    name: str,
    size: _Size,
    spot: tuple[float, float],
    *,
    is_trusted: bool = False,
) -> Tile:
    lines = fitted(name, size.width - 2 * _PAD)
    return Tile(kind, key, name, lines, *spot, size.width, size.height, is_trusted)


# What the lines join


def _lines(
    actors: Sequence[Around], centres: Mapping[int, Tile], tiles: Mapping[int, Tile]
) -> Iterator[Line]:
    reached = {one.id: {*one.reaches, *one.trusted_by} for one in actors}
    every = [*centres.values(), *tiles.values()]
    for one in actors:
        tile, via = tiles[one.id], tiles.get(one.via or 0)
        if via is not None and one.ring != 1:
            yield Line("via", _led_around(_straight_or_bowed(tile, via), tile, via, every))
        # A line of ring 2 goes by the one between; only what that one does not reach is drawn.
        known = reached.get(one.via or 0, set()) if one.ring != 1 else set()
        for audience_id, centre in centres.items():
            if audience_id in reached[one.id] - known:
                kind = "trusted" if audience_id in one.trusted_by else "reached"
                yield Line(kind, _led_around(_curves(tile, centre), tile, centre, every))


def _curves(tile: Tile, centre: Tile) -> Iterator[_Curve]:
    """Ways from an actor to a side of an audience: near side first, then the plainest curve."""
    near = -1 if tile.x < 0 else 1
    for side, lift, arrival, leaving in product((near, -near), _LIFTS, _ARRIVALS, _LEAVINGS):
        end = side * centre.width / 2
        yield (
            (tile.x, tile.y),
            (end + side * leaving, tile.y + lift),
            (end + side * arrival, centre.y),
            (end, centre.y),
        )


def _straight_or_bowed(tile: Tile, via: Tile) -> Iterator[_Curve]:
    """Ways from one actor to another: straight, and then in a bow to either side."""
    start, end = (tile.x, tile.y), (via.x, via.y)
    yield start, end
    across, down, long = end[0] - start[0], end[1] - start[1], math.dist(start, end)
    for bow in _BOWS if long else ():
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        bowed = (middle[0] - down / long * bow, middle[1] + across / long * bow)
        yield start, bowed, end


def _led_around(curves: Iterable[_Curve], start: Tile, end: Tile, tiles: Sequence[Tile]) -> str:
    """The SVG path of the first of `curves` that is clear of third tiles; else of the first."""
    others = [one for one in tiles if one is not start and one is not end]
    side = max(abs(one.x) + one.width / 2 for one in tiles)
    edge = max(abs(one.y) + one.height / 2 for one in tiles)
    plainest: _Curve = ()
    for curve in curves:
        plainest = plainest or curve
        if _is_clear(curve, others, (side, edge)):
            return _path(curve)
    return _path(plainest)


def _is_clear(curve: _Curve, others: Sequence[Tile], edge: tuple[float, float]) -> bool:
    """Whether `curve` stays within the drawing and goes behind none of `others`."""
    places = list(_along(curve))
    xs, ys = [x for x, _y in places], [y for _x, y in places]
    if max(map(abs, xs)) > edge[0] or max(map(abs, ys)) > edge[1]:
        return False
    return not any(
        one.covers(x, y, _TOUCH)
        for one in others
        # Most tiles lie nowhere near the line.
        if abs(one.x - (min(xs) + max(xs)) / 2) < (one.width + max(xs) - min(xs)) / 2
        for x, y in places
    )


def _along(curve: _Curve) -> Iterator[tuple[float, float]]:
    """Places on a Bézier curve, from its start to its end."""
    for weights in _WEIGHTS[len(curve)]:
        yield (
            sum(weight * x for weight, (x, _y) in zip(weights, curve, strict=True)),
            sum(weight * y for weight, (_x, y) in zip(weights, curve, strict=True)),
        )


def _bernstein(points: int) -> list[tuple[float, ...]]:
    """How much each of so many points counts, in each place of a Bézier curve."""
    last = points - 1
    turns = [step / _LOOKS for step in range(_LOOKS + 1)]
    return [
        tuple(math.comb(last, at) * turn**at * (1 - turn) ** (last - at) for at in range(points))
        for turn in turns
    ]


_WEIGHTS = {points: _bernstein(points) for points in (2, 3, 4)}


def _path(curve: _Curve) -> str:
    letter = {2: "L", 3: "Q", 4: "C"}[len(curve)]
    first, *rest = (f"{round(x, 1)} {round(y, 1)}" for x, y in curve)
    return f"M{first}{letter}{' '.join(rest)}"


def _framed(rings: Sequence[Ring], lines: Sequence[Line], tiles: Sequence[Tile]) -> Drawing:
    """All of it, with an edge around it."""
    sides = [*(one.rx for one in rings), *(abs(one.x) + one.width / 2 for one in tiles)]
    ends = [*(one.ry for one in rings), *(abs(one.y) + one.height / 2 for one in tiles)]
    side, end = max(sides, default=0.0) + _MARGIN, max(ends, default=0.0) + _MARGIN
    rounded = [Ring(round(one.rx, 1), round(one.ry, 1)) for one in rings]
    side, end = round(side, 1), round(end, 1)
    return Drawing(-side, -end, 2 * side, 2 * end, rounded, lines, tiles)


# What of a name fits


def width_of(text: str) -> float:
    """About how wide `text` is in the drawing; rather too wide than too narrow."""
    return LETTER * sum(map(_width_of_letter, text))


def _width_of_letter(sign: str) -> float:
    if ord(sign) > _LATIN:
        return _WIDTHS.get(sign, _FOREIGN)
    return _WIDTHS.get(sign, _CAPITAL if sign.isupper() or sign.isdigit() else _SMALL)


def fitted(name: str, room: float) -> tuple[str, ...]:
    """`name` in one or two lines that are at most `room` wide; what is too long ends in “…”."""
    if width_of(name) <= room:
        return (name,)
    end, hyphen = _first_end(name, room)
    return name[:end].rstrip() + hyphen, _cut(name[end:].lstrip(), room)


def _first_end(name: str, room: float) -> tuple[int, str]:
    """Where the first line ends: behind a word, else within one, with a hyphen."""
    letters = _fitting(name, room)
    behind = [at + 1 for at, sign in enumerate(name[: letters + 1]) if sign in " -/"]
    # A blank at the end of the line takes no room there.
    ends = [end for end in behind if end <= letters or name[end - 1] == " "]
    if ends:
        return ends[-1], ""
    letters = _fitting(name, room - width_of("-"))
    return _syllable(name, letters), "-"


def _syllable(name: str, letters: int) -> int:
    """Where to break within the first `letters`: in front of a consonant between two vowels."""
    for at in range(letters, letters // 2, -1):
        before, here, after = (name[place : place + 1] for place in (at - 1, at, at + 1))
        if before in _VOWELS and here not in _VOWELS and after in _VOWELS:
            return at
    return letters


def _cut(text: str, room: float) -> str:
    if width_of(text) <= room:
        return text
    return text[: _fitting(text, room - width_of("…"))].rstrip() + "…"


def _fitting(text: str, room: float) -> int:
    """How many letters of `text` fit in `room`; one at least."""
    widths = accumulate(width_of(sign) for sign in text)
    return max(1, sum(1 for width in widths if width <= room))
