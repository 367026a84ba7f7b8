"""Several processes serve the same feed; a subscriber must not notice which."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.builders import a_meetup, a_post
from tests.feed.conftest import again
from tests.support.environment import REPOSITORY, for_child

if TYPE_CHECKING:
    from tests.feed.conftest import Room

_READ = """
import sys
from calendar_app.app import create_app
from calendar_app.config import load
app = create_app(load())
response = app.test_client().get(sys.argv[1], headers={"X-Forwarded-Proto": "https"})
sys.stdout.buffer.write(response.headers["ETag"].encode() + b"\\n" + response.data)
"""


def read_by_a_process_of_its_own(room: Room, path: str, hash_seed: str) -> bytes:
    settings = {
        "KAPSTOK_DATABASE_URL": room.database.url,
        "KAPSTOK_DATA_DIR": str(room.config.data_dir),
        "KAPSTOK_BASE_URL": room.config.base_url,
    }
    finished = subprocess.run(
        [sys.executable, "-c", _READ, path],
        env={**for_child(settings), "PYTHONHASHSEED": hash_seed},
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        timeout=120,
    )
    return finished.stdout


def test_the_same_state_gives_the_same_bytes_in_every_process(room: Room) -> None:
    with room.database.writing() as session:
        team, plan = again(session, room.team), again(session, room.plan)
        zones = ("Europe/Amsterdam", "Asia/Tokyo", "America/New_York", "Africa/Casablanca")
        for zone in zones:
            a_post(session, team, plan, zone=zone)
            a_meetup(session, team, [again(session, room.person)], zone=zone)
    path = f"/feeds/{room.feed()}.ics"

    answers = [read_by_a_process_of_its_own(room, path, seed) for seed in ("0", "1", "4711")]

    assert len({hashlib.sha256(answer).hexdigest() for answer in answers}) == 1
    assert answers[0].count(b"BEGIN:VTIMEZONE") == 4
