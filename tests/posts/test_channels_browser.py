"""The channels of a post in a real browser: the count, the preview, and the text that is copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Person
from tests import builders
from tests.posts.room import a_room
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors

OWN = "Alleen op LinkedIn."


@dataclass
class Window:
    """A writer's browser, on a post for LinkedIn and X."""

    site: str
    app: Flask
    database: Database
    writer_id: int
    post_id: int
    linkedin: int
    on_x: int

    def enter(self, page: Page, path: str = "") -> None:
        """Sign the writer in, and open the post, or what of it stands at `path`."""
        with self.database.reading() as session:
            writer = session.get_one(Person, self.writer_id)
        builders.sign_in_page(page, self.site, self.app, writer)
        page.goto(f"{self.site}/posts/{self.post_id}{path}")


@pytest.fixture
def window(site: str, app: Flask, database: Database) -> Window:
    with database.writing() as session:
        room = a_room(session)
        room.channel.name = "LinkedIn"
        on_x = builders.a_channel(session, room.plan, name="X")
        session.refresh(room.plan)
        own = ((room.channel, OWN),)
        post = room.post("approved", channels=(room.channel, on_x), own_texts=own)
        return Window(site, app, database, room.writer.id, post.id, room.channel.id, on_x.id)


def test_count_and_preview_follow_the_typing(window: Window, open_page: Visitors) -> None:
    page = open_page(window.site, locale="en-GB")
    window.enter(page)
    counts, found = page.locator("#channel-counts"), page.locator("#previews-found")
    assert counts.locator("li").all_inner_texts() == [
        f"LinkedIn: {len(OWN)} of 3000 characters",
        "X: 22 of 280 characters",
    ]

    page.fill("#text", "a" * 290)

    counts.get_by_text("290 of 280 characters, 10 too many").wait_for()
    found.get_by_text("Does not fit: aaaaaaaaaa").wait_for()
    assert page.input_value("#text") == "a" * 290
    assert found.get_by_text(OWN).count() == 1

    page.fill(f"#own-text-{window.linkedin}", "Eerst dit. " * 30)

    counts.get_by_text("329 of 3000 characters").wait_for()
    more = found.locator("details")
    assert more.locator("p").is_hidden()
    more.locator("summary").click()
    assert more.locator("p").inner_text().strip().startswith(("Eerst", "dit"))

    page.uncheck(f"#channels input[value='{window.on_x}']")

    counts.get_by_text("X: ").wait_for(state="detached")
    assert counts.locator("li").count() == found.locator("article").count() == 1


@pytest.mark.parametrize("width", [1366, 360])
def test_each_text_is_copied_and_its_post_marked(
    window: Window, open_page: Visitors, width: int
) -> None:
    page = open_page(window.site, locale="en-GB", width=width)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.enter(page, "/publishing")

    for channel_id, text in ((window.linkedin, OWN), (window.on_x, "Zelf je rooster maken.")):
        card = page.locator(f"#channel-{channel_id}")
        card.get_by_role("button", name="Copy the text").click()
        card.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == text
    axe(page)
    for name in ("LinkedIn", "X"):
        page.get_by_role("button", name=f"It is out on {name}").click()
        page.get_by_text(f"It is out on {name}.").wait_for()

    page.get_by_text("This post is published.").wait_for()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_form_with_its_previews_is_good_to_use(
    window: Window, open_page: Visitors, colours: ColourScheme
) -> None:
    page = open_page(window.site, width=360, colour_scheme=colours, locale="en-GB")
    window.enter(page)
    page.fill("#text", "a" * 290)
    page.locator("#previews-found").get_by_text("Does not fit:").wait_for()

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
