"""axe-core finds nothing on any page, in both languages, light and dark, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from calendar_app.app import create_app
from calendar_app.media.storage import store_of
from tests import builders
from tests.support.accessibility import axe_violations, described
from tests.support.routes import NO_PAGES, address, every_route, rows_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.people.models import Person
    from tests.support.browser import ColourScheme, Visitors

# Not pages: files, data, and what only redirects.
FORMS = ("/plans/new", "/posts/new", "/meetups/new", "/feeds", "/team/", "/settings/", "/ideas")
SIGNED_OUT = ("/sign-in", "/reset", "/reset/wrong", "/nowhere", "/unsubscribe/wrong")


class Look(NamedTuple):
    """How a visitor sees the pages."""

    language: str
    scheme: ColourScheme
    width: int


LOOKS = [
    Look("nl", "light", 1366),
    Look("en", "dark", 1366),
    Look("nl", "dark", 320),
    Look("en", "light", 768),
]


@pytest.fixture
def people(database: Database) -> tuple[Person, Person]:
    """An administrator who sees all, with a full team around, and a viewer."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        admin = builders.a_person(session, team, "admin", name="Sanne Bos")
        viewer = builders.a_person(session, team, "viewer", name="Henk Mulder")
        plan = builders.a_plan(session, team)
        for state in ("idea", "draft", "in_review", "changes_asked", "approved", "published"):
            builders.a_post(session, team, plan, state=state, owner_id=admin.id)
        return admin, viewer


def visit(open_page: Visitors, site: str, look: Look, cookie: str | None) -> Page:
    """A page that looks so, signed in when `cookie` is given."""
    locale = {"nl": "nl-NL", "en": "en-GB"}[look.language]
    page = open_page(
        site,
        width=look.width,
        colour_scheme=look.scheme,
        locale=locale,
        expect={403, 404, 410, 422},
    )
    if cookie is not None:
        page.context.add_cookies([{"name": "kapstok", "value": cookie, "url": site}])
    return page


def cookie_of(config: Config, database: Database, person: Person) -> str:
    """The session cookie of `person`'s browser."""
    return builders.cookie_of(create_app(config, database), person)


def paths(config: Config, database: Database, person: Person) -> list[str]:
    """Every page that a GET reaches, filled with fresh rows of the person's team."""
    app = create_app(config, database)
    with database.writing() as session:
        member = session.merge(person).memberships[0]
        rows = rows_of(session, member.team, member.person, store_of(config))
    return [
        address(asked.rule, rows)
        for asked in every_route(app)
        if asked.method == "GET" and not asked.rule.rule.startswith(NO_PAGES)
    ]


def findings(page: Page, path: str) -> list[str]:
    """What is wrong on the page as it stands: for axe, and being wider than the window."""
    found = [f"{path}\n{described(violation)}" for violation in axe_violations(page)]
    wider = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*found, *([f"{path} is {wider} px too wide"] if wider > 0 else [])]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_every_page_is_accessible(
    open_page: Visitors,
    site: str,
    config: Config,
    database: Database,
    people: tuple[Person, Person],
    look: Look,
) -> None:
    admin, _viewer = people
    page = visit(open_page, site, look, cookie_of(config, database, admin))
    wrong = []

    for path in paths(config, database, admin):
        page.goto(path)
        assert "/sign-in" not in page.url, path
        wrong += findings(page, path)

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("look", LOOKS[:2], ids=lambda look: "-".join(map(str, look)))
def test_forms_that_are_refused_are_accessible(
    open_page: Visitors,
    site: str,
    config: Config,
    database: Database,
    people: tuple[Person, Person],
    look: Look,
) -> None:
    page = visit(open_page, site, look, cookie_of(config, database, people[0]))
    wrong = []

    for path in FORMS:
        page.goto(path)
        form = page.locator("main form.form").first
        with page.expect_event("load"):
            form.evaluate("form => { form.noValidate = true; form.reset(); form.submit(); }")
        wrong += findings(page, f"refused {path}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_the_pages_before_the_door_and_of_a_viewer_are_accessible(
    open_page: Visitors,
    site: str,
    config: Config,
    database: Database,
    people: tuple[Person, Person],
    look: Look,
) -> None:
    stranger = visit(open_page, site, look, None)
    viewer = visit(open_page, site, look, cookie_of(config, database, people[1]))
    wrong = []

    for path in SIGNED_OUT:
        stranger.goto(path)
        wrong += findings(stranger, path)
    for path in ("/", "/calendar", "/calendar?view=list", "/plans/", "/settings/team"):
        viewer.goto(path)
        wrong += findings(viewer, f"{path} for a viewer")

    assert not wrong, "\n".join(wrong)


def test_the_first_start_is_accessible(open_page: Visitors, site: str) -> None:
    page = open_page(site, width=320)
    page.goto("/sign-in")

    assert page.url.endswith("/first-start")
    assert not findings(page, "/first-start")
