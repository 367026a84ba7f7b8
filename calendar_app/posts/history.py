"""The history of a post as people read it: who did what and when, and what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calendar_app.language import N_
from calendar_app.posts import reversal
from calendar_app.posts.content import PEOPLE, TEXTS, channel_of
from calendar_app.posts.places import INSIDE, PLACE_NAMES, known, value_of
from calendar_app.posts.word_differences import Part, parts, shortened

if TYPE_CHECKING:
    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post, PostChange

SENTENCES = {
    "created": N_("%(name)s made this post"),
    "edited": N_("%(name)s changed this post"),
    "planned": N_("%(name)s chose a day"),
    "unplanned": N_("%(name)s took it off the calendar"),
    "moved": N_("%(name)s moved it to another day"),
    "taken_back": N_("%(name)s took a change back"),
    "moved_back": N_("%(name)s put it back where it was"),
    "back_to_draft": N_("%(name)s made it a draft"),
    "send_to_review": N_("%(name)s asked for review"),
    "approve": N_("%(name)s approved it"),
    "approve_level": N_("%(name)s gave one of the approvals"),
    "approve_asked": N_("%(name)s changed the approvals of the team, so somebody else is asked"),
    "approve_passed_on": N_("Somebody else is asked for the approval from now on"),
    "approve_own": N_("%(name)s approved it: it needed no approval of others"),
    "agree_outside": N_("%(name)s agreed that it falls outside"),
    "ask_changes": N_("%(name)s asked for changes"),
    "publish": N_("%(name)s marked it as published"),
    "place": N_("%(name)s placed it on a channel"),
    "decline": N_("The organisation posts it from now on"),
    "take_back": N_("%(name)s took the publication back"),
    "cancel": N_("%(name)s cancelled it"),
    "revive": N_("%(name)s took it up again"),
    "deleted": N_("%(name)s put it in the bin"),
    "restored": N_("%(name)s took it out of the bin"),
    "joined": N_("%(name)s made a series of it"),
    "followed": N_("%(name)s changed the series"),
    "media_added": N_("%(name)s added images or files"),
    "media_described": N_("%(name)s changed an alternative text"),
    "media_moved": N_("%(name)s put the images and files in another order"),
    "media_removed": N_("%(name)s removed an image or file"),
    "media_put_back": N_("%(name)s put back an image or file"),
}
_EDITED_TEXT = N_("%(name)s changed the text")
# What is compared word by word.
_BY_WORDS = frozenset({"title", "text"})
# So many changes stand on one page; older ones on the pages behind it.
AT_ONCE = 30
LABELS = {
    "title": N_("Title"),
    "text": N_("Text"),
    "form": N_("Form"),
    "link": N_("Link"),
    "intent": N_("Purpose"),
    "plan": N_("Plan"),
    "values": N_("Brand values"),
    "reasons": N_("Why these values"),
    "audiences": N_("Audiences"),
    "channels": N_("Channels"),
    "owner": N_("Owner"),
    "reviewer": N_("Reviewer"),
    "publisher": N_("Publisher"),
    "watcher": N_("Watcher"),
    "sender": N_("Posted by"),
    "experiment": N_("Experiment"),
    "starts_at": N_("When"),
    "state": N_("State"),
    "level": N_("Approval"),
    "levels": N_("Approvals"),
    "published_address": N_("Address of the post"),
    "placed": N_("Out on"),
    "media": N_("Images and files"),
    "alternative": N_("Alternative text"),
}


@dataclass(frozen=True)
class Difference:
    """One field before and after: a text, a name to translate, a moment, or None for nothing."""

    field: str
    # An English msgid, and what fills it.
    label: str
    facts: dict[str, str]
    before: str | datetime | None
    after: str | datetime | None
    # The running text with what was removed and added; None: both sides say it better.
    words: list[Part] | None = None

    @property
    def kind(self) -> str:
        """How to show both sides: "moment", "name" (a msgid) or "text"."""
        if self.field in {"state", "form", "intent"} or value_of(self.field) is not None:
            return "name"
        return "moment" if self.field == "starts_at" else "text"


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    # An English msgid with a place for %(name)s.
    sentence: str
    # Empty when nobody in particular did it.
    name: str
    note: str
    differences: list[Difference]
    change_id: int = 0
    # What can be put back of it: the value before, by field.
    before: dict[str, Any] = field(default_factory=dict)

    def can_be_put_back_in(self, post: Post) -> bool:
        """Whether `post` would say or be something else with what was there before."""
        if not self.before:
            return False
        now = post.content
        told = now.told()
        return any(
            now.said(name) != value
            if name in TEXTS or channel_of(name)
            else _plain(told.get(name, "")) != _plain(value)
            for name, value in self.before.items()
        )

    @property
    def labels(self) -> list[tuple[str, dict[str, str]]]:
        """The English msgids of what can be put back, each with what fills it."""
        return [label(name) for name in self.before]

    @property
    def tells_more(self) -> bool:
        """Whether there is more to see than the new state, which the sentence says already."""
        return any(difference.field != "state" for difference in self.differences)


@dataclass(frozen=True)
class Words:
    """How the reader reads what the history keeps."""

    # For a field of fixed choices ("state") the msgid of each choice.
    names: Mapping[str, Mapping[str, str]]
    # How the reader knows who did something.
    first_name: Callable[[Person], str]
    # How the reader may know somebody of old: of this id (None: not kept), under the name of then.
    name_of: Callable[[int | None, str], str]


def label(name: str) -> tuple[str, dict[str, str]]:
    """How a field is called: an English msgid, and what fills it."""
    if channel_of(name):
        return N_("Text for %(channel)s"), {"channel": name.partition(" ")[2]}
    if value_of(name) is not None:
        return N_("Place on the playing field: %(value)s"), {"value": name.partition(" ")[2]}
    return LABELS.get(name, name), {}


def entries(changes: Iterable[PostChange], words: Words) -> list[Entry]:
    """The lines of the history in the order of `changes`, the last change first."""
    return [_entry(change, words) for change in changes]


def _plain(value: Any) -> Any:
    """What the history keeps, without the name that somebody had then."""
    return value["id"] if isinstance(value, dict) else value


def _entry(change: PostChange, words: Words) -> Entry:
    return Entry(
        at=change.at,
        sentence=_sentence(change),
        name=words.first_name(change.by) if change.by else "",
        note=change.note,
        differences=[
            Difference(
                name,
                *label(name),
                _shown(name, old, words),
                _shown(name, new, words),
                _compared(old, new) if _is_text(name) else None,
            )
            for name, (old, new) in change.fields.items()
        ],
        change_id=change.id,
        before=reversal.before(change.action, change.fields, words.names),
    )


def _is_text(name: str) -> bool:
    """Whether both sides of the field are compared word by word."""
    return name in _BY_WORDS or channel_of(name) is not None


def _compared(old: str, new: str) -> list[Part] | None:
    found = parts(old, new) if old and new else None
    return shortened(found) if found is not None else None


def _sentence(change: PostChange) -> str:
    if change.action == "edited" and any(
        name == "text" or channel_of(name) for name in change.fields
    ):
        return _EDITED_TEXT
    return SENTENCES.get(change.action, SENTENCES["edited"])


def _shown(field: str, value: Any, words: Words) -> str | datetime | None:
    if value_of(field) is not None:
        # Inside is not told.
        return PLACE_NAMES[known(value or INSIDE)]
    if not value:
        return None
    if field in PEOPLE:
        return _person(value, words)
    if field == "starts_at":
        return datetime.fromisoformat(value)
    if isinstance(value, list):
        return "\n".join(value) if field == "reasons" else ", ".join(value)
    return str(words.names.get(field, {}).get(value, value))


def _person(value: Any, words: Words) -> str:
    # The first entries kept a name alone.
    if isinstance(value, str):
        return words.name_of(None, value)
    return words.name_of(value["id"], value["name"])
