"""Workers killed by SIGKILL again and again, at moments that nobody chose.

Two workers share the work; one of them is killed and another takes its place. The seed stands in
the table and in every failure; `--seed` plays the same choices again.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults.tally import tally
from tests.support.environment import in_ci
from tests.support.smtp_faults import wait

if TYPE_CHECKING:
    from tests.reminders.houses import House
    from tests.support.servers import Kapstok

# Kills, and people who are reminded at each of them.
EVERY_DAY = (3, 12)
WHOLE = (100, 20)
# A relay takes its time, so that a kill may meet a mail at each of its steps; all take a second.
SLOW = [wait(point, seconds=0.05, times=None) for point in ("mail", "body", "dot", "accepted")]
SENDING = 1.0


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What the choices follow from: given, in CI always the same, else a new one."""
    given = request.config.getoption("--seed")
    if given is not None:
        return int(given)
    return 1 if in_ci() else random.SystemRandom().randrange(1_000_000)


def test_workers_killed_at_random_lose_nothing(house: House, whole: bool, seed: int) -> None:  # noqa: FBT001 - a fixture
    kills, people = WHOLE if whole else EVERY_DAY
    chance = random.Random(seed)  # noqa: S311 - a game that can be played again
    house.settings["KAPSTOK_MAIL_RATE"] = "100000"
    house.sink.program(SLOW)
    names: list[str] = []
    workers = [house.worker(), house.worker()]
    for number in range(kills):
        new = [f"Collega{number}-{place}" for place in range(people)]
        names += new
        workers[0].wait_for_line(f"worker {len(workers) + number} began")
        begun = house.sink.faults_at("mail")
        # Due at once, and long of use: what is in doubt has time to be settled. In the last hour
        # its host gets no other mail.
        house.meetup(*new, starts_in=3600 - 5, lead=60)
        house.sink.wait_for_fault("mail", begun + 1, seconds=60)
        time.sleep(chance.uniform(0, SENDING))
        _kill_one(house, workers, chance)
    house.until(lambda: _all_settled(house, len(names)), seconds=180)
    for worker in workers:
        worker.stop()

    line = tally(house, f"random kills, two workers, seed {seed}", names, kills=kills)
    assert line.missed == line.dead == 0, line
    # Each kill leaves at most what stands on its eight lines in doubt.
    assert line.in_doubt <= 8 * kills, line


def _kill_one(house: House, workers: list[Kapstok], chance: random.Random) -> None:
    which = chance.randrange(2)
    workers[which].kill()
    workers[which] = house.worker()


def _all_settled(house: House, count: int) -> bool:
    states = house.states()
    return len(states) == count and set(states.values()) == {"sent"}
