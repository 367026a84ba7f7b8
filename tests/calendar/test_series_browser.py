"""Repeating a post in a real browser: its days are seen first, then some posts are changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app import clock
from calendar_app.moments import moment
from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests import builders
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


@dataclass
class Window:
    """A writer's browser on a team with one draft, on the coming Tuesday."""

    site: str
    app: Flask
    database: Database
    writer: Person
    post_id: int

    def enter(self, page: Page) -> None:
        builders.sign_in_page(page, self.site, self.app, self.writer)

    def titles(self) -> list[str]:
        with self.database.reading() as session:
            wanted = select(Post.title).where(Post.deleted_at.is_(None)).order_by(Post.starts_at)
            return list(session.scalars(wanted))


@pytest.fixture
def window(site: str, app: Flask, database: Database) -> Window:
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        writer = builders.a_person(session, team, language="en")
        today = clock.now().date()
        tuesday = today + timedelta(days=7 - (today.weekday() - 1) % 7)
        starts_at = moment(tuesday, time(9, 30), team.zone)
        post = builders.a_post(session, team, plan, title="Collega", starts_at=starts_at)
        return Window(site, app, database, writer, post.id)


def begin(window: Window, page: Page) -> None:
    """From the page of the post to its series of five."""
    page.goto(f"{window.site}/posts/{window.post_id}")
    page.get_by_role("link", name="Repeat…").click()
    page.get_by_role("radio", name="A number of times").check()
    page.get_by_label("How many times?").fill("5")
    page.get_by_role("button", name="Show the days").click()
    expect(page.locator("#days")).to_contain_text("Every Tuesday, 5 times")
    expect(page.locator("#days li")).to_have_count(5)
    page.get_by_role("button", name="Make the series").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_post_is_repeated_and_changed_from_one_day_on(
    window: Window, open_page: Visitors, *, javascript: bool
) -> None:
    page = open_page(window.site, javascript=javascript)
    window.enter(page)
    begin(window, page)
    expect(page.get_by_role("heading", name="Coming posts")).to_be_visible()

    expect(page.locator(".link-list a")).to_have_count(5)

    page.locator(".link-list a").nth(2).click()
    expect(page.get_by_role("radio", name="Only this post")).to_be_checked()
    page.get_by_label("Title", exact=True).fill("Voortaan")
    page.get_by_role("radio", name="This post and those after it").check()
    page.locator("#post-form .submit-row button").click()

    expect(page.get_by_text("The series is saved.")).to_be_visible()
    assert window.titles() == ["Collega", "Collega", "Voortaan", "Voortaan", "Voortaan"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_on_the_pages_of_a_series(
    window: Window, open_page: Visitors, scheme: ColourScheme, width: int
) -> None:
    page = open_page(window.site, width=width, colour_scheme=scheme, expect={422})
    window.enter(page)
    page.goto(f"{window.site}/posts/{window.post_id}/repeat")
    page.get_by_role("button", name="Show the days").click()
    page.locator("#days").wait_for()
    _look(page)
    page.get_by_role("radio", name="A number of times").check()
    page.get_by_role("button", name="Show the days").click()
    page.locator("#count-error").wait_for()
    _look(page)
    begin(window, page)
    page.get_by_role("heading", name="Coming posts").wait_for()
    _look(page)
    for path in (f"/posts/{window.post_id}", "/series", f"/posts/{window.post_id}/template"):
        page.goto(f"{window.site}{path}")
        _look(page)
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept as a template").wait_for()
    _look(page)
    page.goto(f"{window.site}/posts/{window.post_id}/template")
    page.get_by_label("Name of the template").fill("Tip")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("link", name="Rename").first.click()
    page.get_by_label("Name of the template").fill("Tip")
    page.get_by_role("button", name="Save").click()
    page.locator("#name-error").wait_for()
    _look(page)
    page.get_by_label("Name of the template").fill("Nieuwe collega")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Nieuwe collega").wait_for()


def _look(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
