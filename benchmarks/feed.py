"""A feed of a thousand events: asked for again, asked whether it changed, and written anew.

The first two are measured as requests a second against a static file of the same bytes, sent by a
bare Flask application behind the same server. The third is the whole of the work after one post
changed (questions to the database, entries, file), against icalendar building a file of the same
entries, which asks the database nothing.
"""

from __future__ import annotations

import gc
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import select

from benchmarks.load import Load, row
from calendar_app import clock, models  # noqa: F401 - fills the registry of mapped classes
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.feed import queries
from calendar_app.feed.entries import Window, entries
from calendar_app.feed.ics import FeedEntry, calendar_file
from calendar_app.feed.models import Feed
from calendar_app.posts.models import Post
from calendar_app.schema import upgrade
from calendar_app.server import serve_app
from tests.builders import a_meetup, a_person, a_plan, a_post, a_team
from tests.support.servers import Kapstok, free_port, settings_for

POSTS = 999  # and one series of meet-ups
TEXT = "Vandaag lopen we mee met Samira op de spoed: ze vertelt, lacht en werkt. " * 4
COLD_ROUNDS = 15


@dataclass(frozen=True)
class _House:
    """An installation with one feed."""

    database: Database
    config: Config
    token: str


def run() -> list[dict[str, object]]:
    """Warm and 304 in requests a second, cold in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        house = _furnish(Path(folder))
        cold = _cold(house)
        house.database.dispose()
        with Kapstok("web", settings=settings, log=Path(folder) / "log") as running:
            running.wait_for_answer()
            path = f"/feeds/{house.token}.ics"
            file = Load(running.bind, path).body()
            warm = Load(running.bind, path).requests_a_second()
            known = {"If-None-Match": _etag(running, path)}
            unchanged = Load(running.bind, path, known, status=304).requests_a_second()
        with _static(Path(folder), file) as bind:
            static = Load(bind, "/static/feed.ics").requests_a_second()
    events = file.count(b"BEGIN:VEVENT")
    of = f"feed of {events} events, {len(file) // 1000} kB"
    return [
        row(f"{of}, warm", warm, "requests/s", against=static, at_least=1 / 2, aim=1 / 1.1),
        row(f"{of}, 304", unchanged, "requests/s", against=static, at_least=0.5, aim=1),
        cold,
    ]


def _furnish(folder: Path) -> _House:
    """A team with a thousand events in the window, all told in full."""
    url = f"sqlite:///{folder / 'kapstok.sqlite'}"
    upgrade(url)
    database = Database(url)
    now = clock.now()
    with database.writing() as session:
        team = a_team(session)
        person = a_person(session, team)
        plan = a_plan(session, team)
        a_meetup(session, team, [person])
        for number in range(POSTS):
            starts_at = now + timedelta(days=-80) + number * timedelta(hours=11)
            a_post(session, team, plan, starts_at=starts_at, text=TEXT)
        feed, token = Feed.new(team, person, "Outlook", "team", "full", now)
        session.add(feed)
    config = Config(folder, url, secret_key="not read here", base_url="https://kapstok.example")  # noqa: S106 - see what it says
    return _House(database, config, token)


def _cold(house: _House) -> dict[str, object]:
    shown = _written_anew(house)
    gc.collect()
    gc.freeze()  # as the server does
    ours = [
        _seconds(lambda: _written_anew(house), before=lambda: _change(house))
        for _ in range(COLD_ROUNDS)
    ]
    theirs = [_seconds(lambda: _by_icalendar(shown)) for _ in range(COLD_ROUNDS // 3)]
    gc.unfreeze()
    value, against = (statistics.median(times) * 1000 for times in (ours, theirs))
    return {
        "name": f"feed of {len(shown)} events, cold: one post changed",
        "value": round(value, 1),
        "unit": "ms",
        "against": round(against, 1),
        "ratio": round(value / against, 3),
        "at_least": 1 / 5,
        "aim": 1 / 20,
        "holds": value / against <= 1 / 5,
    }


def _seconds(work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    if before is not None:
        before()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _change(house: _House) -> None:
    with house.database.writing() as session:
        post = session.scalars(select(Post).limit(1)).one()
        post.title = f"{post.title}!"[-100:]


def _written_anew(house: _House) -> Sequence[FeedEntry]:
    with house.database.reading() as session:
        found = queries.subscription(session, house.token)
        if found is None:
            raise RuntimeError("the feed is not there")
        window = Window.around(clock.now())
        shown = entries(session, found, window, house.config)
        calendar_file("Outlook", shown, last_year=window.last.year)
    return shown


def _by_icalendar(shown: Sequence[FeedEntry]) -> bytes:
    calendar = Calendar()
    for entry in shown:
        event = Event()
        event.add("UID", entry.uid)
        event.add("DTSTAMP", entry.changed_at)
        event.add("LAST-MODIFIED", entry.changed_at)
        event.add("SEQUENCE", entry.sequence)
        event.add("DTSTART", entry.starts)
        event.add("DTEND", entry.ends)
        event.add("STATUS", entry.status)
        event.add("TRANSP", "TRANSPARENT")
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
        event.add("SUMMARY", entry.summary)
        event.add("DESCRIPTION", entry.description)
        event.add("URL", entry.url)
        event.add("CATEGORIES", list(entry.categories))
        calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def _etag(running: Kapstok, path: str) -> str:
    connection = HTTPConnection(running.bind)
    connection.request("HEAD", path)
    etag = connection.getresponse().headers["ETag"]
    connection.close()
    return str(etag)


@contextmanager
def _static(folder: Path, file: bytes) -> Iterator[str]:
    """A server of one file, with nothing of Kapstok before or after it."""
    (folder / "static").mkdir()
    (folder / "static/feed.ics").write_bytes(file)
    bind = f"127.0.0.1:{free_port()}"
    server = multiprocessing.get_context("spawn").Process(target=_serve_static, args=(bind, folder))
    server.start()
    try:
        _wait_for(bind)
        yield bind
    finally:
        server.terminate()
        server.join(20)


def _serve_static(bind: str, folder: Path) -> None:
    serve_app(
        Flask("static", static_folder=str(folder / "static"), static_url_path="/static"), bind
    )


def _wait_for(bind: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            Load(bind, "/static/feed.ics").body()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
