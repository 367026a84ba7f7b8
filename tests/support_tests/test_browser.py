from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, make_response

from tests.support import environment
from tests.support.accessibility import axe, axe_violations

if TYPE_CHECKING:
    from tests.support.browser import Visitors
    from tests.support.servers import LiveServer

PAGE = """<!doctype html><html lang="en"><head>
<title>Kapstok</title><link rel="icon" href="data:,"></head>
<body><main><h1>Kapstok</h1>{content}</main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


def a_page(content: str = "", script: str = "") -> Flask:
    app = Flask(__name__, static_folder=None)
    loaded = '<script src="/own.js" defer></script>' if script else ""

    @app.get("/")
    def page() -> Response:
        response = make_response(PAGE.format(content=content + loaded))
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/own.js")
    def own_script() -> Response:
        return make_response(script, {"Content-Type": "text/javascript"})

    return app


def complaints_about(app: Flask, live_server: LiveServer, open_page: Visitors) -> str:
    """What the watch says of `app`'s page; said once, so that this test does not fail of it."""
    page = open_page(live_server.serve(app))
    page.goto("/")
    deadline = time.monotonic() + 10
    while not open_page.watch.complaints and time.monotonic() < deadline:
        page.wait_for_timeout(10)
    said = "\n".join(open_page.watch.complaints)
    open_page.watch.complaints.clear()
    return said


def test_a_good_page_gives_no_complaint(live_server: LiveServer, open_page: Visitors) -> None:
    app = a_page("<img src='data:,' alt=''>", script="document.title = 'Seen'")

    page = open_page(live_server.serve(app), width=360, height=640)
    page.goto("/")

    assert page.title() == "Seen"
    assert page.viewport_size == {"width": 360, "height": 640}


@pytest.mark.parametrize(
    ("content", "script", "complaint"),
    [
        ("<p style='color: red'>x</p>", "", "Content Security Policy"),
        ("<script>document.title = 'x'</script>", "", "Content Security Policy"),
        ("", "console.error('Something is wrong')", "In the console: Something is wrong"),
        ("", "missing()", "Uncaught: .*missing is not defined"),
        ("<img src='/missing.png' alt='x'>", "", "status of 404"),
        ("<img src='http://elsewhere.example/x.png' alt=''>", "", "Content Security Policy"),
    ],
)
def test_what_is_wrong_with_a_page_is_a_complaint(
    live_server: LiveServer, open_page: Visitors, content: str, script: str, complaint: str
) -> None:

    said = complaints_about(a_page(content, script), live_server, open_page)

    assert re.search(complaint, said)


def test_a_status_that_the_test_expects_is_no_complaint(
    live_server: LiveServer, open_page: Visitors
) -> None:
    page = open_page(live_server.serve(a_page()), expect=[404])

    answer = page.goto("/missing")

    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_visitor_has_the_settings_that_the_test_gives(
    live_server: LiveServer, open_page: Visitors, scheme: str
) -> None:
    page = open_page(
        live_server.serve(a_page()),
        colour_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        reduced_motion=False,
        forced_colours=True,
    )
    page.goto("/")

    def prefers(feature: str) -> bool:
        return bool(page.evaluate("feature => matchMedia(feature).matches", f"({feature})"))

    assert page.evaluate("navigator.language") == "en-GB"
    assert prefers(f"prefers-color-scheme: {scheme}")
    assert not prefers("prefers-reduced-motion: reduce")
    assert prefers("forced-colors: active")


def test_visitors_of_one_test_do_not_share_cookies(
    live_server: LiveServer, open_page: Visitors
) -> None:
    one, other = (open_page(live_server.serve(a_page())) for _ in range(2))
    one.goto("/")
    other.goto("/")

    one.evaluate("document.cookie = 'a=b'")

    assert (one.evaluate("document.cookie"), other.evaluate("document.cookie")) == ("a=b", "")


def test_a_page_works_without_scripts_where_the_test_asks(
    live_server: LiveServer, open_page: Visitors
) -> None:
    app = a_page(script="document.title = 'Changed'")

    page = open_page(live_server.serve(app), javascript=False)
    page.goto("/")

    assert page.title() == "Kapstok"


def test_another_host_cannot_be_reached(live_server: LiveServer, open_page: Visitors) -> None:
    page = open_page(live_server.serve(a_page()))

    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://localhost/")

    assert "another host: http://localhost/" in open_page.watch.complaints[0]
    open_page.watch.complaints.clear()


def test_axe_finds_nothing_on_a_good_page_in_spite_of_the_policy(
    live_server: LiveServer, open_page: Visitors
) -> None:
    page = open_page(live_server.serve(a_page("<p>Een bericht</p>")))
    page.goto("/")

    axe(page)


def test_axe_names_what_is_wrong_and_where(live_server: LiveServer, open_page: Visitors) -> None:
    page = open_page(live_server.serve(a_page("<input id='who'><button></button>")))
    page.goto("/")

    with pytest.raises(AssertionError, match=r"label \(critical\)[^\n]*\n +#who: <input") as found:
        axe(page)

    assert "button-name" in str(found.value)
    assert {violation["id"] for violation in axe_violations(page)} >= {"label", "button-name"}


def test_a_test_after_the_browser_may_run_an_event_loop_of_its_own(chromium: object) -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert chromium is not None
    assert asyncio.run(answer()) == 42


FAILING = """
pytest_plugins = ["tests.support.browser"]

def test_a_page_that_complains(open_page):
    open_page().goto("data:text/html,<script>console.error('Broken')</script>")

def test_a_page_at_which_the_test_fails(open_page):
    open_page().goto("data:text/html,<p>here</p>")
    assert False
"""


def test_a_complaint_fails_its_test_and_a_picture_is_kept(tmp_path: Path, chromium: object) -> None:
    assert chromium is not None
    (tmp_path / "test_pages.py").write_text(FAILING)
    pictures = environment.REPOSITORY / "tests/artifacts"

    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--config-file=/dev/null",
            tmp_path,
        ],
        env=environment.for_child({}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "The browser complained:\nIn the console: Broken" in run.stdout
    assert "1 failed, 1 passed, 1 error" in run.stdout
    for name in ("test_a_page_that_complains-1.png", "test_a_page_at_which_the_test_fails-1.png"):
        (pictures / name).unlink()
