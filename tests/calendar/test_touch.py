"""Moving a post with a finger: it is held for a moment, and then follows; a swipe only scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.posts.models import Post
from tests import builders

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from playwright.sync_api import CDPSession, Locator, Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

HELD = 400  # milliseconds; more than the 250 that tell a hold from a swipe


class Finger:
    """One finger on the glass of `page`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._glass: CDPSession = page.context.new_cdp_session(page)
        self._glass.send(
            "Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1}
        )

    def drag(self, start: tuple[float, float], end: tuple[float, float], held: int) -> None:
        """Touch at `start`, wait `held` ms, slide to `end` in steps, and let go."""
        self._touch("touchStart", start)
        self._page.wait_for_timeout(held)
        for step in range(1, 11):
            self._touch("touchMove", _between(start, end, step / 10))
            self._page.wait_for_timeout(20)
        self._touch("touchEnd")

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self._glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


def _between(
    start: tuple[float, float], end: tuple[float, float], part: float
) -> tuple[float, float]:
    (left, top), (right, bottom) = start, end
    return left + (right - left) * part, top + (bottom - top) * part


def middle(item: Locator) -> tuple[float, float]:
    box = item.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def page(site: str, app: Flask, database: Database, open_page: Visitors, now: datetime) -> Page:
    """The month on a tablet, with one post on Tuesday 10 November."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        writer = builders.a_person(session, team, language="en")
        plan = builders.a_plan(session, team)
        builders.a_post(session, team, plan, title="Rooster", starts_at=now)
    page = open_page(site, width=1024, height=1100)
    builders.sign_in_page(page, site, app, writer)
    page.goto("/calendar?date=2026-11-10")
    expect(page.locator("[data-moves][data-ready]")).to_be_attached()
    return page


def day(page: Page, date: str) -> Locator:
    return page.locator(f"#d-{date}")


def version(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(Post, 1).version


def test_a_post_that_a_finger_holds_follows_it_to_another_day(
    page: Page, database: Database
) -> None:
    card = page.locator("#calendar-view [data-post]")

    Finger(page).drag(middle(card), middle(day(page, "2026-11-12")), HELD)

    expect(page.locator(".toast")).to_contain_text("moved to Thu 12 Nov")
    expect(day(page, "2026-11-12").locator("[data-post]")).to_have_count(1)
    assert version(database) == 2


def test_a_finger_that_swipes_over_a_post_moves_nothing(page: Page, database: Database) -> None:
    card = page.locator("#calendar-view [data-post]")
    across, down = middle(card)

    Finger(page).drag((across, down), (across, down - 200), held=0)

    expect(day(page, "2026-11-10").locator("[data-post]")).to_have_count(1)
    expect(page.locator(".is-lifted")).to_have_count(0)
    assert version(database) == 1
