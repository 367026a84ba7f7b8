"""An alarm clock inside one process: APScheduler's threads, and nothing it would have to remember.

What is to be done is kept in our own rows; the alarm clock only says "look again" (its jobs live in
memory, each is safe to run at any moment). It reads the wall clock, so when that is set back an
hour it would be silent for an hour: a guard compares wall and monotonic time and winds it up anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from calendar_app.reminders.engines.jobs import ClockGuard, Job

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0


class EmbeddedEngine:
    """Runs jobs until it is stopped."""

    def __init__(self, jobs: Sequence[Job], wall: Callable[[], datetime]) -> None:
        self._jobs = jobs
        self._wall = wall
        # A round that takes longer than its pause is no news.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._stopping = threading.Event()
        self._guard = threading.Thread(target=self._watch_the_clock, name="clock guard")
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(jobs))},
            # However late, once; what is still at it is not started a second time.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; each job runs at once."""
        self._wind_up()
        self._scheduler.start()
        self._guard.start()

    def stop(self) -> None:
        """End: jobs that run come to their end first."""
        self._stopping.set()
        self._guard.join()
        self._scheduler.shutdown(wait=True)

    def _watch_the_clock(self) -> None:
        guard = ClockGuard(self._wall)
        while not self._stopping.wait(_LOOK_EVERY):
            if guard.was_set():
                log.warning("the clock of this machine was set")
                self._wind_up()

    def _wind_up(self) -> None:
        now = self._wall()
        for job in self._jobs:
            self._scheduler.add_job(
                job.act,
                IntervalTrigger(seconds=job.every.total_seconds(), start_date=now, timezone=UTC),
                id=job.name,
                next_run_time=now,
                replace_existing=True,
            )
