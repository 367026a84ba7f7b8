"""The first way through Kapstok, by keyboard alone: from an empty team to a post on the calendar.

An interaction is a control that is filled in or pressed; Tab only goes from one to the next.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.people.models import Person
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests.builders import a_person, a_team, sign_in_page

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

MOST_INTERACTIONS = 25
MOST_TABS = 120
# The same day, whether the machine writes the day or the month first.
QUESTION_DAY, POST_DAY = "07072027", "02022027"
# Who has the focus, as the tests name it.
_HAS_FOCUS = """selector => {
    const focused = document.activeElement;
    return focused !== null && focused.matches(selector);
}"""


class Keyboard:
    """Somebody without a mouse, who counts what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.interactions = 0

    def fill(self, name: str, text: str) -> None:
        """Type `text` in the field called `name`."""
        self._reach(f"main [name={name}]")
        self.page.keyboard.type(text)
        self.interactions += 1

    def press(self, selector: str) -> None:
        """Press what `selector` names, and wait for the page that it leads to."""
        self._reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.interactions += 1

    def tick(self, name: str) -> None:
        """Tick the first box called `name`."""
        self._reach(f"main [name={name}]")
        self.page.keyboard.press("Space")
        self.interactions += 1

    def go_on(self) -> None:
        """Save, and go where the page leads."""
        self.press("main button[name=go_on]")

    def _reach(self, selector: str) -> None:
        for _tab in range(MOST_TABS):
            if self.page.evaluate(_HAS_FOCUS, selector):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab never came to {selector} on {self.page.url}")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_first_post_is_planned_by_keyboard_in_less_than_25_interactions(
    site: str, app: Flask, database: Database, open_page: Visitors, *, javascript: bool
) -> None:
    with database.writing() as session:
        editor_id = a_person(session, a_team(session), "editor").id
    page = open_page(site, javascript=javascript)
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, editor_id))
    page.goto("/")
    keys = Keyboard(page)

    # Why: a question that the coach finds concrete.
    keys.press('main a[href="/plans/new"]')
    assert "begint met waarom" in page.inner_text("main")
    keys.fill("name", "Verpleegkundigen werven")
    keys.fill("question_group", "verpleegkundigen in de regio")
    keys.fill("question_behaviour", "bij ons te solliciteren")
    keys.fill("question_before", QUESTION_DAY)
    keys.fill("question_measure", "sollicitaties per maand")
    keys.go_on()

    # Who: an audience, and where it is.
    assert "Zeg wie je wilt bereiken" in page.inner_text("main")
    keys.fill("name", "Verpleegkundigen")
    keys.go_on()
    assert "Zeg wie je wilt bereiken" in page.inner_text("main")
    keys.fill("text", "Ze kijken in de pauze op Instagram.")
    keys.go_on()

    # What: the story, and a value with its border.
    assert "Vertel waarom jullie ooit begonnen" in page.inner_text("main")
    keys.fill("story", "Wij begonnen met een fiets en een tas.")
    keys.go_on()
    assert "Vertel waarom jullie ooit begonnen" in page.inner_text("main")
    keys.fill("name", "Nabij")
    keys.fill("meaning", "Collega's kennen je naam.")
    keys.fill("belongs", "Namen en gezichten.")
    keys.fill("falls_outside", "Foto's uit een beeldbank.")
    keys.go_on()
    of_the_plan = keys.interactions

    # The first post.
    assert "Plan je eerste bericht" in page.inner_text("body")
    keys.fill("title", "Waarom Samira bleef")
    keys.tick("values")
    keys.tick("audiences")
    keys.fill("day", POST_DAY)
    keys.press("main form.form button.button-primary")

    assert of_the_plan < MOST_INTERACTIONS
    assert keys.interactions < MOST_INTERACTIONS
    with database.reading() as session:
        plan, post = session.scalars(select(Plan)).one(), session.scalars(select(Post)).one()
        assert not any(step.points for step in plan.path(date(2026, 11, 10))[:3])
        assert (post.plan, post.starts_at) == (plan, datetime(2027, 2, 2, 8, tzinfo=UTC))
