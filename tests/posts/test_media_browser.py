"""Images of a post in a real browser: brought, described, moved and removed; accessible."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from tests.builders import sign_in_page
from tests.media.files import PDF, a_png
from tests.posts.room import a_room
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import FilePayload, Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


class Look(NamedTuple):
    """How somebody sees the pages."""

    language: str
    scheme: ColourScheme
    width: int


LOOKS = (Look("nl", "dark", 360), Look("en", "light", 1440))
LONG_NAME = "Arbeidsongeschiktheidsverzekeringsvoorwaarden" * 4 + ".png"
FILES: list[FilePayload] = [
    {"name": "hal.png", "mimeType": "image/png", "buffer": a_png(width=900, height=600)},
    {"name": LONG_NAME, "mimeType": "image/png", "buffer": a_png("red", width=90, height=600)},
    {"name": "folder.pdf", "mimeType": "application/pdf", "buffer": PDF},
]
WRONG: FilePayload = {"name": "logo.png", "mimeType": "image/png", "buffer": b"<svg/>"}


@pytest.fixture
def post_id(database: Database) -> int:
    with database.writing() as session:
        return a_room(session).post().id


def enter(page: Page, site: str, app: Flask, database: Database, language: str) -> None:
    with database.writing() as session:
        writer = session.query(Person).filter_by(name="Anouk de Vries").one()
        writer.language = language
        session.expire_on_commit = False
    sign_in_page(page, site, app, writer)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_images_are_accessible_and_fit(
    site: str, app: Flask, database: Database, open_page: Visitors, post_id: int, look: Look
) -> None:
    page = open_page(site, width=look.width, colour_scheme=look.scheme, expect={422})
    enter(page, site, app, database, look.language)
    page.goto(f"/posts/{post_id}")
    _looks_well(page)

    page.set_input_files("#files", [*FILES, WRONG])
    page.locator("#media form:has(#files) button").click()

    expect(page.locator("#media [role=alert]")).to_be_in_viewport()
    expect(page.locator("#media .media > li")).to_have_count(3)
    for picture in page.locator("#media img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    _looks_well(page)

    page.locator("#media .media > li").last.locator("form[action$=removal] button").click()
    page.locator("#media details > summary").click()
    _looks_well(page)


def _looks_well(page: Page) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_image_is_brought_described_moved_and_put_back_without_scripts(
    site: str, app: Flask, database: Database, open_page: Visitors, post_id: int
) -> None:
    page = open_page(site, javascript=False)
    enter(page, site, app, database, "en")
    page.goto(f"/posts/{post_id}")
    items, check = page.locator("#media .media > li"), page.locator("#check")

    page.set_input_files("#files", FILES)
    page.get_by_role("button", name="Add them").click()
    expect(items).to_have_count(3)
    expect(check).to_contain_text("No alternative text yet: hal.png.")

    items.first.get_by_label("Alternative text").fill("Samira lacht in de hal.")
    items.first.get_by_role("button", name="Save the text").click()
    expect(
        page.locator("#media").get_by_role("img", name="Samira lacht in de hal.")
    ).to_be_visible()
    expect(check).not_to_contain_text("No alternative text yet: hal.png.")

    items.first.get_by_role("button", name="Move down").click()
    expect(items.nth(1)).to_contain_text("hal.png")
    items.nth(1).get_by_role("button", name="Remove").click()
    expect(items).to_have_count(2)
    page.get_by_role("link", name="Put it back").click()
    page.locator("#media-removed button").click()
    expect(items.last).to_contain_text("Samira lacht in de hal.")

    with page.expect_download() as download:
        items.last.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "hal.png"


def test_what_is_typed_stays_when_an_image_is_added(
    site: str, app: Flask, database: Database, open_page: Visitors, post_id: int
) -> None:
    page = open_page(site)
    enter(page, site, app, database, "en")
    page.goto(f"/posts/{post_id}")

    page.fill("#post-form [name=text]", "Nog niet bewaard.")
    expect(page.locator("#post-form [data-autosave-said]")).to_contain_text("Kept for you")
    page.set_input_files("#files", FILES[:1])
    page.get_by_role("button", name="Add them").click()

    expect(page.locator("#media .media > li")).to_have_count(1)
    expect(page.locator("#post-form [name=text]")).to_have_value("Nog niet bewaard.")
    expect(page.get_by_text("Somebody was before you")).to_have_count(0)
