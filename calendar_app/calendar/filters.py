"""What a person wants to see of the calendar. All of it stands in the address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from calendar_app.text import clean_line

VIEWS = ("month", "week", "list", "board")
_LAYER = re.compile(r"holidays|absences|none|[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True)
class View:
    """How the calendar is looked at: which view, around which day."""

    name: str
    day: date
    # What the columns of a board are.
    by: str = "state"
    # Whether several posts are being chosen.
    selects: bool = False

    def address(self, filters: Filters) -> str:
        """The address of this view with these filters."""
        pairs = [("view", self.name), ("date", self.day.isoformat())]
        if self.name == "board" and self.by != "state":
            pairs.append(("by", self.by))
        if self.selects:
            pairs.append(("select", "1"))
        return "/calendar?" + urlencode([*pairs, *filters.pairs()])


@dataclass(frozen=True)
class Filters:
    """Empty means: all. Several of one kind: any of them; several kinds: all of them."""

    plan: frozenset[int] = frozenset()
    channel: frozenset[int] = frozenset()
    value: frozenset[int] = frozenset()
    audience: frozenset[int] = frozenset()
    state: frozenset[str] = frozenset()
    person: frozenset[int] = frozenset()
    # What lies under the posts: of "holidays", "absences", the ids of other calendars, or "none".
    layers: frozenset[str] = frozenset()
    q: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as they stand in an address, in a fixed order."""
        found: list[tuple[str, str]] = []
        for each in fields(self):
            chosen = getattr(self, each.name)
            if isinstance(chosen, frozenset):
                found += [(each.name, str(value)) for value in sorted(chosen)]
            elif chosen:
                found.append((each.name, chosen))
        return found

    def of_ideas(self) -> Filters:
        """The same for the ideas beside the calendar: those have one state and are not searched."""
        return replace(self, state=frozenset(), layers=frozenset(), q="")

    def shows(self, layer: str | int) -> bool:
        """Whether this layer lies under the posts: all do, unless some are chosen."""
        return not self.layers or str(layer) in self.layers


def from_address(values_of: Callable[[str], Iterable[str]], states: Iterable[str]) -> Filters:
    """The filters that an address names; what makes no sense there is left out."""
    known = frozenset(states)
    return Filters(
        plan=_ids(values_of("plan")),
        channel=_ids(values_of("channel")),
        value=_ids(values_of("value")),
        audience=_ids(values_of("audience")),
        state=frozenset(values_of("state")) & known,
        person=_ids(values_of("person")),
        layers=frozenset(value for value in values_of("layers") if _LAYER.fullmatch(value)),
        q=clean_line(next(iter(values_of("q")), ""))[:100],
    )


def _ids(values: Iterable[str]) -> frozenset[int]:
    # An id beyond 18 digits would overflow the database's integers; no row has it.
    return frozenset(int(v) for v in values if v.isascii() and v.isdigit() and len(v) <= 9)
