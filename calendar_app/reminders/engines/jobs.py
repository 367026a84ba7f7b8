"""What an engine runs, and how it finds out that somebody set the clock: alike for each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Clocks are kept right by steps of milliseconds; more is a hand on the clock.
_JUMP = timedelta(seconds=2)


@dataclass(frozen=True)
class Job:
    """Something to do again and again; `act` never overlaps with itself in one process."""

    name: str
    act: Callable[[], None]
    every: timedelta


class ClockGuard:
    """Tells whether the wall clock was set since it was last asked."""

    def __init__(
        self, wall: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._seen = (wall(), monotonic())

    def was_set(self) -> bool:
        """Whether wall and monotonic time went apart by more than two seconds."""
        wall, steady = self._seen
        self._seen = (self._wall(), self._monotonic())
        went_by = timedelta(seconds=self._seen[1] - steady)
        return abs(self._seen[0] - wall - went_by) > _JUMP
