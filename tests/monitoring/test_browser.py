"""Webcare in a real browser: a reply goes into the answer behind what somebody typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from calendar_app.monitoring.models import WebcareItem
from calendar_app.people.models import Person, Team
from tests import builders
from tests.builders import sign_in_page
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from tests.monitoring.conftest import Room
    from tests.support.browser import ColourScheme, Visitors


@pytest.fixture
def _on_a_tuesday() -> None:
    """A browser waits in real time."""


@pytest.mark.parametrize("look", [(360, "dark"), (1440, "light")], ids=["phone", "desk"])
def test_a_question_is_taken_and_answered_with_a_reply(
    site: str, room: Room, open_page: Visitors, look: tuple[int, ColourScheme]
) -> None:
    item_id = room.question()
    with room.database.writing() as session:
        builders.a_reply(session, session.get_one(Team, room.team_id), text="Via onze site.")
    page = open_page(site, width=look[0], colour_scheme=look[1])
    with room.database.reading() as session:
        sign_in_page(page, site, room.app, session.get_one(Person, room.people["writer"]))

    page.goto("/webcare")
    axe(page)
    page.get_by_role("link", name="Hoe solliciteer ik?").click()
    page.get_by_role("button", name="I answer it").click()
    expect(page.get_by_text("You answer this question.")).to_be_visible()
    field = page.get_by_label("What did you answer?")
    field.fill("Dag Eva,")
    page.get_by_role("button", name="Use in the answer").click()
    expect(field).to_have_value("Dag Eva,\n\nVia onze site.")
    expect(field).to_be_focused()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Answered", exact=True).click()
    expect(page.get_by_text("The question is answered.")).to_be_visible()

    assert room.row(WebcareItem, item_id).answer == "Dag Eva,\n\nVia onze site."
