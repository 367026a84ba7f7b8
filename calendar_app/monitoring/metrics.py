"""What can be counted of a post on one channel, and in which order it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calendar_app.language import N_

METRIC_NAMES = {
    "views": N_("Views"),
    "reactions": N_("Reactions"),
    "comments": N_("Comments"),
    "shares": N_("Shares"),
    "clicks": N_("Clicks"),
    "applications": N_("Applications"),
}
METRICS = tuple(METRIC_NAMES)
MOST = 1_000_000_000


def told(counts: Mapping[str, int | None]) -> tuple[tuple[str, int], ...]:
    """(metric, number) of what was counted, in the order of METRICS; nothing is not zero."""
    return tuple((name, number) for name in METRICS if (number := counts.get(name)) is not None)


def added_up(rows: Iterable[Mapping[str, int | None]]) -> tuple[tuple[str, int], ...]:
    """The same of several channels together: what nobody counted on any of them is left out."""
    sums: dict[str, int] = {}
    for row in rows:
        for name, number in told(row):
            sums[name] = sums.get(name, 0) + number
    return told(sums)
