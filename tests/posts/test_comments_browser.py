"""Comments in a real browser: accessible, no wider than the window, and whole without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from calendar_app.posts.comments import MOST_LETTERS
from tests.builders import a_comment, a_person, sign_in_page
from tests.posts.room import a_room
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


class Look(NamedTuple):
    """How somebody sees the pages."""

    language: str
    scheme: ColourScheme
    width: int


class Told(NamedTuple):
    """A post that is talked about, and who reads it."""

    post_id: int
    reader_id: int


LOOKS = (Look("nl", "dark", 360), Look("en", "light", 1440))
LONG_WORD = "Arbeidsongeschiktheidsverzekeringsvoorwaarden" * 2


@pytest.fixture
def told(database: Database) -> Told:
    """A post with two open comments that mention its writer, one resolved, and two called Piet."""
    with database.writing() as session:
        room, done = a_room(session), datetime(2026, 11, 9, 9, tzinfo=UTC)
        post, writer, editor = room.post(), room.writer, room.editor
        a_comment(session, post, editor, writer, text=f"kijk jij?\n\n{LONG_WORD}")
        a_comment(session, post, writer, writer, text="Niet vergeten.")
        a_comment(session, post, writer, resolved_at=done, resolved_by_id=editor.id)
        for name in ("Piet Bos", "Piet Mos"):
            a_person(session, room.team, name=name)
        return Told(post.id, writer.id)


def enter(page: Page, site: str, app: Flask, database: Database, told: Told) -> None:
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, told.reader_id))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_comments_are_accessible_and_fit(
    site: str, app: Flask, database: Database, open_page: Visitors, told: Told, look: Look
) -> None:
    with database.writing() as session:
        session.get_one(Person, told.reader_id).language = look.language
    page = open_page(site, width=look.width, colour_scheme=look.scheme, expect={422})
    enter(page, site, app, database, told)

    page.goto("/")
    _looks_well(page)
    page.locator(f"a[href='/posts/{told.post_id}#comments']").first.click()
    page.evaluate("document.querySelectorAll('#comments details').forEach(one => one.open = true)")
    _looks_well(page)

    page.fill("#comment", "@Piet, kijk jij?")
    page.locator("#comments form.form button:not([type])").click()
    expect(page.locator("#comment-error")).to_be_visible()
    expect(page.locator("#comment")).to_be_focused()
    _looks_well(page)


def _looks_well(page: Page) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_comment_is_written_resolved_and_removed_without_scripts(
    site: str, app: Flask, database: Database, open_page: Visitors, told: Told
) -> None:
    with database.writing() as session:
        session.get_one(Person, told.reader_id).language = "en"
    page = open_page(site, javascript=False)
    enter(page, site, app, database, told)
    page.goto(f"/posts/{told.post_id}")
    comments = page.locator("#comments")

    assert page.locator("#comment").get_attribute("maxlength") == str(MOST_LETTERS)
    page.fill("#comment", "Dank, @Sanne")
    comments.locator("form.form button").click()
    mine = comments.locator("li").filter(has_text="Dank, @Sanne")
    expect(mine.locator(".prose strong")).to_have_text("@Sanne")

    mine.get_by_role("button", name="Resolved").click()
    comments.locator("details > summary").filter(has_text="2 resolved comments").click()
    mine.get_by_role("button", name="Open again").click()
    mine.locator("summary").click()
    mine.locator(".confirm-body button").click()
    expect(mine).to_have_count(0)
