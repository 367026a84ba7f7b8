"""What a reader of the draft would say beside it: what is there, and what is still missing.

It never refuses anything; the rules that refuse are the verbs of a post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calendar_app.language import N_

if TYPE_CHECKING:
    from calendar_app.posts.content import Content


@dataclass(frozen=True)
class Remark:
    """One point about a post. Title and text are English msgids that `facts` fill."""

    # good, warn or info.
    tone: str
    title: str
    text: str
    facts: dict[str, object] = field(default_factory=dict)


def remarks(content: Content) -> list[Remark]:
    """All there is to say about `content`, what is good first."""
    return [
        *_about_values(content),
        *_about_text(content),
        *_about_audience(content),
        *_about_planning(content),
    ]


def words_in(text: str) -> list[str]:
    """The words or phrases of a list that people typed with commas or line ends between them."""
    return [word.strip() for word in re.split(r"[,;\n]", text) if word.strip()]


def _about_values(content: Content) -> Iterator[Remark]:
    for value, reason in content.values:
        facts: dict[str, object] = {"value": value.name, "reason": reason}
        if reason:
            yield Remark("good", N_("Fits: %(value)s."), N_("Reason: %(reason)s"), facts)
        else:
            text = N_("Say in one line why this post fits that value.")
            yield Remark("warn", N_("No reason yet: %(value)s."), text, facts)
    if not content.values:
        text = N_("A post with a day needs at least one value.")
        yield Remark("warn", N_("No value yet."), text)


def _about_text(content: Content) -> Iterator[Remark]:
    if not content.text:
        yield Remark("warn", N_("No text yet."), N_("Write what people will read."))
    for channel in content.channels:
        limit, letters = channel.character_limit, len(content.text)
        if limit and letters > limit:
            yield Remark(
                "warn",
                N_("Too long for %(channel)s."),
                N_("The text has %(letters)d characters, %(channel)s takes %(limit)d."),
                {"channel": channel.name, "letters": letters, "limit": limit},
            )
    for word in _avoided(content):
        yield Remark(
            "warn",
            N_("Word to avoid: %(word)s."),
            N_("The plan asks to leave this word out."),
            {"word": word},
        )


def _avoided(content: Content) -> Iterator[str]:
    words = words_in(content.plan.words_to_avoid) if content.plan else []
    for word in words:
        if re.search(rf"\b{re.escape(word)}\b", content.text, re.IGNORECASE):
            yield word


def _about_audience(content: Content) -> Iterator[Remark]:
    if not content.audiences:
        text = N_("A post with a day needs at least one audience.")
        yield Remark("warn", N_("No audience yet."), text)
    if not content.channels:
        yield Remark("warn", N_("No channel yet."), N_("Choose where people will find it."))


def _about_planning(content: Content) -> Iterator[Remark]:
    if content.starts_at is None:
        yield Remark("info", N_("No day yet."), N_("It is not on the calendar."))
    if content.reviewer is None:
        yield Remark("info", N_("No reviewer yet."), N_("Choose who looks at it first."))
