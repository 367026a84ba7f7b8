"""Each small script of static/js does its one thing, on a page that holds only that thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from tests.support.browser import Visitors, held_back
from tests.support.environment import REPOSITORY
from tests.support.servers import LiveServer

HEAD = '<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">'
SCRIPT = '<script type="module" src="/static/js/main.js"></script>'
NINE_THIRTY = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
TIMER = """<div data-timer
data-starts-at="2026-11-10T08:30:00Z" data-ends-at="2026-11-10T08:40:00Z">
<p data-timer-left></p>
<p data-timer-note data-before="to go" data-during="left" data-after="The time is up"></p>
<progress data-timer-bar max="600" value="0" aria-label="Time"></progress></div>
<section data-block-minutes="2" data-block-note="{left} of yesterday"><h2>Yesterday</h2></section>
<section data-block-minutes="8" data-block-note="{left} of today"><h2>Today</h2></section>"""
FILTER = """<form action="/found" data-autosubmit>
<details data-popover><summary>Channel</summary>
<label><input type="checkbox" name="channel" value="3"> LinkedIn</label></details>
<input name="q" aria-label="Search"></form><p>elsewhere</p>"""

CHOICE = FILTER.replace(
    "<input name",
    """<select name="by" aria-label="By"><option>days<option>weeks</select>
<input name""",
)

Show = Callable[[str], Page]


@pytest.fixture
def show(open_page: Visitors, live_server: LiveServer) -> Show:
    """Open a page with the given body and our scripts."""
    app = Flask(__name__, static_folder=REPOSITORY / "calendar_app" / "static")
    bodies: list[str] = []
    app.add_url_rule("/", "page", lambda: HEAD + bodies[-1] + SCRIPT)
    app.add_url_rule("/found", "found", lambda: HEAD + "found", methods=["GET", "POST"])
    address = live_server.serve(app)

    def opened(body: str) -> Page:
        bodies.append(body)
        page = open_page(address)
        page.clock.install(time=NINE_THIRTY - timedelta(seconds=1))
        page.clock.pause_at(NINE_THIRTY)
        page.goto("/", wait_until="networkidle")
        return page

    return opened


def test_the_timer_counts_the_meetup_and_its_block(show: Show) -> None:
    page = show(TIMER)

    page.clock.run_for(61_000)

    expect(page.locator("[data-timer-left]")).to_have_text("08:59")
    expect(page.locator("[data-timer-note]")).to_have_text("00:59 of yesterday")
    expect(page.locator("[aria-current=step]")).to_have_text("Yesterday")


def test_the_timer_is_right_after_the_tab_slept(show: Show) -> None:
    page = show(TIMER)

    page.clock.fast_forward(5 * 60_000)

    expect(page.locator("[data-timer-left]")).to_have_text("05:00")
    expect(page.locator("[aria-current=step]")).to_have_text("Today")


@pytest.mark.parametrize(
    ("begun", "left", "look"),
    [(" data-begun", "01:00", "timer is-over"), ("", "09:30", "timer")],
)
def test_when_the_time_is_up_only_what_was_begun_runs_on(
    show: Show, begun: str, left: str, look: str
) -> None:
    page = show(
        TIMER.replace("data-timer\n", f'class="timer" data-timer{begun} data-planned="09:30"\n', 1)
    )

    page.clock.fast_forward(11 * 60_000)

    expect(page.locator("[data-timer-note]")).to_have_text("The time is up")
    expect(page.locator("[data-timer-left]")).to_have_text(left)
    expect(page.locator("[data-timer]")).to_have_attribute("class", look)
    expect(page.locator("[aria-current=step]")).to_have_count(0)


def test_a_meetup_that_was_never_closed_shows_its_hours_smaller(show: Show) -> None:
    page = show(TIMER.replace("data-timer\n", "data-timer data-begun\n", 1))

    page.clock.fast_forward(90 * 60_000)

    expect(page.locator("[data-timer-left]")).to_have_text("01:20:00")
    expect(page.locator("[data-timer].is-long")).to_have_count(1)


def test_the_timer_follows_the_server_when_the_desk_clock_is_wrong(show: Show) -> None:
    server_says = 'data-now="2026-11-10T08:35:00Z" '

    page = show(TIMER.replace("data-starts-at", server_says + "data-starts-at"))

    expect(page.locator("[data-timer-left]")).to_have_text("05:00")


def test_copying_says_so_and_then_shows_its_own_words_again(show: Show) -> None:
    page = show(
        '<input id="address" aria-label="Address" value="https://kapstok.example/feeds/x.ics">'
        '<button data-copy="#address" data-copied="Copied"><svg></svg>Copy</button>'
        "<div role=status data-announcer></div>"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button")

    button.click()

    expect(button).to_have_text("Copied")
    page.clock.run_for(100)
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/feeds/x.ics")
    page.clock.run_for(2000)
    expect(button).to_have_text("Copy")
    expect(button.locator("svg")).to_have_count(1)


def test_escape_closes_a_popover_and_keeps_the_keyboards_place(show: Show) -> None:
    page = show(FILTER)
    page.get_by_text("Channel").press("Enter")
    page.get_by_role("checkbox").focus()

    page.keyboard.press("Escape")

    expect(page.get_by_role("checkbox")).to_be_hidden()
    expect(page.locator("summary")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_filter_that_changed_is_sent_when_it_closes(show: Show) -> None:
    page = show(FILTER)
    page.get_by_text("Channel").click()
    page.get_by_role("checkbox").check()

    page.get_by_text("elsewhere").click()

    expect(page).to_have_url(re.compile(r"/found\?channel=3$"))


def test_a_filter_that_changed_and_closed_before_its_script_came_is_sent(show: Show) -> None:
    page = show(FILTER)
    asked = held_back(page, "**/js/autosubmit.js")
    page.get_by_text("Channel").click()
    page.get_by_role("checkbox").check()
    page.get_by_text("elsewhere").click()
    expect(page.get_by_role("checkbox")).to_be_hidden()

    for route in asked:
        route.continue_()

    expect(page).to_have_url(re.compile(r"/found\?channel=3$"))


def test_a_choice_made_before_its_script_came_is_sent(show: Show) -> None:
    page = show(CHOICE)
    asked = held_back(page, "**/js/autosubmit.js")
    page.get_by_role("combobox").select_option("weeks")
    page.get_by_role("combobox").focus()
    page.wait_for_function("document.activeElement.tagName === 'SELECT'")

    for route in asked:
        route.continue_()

    expect(page).to_have_url(re.compile(r"/found\?by=weeks$"))


def test_a_filter_in_which_nothing_was_chosen_is_not_sent(show: Show) -> None:
    page = show(CHOICE)
    with page.expect_response("**/js/autosubmit.js"):
        page.get_by_role("combobox").focus()
    page.get_by_text("Channel").click()
    page.get_by_text("elsewhere").click()

    expect(page.get_by_role("checkbox")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_message_can_be_closed(show: Show) -> None:
    page = show(
        '<main id="content" tabindex="-1"><div class="note"><p>Saved.</p>'
        '<button type="button" data-dismiss>Close</button></div></main>'
    )

    page.get_by_role("button").click()

    expect(page.get_by_text("Saved.")).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()


FORM = (
    '<form method="post" action="/found" data-leave-guard>'
    '<input name="title" aria-label="Title" {wrong}><button>Save</button></form>'
    '<a href="/found">Away</a>'
)


def answered_with_yes(page: Page) -> list[str]:
    """The kinds of the questions that `page` will have asked, in order."""
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return questions


@pytest.mark.parametrize(
    ("wrong", "typed", "asked"),
    [
        pytest.param("", "", False, id="untouched"),
        pytest.param("", "Rooster", True, id="typed"),
        pytest.param('aria-invalid="true"', "", True, id="came-back-refused"),
    ],
)
def test_leaving_asks_only_when_words_would_be_lost(
    show: Show, wrong: str, typed: str, *, asked: bool
) -> None:
    page = show(FORM.format(wrong=wrong))
    questions = answered_with_yes(page)
    page.get_by_label("Title").click()
    page.get_by_label("Title").press_sequentially(typed)

    page.get_by_role("link").click()
    page.wait_for_url("**/found")

    assert questions == (["beforeunload"] if asked else [])


def test_words_typed_before_the_script_came_would_be_lost_too(show: Show) -> None:
    page = show(FORM.format(wrong=""))
    questions = answered_with_yes(page)
    held = held_back(page, "**/leave-guard.js")
    with page.expect_request("**/leave-guard.js"):
        page.reload()
    page.get_by_label("Title").press_sequentially("Rooster")
    with page.expect_response("**/leave-guard.js"):
        held[0].continue_()
    page.wait_for_load_state("networkidle")

    page.get_by_role("link").click()
    page.wait_for_url("**/found")

    assert questions == ["beforeunload"]


def test_saving_does_not_ask(show: Show) -> None:
    page = show(FORM.format(wrong=""))
    questions = answered_with_yes(page)
    page.get_by_label("Title").press_sequentially("Rooster")

    page.get_by_role("button").click()
    page.wait_for_url("**/found")

    assert questions == []
