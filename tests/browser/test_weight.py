"""What the first load of the calendar weighs, and what a second costs (quality.md, Speed)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import builders
from tests.support.line import Line

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors


def open_calendar(page: Page) -> Line:
    """The calendar, until it can be used and is at rest."""
    line = Line()
    line.follow(page)
    page.goto("/calendar")
    page.locator("[data-moves][data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    return line


def test_the_calendar_takes_few_requests_and_the_next_time_hardly_any(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        writer = builders.a_person(session, team)
        builders.a_post(session, team, builders.a_plan(session, team))
    page = open_page(site)
    builders.sign_in_page(page, site, app, writer)

    first = open_calendar(page)
    second = open_calendar(page.context.new_page())

    assert len(first.requests) <= 13, first.requests
    assert first.received <= 150_000
    assert len(second.requests) <= 3, second.requests
