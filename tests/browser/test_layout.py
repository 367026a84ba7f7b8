"""Nothing that people type makes a page wider, and on a phone tables read as cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Meetup
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel, Plan
from calendar_app.posts.models import Post
from tests import builders
from tests.support.routes import NO_PAGES, address, every_route, rows_of

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

WORD = "Verpleegkundigen" * 10
NAMED = (Audience, BrandValue, Channel, Meetup, Person, Plan, Team)
# Where every cell of a row is on the screen, in the order of its columns.
CELLS_IN_SIGHT = """() => [...document.querySelectorAll("tbody tr:first-child > *")]
.every(cell => cell.getBoundingClientRect().right <= innerWidth)"""


@pytest.fixture
def room(database: Database) -> dict[str, Any]:
    """An administrator with one row of everything, and the addresses of their pages' rows."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        admin = builders.a_person(session, team, "admin", name="Sanne Bos")
        rows = rows_of(session, team, admin)
        return {"admin": admin, "rows": rows}


def visit(open_page: Visitors, site: str, app: Flask, room: dict[str, Any], width: int) -> Page:
    page = open_page(site, width=width, expect={404, 410})
    builders.sign_in_page(page, site, app, room["admin"])
    return page


def paths(app: Flask, room: dict[str, Any]) -> list[str]:
    """Every page that a GET reaches."""
    return [
        address(asked.rule, room["rows"])
        for asked in every_route(app)
        if asked.method == "GET" and not asked.rule.rule.startswith(NO_PAGES)
    ]


def with_endless_words(database: Database) -> None:
    """Give everything that has a name a name of one word that fits on no screen."""
    with database.writing() as session:
        for model in NAMED:
            session.execute(update(model).values(name=WORD[: model.name.type.length or 170]))
        session.execute(update(Feed).values(name=WORD[:60]))
        session.execute(update(Post).values(title=WORD, text=WORD))
        session.execute(update(AudienceFact).values(text=WORD, source=WORD))


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_one_endless_word_makes_no_page_wider_than_its_window(
    open_page: Visitors,
    site: str,
    app: Flask,
    database: Database,
    room: dict[str, Any],
    width: int,
) -> None:
    with_endless_words(database)
    page = visit(open_page, site, app, room, width)
    wider = {}

    for path in paths(app, room):
        page.goto(path)
        wider[path] = page.evaluate("document.documentElement.scrollWidth") - width

    assert "/calendar" in wider
    assert {path: excess for path, excess in wider.items() if excess > 0} == {}


@pytest.mark.parametrize("path", ["/team/", "/settings/deliveries", "/meetups/"])
def test_on_a_phone_every_cell_of_a_table_is_in_sight_with_the_name_of_its_column(
    open_page: Visitors, site: str, app: Flask, room: dict[str, Any], path: str
) -> None:
    page = visit(open_page, site, app, room, 360)

    page.goto(path)

    assert page.evaluate(CELLS_IN_SIGHT)
    labels = page.locator("tbody tr:first-child .cell-column").all()
    assert sum(label.is_visible() for label in labels) >= 3


@pytest.mark.parametrize("width", [360, 1440])
def test_a_table_stays_a_table_for_who_listens(
    open_page: Visitors, site: str, app: Flask, room: dict[str, Any], width: int
) -> None:
    page = visit(open_page, site, app, room, width)

    page.goto("/team/")

    read = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [node["role"]["value"] for node in read if not node.get("ignored")]
    assert heard.count("columnheader") == 5
    assert heard.count("rowheader") == heard.count("row") - 1 == 2
    cells = [
        node["name"]["value"] for node in read if node["role"]["value"] in {"cell", "gridcell"}
    ]
    assert cells
    assert not [name for name in cells if name.startswith("Rol")]


def test_on_a_phone_a_post_of_the_month_names_its_state(
    open_page: Visitors, site: str, app: Flask, room: dict[str, Any]
) -> None:
    for width, is_named in ((360, True), (1440, False)):
        page = visit(open_page, site, app, room, width)
        page.goto("/calendar?date=2026-11-10")

        assert page.locator(".state-word").first.is_visible() == is_named
