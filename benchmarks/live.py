"""Who looks at the calendar asks every 1.2 seconds whether it changed: how many can look at once.

Measured as requests a second of that question, against a bare Flask page of the same few bytes
behind the same server: no viewer holds a thread, so that the rate alone says how many there may be.
The other figure is how late the last of a whole house hears of a change, all of them asking.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.load import Load, limit, row
from benchmarks.month import PASSWORD, POSTS, a_team_of, bare, signed_in
from tests.support.servers import Kapstok, settings_for

VIEWERS = 100
EVERY = 1.2  # seconds; static/js/live.js
SECONDS = 10.0
PATH = "/calendar/revision"


def run() -> list[dict[str, object]]:
    """Requests a second, and the longest that one of many viewers waited for an answer."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), sample_password=PASSWORD)
        a_team_of(POSTS, settings)
        with Kapstok("web", settings=settings, log=Path(folder) / "log") as web:
            web.wait_for_answer()
            question = Load(web.bind, PATH, signed_in(web.url))
            answer = question.body()
            json.loads(answer)
            rate = question.requests_a_second()
            waits = _waits(question)
        with bare(settings, answer) as bind:
            against = Load(bind, "/").requests_a_second()
    heard = EVERY + max(waits)
    return [
        row(
            "whether the calendar changed",
            rate,
            "requests/s",
            against=against,
            at_least=1 / 8,
            aim=1 / 4,
        ),
        limit(f"{VIEWERS} viewers: a change is known to the last after", heard, "s", 2.0, 1.5),
    ]


def _waits(question: Load) -> list[float]:
    """Seconds that each question of each viewer waited for its answer."""
    waits: list[float] = []
    end = time.monotonic() + SECONDS

    def look(number: int) -> None:
        time.sleep(EVERY * number / VIEWERS)
        while time.monotonic() < end:
            began = time.monotonic()
            question.body()
            waits.append(time.monotonic() - began)
            time.sleep(EVERY)

    viewers = [threading.Thread(target=look, args=(number,)) for number in range(VIEWERS)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    if len(waits) < VIEWERS * SECONDS / EVERY / 2:
        raise RuntimeError(f"only {len(waits)} questions were answered")
    return waits
