"""Gaps in the rhythm of a channel, as open slots in the days where they belong.

A week lacks as many posts as its channel's rhythm has more than are planned. They belong at the
hours that suit the channel; where the plan names too few, on working days spread over the week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

WEEK = 7
WORKING_DAYS = 5
USUAL_TIME = time(9)


@dataclass(frozen=True)
class Rhythm:
    """A channel: how many posts a week, and its hours as (weekday from 0, time)."""

    channel_id: int
    name: str
    short: str
    cadence: int
    hours: Sequence[tuple[int, time]] = ()


@dataclass(frozen=True, order=True)
class OpenSlot:
    """An hour at which a channel lacks a post."""

    day: date
    time: time
    channel_id: int
    name: str
    short: str


def open_slots(
    rhythms: Iterable[Rhythm],
    days: Sequence[date],
    planned: Mapping[int, Sequence[date]],
    now: datetime,
    is_off: Callable[[date], bool],
) -> dict[date, list[OpenSlot]]:
    """The open slots on `days` (whole weeks, Monday first), by day, then by hour.

    `planned` holds the day of each post of a channel, by its id; `now` is the moment on the local
    clocks: nothing is open before it. `is_off` says which days nobody works; an hour that the plan
    itself names on a weekend counts all the same.
    """
    found: dict[date, list[OpenSlot]] = defaultdict(list)
    weeks = [days[start : start + WEEK] for start in range(0, len(days), WEEK)]
    for rhythm in rhythms:
        taken = planned.get(rhythm.channel_id, ())
        for week in weeks:
            for slot in _lacking(rhythm, week, taken, now, is_off):
                found[slot.day].append(slot)
    return {day: sorted(slots) for day, slots in sorted(found.items())}


def _lacking(
    rhythm: Rhythm,
    week: Sequence[date],
    taken: Sequence[date],
    now: datetime,
    is_off: Callable[[date], bool],
) -> list[OpenSlot]:
    lacking = rhythm.cadence - sum(day in week for day in taken)
    if lacking <= 0:
        return []
    free = [
        OpenSlot(day, at, rhythm.channel_id, rhythm.name, rhythm.short)
        for day, at in _wished(rhythm, week, is_off)
        if day not in taken and datetime.combine(day, at, now.tzinfo) > now
    ]
    return free[:lacking]


def _wished(
    rhythm: Rhythm, week: Sequence[date], is_off: Callable[[date], bool]
) -> Iterator[tuple[date, time]]:
    """The hours of a week that suit: those that the plan names, then working days between them."""
    named = [(week[weekday], at) for weekday, at in rhythm.hours]
    yield from ((day, at) for day, at in named if day.weekday() >= WORKING_DAYS or not is_off(day))
    left = rhythm.cadence - len(named)
    if left <= 0:
        return
    busy = {day for day, _at in named}
    working = [day for day in week if day not in busy and not is_off(day)]
    at = rhythm.hours[0][1] if rhythm.hours else USUAL_TIME
    yield from ((day, at) for day in _spread(working, left))


def _spread(days: Sequence[date], count: int) -> list[date]:
    """At most `count` of `days`, as far from each other as they can be."""
    if count >= len(days):
        return list(days)
    step = len(days) / count
    return [days[int(step * number + step / 2)] for number in range(count)]
