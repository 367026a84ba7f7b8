"""The posts room in a real browser: what scripts add, and that nothing is lost without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests.builders import a_plan, sign_in_page
from tests.posts.room import a_room
from tests.support.accessibility import axe
from tests.support.browser import held_back

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page, Route

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


@dataclass
class Window:
    """A writer's browser on a team with two plans."""

    site: str
    app: Flask
    database: Database
    writer_id: int
    post_id: int
    other_plan: int
    other_value: str

    def enter(self, page: Page) -> None:
        """Sign the writer in, as the sign-in page would."""
        with self.database.reading() as session:
            writer = session.get_one(Person, self.writer_id)
        sign_in_page(page, self.site, self.app, writer)

    def post(self) -> Post:
        with self.database.reading() as session:
            return session.get_one(Post, self.post_id)


@pytest.fixture
def window(site: str, app: Flask, database: Database) -> Window:
    with database.writing() as session:
        room = a_room(session)
        other = a_plan(session, room.team)
        return Window(
            site,
            app,
            database,
            room.writer.id,
            room.post().id,
            other.id,
            other.values[0].name,
        )


@pytest.mark.parametrize("scripts", ["with scripts", "without scripts"])
def test_choosing_another_plan_brings_its_values_and_keeps_the_text(
    window: Window, open_page: Visitors, scripts: str
) -> None:
    page = open_page(window.site, javascript=scripts == "with scripts")
    window.enter(page)
    page.goto(f"{window.site}/posts/{window.post_id}")
    page.fill("#text", "Nog niet opgeslagen.")

    page.select_option("#plan", str(window.other_plan))
    if scripts == "without scripts":
        page.click("button[name=choose_plan]")

    page.locator("#post-hooks").get_by_text(window.other_value).first.wait_for()
    assert page.input_value("#text") == "Nog niet opgeslagen."
    assert window.post().text == "Zelf je rooster maken."


def test_what_was_typed_goes_along_with_the_button_in_the_bar(
    window: Window, open_page: Visitors
) -> None:
    page = open_page(window.site)
    window.enter(page)
    page.goto(f"{window.site}/posts/{window.post_id}")
    page.fill("#text", "Net getypt.")

    page.click(".bar-actions .button-primary")

    page.locator(".state.is-in_review").first.wait_for()
    assert (window.post().text, window.post().state) == ("Net getypt.", "in_review")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_on_the_pages_of_a_post(
    window: Window, open_page: Visitors, scheme: ColourScheme, width: int
) -> None:
    page = open_page(window.site, width=width, colour_scheme=scheme, expect={422})
    window.enter(page)
    of_post = f"/posts/{window.post_id}"
    for path in ("/posts/new", of_post, f"{of_post}/move", "/ideas", "/posts/bin"):
        page.goto(f"{window.site}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    page.goto(f"{window.site}{of_post}")
    page.fill("#time", "")
    page.click("#post-form .submit-row button")
    page.locator("#time-error").wait_for()
    axe(page)


def without_htmx(window: Window, open_page: Visitors) -> tuple[Page, list[Route]]:
    """The page of the post, whose htmx has not come yet; it waits for the test to let it go."""
    page = open_page(window.site)
    window.enter(page)
    held = held_back(page, "**/htmx.min.js")
    with page.expect_request("**/htmx.min.js"):
        page.goto(f"{window.site}/posts/{window.post_id}", wait_until="commit")
    return page, held


def test_a_plan_that_is_chosen_before_its_script_came_brings_its_values(
    window: Window, open_page: Visitors
) -> None:
    page, held = without_htmx(window, open_page)
    page.select_option("#plan", str(window.other_plan))

    for route in held:
        route.continue_()

    page.locator("#post-hooks").get_by_text(window.other_value).first.wait_for()


def test_a_text_that_is_typed_before_its_script_came_is_checked(
    window: Window, open_page: Visitors
) -> None:
    page, held = without_htmx(window, open_page)
    page.fill("#text", "")
    expect(page.locator("#check-found")).not_to_contain_text("Nog geen tekst")

    for route in held:
        route.continue_()

    expect(page.locator("#check-found")).to_contain_text("Nog geen tekst")
