"""A day without a mouse: plan, move, write, ask for review, approve, take back and publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app.people.models import Person
from calendar_app.posts.comments import comments_on
from calendar_app.posts.media import media_of
from calendar_app.posts.models import Post
from tests import builders
from tests.media.files import a_png

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import FilePayload, Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

TABS = 200
_REACHED = "selector => document.activeElement?.matches(selector) ?? false"


def reach(page: Page, selector: str) -> None:
    """Go on with Tab until the focus is there."""
    for _tab in range(TABS):
        if page.evaluate(_REACHED, selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never came to {selector} on {page.url}")


def press(page: Page, selector: str) -> None:
    """Press it with Enter, and wait for the page that it leads to."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def editor(site: str, app: Flask, database: Database, open_page: Visitors) -> Page:
    """The calendar of November 2026 on the screen of an editor with a plan."""
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        plan.channels[0].name, plan.values[0].name = "LinkedIn", "Nabij"
        editor_id = builders.a_person(session, team, "editor", name="Mo Kaya").id
    page = open_page(site, width=1366)
    with database.reading() as session:
        builders.sign_in_page(page, site, app, session.get_one(Person, editor_id))
    page.goto("/calendar?date=2027-02-10")
    # The keys are there once their script is.
    page.wait_for_load_state("networkidle")
    return page


def the_post(database: Database) -> Post:
    with database.reading() as session:
        return session.scalars(select(Post)).one()


def test_a_post_is_planned_moved_approved_and_put_back_by_keyboard_alone(
    editor: Page, database: Database
) -> None:
    page = editor
    page.keyboard.press("q")
    page.keyboard.type("9-2-2027 9:30 LinkedIn Vacature verpleegkundige #Nabij")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert the_post(database).starts_at == datetime(2027, 2, 9, 8, 30, tzinfo=UTC)

    reach(page, "[data-movable] a.post")
    for key in ("Space", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("verplaatst naar wo 17 feb")
    assert the_post(database).starts_at == datetime(2027, 2, 17, 8, 30, tzinfo=UTC)

    press(page, "[data-movable] a.post")
    press(page, "main button:is([formaction$='/review'])")
    assert the_post(database).state == "in_review"
    press(page, "main button:is([formaction$='/approval'])")
    assert the_post(database).state == "approved"

    page.goto("/calendar?date=2027-02-10")
    expect(page.locator("#d-2027-02-17 [data-post]")).to_have_count(1)
    reach(page, "[data-movable] a.post")
    for key in ("Space", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("verplaatst naar di 16 feb")
    page.keyboard.press("Control+z")
    expect(page.locator("#d-2027-02-17 [data-post]")).to_have_count(1)

    post = the_post(database)
    assert post.starts_at == datetime(2027, 2, 17, 8, 30, tzinfo=UTC)
    assert post.state == "approved"


def write(page: Page, selector: str, words: str) -> None:
    """Type `words` where Tab comes to `selector`."""
    reach(page, selector)
    page.keyboard.type(words)


@pytest.mark.parametrize("width", [1366, 360])
def test_a_post_is_written_shown_discussed_and_published_by_keyboard_alone(
    site: str, app: Flask, database: Database, open_page: Visitors, width: int
) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        plan.channels[0].name = "LinkedIn"
        editor = builders.a_person(session, team, "editor", name="Mo Kaya")
        post = builders.a_post(session, team, plan, reviewer_id=editor.id)
        editor_id, post_id, channel_id = editor.id, post.id, plan.channels[0].id
    page = open_page(site, width=width)
    with database.reading() as session:
        builders.sign_in_page(page, site, app, session.get_one(Person, editor_id))
    page.goto(f"/posts/{post_id}")

    write(page, "#title", "Samen in december")
    reach(page, "#own-texts details > summary")
    page.keyboard.press("Enter")
    write(page, f"#own-text-{channel_id}", "Kom kijken op onze afdeling.")
    press(page, "#post-form .submit-row button")
    reach(page, "input[type=file]")
    # The dialog that Enter opens there is the browser's own.
    picture: FilePayload = {"name": "zaal.png", "mimeType": "image/png", "buffer": a_png()}
    page.set_input_files("input[type=file]", picture)
    press(page, "form[enctype] button")
    write(page, "textarea[name=alternative]", "Twee collega's aan tafel")
    press(page, "form[action*='/media/'] button.button-small")
    write(page, "textarea[name=comment]", "Mooi zo.")
    press(page, "form[action$='/comments'] button")
    press(page, "button[formaction$='/review']")
    press(page, "button[formaction$='/approval']")
    page.goto(f"/posts/{post_id}/publishing")
    reach(page, "[data-copy]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-copy]").first).to_have_text("Gekopieerd")
    write(page, "input[name=address]", "https://linkedin.example/1")
    press(page, "form .button-primary")

    with database.reading() as session:
        kept = session.get_one(Post, post_id)
        assert (kept.state, kept.title) == ("published", "Samen in december")
        assert [row.text for row in kept.own_text_rows] == ["Kom kijken op onze afdeling."]
        assert [one.alternative for one in media_of(session, kept)] == ["Twee collega's aan tafel"]
        assert [one.text for one in comments_on(session, kept)] == ["Mooi zo."]


def test_on_a_phone_a_post_is_planned_moved_and_put_back(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        plan.channels[0].name, plan.values[0].name = "LinkedIn", "Nabij"
        writer_id = builders.a_person(session, team).id
    page = open_page(site, width=360, height=640)
    with database.reading() as session:
        builders.sign_in_page(page, site, app, session.get_one(Person, writer_id))
    page.goto("/calendar?date=2027-02-10")

    page.locator("#quick-text").fill("9-2-2027 9:30 LinkedIn Vacature #Nabij")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("link", name="Vacature").click()
    page.get_by_role("link", name="Verplaatsen").click()
    page.locator("[name=day]").fill("2027-02-11")
    page.get_by_role("button", name="Verplaatsen").click()
    told = page.get_by_role("status")
    expect(told.filter(has_text="Het bericht staat nu op do 11 feb.")).to_be_visible()
    assert the_post(database).starts_at == datetime(2027, 2, 11, 8, 30, tzinfo=UTC)

    page.get_by_role("button", name="Ongedaan maken").click()

    expect(told.filter(has_text="Ongedaan gemaakt")).to_be_visible()
    assert the_post(database).starts_at == datetime(2027, 2, 9, 8, 30, tzinfo=UTC)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
