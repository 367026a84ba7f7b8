"""A `kapstok` command whose surroundings a test sets: the clock of its machine, and its patience.

    python -m tests.support.staged --clock FILE worker
    python -m tests.support.staged --too-long 4 --beat 1 web

FILE holds the seconds by which the clock is wrong; what is written to it counts at once, for this
process alone. The product has no such switches, so that nobody can set them where it runs.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from calendar_app import clock, worker
from calendar_app.cli import main as kapstok
from calendar_app.reminders import health

LOOK_EVERY = 0.02


def set_by(file: Path) -> None:
    """Follow `file` from now on, in a thread; returns when the clock shows what it says."""
    # time.monotonic() goes on as always, as it does on a machine whose clock is set.
    began = clock.now().timestamp() - time.monotonic()

    def follow(seen: str) -> str:
        said = file.read_text(encoding="ascii").strip()
        if said and said != seen:
            there = began + time.monotonic() + float(said)
            time_machine.travel(datetime.fromtimestamp(there, UTC), tick=True).start()
        return said or seen

    def watch(seen: str) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            seen = follow(seen)

    threading.Thread(target=watch, args=(follow("0"),), daemon=True).start()


def main() -> None:
    """Set the stage, then run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.staged", description=__doc__)
    parser.add_argument("--clock", type=Path)
    parser.add_argument("--too-long", type=float)
    parser.add_argument("--beat", type=float)
    options, sys.argv[1:] = parser.parse_known_args()
    if options.clock:
        set_by(options.clock)
    if options.too_long:
        health.TOO_LONG = timedelta(seconds=options.too_long)
    if options.beat:
        worker.BEAT_EVERY = timedelta(seconds=options.beat)
    kapstok()


if __name__ == "__main__":
    main()
