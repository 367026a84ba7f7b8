"""The palette and the keys as people use them, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from tests import builders
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Locator, Page, Request, Route

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors

    Opened = Callable[..., Page]

MONTH = "/calendar?date=2026-11-10"


@pytest.fixture
def opened(site: str, app: Flask, database: Database, open_page: Visitors) -> Opened:
    """Call it for the calendar of an editor whose team has a post, an idea and an audience."""
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team, name="Zorgplan")
        builders.a_post(session, team, plan, title="Nachtdienst", text="")
        builders.a_post(session, team, plan, title="Nachtbraker", state="idea", starts_at=None)
        editor = builders.a_person(session, team, "editor", name="Mo Kaya").id
    with database.reading() as session:
        person = session.get_one(Person, editor)

    def visit(path: str = MONTH, **look: object) -> Page:
        page = open_page(site, **look)  # type: ignore[arg-type]  # as open_page takes them
        builders.sign_in_page(page, site, app, person)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    return visit


def palette(page: Page) -> Locator:
    return page.locator("[data-palette]")


def asked(page: Page) -> None:
    """Open the palette, and wait until it knows what there is to do."""
    with page.expect_response("**/search/commands"):
        page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("option").nth(5)).to_be_visible()


def chosen(page: Page) -> str:
    """The option that a screen reader is told of."""
    number = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    return page.locator(f"#{number}").inner_text()


def test_a_page_is_reached_by_keyboard_alone(opened: Opened) -> None:
    page = opened()
    asked(page)
    expect(page.get_by_role("combobox")).to_be_focused()

    page.keyboard.type("new pl")
    expect(palette(page).get_by_role("option").first).to_have_text("Nieuw plan")
    page.keyboard.press("Enter")

    page.wait_for_url("**/plans/new")


def test_arrows_choose_among_what_was_found(opened: Opened) -> None:
    page = opened()
    asked(page)

    page.keyboard.type("nacht")
    expect(palette(page).get_by_role("option", name="Nachtdienst")).to_be_visible()
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    second = chosen(page)
    page.keyboard.press("ArrowUp")
    assert chosen(page) == first != second
    page.keyboard.press("ArrowUp")
    assert "alles" in chosen(page)
    expect(palette(page).get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("Enter")

    page.wait_for_url("**/search?q=nacht")
    expect(page.locator("mark")).to_have_text(["Nachtdienst", "Nachtbraker"])


def test_escape_gives_the_focus_back(opened: Opened) -> None:
    page = opened()
    link = page.get_by_role("link", name="Meet-ups", exact=True)
    link.focus()
    asked(page)
    page.keyboard.type("team")

    page.keyboard.press("Escape")

    expect(page.locator("[data-palette]")).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_value("")


def test_tab_stays_inside_and_a_click_beside_it_only_closes(opened: Opened) -> None:
    page = opened()
    asked(page)

    page.keyboard.press("Tab")
    expect(palette(page).get_by_role("button", name="Sluiten")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox")).to_be_focused()
    link = page.get_by_role("link", name="Meet-ups", exact=True).bounding_box()
    assert link
    page.mouse.click(link["x"] + 5, link["y"] + 5)

    expect(palette(page)).to_be_hidden()
    assert page.url.endswith(MONTH)


def test_the_button_opens_it_and_an_option_can_be_clicked(opened: Opened) -> None:
    page = opened()
    page.get_by_role("button", name="Zoeken").click()
    page.get_by_role("combobox").fill("sneltoets")

    palette(page).get_by_role("option", name="Sneltoetsen").click()

    page.wait_for_url("**/shortcuts")


def test_the_pages_seen_last_come_first_and_are_forgotten_at_sign_out(opened: Opened) -> None:
    # The calendar may ask once more what is new between the sign-out and the next page.
    page = opened("/plans/", expect={401, 404})
    page.goto("/nowhere-but-this-is-no-page")
    page.goto(MONTH)
    page.wait_for_load_state("networkidle")
    asked(page)
    group = page.get_by_role("group", name="Laatst bekeken")
    expect(group.get_by_role("option")).to_have_text(["Plannen"])

    page.keyboard.type("afmelden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")

    assert page.evaluate("() => Object.keys(localStorage)") == []


@pytest.mark.parametrize(
    "kept", ["{", '[{"name": 1}]', '[{"name": "x", "href": "//evil.example"}]']
)
def test_a_list_that_was_tampered_with_is_no_list(opened: Opened, kept: str) -> None:
    page = opened()
    page.evaluate(
        "kept => { for (const key of Object.keys(localStorage)) localStorage.setItem(key, kept); }",
        kept,
    )
    asked(page)

    expect(page.get_by_role("group", name="Laatst bekeken")).to_have_count(0)


def test_an_answer_to_older_letters_is_dropped(opened: Opened) -> None:
    """The first question is answered only after the second one was."""
    page = opened()
    held: list[Route] = []

    def hold(route: Route, request: Request) -> None:
        if request.url.endswith("q=nachtd"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/search/found?*", hold)
    asked(page)
    with page.expect_request("**/search/found?q=nachtd"):
        page.keyboard.type("nachtd")
    page.get_by_role("combobox").fill("nachtb")
    expect(palette(page).get_by_role("option", name="Nachtbraker")).to_be_visible()

    for route in held:
        route.fulfill(
            json={"query": "nachtd", "total": 1, "found": [hit("Nachtdienst")]},
        )
    page.get_by_role("combobox").press("End")

    expect(palette(page).get_by_role("option", name="Nachtbraker")).to_be_visible()
    expect(palette(page).get_by_role("option", name="Nachtdienst")).to_have_count(0)


def test_it_asks_once_for_letters_that_follow_each_other(opened: Opened) -> None:
    page = opened()
    asked(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    with page.expect_response("**/search/found?q=nacht"):
        page.keyboard.type("nacht")

    assert len([url for url in sent if "/search/found" in url]) == 1


def test_markup_in_a_title_is_only_text(opened: Opened) -> None:
    page = opened()
    page.route(
        "**/search/found?*",
        lambda route: route.fulfill(
            json={"query": "img", "total": 1, "found": [hit("<img src=x>")]}
        ),
    )
    asked(page)

    page.keyboard.type("img")

    expect(palette(page).get_by_role("option", name="<img src=x>")).to_be_visible()
    expect(page.locator("[role=option] img")).to_have_count(0)


def test_what_the_page_itself_offers_is_found_too(opened: Opened) -> None:
    page = opened("/settings/")
    asked(page)

    page.keyboard.type("wachtwoord wijz")

    expect(page.get_by_role("group", name="Op deze pagina").get_by_role("option")).to_have_text(
        ["Wachtwoord wijzigen"]
    )


@pytest.mark.parametrize(
    ("keys", "url"),
    [
        ("c", "**/posts/new?day=2026-11-10"),
        ("w", "**/calendar?view=week&date=2026-11-10"),
        ("b", "**/calendar?view=board&date=2026-11-10"),
        ("l", "**/calendar?view=list&date=2026-11-10"),
        ("j", "**/calendar?view=month&date=2026-12-01"),
        ("ArrowRight", "**/calendar?view=month&date=2026-12-01"),
        ("k", "**/calendar?view=month&date=2026-10-01"),
        ("g h", "**/"),
        ("g p", "**/plans/"),
        ("g m", "**/meetups/"),
    ],
)
def test_a_key_goes_where_it_says(opened: Opened, keys: str, url: str) -> None:
    page = opened()

    for key in keys.split():
        page.keyboard.press(key)

    page.wait_for_url(url)


def test_a_key_keeps_the_filters_of_the_page(opened: Opened) -> None:
    page = opened("/calendar?view=month&date=2026-11-10&state=draft&q=nacht")

    page.keyboard.press("l")

    page.wait_for_url("**/calendar?view=list&date=2026-11-10&state=draft&q=nacht")


def test_a_slash_goes_to_the_field_of_the_page_or_else_to_the_palette(opened: Opened) -> None:
    page = opened()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")

    page.goto("/plans/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")

    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("combobox")).to_have_value("")


def test_keys_are_letters_where_somebody_types(opened: Opened) -> None:
    page = opened()
    page.locator("#search").focus()
    page.keyboard.type("cl?j/")
    expect(page.locator("#search")).to_have_value("cl?j/")

    asked(page)
    page.keyboard.type("c?")

    expect(page.get_by_role("combobox")).to_have_value("c?")
    assert page.url.endswith(MONTH)


@pytest.mark.parametrize("keys", ["Control+j", "Alt+c", "Meta+l", "Shift+c", "g", "x"])
def test_other_keys_are_left_to_the_browser(opened: Opened, keys: str) -> None:
    page = opened()

    page.keyboard.press(keys)
    # What would have gone elsewhere is on its way before the next key is heard.
    page.keyboard.press("?")

    if keys == "g":
        expect(page.get_by_role("dialog", name="Sneltoetsen")).to_be_hidden()
    else:
        expect(page.get_by_role("dialog", name="Sneltoetsen")).to_be_visible()
    assert page.url.endswith(MONTH)


def test_a_question_mark_shows_the_keys_over_the_page(opened: Opened) -> None:
    page = opened()

    page.keyboard.press("?")

    dialog = page.get_by_role("dialog", name="Sneltoetsen")
    expect(dialog.get_by_role("row", name="Nieuw bericht c")).to_be_visible()
    axe(page)
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url.endswith(MONTH)


def test_switched_off_a_key_does_nothing_and_ctrl_k_still_works(opened: Opened) -> None:
    page = opened("/settings/")
    page.locator("#single-keys").get_by_role("button", name="Zet ze uit").click()
    page.wait_for_url("**/settings/#single-keys")
    expect(page.get_by_text("Ze staan uit")).to_be_visible()
    page.wait_for_load_state("networkidle")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    for key in ("c", "i", "t", "/", "?", "g", "h"):
        page.keyboard.press(key)
    asked(page)

    # The calendar asks by itself whether it has changed.
    own = ("/search/commands", "/calendar/revision", "/meetups/revision")
    assert not [url for url in sent if not url.endswith(own)]
    expect(palette(page).get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("dialog", name="Sneltoetsen")).to_have_count(0)


def test_one_key_notes_an_idea_from_any_page_and_leads_back(opened: Opened) -> None:
    page = opened("/team/")

    page.keyboard.press("i")
    dialog = page.get_by_role("dialog", name="Idee vastleggen")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    axe(page)
    page.keyboard.type("Een dag met de nachtploeg")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Het idee is opgeslagen.")
    assert page.url.endswith("/team/")
    page.goto("/ideas")
    expect(page.get_by_role("link", name="Een dag met de nachtploeg")).to_be_visible()


def test_without_scripts_the_button_leads_to_the_page_of_search(opened: Opened) -> None:
    page = opened(javascript=False)

    page.get_by_role("button", name="Zoeken").click()

    page.wait_for_url("**/search?")
    page.get_by_role("searchbox").fill("nacht")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", name="Berichten 1")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [
        ("nl-NL", "light", 1440),
        ("en-GB", "dark", 1440),
        ("nl-NL", "dark", 360),
        ("en-GB", "light", 360),
    ],
)
def test_palette_and_pages_are_accessible_in_every_look(
    opened: Opened, locale: str, scheme: ColourScheme, width: int
) -> None:
    page = opened(locale=locale, colour_scheme=scheme, width=width)
    asked(page)
    axe(page)
    page.keyboard.type("nacht")
    expect(palette(page).get_by_role("option", name="Nachtdienst")).to_be_visible()
    axe(page)
    page.get_by_role("combobox").fill("zzzz")
    expect(palette(page).get_by_role("option")).to_have_count(1)
    axe(page)
    inside = page.evaluate(
        "() => { const box = document.querySelector('[data-palette]').getBoundingClientRect();"
        " return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; }"
    )
    assert inside

    for path in ("/search", "/search?q=nacht", "/search?q=zzzz", "/shortcuts", "/settings/"):
        page.goto(path)
        axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def hit(title: str) -> dict[str, object]:
    return {"kind": "Bericht", "title": [[title, True]], "detail": "", "href": "/posts/1"}
