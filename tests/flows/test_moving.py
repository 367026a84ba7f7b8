"""A living installation goes from SQLite to PostgreSQL by one command, as an operator does it."""

from __future__ import annotations

import re
import urllib.request
from contextlib import ExitStack
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from calendar_app.db import Database
from tests.reminders.houses import House, address_of, verdicts
from tests.support.servers import Kapstok, kapstok, settings_for
from tests.support.smtp_faults import wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.smtp_sink import SmtpSink

PASSWORD = "een lange zin van de proef"  # noqa: S105 - of a team that lives for a minute
EARLY = ("Anouk", "Joris", "Mo")
LATE = ("Fatima", "Henk", "Sanne")
CUT_OFF = ("Lotte",)


@pytest.fixture
def house(sqlite_url: str, sink: SmtpSink, tmp_path: Path) -> Iterator[House]:
    database = Database(sqlite_url)
    with ExitStack() as stack:
        yield House(database, sink, tmp_path, stack)
    database.dispose()


def test_reminders_on_both_sides_of_a_move_arrive_once(house: House, postgresql_url: str) -> None:
    house.meetup(*EARLY, starts_in=64)
    worker = house.worker()
    house.until_all_are("sent")
    # One whose worker dies between the final dot and the answer: nobody can know.
    house.sink.program([wait("accepted")])
    house.meetup(*CUT_OFF, starts_in=170, lead=3)
    house.sink.wait_for_fault("accepted", seconds=18)
    while_running = _move(house, postgresql_url)
    worker.kill()
    house.sink.program()
    house.sink.release()
    house.meetup(*LATE, starts_in=100)

    done = _move(house, postgresql_url)

    moved = _on(house, postgresql_url)
    in_the_move = moved.states()
    moved.worker()
    names = (*EARLY, *LATE, *CUT_OFF)
    moved.until(lambda: set(moved.states()) == set(names), seconds=60)
    moved.until_all_are("sent", seconds=120)
    assert (while_running[0], done[0]) == (1, 0), while_running[1] + done[1]
    assert "Stop it first" in while_running[1]
    assert in_the_move == {**dict.fromkeys(EARLY, "sent"), CUT_OFF[0]: "in_flight"}
    assert verdicts(moved, names) == {"right": 7, "row sent": 7, "repeated": 1}
    assert len(moved.accepted()[address_of(CUT_OFF[0])]) == 2
    moved.database.dispose()


def _move(house: House, url: str) -> tuple[int, str]:
    answer = kapstok("db", "move", "-", settings=house.settings, given=f"{url}\n")
    return answer.returncode, answer.stdout + answer.stderr


def _on(house: House, url: str) -> House:
    """The same installation on another database, with the same data folder."""
    moved = House(Database(url), house.sink, house.folder, house.stack)
    moved.settings = {**house.settings, "KAPSTOK_DATABASE_URL": url}
    return moved


def test_who_is_signed_in_stays_so_and_feeds_go_on(tmp_path: Path, postgresql_url: str) -> None:
    settings = settings_for(tmp_path / "data", sample_password=PASSWORD)
    assert kapstok("sample", "load", settings=settings).returncode == 0
    adding = ("feed", "add", "sanne@delinde.example", "--name", "Outlook")
    feed = kapstok(*adding, settings=settings).stdout.strip()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with Kapstok("web", settings=settings, log=tmp_path / "log") as web:
        web.wait_for_answer()
        _sign_in(browser, web.url)
        before = _read(browser, f"{web.url}/calendar?view=list"), _read(browser, feed)

    answer = kapstok("db", "move", postgresql_url, settings=settings)
    assert answer.returncode == 0, answer.stderr

    with Kapstok(
        "web", settings={**settings, "KAPSTOK_DATABASE_URL": postgresql_url}, log=tmp_path / "log"
    ) as web:
        web.wait_for_answer()
        after = _read(browser, f"{web.url}/calendar?view=list"), _read(browser, feed)
    assert before == after
    assert "/sign-out" in before[0]
    assert before[1].count("BEGIN:VEVENT") > 10


def _sign_in(browser: urllib.request.OpenerDirector, address: str) -> None:
    form = _read(browser, f"{address}/sign-in", whole=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token is not None
    told = {"csrf_token": token[1], "email": "sanne@delinde.example", "password": PASSWORD}
    browser.open(f"{address}/sign-in", urlencode(told).encode()).close()


def _read(browser: urllib.request.OpenerDirector, address: str, *, whole: bool = False) -> str:
    """What is there, without what is new in each answer."""
    with browser.open(address) as answer:
        text: str = answer.read().decode()
    once = r'nonce="[^"]*"|value="[^"]{40,}"|content="[^"]{40,}"|data-token="[^"]*"|DTSTAMP:\S+'
    return text if whole else re.sub(once, "", text)
