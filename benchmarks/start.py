"""How soon `kapstok web` answers after its start, and what web and worker hold of memory."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.load import Load, limit
from benchmarks.month import PASSWORD, POSTS, a_team_of, signed_in
from tests.support.servers import Kapstok, settings_for

STARTS = 5


def run() -> list[dict[str, object]]:
    """The slowest of some starts in seconds, and the memory after some use in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), sample_password=PASSWORD)
        a_team_of(POSTS, settings)
        log = Path(folder) / "log"
        slowest = max(_seconds_to_answer(settings, log) for _start in range(STARTS))
        with (
            Kapstok("web", settings=settings, log=log) as web,
            Kapstok("worker", settings=settings, log=log) as worker,
        ):
            web.wait_for_health()
            Load(web.bind, "/calendar", signed_in(web.url)).requests_a_second()
            held = _megabytes(web.process.pid) + _megabytes(worker.process.pid)
    return [
        limit(f"start of web to its first answer, {STARTS} starts", slowest, "s", 3.0, 1.5),
        limit("memory of web and worker after use", held, "MB", 300, 200),
    ]


def _seconds_to_answer(settings: dict[str, str], log: Path) -> float:
    began = time.monotonic()
    with Kapstok("web", settings=settings, log=log) as web:
        web.wait_for_answer()
        return time.monotonic() - began


def _megabytes(process: int) -> float:
    """What a process and its children hold for themselves; what they share counts once a sharer.

    Proportional set size, from /proc (Linux).
    """
    folder = Path(f"/proc/{process}")
    lines = (folder / "smaps_rollup").read_text().splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    children = (folder / f"task/{process}/children").read_text().split()
    return own / 1000 + sum(_megabytes(int(child)) for child in children)
