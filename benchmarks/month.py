"""The month page of a team with 200 posts in the month and 10,000 in the database.

Measured as requests a second against a bare Flask page of the same HTML, behind the same server
with the same settings, so that the ratio says what Kapstok itself costs.
"""

from __future__ import annotations

import multiprocessing
import re
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from benchmarks.load import Load, row
from calendar_app.server import serve_app
from tests.support.servers import Kapstok, kapstok, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = 10_000
# 38 posts a week: about 200 in the weeks that a month page shows.
WEEKS = 260
PATIENCE = 1800  # seconds; a million posts take a while
PASSWORD = "only-for-this-benchmark"  # noqa: S105 - see what it says


def run() -> list[dict[str, object]]:
    """Requests a second of the month page, against a bare page of the same HTML."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), sample_password=PASSWORD)
        a_team_of(POSTS, settings)
        with Kapstok("web", settings=settings, log=Path(folder) / "log") as running:
            running.wait_for_answer()
            page = Load(running.bind, "/calendar", signed_in(running.url))
            html = page.body()
            ours = page.requests_a_second()
        with bare(settings, html) as bind:
            least = Load(bind, "/").requests_a_second()
    posts = len(re.findall(rb'class="post post-compact', html))
    name = f"month page, {posts} posts shown, {POSTS} in the database"
    return [row(name, ours, "requests/s", against=least, at_least=1 / 3, aim=1 / 1.5)]


def a_team_of(posts: int, settings: dict[str, str], *, weeks: int = WEEKS, seed: int = 1) -> None:
    """A made-up team that has so many posts over so many weeks; 10,000 are 200 in a month."""
    _done(settings, "db", "upgrade")
    size = {"posts": posts, "people": 20, "weeks": weeks, "seed": seed}
    options = [part for name, number in size.items() for part in (f"--{name}", str(number))]
    _done(settings, "sample", "load", *options)


def _done(settings: dict[str, str], *command: str) -> None:
    answer = kapstok(*command, settings=settings, seconds=PATIENCE)
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr)


def signed_in(address: str) -> dict[str, str]:
    """The Cookie header of an administrator's browser."""
    cookies = sign_in(address)
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)}


def sign_in(address: str) -> CookieJar:
    """The cookies of an administrator, by the sign-in form."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{address}/sign-in") as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    if token is None:
        raise RuntimeError("the sign-in page has no token")
    form = {"csrf_token": token[1], "email": "p0@seed-1.delinde.example", "password": PASSWORD}
    with browser.open(f"{address}/sign-in", urllib.parse.urlencode(form).encode()) as answer:
        answer.read()
    return jar


@contextmanager
def bare(settings: dict[str, str], html: bytes) -> Iterator[str]:
    """The least that Flask can do to answer with `html`, behind the same server."""
    bind = settings["KAPSTOK_BIND"]
    server = multiprocessing.get_context("spawn").Process(target=_serve_bare, args=(bind, html))
    server.start()
    try:
        _wait_for(bind)
        yield bind
    finally:
        server.terminate()
        server.join(20)


def _serve_bare(bind: str, html: bytes) -> None:
    app = Flask("bare")
    text = html.decode()
    app.add_url_rule("/", "page", lambda: text)
    serve_app(app, bind)


def _wait_for(bind: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            Load(bind, "/").body()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
