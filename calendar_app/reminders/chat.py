"""A reminder as a message in Teams, Slack or a browser: a title, a few facts, and one link.

Text from people must show as it was typed. An Adaptive Card reads it as Markdown, with macros of
its own ({{DATE(…)}}); Slack gives a meaning to three signs, "<!channel>" among others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from calendar_app.config import Config
from calendar_app.language import N_, catalogue, say
from calendar_app.reminders import due
from calendar_app.reminders.mail import Story, headline, told
from calendar_app.reminders.push import PUSH
from calendar_app.reminders.routes import APPRISE
from calendar_app.reminders.webhooks import SLACK, TEAMS
from calendar_app.text import clean_line

# Of one text in a message: Slack takes 150 letters in a heading and 3000 elsewhere.
_LONGEST_TITLE = 150
_LONGEST_TEXT = 2900
_LONGEST_NOTICE = 400
# Their story has a moment that people know it by; that of others is when it was due.
_AT_A_MOMENT = (due.MEETUP, due.HOST, due.MISSED_SUMMARY, due.PUBLISH, due.LATE)
_MARKDOWN = re.compile(r"([\\`*_\[\]~])")
_AT_THE_BEGINNING = re.compile(r"^([#>+=|-])|^(\d+)([.)])")
# Parts two braces so that they begin no macro, and shows nothing itself.
_JOINER = "\u2060"


@dataclass(frozen=True)
class Words:
    """What a message says, as plain text in its reader's language. `link` is the one link."""

    language: str
    title: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[str, ...]
    why: str
    button: str
    link: str


def message(config: Config, story: Story, kind: str, unique: str) -> bytes:
    """The message that tells `story` to a service of `kind`, as JSON in ASCII.

    `unique` names the delivery, for services that can drop what they already have.
    """
    return _as_json(_FORMS[kind](words_of(config, story), unique))


def trial(config: Config, language: str, kind: str, unique: str) -> bytes:
    """The message by which somebody tries a route."""
    words = Words(
        language=language,
        title=say(language, N_("A test from Kapstok")),
        facts=(),
        items=(),
        why=say(language, N_("You asked for this test. Your reminders come by this route.")),
        button=say(language, _BUTTON),
        link=f"{config.base_url}/settings/reminders/routes",
    )
    return _as_json(_FORMS[kind](words, unique))


def words_of(config: Config, story: Story) -> Words:
    """What a message tells of `story`."""
    known = told(config, story)
    kind = say(story.language, due.KIND_NAMES[story.kind])
    reason = N_("You get this because you are told when: %(kind)s.")
    stop = N_("To stop it: in Kapstok, Settings, Reminders you get.")
    more = catalogue(story.language).ungettext("and one more", "and %(num)s more", known["more"])
    return Words(
        language=story.language,
        title=_cut(headline(config, story), _LONGEST_TITLE),
        facts=tuple((say(story.language, name), text) for name, text in _facts(story, known)),
        items=(*known["items"], *((more % {"num": known["more"]},) if known["more"] else ())),
        why=f"{say(story.language, reason, kind=kind)} {say(story.language, stop)}",
        button=say(story.language, _BUTTON),
        link=str(known["link"]),
    )


_BUTTON = N_("Open in Kapstok")


def _facts(story: Story, known: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(N_("Team"), story.team)]
    if story.items:
        return found
    if story.kind in _AT_A_MOMENT:
        # The moment and never "in ten minutes": a repetition arrives later.
        found.append((N_("When"), f"{known['day']}, {known['time']} ({known['city']})"))
    asked = {N_("Place"): story.place, N_("Host"): story.host, N_("Asked by"): story.asker}
    found += [(name, text) for name, text in asked.items() if text]
    if story.plan:
        found.append((N_("Plan"), story.plan))
    return [(name, clean_line(text)) for name, text in found]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _as_json(made: object) -> bytes:
    return json.dumps(made, ensure_ascii=True, separators=(",", ":")).encode("ascii")


# ------------------------------------------------------------------------------------------- Teams


def _card(words: Words, _unique: str) -> dict[str, object]:
    """An Adaptive Card 1.4, in the envelope that a flow of Workflows takes."""
    body: list[dict[str, object]] = [
        {**_text(words.title), "style": "heading", "size": "Large", "weight": "Bolder"}
    ]
    if words.facts:
        told = [{"title": as_shown(name), "value": as_shown(text)} for name, text in words.facts]
        body.append({"type": "FactSet", "facts": told})
    # One block each: in one text a line break is a matter of the program that shows it.
    body += [{**_text(f"• {_cut(item, 300)}"), "spacing": "Small"} for item in words.items]
    body.append({**_text(words.why), "size": "Small", "isSubtle": True, "separator": True})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": words.language,
        "fallbackText": words.title,
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": words.button, "url": words.link}],
    }
    content = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": content, "contentUrl": None, "content": card}],
    }


def _text(text: str) -> dict[str, object]:
    return {"type": "TextBlock", "text": as_shown(text), "wrap": True}


def as_shown(text: str) -> str:
    """`text` so that the Markdown of an Adaptive Card shows it as it is."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    escaped = _AT_THE_BEGINNING.sub(_escaped_beginning, escaped)
    return escaped.replace("{{", f"{{{_JOINER}{{")


def _escaped_beginning(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


# ------------------------------------------------------------------------------------------- Slack


def _blocks(words: Words, _unique: str) -> dict[str, object]:
    """Blocks of plain text, and a line for where only text is shown."""
    told = "\n".join(f"{name}: {text}" for name, text in words.facts)
    listed = "\n".join(f"• {item}" for item in words.items)
    body = [_cut(text, _LONGEST_TEXT) for text in (told, listed) if text]
    button = {"type": "button", "text": _plain(words.button), "url": words.link}
    return {
        "text": for_slack(words.title),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "header", "text": _plain(words.title)},
            *({"type": "section", "text": _plain(text)} for text in body),
            {"type": "actions", "elements": [{**button, "action_id": "open"}]},
            {"type": "context", "elements": [_plain(words.why)]},
        ],
    }


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": for_slack(text), "emoji": False}


def for_slack(text: str) -> str:
    """`text` without the three signs that Slack gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ----------------------------------------------------------------------------------------- browsers


def _notification(words: Words, unique: str) -> dict[str, object]:
    """What the service worker shows as plain text: short, since a push holds 4 kB encrypted.

    One with the tag of another takes its place, so that a repetition is not seen twice.
    """
    facts = (f"{name}: {text}" for name, text in words.facts)
    told = _cut("\n".join((*facts, *(f"• {item}" for item in words.items))), _LONGEST_NOTICE)
    return {
        "title": words.title,
        "body": f"{told}\n{words.why}".strip(),
        "url": words.link,
        "tag": unique,
        "lang": words.language,
    }


def _note(words: Words, unique: str) -> dict[str, object]:
    """Plain text for whatever service Apprise brings it to."""
    told = _notification(words, unique)
    return {"title": told["title"], "body": f"{told['body']}\n\n{words.button}: {words.link}"}


_FORMS: dict[str, Callable[[Words, str], dict[str, object]]] = {
    TEAMS: _card,
    SLACK: _blocks,
    PUSH: _notification,
    APPRISE: _note,
}
