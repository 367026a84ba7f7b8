"""`kapstok run`: web and worker as two children of one parent, which keeps both alive.

A child that dies is started again, a little later each time; when the parent is asked to stop, both
are, and it waits for them. The worker is never a thread of the web: a web server of eight processes
would send eight reminders.
"""

from __future__ import annotations

import ctypes
import logging
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger(__name__)

_STOP_WITHIN = 20.0
_LOOK_EVERY = 0.2
_CALM_AFTER = 60.0
_LONGEST_WAIT = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass
class _Child:
    """One child process and how often it failed of late."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    wait_until: float = 0.0

    def start(self) -> None:
        # A session of its own: Ctrl+C reaches the parent alone, which then stops both in order.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "calendar_app.cli", self.name],
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start the child if it is not running and has waited long enough."""
        if self.process is not None and self.process.poll() is not None:
            self._note_failure(self.process.returncode)
        if self.process is None and time.monotonic() >= self.wait_until:
            self.start()

    def _note_failure(self, status: int) -> None:
        if time.monotonic() - self.started > _CALM_AFTER:
            self.failures = 0
        self.failures += 1
        wait = min(_LONGEST_WAIT, 0.5 * 2 ** min(self.failures, 8))
        log.error("%s ended with status %s; again in %.0f s", self.name, status, wait)
        self.wait_until = time.monotonic() + wait
        self.process = None


def _end_with_parent() -> None:
    """In a new child, on Linux: be asked to stop when the parent ends, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def run() -> int:
    """Run web and worker until SIGTERM or SIGINT. Answers the exit status."""
    # A plain list: a lock that the handler wants could be held by what it interrupts.
    asked_by: list[int] = []

    def asked(kind: int, _frame: FrameType | None) -> None:
        asked_by.append(kind)

    for kind in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(kind, asked)
    children = [_Child("web"), _Child("worker")]
    while not asked_by:
        for child in children:
            child.look_after()
        time.sleep(_LOOK_EVERY)
    return _stop(children)


def _stop(children: list[_Child]) -> int:
    processes = [child.process for child in children if child.process is not None]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + _STOP_WITHIN
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return 0
