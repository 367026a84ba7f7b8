"""What stands beside a post in a real browser: the check while typing, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests.builders import sign_in_page
from tests.posts.room import NOW, a_room
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors

LONG = "Wij zoeken een collega die " + "heel " * 16 + "graag komt."


@dataclass
class Window:
    """A writer's browser on a post with a word to avoid, that was changed once."""

    site: str
    app: Flask
    database: Database
    writer_id: int
    post_id: int

    def enter(self, page: Page) -> None:
        """Sign the writer in, and open the post."""
        with self.database.reading() as session:
            writer = session.get_one(Person, self.writer_id)
        sign_in_page(page, self.site, self.app, writer)
        page.goto(f"{self.site}/posts/{self.post_id}")

    def text(self) -> str:
        with self.database.reading() as session:
            return session.get_one(Post, self.post_id).text


@pytest.fixture
def window(site: str, app: Flask, database: Database) -> Window:
    with database.writing() as session:
        room = a_room(session)
        room.plan.words_to_avoid = "top, straks"
        post = room.post(text="Kom morgen naar onze afdeling.")
        text = f"Kom straks naar onze top afdeling. {LONG} Wij implementeren dit conform plan."
        post.edit(room.whole(text=text, title="Kom langs"), room.editor, NOW)
        session.flush()
        return Window(site, app, database, room.writer.id, post.id)


def test_the_check_follows_what_is_typed_and_saves_nothing(
    window: Window, open_page: Visitors
) -> None:
    page = open_page(window.site, locale="en-GB")
    window.enter(page)
    check = page.locator("#check")
    before = window.text()

    for words, said in (
        ("Kom straks.", "One point to look at"),
        ("Kom straks, dat is top.", "2 points to look at"),
        ("Kom langs.", "Nothing is missing"),
    ):
        page.fill("#text", words)
        page.locator("#check-points").get_by_text(said).wait_for()

    assert check.locator("mark").count() == 0
    assert window.text() == before


def test_a_writer_sees_what_a_value_asks_before_the_post_is_there(
    window: Window, open_page: Visitors
) -> None:
    page = open_page(window.site, locale="en-GB")
    window.enter(page)
    page.goto(f"{window.site}/posts/new")
    beside = page.locator("#field-found").get_by_text("Stockfotos.")
    seen_before = beside.count()

    page.locator("input[name=values]").first.check()
    beside.wait_for()
    page.locator("input[name=values]").first.uncheck()
    beside.wait_for(state="detached")

    assert seen_before == 0


def test_put_back_in_the_history_brings_the_old_text(window: Window, open_page: Visitors) -> None:
    page = open_page(window.site, locale="en-GB")
    window.enter(page)

    page.locator(".history summary").first.click()
    page.locator(".history button").first.click()

    page.get_by_text("Put back: Title, Text.").wait_for()
    assert page.input_value("#text") == "Kom morgen naar onze afdeling."


@pytest.mark.parametrize(
    ("width", "scheme", "locale"), [(360, "dark", "nl-NL"), (1440, "light", "en-GB")]
)
def test_axe_finds_nothing_beside_a_post(
    window: Window, open_page: Visitors, width: int, scheme: ColourScheme, locale: str
) -> None:
    page = open_page(window.site, width=width, colour_scheme=scheme, locale=locale)
    window.enter(page)
    page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    page.locator("#check mark").first.wait_for()
    page.locator(".history .changed-words ins").first.wait_for()

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.fill("#text", "Dat is top.")
    page.locator("#check mark", has_text="top").first.wait_for()
    axe(page)
