"""A new writer plans a post, an editor approves it, and it is in the month and in the feed.

All of it in a real browser against the real web server with a real database on disk.
"""

from __future__ import annotations

import urllib.request
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.feeds import events_between
from tests.support.servers import Kapstok, kapstok, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.browser import Visitors

PASSWORD = "een lange zin voor de test"  # noqa: S105 - of these tests alone
TITLE = "Waarom Samira bleef"
# A Wednesday after the clocks change: 09:00 in Amsterdam is 07:00 UTC in summer.
DAY = date(2027, 3, 31)


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An installation with a team, its administrator, and a writer and an editor to come."""
    url: str = request.getfixturevalue(request.param)
    settings = settings_for(tmp_path / "data", database_url=url)
    done(settings, "db", "upgrade")
    done(settings, "team", "add", "Communicatie")
    for name, role in (("Sanne", "admin"), ("Mo", "editor")):
        mail = f"{name.lower()}@delinde.example"
        person = ("person", "add", mail, "--name", name, "--team", "Communicatie", "--role", role)
        done(settings, *person, "--password-stdin", given=f"{PASSWORD}\n")
    return settings


@pytest.fixture
def running(settings: dict[str, str], tmp_path: Path) -> Iterator[Kapstok]:
    """The web server, as operators start it."""
    with Kapstok("web", settings=settings, log=tmp_path / "web.log") as kapstok_web:
        yield kapstok_web.wait_for_answer()


def done(settings: dict[str, str], *command: str, given: str = "") -> str:
    """Run a command that must succeed; its output."""
    answer = kapstok(*command, settings=settings, given=given)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def sign_in(page: Page, name: str) -> None:
    """Sign in by the form."""
    page.goto("/sign-in")
    page.get_by_label("Mailadres").fill(f"{name}@delinde.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url("**/")


def make_a_plan(page: Page) -> None:
    """The least that a post can hang on: why, who, what, and a channel."""
    page.goto("/plans/new?example=employer")
    fill_in(page, {"name": "Verpleegkundigen werven"})
    plan = page.url.rstrip("/").split("/plans/")[1].split("/")[0]
    page.goto(f"/plans/{plan}/audiences/new")
    fill_in(page, {"name": "Verpleegkundigen"})
    # What is missing next is where they are: that page is there already.
    fill_in(page, {"text": "Ze lezen LinkedIn in de pauze."})
    page.goto(f"/plans/{plan}/what")
    fill_in(page, {"story": "Een fiets en een tas."})
    border = {"belongs": "Namen en gezichten.", "falls_outside": "Stockfotos."}
    page.goto(f"/plans/{plan}/values/new")
    fill_in(page, {"name": "Nabij", "meaning": "We kennen elkaar.", **border})
    page.goto(f"/plans/{plan}/channels/new")
    fill_in(page, {"name": "LinkedIn", "short": "in"})


def fill_in(page: Page, fields: dict[str, str]) -> None:
    """Fill in the page's form, send it, and see that it was taken."""
    for name, text in fields.items():
        page.locator(f"form.form [name={name}]").fill(text)
    with page.expect_navigation():
        page.locator("form.form button.button-primary").click()
    assert page.locator("[aria-invalid=true]").count() == 0


def test_a_writers_post_is_approved_and_stands_in_month_and_feed(
    open_page: Visitors, running: Kapstok, settings: dict[str, str]
) -> None:
    link = done(
        settings,
        "person",
        "add",
        "anouk@delinde.example",
        "--name",
        "Anouk Visser",
        "--team",
        "Communicatie",
        "--role",
        "writer",
    )
    feed = done(
        settings, "feed", "add", "anouk@delinde.example", "--name", "Outlook", "--detail", "full"
    )
    editor = open_page(running.url)
    sign_in(editor, "mo")
    make_a_plan(editor)
    writer = open_page(running.url)

    # A new writer comes in by the one-time link and plans a post.
    writer.goto(link.removeprefix(running.url))
    writer.get_by_label("Nieuw wachtwoord").fill(PASSWORD)
    writer.locator("form.form button.button-primary").click()
    writer.goto(f"/posts/new?day={DAY}")
    writer.locator("[name=title]").fill(TITLE)
    writer.locator("[name=text]").fill("Zij koos voor ons, en vertelt waarom.")
    for name in ("Nabij", "Verpleegkundigen", "LinkedIn"):
        writer.locator("label.chip-choice", has_text=name).first.click()
    writer.locator("[name=time]").fill("09:00")
    writer.locator("main form.form button.button-primary").first.click()
    writer.wait_for_url(lambda url: "/posts/new" not in url)
    writer.get_by_role("button", name="Beoordeling vragen").first.click()

    # The editor approves it.
    editor.goto(writer.url.removeprefix(running.url))
    editor.get_by_role("button", name="Akkoord geven").click()
    editor.wait_for_load_state()

    # It stands in the month, on its day and at its hour, as approved.
    writer.goto(f"/calendar?view=month&date={DAY}")
    cell = writer.locator(f"#d-{DAY}")
    assert TITLE in cell.inner_text()
    assert "09:00" in cell.inner_text()
    assert cell.locator(".post.is-approved").count() == 1

    # And the feed says the same instant to a calendar program.
    with urllib.request.urlopen(feed, timeout=10) as answer:  # noqa: S310 - our own address
        events = events_between(
            answer.read(), datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
        )
    mine = [event for event in events if TITLE in str(event["SUMMARY"])]
    assert [event["DTSTART"].dt.astimezone(UTC) for event in mine] == [
        datetime(2027, 3, 31, 7, 0, tzinfo=UTC)
    ]
    assert mine[0]["STATUS"] == "CONFIRMED"
    assert "Nabij" in str(mine[0]["DESCRIPTION"])
