"""What a message says in Teams and in Slack, and that text from people stays text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.reminders import chat
from calendar_app.reminders.due import KINDS
from calendar_app.reminders.mail import Item, Story
from calendar_app.reminders.routes import BY_MAIL_ALONE
from tests.reminders.routing import texts

if TYPE_CHECKING:
    from calendar_app.config import Config

STORY = Story(
    kind="meetup",
    language="en",
    team="De Linde",
    meetup="Content meet-up",
    starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC),
    zone="Europe/Amsterdam",
    minutes=10,
    path="/meetups/occurrences/1",
    place="Room 2",
    host="Anouk",
)
HOSTILE = "<!channel> [click](https://evil.example) **bold** _it_ `x` {{DATE(2026-01-01)}} & <@U1>"


def teams(config: Config, story: Story) -> dict[str, Any]:
    told = json.loads(chat.message(config, story, "teams", "1"))
    card: dict[str, Any] = told["attachments"][0]["content"]
    return card


def slack(config: Config, story: Story) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(chat.message(config, story, "slack", "1"))
    return told


def test_a_card_has_a_title_facts_and_one_button(config: Config) -> None:
    card = teams(config, STORY)

    assert (card["type"], card["version"], card["lang"]) == ("AdaptiveCard", "1.4", "en")
    assert card["body"][0]["text"] == "Content meet-up: Tuesday 10 November at 09:30 (Amsterdam)"
    facts = {fact["title"]: fact["value"] for fact in card["body"][1]["facts"]}
    assert facts == {
        "Team": "De Linde",
        "When": "Tuesday 10 November, 09:30 (Amsterdam)",
        "Place": "Room 2",
        "Host": "Anouk",
    }
    [button] = card["actions"]
    assert button == {
        "type": "Action.OpenUrl",
        "title": "Open in Kapstok",
        "url": f"{config.base_url}/meetups/occurrences/1",
    }
    why = card["body"][-1]["text"]
    assert "You get this because you are told when: The meet-up begins soon." in why
    assert "To stop it: in Kapstok, Settings, Reminders you get." in why


def test_slack_gets_the_same_in_blocks_with_one_link(config: Config) -> None:
    told = slack(config, STORY)

    assert told["text"] == "Content meet-up: Tuesday 10 November at 09:30 (Amsterdam)"
    kinds = [block["type"] for block in told["blocks"]]
    assert kinds == ["header", "section", "actions", "context"]
    assert "When: Tuesday 10 November, 09:30 (Amsterdam)" in told["blocks"][1]["text"]["text"]
    links = [text for text in texts(told) if "://" in text]
    assert links == [f"{config.base_url}/meetups/occurrences/1"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in BY_MAIL_ALONE])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_kind_can_be_told_in_both_languages(config: Config, kind: str, language: str) -> None:
    story = replace(
        STORY, kind=kind, language=language, post="Vacature", precondition="Patience", plan="Zorg"
    )

    for told in (teams(config, story), slack(config, story)):
        whole = " ".join(texts(told))
        assert "Kapstok" in whole
        assert "%(" not in whole


def test_several_of_a_kind_are_listed_in_one_message(config: Config) -> None:
    items = tuple(Item(f"Post {number}") for number in range(23))
    story = replace(STORY, kind="review", items=items, path="/reminders/1")

    in_teams, in_slack = teams(config, story), slack(config, story)

    assert "Please review 23 posts of De Linde" in in_teams["body"][0]["text"]
    listed = in_slack["blocks"][2]["text"]["text"].splitlines()
    assert (len(listed), listed[0], listed[-1]) == (21, "• Post 0", "• and 3 more")


def test_text_from_people_is_no_markup_in_slack(config: Config) -> None:
    story = replace(STORY, meetup=HOSTILE, place=HOSTILE, host=HOSTILE)

    told = slack(config, story)

    for text in texts(told):
        assert "<" not in text
        assert ">" not in text
    assert told["mrkdwn"] is False
    kinds = {block["text"]["type"] for block in told["blocks"] if "text" in block}
    assert kinds == {"plain_text"}
    assert chat.for_slack(HOSTILE).startswith("&lt;!channel&gt; [click]")
    assert "&amp; &lt;@U1&gt;" in chat.for_slack(HOSTILE)


def test_text_from_people_is_no_markdown_and_no_macro_in_a_card(config: Config) -> None:
    story = replace(STORY, meetup=HOSTILE, place=HOSTILE, host=HOSTILE)

    card = teams(config, story)

    shown = [card["body"][0]["text"], *(fact["value"] for fact in card["body"][1]["facts"])]
    for text in shown:
        bare = text.replace("\\[", "").replace("\\]", "").replace("\\*", "").replace("\\_", "")
        assert not set("[]*_") & set(bare)
        assert "{{" not in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1. Eerst", "1\\. Eerst"),
        ("# Kop", "\\# Kop"),
        ("- punt", "\\- punt"),
        ("> citaat", "\\> citaat"),
        ("a_b*c`d~e\\f", "a\\_b\\*c\\`d\\~e\\\\f"),
        ("2026 - 2027", "2026 - 2027"),
        ("€ 5,- & <b>", "€ 5,- & <b>"),
    ],
)
def test_signs_of_markdown_are_shown_as_signs(typed: str, shown: str) -> None:
    assert chat.as_shown(typed) == shown


def test_a_long_title_fits_what_slack_takes(config: Config) -> None:
    story = replace(STORY, meetup="é" * 300, place="p" * 5000)

    told = slack(config, story)

    assert len(told["blocks"][0]["text"]["text"]) == 150
    assert len(told["blocks"][1]["text"]["text"]) <= 3000
    assert chat.message(config, story, "slack", "1").isascii()
