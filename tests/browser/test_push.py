"""Reminders in a browser: its page, adding the browser, and what its service worker shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app import clock
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.push import PUSH, public_key
from calendar_app.reminders.routes import Route, mark_of, new_route
from tests import builders
from tests.browser.test_accessibility import LOOKS, cookie_of, findings, visit
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.people.models import Person
    from tests.browser.test_accessibility import Look
    from tests.support.browser import Visitors

PAGE = "/settings/reminders/routes"
ENDPOINT = "https://push.example/secret"
# Stands for the service of the browser's maker, which no test reaches.
GIVES = """
PushManager.prototype.subscribe = async (asked) => {
  window.name = asked.applicationServerKey;
  return {toJSON: () => (%s)};
};
PushManager.prototype.getSubscription = async () => null;
"""
REFUSES = """PushManager.prototype.subscribe = async () => {
  throw new DOMException("push service error", "AbortError");
};"""


@pytest.fixture
def person(database: Database) -> Person:
    with database.writing() as session:
        session.expire_on_commit = False
        return builders.a_person(session, builders.a_team(session), language="en")


def opened(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person, script: str
) -> Page:
    page = open_page(site, locale="en-GB", service_workers="allow")
    cookie = cookie_of(config, database, person)
    page.context.add_cookies([{"name": "kapstok", "value": cookie, "url": site}])
    page.context.grant_permissions(["notifications"], origin=site)
    page.add_init_script(script)
    page.goto(PAGE)
    return page


@pytest.mark.parametrize("look", LOOKS[1:3], ids=lambda look: "-".join(map(str, look)))
def test_a_page_with_routes_of_every_kind_is_accessible(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person, look: Look
) -> None:  # fmt: skip
    now = clock.now()
    with database.writing() as session:
        working = new_route(config, person.id, "teams", "https://a.logic.azure.com/workflows/1")
        working.worked(now)
        broken = new_route(config, person.id, "slack", "https://hooks.slack.com/services/1")
        broken.failed(now, "404 Not Found no_service")
        broken.broken_at = now
        browser = new_route(config, person.id, PUSH, ENDPOINT, name="Firefox, Windows")
        browser.is_used = False
        session.add_all([working, broken, browser])
        session.flush()
        team_id = session.merge(person).memberships[0].team_id
        held = Delivery(
            team_id=team_id, person_id=person.id, kind="meetup", route=working.key, subject="o:1",
            due_at=now, useful_until=now.replace(year=now.year + 1), created_at=now,
            state="in_doubt", reason=due.HELD, ended_at=now,
        )  # fmt: skip
        session.add(held)
    page = visit(open_page, site, look, cookie_of(config, database, person))

    page.goto(PAGE)
    page.locator("details.confirm summary").last.click()

    expect(page.get_by_role("heading", level=2)).to_have_count(7)
    assert not findings(page, PAGE)


def test_a_browser_is_added_by_a_button(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person
) -> None:  # fmt: skip
    receiver = Receiver()
    keys = f'{{p256dh: "{receiver.p256dh}", auth: "{receiver.auth}"}}'
    gives = GIVES % f'{{endpoint: "{ENDPOINT}", keys: {keys}}}'
    page = opened(open_page, site, config, database, person, gives)

    page.get_by_role("button", name="Add this browser").click()

    expect(page.get_by_text("This browser is there.")).to_be_visible()
    expect(page.get_by_role("heading", name="Browser", exact=True)).to_be_visible()
    assert page.evaluate("window.name") == public_key(config.secret_key)
    with database.reading() as session:
        assert session.scalars(select(Route.mark)).all() == [mark_of(ENDPOINT)]


def test_a_service_that_does_not_answer_is_told(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person
) -> None:  # fmt: skip
    page = opened(open_page, site, config, database, person, REFUSES)

    page.get_by_role("button", name="Add this browser").click()

    expect(page.get_by_text("It did not work: the service")).to_be_visible()
    expect(page.get_by_role("button", name="Add this browser")).to_be_enabled()


def test_a_browser_that_does_not_allow_it_is_told_what_to_do(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person
) -> None:  # fmt: skip
    denies = "Notification.requestPermission = async () => 'denied';"
    page = opened(open_page, site, config, database, person, denies)

    page.get_by_role("button", name="Add this browser").click()

    expect(page.get_by_text("Your browser does not allow messages of Kapstok.")).to_be_visible()


def test_what_is_pushed_is_shown_as_plain_text(
    open_page: Visitors, site: str, config: Config, database: Database, person: Person
) -> None:  # fmt: skip
    page = opened(open_page, site, config, database, person, "")
    page.evaluate(
        "async () => { await navigator.serviceWorker.register('/service-worker.js', {scope: '/'});"
        " await navigator.serviceWorker.ready; }"
    )
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    pushed = '{"title":"<b>Stand-up</b>","body":"09:30","url":"/meetups/","tag":"1","lang":"en"}'

    for _twice in range(2):
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": site, "registrationId": registrations[-1], "data": pushed},
        )
    page.wait_for_function(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications()).length > 0"
    )

    shown = page.evaluate(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".map((one) => [one.title, one.body, one.tag, one.data.url])"
    )
    # One with the same tag takes the place of the other.
    assert shown == [["<b>Stand-up</b>", "09:30", "1", "/meetups/"]]
