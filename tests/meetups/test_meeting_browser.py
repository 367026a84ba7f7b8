"""Two people hold one meet-up, each at their own screen, from its begin to its close."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app import clock
from calendar_app.meetups.actions import Action
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.sittings import Attendance, Sitting
from calendar_app.moments import local
from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests import builders
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

WIDTHS = (1440, 360)
# What two screens may differ, and a step of the clock.
SECONDS_APART = 2


def zone_by_day(now: datetime) -> str:
    """A zone where it is not nearly midnight: the meet-up is begun and closed on one day."""
    return "Europe/Amsterdam" if 2 <= local(now, "Europe/Amsterdam").hour < 22 else "Asia/Tokyo"


class Room:
    """A meet-up of today, planned for a minute ago, with a post on its agenda."""

    def __init__(self, site: str, app: Flask, database: Database, open_page: Visitors) -> None:
        self.site, self.app, self.database, self._open = site, app, database, open_page
        now = clock.now()
        starts = local(now, zone_by_day(now)) - timedelta(minutes=1)
        with database.writing() as session:
            team = builders.a_team(session, zone=zone_by_day(now), language="en")
            people = [
                builders.a_person(session, team, "writer", name=name, language="en")
                for name in ("Anouk Smit", "Joris Visser")
            ]
            plan = builders.a_plan(session, team)
            soon = now + timedelta(minutes=1)
            builders.a_post(session, team, plan, title="Open dag", starts_at=soon)
            meetup = builders.a_meetup(
                session, team, people, host_id=people[0].id, local_time=starts.time()
            )
            occurrence = Occurrence.planned(meetup, starts.date(), None)
            session.add(occurrence)
            session.flush()
            self.path = f"{site}/meetups/occurrences/{occurrence.id}"
            self.people = {person.first_name: person.id for person in people}

    def page(self, name: str, width: int = 1440, **told: Any) -> Page:
        """The meet-up as `name` sees it."""
        page = self._open(self.site, width=width, **told)
        with self.database.reading() as session:
            person = session.get_one(Person, self.people[name])
        builders.sign_in_page(page, self.site, self.app, person)
        page.goto(self.path)
        return page

    def begun(self, ago: timedelta) -> None:
        """It was begun so long ago by Anouk."""
        with self.database.writing() as session:
            occurrence = session.scalars(select(Occurrence)).one()
            anouk = session.get_one(Person, self.people["Anouk"])
            builders.a_sitting(session, occurrence, anouk, begun_at=clock.now() - ago)


@pytest.fixture
def room(site: str, app: Flask, database: Database, open_page: Visitors) -> Room:
    return Room(site, app, database, open_page)


def seconds_left(page: Page) -> int:
    # Before the script has come the page says when it began.
    note = page.locator("[data-timer][data-begun] [data-timer-note]")
    expect(note).to_contain_text("left for")
    minutes, seconds = page.locator("[data-timer-left]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def about(label: str, what: str) -> re.Pattern[str]:
    """The name of a button of which a hidden part says what it is about."""
    return re.compile(rf"^{label}\s*: {what}$")


def is_first(page: Page, first: str, second: str) -> bool:
    """Whether the one ends above where the other begins."""
    above, below = page.locator(first).bounding_box(), page.locator(second).bounding_box()
    return bool(above and below and above["y"] + above["height"] <= below["y"])


def is_too_wide(page: Page) -> bool:
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(wide))


@pytest.mark.parametrize("width", WIDTHS)
def test_two_browsers_hold_a_meetup_from_begin_to_close(room: Room, width: int) -> None:
    anouk, joris = room.page("Anouk", width), room.page("Joris", width)
    assert is_first(anouk, "[data-timer]", "#yesterday") or width > min(WIDTHS)

    anouk.get_by_role("button", name="Begin the meet-up").click()
    expect(joris.get_by_role("button", name="Close the meet-up")).to_be_visible()
    expect(joris.locator("[data-timer][data-begun]")).to_be_visible()
    assert abs(seconds_left(anouk) - seconds_left(joris)) <= SECONDS_APART

    joris.get_by_role("button", name=about("Not here", "Joris Visser")).click()
    expect(anouk.locator("#people li", has_text="Joris Visser")).to_contain_text("absent")

    for title in ("Leerling van de maand", "Rondleiding op de IC"):
        anouk.get_by_label("New idea").press_sequentially(title)
        anouk.keyboard.press("Enter")
        expect(anouk.locator("#ideas")).to_contain_text(title)
        expect(anouk.get_by_label("New idea")).to_be_focused()
        expect(anouk.get_by_label("New idea")).to_have_value("")
    expect(joris.locator("#ideas")).to_contain_text("Rondleiding op de IC")

    joris.get_by_role("button", name=about("Action", "Open dag")).click()
    expect(anouk.locator("#action-list")).to_contain_text("Open dag")
    anouk.get_by_label("What has to be done").fill("Foto's vragen")
    anouk.get_by_label("Who does it").select_option(label="Joris Visser")
    anouk.get_by_role("button", name="Keep the action").click()
    expect(joris.get_by_role("button", name=about("Mark as done", "Foto's vragen"))).to_be_visible()
    for page in (anouk, joris):
        axe(page)
        assert not is_too_wide(page)

    joris.get_by_role("button", name=about("Mark as done", "Foto's vragen")).click()
    expect(anouk.get_by_role("button", name=about("Not done yet", "Foto's vragen"))).to_be_visible()
    anouk.get_by_role("button", name="Close the meet-up").click()
    expect(joris.get_by_text("This is what lay on the table then.")).to_be_visible()
    expect(joris.locator("[data-timer]")).to_have_count(0)
    for page in (anouk, joris):
        axe(page)
        assert not is_too_wide(page)
    with room.database.reading() as session:
        assert session.scalars(select(Sitting)).one().closed_at is not None
        ideas = session.scalars(select(Post.title).where(Post.state == "idea"))
        assert sorted(ideas) == ["Leerling van de maand", "Rondleiding op de IC"]
        assert len(session.scalars(select(Action)).all()) == 2


def test_what_somebody_types_stays_while_colleagues_change_the_page(room: Room) -> None:
    room.begun(timedelta(minutes=1))
    anouk, joris = room.page("Anouk"), room.page("Joris")
    anouk.get_by_label("What has to be done").fill("Half getypt")
    anouk.get_by_label("New idea").press_sequentially("Een half id")

    joris.get_by_role("button", name=about("Action", "Open dag")).click()

    expect(anouk.locator("#action-list")).to_contain_text("Open dag")
    expect(anouk.get_by_label("New idea")).to_be_focused()
    anouk.keyboard.type("ee")
    expect(anouk.get_by_label("New idea")).to_have_value("Een half idee")
    expect(anouk.get_by_label("What has to be done")).to_have_value("Half getypt")


def test_an_idea_half_typed_stays_when_a_colleague_closes_the_meetup(room: Room) -> None:
    room.begun(timedelta(minutes=1))
    anouk, joris = room.page("Anouk"), room.page("Joris")
    anouk.get_by_label("New idea").press_sequentially("Een half id")

    joris.get_by_role("button", name="Close the meet-up").click()

    expect(anouk.get_by_text("This is what lay on the table then.")).to_be_visible()
    expect(anouk.get_by_label("New idea")).to_have_value("Een half id")
    anouk.get_by_label("New idea").press_sequentially("ee")
    with anouk.expect_response("**/ideas"):
        anouk.keyboard.press("Enter")
    expect(joris.locator("#ideas")).not_to_contain_text("Een half idee")
    with room.database.reading() as session:
        title = "Een half idee"
        assert session.scalars(select(Post).where(Post.title == title)).one().state == "idea"


def test_the_focus_and_a_choice_stay_while_colleagues_change_the_page(room: Room) -> None:
    room.begun(timedelta(minutes=1))
    with room.database.writing() as session:
        sitting = session.scalars(select(Sitting)).one()
        told = {"team_id": sitting.team_id, "sitting_id": sitting.id}
        session.add(Attendance(person_id=room.people["Joris"], is_present=True, **told))
    anouk, joris = room.page("Anouk"), room.page("Joris")
    anouk.get_by_label("Host").select_option(label="Joris Visser")
    anouk.get_by_role("button", name="Close the meet-up").focus()

    joris.get_by_role("button", name=about("Action", "Open dag")).click()

    expect(anouk.locator("#action-list")).to_contain_text("Open dag")
    expect(anouk.get_by_role("button", name="Close the meet-up")).to_be_focused()
    expect(anouk.get_by_label("Host")).to_have_value(str(room.people["Joris"]))


def test_the_focus_goes_to_what_took_the_place_of_a_button(room: Room) -> None:
    room.begun(timedelta(minutes=1))
    anouk, joris = room.page("Anouk"), room.page("Joris")
    anouk.get_by_role("button", name=about("Action", "Open dag")).focus()

    joris.get_by_role("button", name=about("Action", "Open dag")).click()

    expect(anouk.get_by_role("link", name="Action: Joris")).to_be_focused()


def test_the_clock_counts_from_the_begin_and_is_right_after_the_tab_slept(room: Room) -> None:
    room.begun(timedelta(minutes=3))
    page = room.page("Anouk")
    page.clock.install()
    page.goto(room.path)
    expect(page.locator("#today")).to_have_attribute("aria-current", "step")
    before = seconds_left(page)

    page.clock.fast_forward(300_000)

    assert 400 <= before <= 420
    expect(page.locator("#ideas")).to_have_attribute("aria-current", "step")
    assert 300 <= before - seconds_left(page) <= 300 + SECONDS_APART


def test_who_listens_hears_the_next_part_the_last_minute_and_the_end_once_each(
    room: Room,
) -> None:
    room.begun(timedelta(minutes=1, seconds=50))
    page = room.page("Anouk")
    page.clock.install()
    page.goto(room.path)
    heard = page.locator("[data-announcer]")
    expect(page.locator("[data-timer-left]")).not_to_have_text("")
    expect(heard).to_have_text("")

    page.clock.run_for(20_000)
    expect(heard).to_contain_text("2 · Today")
    page.clock.run_for(60_000)
    expect(heard).to_contain_text("2 · Today")
    page.clock.fast_forward(6 * 60_000)
    page.clock.run_for(2_000)
    expect(heard).to_have_text("One minute is left.")
    page.clock.fast_forward(60_000)
    page.clock.run_for(2_000)
    expect(heard).to_have_text("The time is up.")


def test_the_clock_fills_the_screen_and_stays_when_the_page_changes(room: Room) -> None:
    room.begun(timedelta(minutes=1))
    page, joris = room.page("Anouk"), room.page("Joris")

    page.get_by_role("button", name="Full screen").click()
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    large = page.locator("[data-timer-left]").evaluate(
        "e => parseFloat(getComputedStyle(e).fontSize)"
    )
    joris.get_by_role("button", name="Close the meet-up").click()
    joris.get_by_role("button", name="Go on after all").click()
    expect(page.locator("[data-timer]")).to_be_visible()
    assert page.evaluate("() => document.fullscreenElement !== null")
    page.get_by_role("button", name="Leave full screen").click()

    expect(page.get_by_role("button", name="Full screen", exact=True)).to_be_visible()
    assert large > 200


def test_without_scripts_a_meetup_is_held_too(room: Room) -> None:
    page = room.page("Anouk", javascript=False)

    page.get_by_role("button", name="Begin the meet-up").click()
    page.get_by_label("New idea").fill("Leerling van de maand")
    page.keyboard.press("Enter")
    expect(page.locator("#ideas")).to_contain_text("Leerling van de maand")
    page.get_by_role("button", name="Close the meet-up").click()

    expect(page.get_by_text("This is what lay on the table then.")).to_be_visible()
