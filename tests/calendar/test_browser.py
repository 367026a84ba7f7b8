"""The month on a phone: the filters fold away, and the strip goes straight to a day of its week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

MONTH = "/calendar?date=2026-11-10"


@pytest.fixture
def phone(site: str, app: Flask, database: Database, open_page: Visitors) -> Callable[..., Page]:
    """Call it for the phone of a writer who has one post, on Tuesday 10 November 2026."""
    with database.writing() as session:
        team = builders.a_team(session)
        writer = builders.a_person(session, team).id
        builders.a_post(session, team, builders.a_plan(session, team), title="Rooster")
    with database.reading() as session:
        person = session.get_one(Person, writer)

    def opened(*, javascript: bool = True) -> Page:
        page = open_page(site, width=360, height=640, javascript=javascript)
        builders.sign_in_page(page, site, app, person)
        page.goto(MONTH)
        return page

    return opened


def test_the_filters_are_folded_until_they_are_asked_for(phone: Callable[..., Page]) -> None:
    page = phone()
    button = page.locator("[data-folds]")

    expect(page.locator("#filters")).to_be_hidden()
    button.click()
    expect(page.locator("#filters")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()

    expect(page.locator("#filters")).to_be_hidden()


def test_without_scripts_the_filters_stand_open(phone: Callable[..., Page]) -> None:
    page = phone(javascript=False)

    expect(page.locator("#filters")).to_be_visible()
    expect(page.locator("[data-folds]")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_strip_goes_to_a_day_of_the_week_also_to_an_empty_one(
    phone: Callable[..., Page], *, javascript: bool
) -> None:
    page = phone(javascript=javascript)
    strip = page.get_by_role("navigation", name="Dagen van week 46")
    empty = page.locator("#d-2026-11-14")
    expect(strip.get_by_role("link", name="di 10 1 bericht")).to_be_visible()
    expect(empty).to_be_hidden()

    strip.get_by_role("link", name="za 14").click()

    expect(empty).to_be_in_viewport()
