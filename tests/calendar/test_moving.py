"""Moving posts in the browser: by hand, by keyboard, together; undone, refused, overtaken; live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests import builders
from tests.support.accessibility import axe
from tests.support.browser import held_back

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Locator, Page
    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from tests.support.browser import Visitors

MONTH = "/calendar?date=2026-11-10"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@dataclass
class Desk:
    """A writer's browser, and what the database holds."""

    site: str
    app: Flask
    database: Database
    open_page: Visitors
    writer_id: int
    team_id: int
    plan_id: int
    post_id: int

    def page(self, address: str = MONTH, *, width: int = 1440) -> Page:
        with self.database.reading() as session:
            person = session.get_one(Person, self.writer_id)
        page = self.open_page(self.site, width=width, height=1000, expect=(409, 422))
        builders.sign_in_page(page, self.site, self.app, person)
        page.goto(address)
        # Nothing can be picked up before the scripts are there.
        expect(page.locator("[data-moves][data-ready]")).to_be_attached()
        return page

    def post(self, post_id: int | None = None) -> Post:
        with self.database.reading() as session:
            return session.get_one(Post, post_id or self.post_id)

    def day(self, post_id: int | None = None) -> date | None:
        start = self.post(post_id).local_start
        return start.date() if start else None

    def another(self, title: str, **facts: object) -> int:
        with self.database.writing() as session:
            team, plan = self.rows(session)
            return builders.a_post(session, team, plan, title=title, **facts).id

    def rows(self, session: Session) -> tuple[Team, Plan]:
        return session.get_one(Team, self.team_id), session.get_one(Plan, self.plan_id)


@pytest.fixture
def desk(site: str, app: Flask, database: Database, open_page: Visitors) -> Desk:
    with database.writing() as session:
        team = builders.a_team(session)
        writer = builders.a_person(session, team, name="Anouk Visser", language="en")
        plan = builders.a_plan(session, team)
        post = builders.a_post(session, team, plan, title="Rooster", starts_at=AT, state="approved")
        ids = (writer.id, team.id, plan.id, post.id)
    return Desk(site, app, database, open_page, *ids)


def card(page: Page, title: str = "Rooster") -> Locator:
    return page.locator("#calendar-view [data-post]", has_text=title)


def cell(page: Page, day: str) -> Locator:
    return page.locator(f"#d-{day}")


def drag(page: Page, item: Locator, target: Locator) -> None:
    """As a hand does it: press, move in steps, let go."""
    start, end = item.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 18, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 12, steps=8)
    page.mouse.up()


def slow(page: Page, seconds: float) -> None:
    """Every answer of the server takes this much longer, as over a bad line."""
    line = page.context.new_cdp_session(page)
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {**conditions, "latency": seconds * 1000})


def test_a_dragged_post_is_in_its_day_before_the_server_answers(desk: Desk) -> None:
    page = desk.page()
    held = held_back(page, "**/calendar/moves")

    drag(page, card(page), cell(page, "2026-11-26"))

    expect(cell(page, "2026-11-26").locator("[data-post].is-saving")).to_contain_text("Rooster")
    assert desk.day() == date(2026, 11, 24)
    for route in held:
        route.continue_()
    expect(page.locator(".toast")).to_contain_text("moved to Thu 26 Nov")
    assert desk.day() == date(2026, 11, 26)


@pytest.mark.parametrize("latency", [0, 1])
def test_a_dragged_post_is_there_at_once_and_undone_by_a_key(desk: Desk, latency: int) -> None:
    page = desk.page()
    if latency:
        slow(page, latency)

    drag(page, card(page), cell(page, "2026-11-26"))
    expect(page.locator(".toast")).to_contain_text("moved to Thu 26 Nov")
    moved = desk.post()
    assert (desk.day(), moved.state) == (date(2026, 11, 26), "approved")
    assert moved.local_start is not None
    assert f"{moved.local_start:%H:%M}" == "10:30"

    page.keyboard.press("Control+z")
    expect(page.locator(".toast")).to_contain_text("Undone")
    expect(cell(page, "2026-11-24").locator("[data-post]", has_text="Rooster")).to_be_visible()
    assert desk.day() == date(2026, 11, 24)


def test_a_dragged_post_opens_no_page(desk: Desk) -> None:
    page = desk.page()

    drag(page, card(page), cell(page, "2026-11-25"))

    expect(page.locator(".toast")).to_be_visible()
    assert "/calendar" in page.url


def test_the_notice_of_a_move_stays_ten_seconds_and_undoes(desk: Desk) -> None:
    page = desk.page()
    page.clock.install()
    drag(page, card(page), cell(page, "2026-11-25"))
    page.clock.run_for(1_000)
    expect(page.locator(".toast")).to_be_visible()

    page.clock.run_for(10_000)
    expect(page.locator(".toast")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_contain_text("Undone")
    assert desk.day() == date(2026, 11, 24)


@pytest.mark.parametrize("latency", [0, 1])
def test_the_keyboard_carries_a_post_into_the_next_month(desk: Desk, latency: int) -> None:
    page = desk.page()
    if latency:
        slow(page, latency)
    said = page.locator("[data-announcer]")
    card(page).locator("a").focus()

    page.keyboard.press("Space")
    expect(said).to_contain_text("Picked up: Rooster")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Wednesday 25 November")
    for _week in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.locator("h1")).to_have_text("December 2026")
    expect(said).to_contain_text("Wednesday 9 December")
    expect(card(page)).to_have_count(1)
    page.keyboard.press("Space")

    expect(page.locator(".toast")).to_contain_text("moved to Wed 9 Dec")
    expect(card(page).locator("a")).to_be_focused()
    assert desk.day() == date(2026, 12, 9)


def test_escape_puts_a_carried_post_back_also_from_another_month(desk: Desk) -> None:
    page = desk.page()
    card(page).locator("a").focus()
    page.keyboard.press("Space")
    for _week in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.locator("h1")).to_have_text("December 2026")

    page.keyboard.press("Escape")

    expect(page.locator("h1")).to_have_text("November 2026")
    expect(cell(page, "2026-11-24").locator("[data-post]")).to_have_count(1)
    expect(card(page).locator("a")).to_be_focused()
    assert desk.day() == date(2026, 11, 24)
    assert desk.post().version == 1


@pytest.mark.parametrize("latency", [0, 1])
def test_who_moves_what_a_colleague_moved_first_is_told(desk: Desk, latency: int) -> None:
    page = desk.page()
    if latency:
        slow(page, latency)
    shown = page.locator("[data-live]").get_attribute("data-live")
    # The page must not hear of it before the hand lets go.
    page.route("**/calendar/revision", lambda route: route.fulfill(json={"revision": shown}))
    with desk.database.writing() as session:
        mo = builders.a_person(session, session.get_one(Post, desk.post_id).team, name="Mo Kaya")
        session.get_one(Post, desk.post_id).move_to(date(2026, 11, 27), mo, AT)

    drag(page, card(page), cell(page, "2026-11-25"))

    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("Mo Kaya changed “Rooster” meanwhile. Nothing is done.")
    expect(cell(page, "2026-11-27").locator("[data-post]")).to_have_count(1)
    assert desk.day() == date(2026, 11, 27)


def test_without_an_answer_a_post_springs_back(desk: Desk) -> None:
    page = desk.page()
    page.route("**/calendar/moves", lambda route: route.fulfill(body="<html>", status=200))

    drag(page, card(page), cell(page, "2026-11-25"))

    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(cell(page, "2026-11-24").locator("[data-post]")).to_have_count(1)
    assert desk.day() == date(2026, 11, 24)


def test_an_idea_is_dragged_to_a_day_and_undo_makes_it_an_idea_again(desk: Desk) -> None:
    idea = desk.another("Leerling", state="idea", starts_at=None)
    page = desk.page()

    drag(page, page.locator("[data-ideas] [data-post]"), cell(page, "2026-11-26"))
    expect(cell(page, "2026-11-26").locator("[data-post]", has_text="Leerling")).to_be_visible()
    expect(page.locator(".toast")).to_be_visible()
    assert (desk.post(idea).state, desk.day(idea)) == ("draft", date(2026, 11, 26))
    page.keyboard.press("Control+z")

    expect(page.locator(".toast")).to_contain_text("Undone")
    expect(page.locator("[data-ideas] [data-post]", has_text="Leerling")).to_be_visible()
    assert (desk.post(idea).state, desk.day(idea)) == ("idea", None)


def test_an_idea_without_a_value_springs_back_and_says_what_it_lacks(desk: Desk) -> None:
    with desk.database.writing() as session:
        team, _plan = desk.rows(session)
        writer = session.get_one(Person, desk.writer_id)
        session.add(Post.new_idea(team, "Kaal", writer, AT))
    page = desk.page()

    drag(page, page.locator("[data-ideas] [data-post]"), cell(page, "2026-11-26"))

    expect(page.get_by_role("alert")).to_contain_text("Choose at least one value of the plan.")
    expect(page.locator("[data-ideas] [data-post]", has_text="Kaal")).to_be_visible()


def test_ticked_posts_move_together(desk: Desk) -> None:
    other = desk.another("Tweede", starts_at=AT + timedelta(days=2))
    page = desk.page(MONTH + "&select=1")
    for title in ("Rooster", "Tweede"):
        card(page, title).locator("[type=checkbox]").check()

    drag(page, card(page).locator("a"), cell(page, "2026-11-17"))

    expect(page.locator(".toast")).to_contain_text("2 posts moved")
    assert (desk.day(), desk.day(other)) == (date(2026, 11, 17), date(2026, 11, 19))


def test_a_colleagues_move_appears_within_two_seconds(desk: Desk) -> None:
    page = desk.page()
    expect(cell(page, "2026-11-24").locator("[data-post]")).to_have_count(1)
    with desk.database.writing() as session:
        mo = builders.a_person(session, session.get_one(Post, desk.post_id).team, name="Mo Kaya")
        session.get_one(Post, desk.post_id).move_to(date(2026, 11, 27), mo, AT)

    expect(cell(page, "2026-11-27").locator("[data-post]")).to_have_count(1, timeout=4_000)


@pytest.mark.parametrize("address", [MONTH, "/calendar?view=week&date=2026-11-24"])
def test_axe_finds_nothing_while_a_post_is_carried(desk: Desk, address: str) -> None:
    page = desk.page(address)
    card(page).locator("a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    axe(page)
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_be_visible()

    axe(page)


def test_two_steps_back_are_two_undos(desk: Desk) -> None:
    page = desk.page()
    for day in ("Wed 25 Nov", "Thu 26 Nov"):
        card(page).locator("a").focus()
        for key in ("Space", "ArrowRight", "Space"):
            page.keyboard.press(key)
        expect(page.locator(".toast")).to_contain_text(day)

    for back in (date(2026, 11, 25), date(2026, 11, 24)):
        page.keyboard.press("Control+z")
        expect(page.locator(f"#d-{back} [data-post]")).to_have_count(1)
        assert desk.day() == back


def test_a_live_change_keeps_the_focus_and_what_is_folded_open(desk: Desk) -> None:
    for hour in range(8, 15):
        desk.another(f"Vol {hour}", starts_at=datetime(2026, 11, 18, hour, tzinfo=UTC))
    page = desk.page()
    fold = cell(page, "2026-11-18").locator("summary")
    fold.click()
    number = cell(page, "2026-11-17").locator("a.day-number")
    number.focus()

    desk.another("Van een collega", starts_at=datetime(2026, 11, 19, 9, tzinfo=UTC))

    expect(card(page, "Van een collega")).to_be_visible()
    expect(cell(page, "2026-11-17").locator("a.day-number")).to_be_focused()
    expect(cell(page, "2026-11-18").locator("details")).to_have_attribute("open", "")


def test_tab_leaves_a_carried_post_where_it_was(desk: Desk) -> None:
    page = desk.page()
    card(page).locator("a").focus()
    for key in ("Space", "ArrowRight", "Tab"):
        page.keyboard.press(key)

    expect(cell(page, "2026-11-24").locator("[data-post]")).to_have_count(1)
    expect(page.locator(".is-carried")).to_have_count(0)
    assert desk.post().version == 1


def test_after_another_month_the_forms_lead_back_to_it(desk: Desk) -> None:
    page = desk.page()
    card(page).locator("a").focus()
    page.keyboard.press("Space")
    for _week in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("moved to Tue 8 Dec")

    expect(page.locator("#jump")).to_have_value("2026-12-08")
    fields = page.locator("main input[name=next]")
    assert all("date=2026-12-08" in str(each.get_attribute("value")) for each in fields.all())


def test_on_a_phone_the_filters_still_open_after_a_live_change(desk: Desk) -> None:
    page = desk.page(width=360)
    desk.another("Van een collega", starts_at=datetime(2026, 11, 19, 9, tzinfo=UTC))
    expect(card(page, "Van een collega")).to_be_visible()

    page.locator("[data-folds]").click()

    expect(page.locator("#filters")).to_be_visible()
