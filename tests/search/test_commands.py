"""The table of commands: every page is in it, with the right door and the right address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from calendar_app.config import folder
from calendar_app.people.permissions import PUBLIC, allowed
from calendar_app.search.commands import COMMANDS, GROUPS, announced, by_key, for_whom
from tests.support.routes import every_route

if TYPE_CHECKING:
    from flask import Flask

    from calendar_app.search.commands import Command

# Asked by scripts, not by people.
NO_PAGES = {"/search/found", "/search/commands", "/calendar/revision", "/meetups/revision"}


def pages(app: Flask) -> dict[str, str]:
    """Every page that needs no row and that somebody signed in asks for, with its action."""
    return {
        asked.rule.rule: asked.action
        for asked in every_route(app)
        if asked.method == "GET"
        and asked.action != PUBLIC
        and not asked.rule.arguments
        and asked.rule.rule not in NO_PAGES
    }


def test_every_page_can_be_asked_for_by_name(app: Flask) -> None:
    named = {urlsplit(command.address).path for command in COMMANDS}

    assert len(pages(app)) > 15
    assert pages(app).keys() - named == set()


def test_every_address_is_a_page_and_is_shown_to_who_may_open_it(app: Flask) -> None:
    """What happens on a page may ask for more than the page does."""
    for command in COMMANDS:
        if not command.address:
            continue
        address = urlsplit(command.address)
        action = pages(app)[address.path]
        for role in ("viewer", "writer", "editor", "admin"):
            if allowed(role, command.permission):
                assert allowed(role, action), command.id
        if not address.fragment:
            assert command.permission == action, command.id


def test_no_two_commands_share_an_id_a_name_or_a_key() -> None:
    for parts in (
        [command.id for command in COMMANDS],
        [command.name for command in COMMANDS],
        [key for command in COMMANDS for key in command.keys],
    ):
        assert len(parts) == len(set(parts))


def test_no_key_is_also_the_beginning_of_others() -> None:
    keys = [key for command in COMMANDS for key in command.keys]

    assert {key.split()[0] for key in keys if " " in key}.isdisjoint(keys)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_does_something_by_name_or_by_key(command: Command) -> None:
    assert command.is_listed or command.keys
    assert not (command.address and command.presses)
    assert command.group in GROUPS
    # Other words than its name: who does not know what Kapstok calls it finds it too.
    assert command.words or not command.is_listed


def test_a_viewer_is_offered_nothing_that_they_may_not_do() -> None:
    offered = {command.id for command in for_whom(lambda action: allowed("viewer", action))}

    assert {"home", "calendar", "search", "sign.out"} <= offered
    assert offered.isdisjoint({"post.new", "plan.new", "log", "colleague.invite", "bin"})


def test_keys_lead_where_the_table_says() -> None:
    addresses = by_key(COMMANDS)

    assert addresses["c"] == "/posts/new"
    assert addresses["g h"] == "/"
    assert addresses["/"] == "/search"
    assert "j" not in addresses


def test_a_screen_reader_is_told_no_keys_that_come_one_after_the_other() -> None:
    assert announced(("j", "ArrowRight", "g h")) == "j ArrowRight"


def test_every_button_that_a_command_presses_is_in_the_frame() -> None:
    frame = (folder("templates") / "macros/frame.html").read_text(encoding="utf-8")
    there = set(re.findall(r'data-command="([\w-]+)"', frame))

    assert {command.presses for command in COMMANDS if command.presses} == there
