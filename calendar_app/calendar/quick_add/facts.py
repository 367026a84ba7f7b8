"""What quick add works with and answers: plain facts, without a database and without a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True)
class Named:
    """Something with a name that a line can mention."""

    id: int
    name: str


@dataclass(frozen=True)
class PlanFact(Named):
    """A plan; only on a ready one (steps 1 to 3 done) can a post have a day."""

    is_ready: bool = True


@dataclass(frozen=True)
class Hook(Named):
    """A value or an audience of a plan."""

    plan_id: int
    # The colour of a value.
    hook: int | None = None


@dataclass(frozen=True)
class ChannelFact(Hook):
    """A channel of a plan, whom it reaches, and its good hours as (weekday from 0, time)."""

    audience_ids: tuple[int, ...] = ()
    slots: tuple[tuple[int, time], ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The names of a team. People who do not want to be seen are not among them."""

    plans: tuple[PlanFact, ...] = ()
    channels: tuple[ChannelFact, ...] = ()
    values: tuple[Hook, ...] = ()
    audiences: tuple[Hook, ...] = ()
    people: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """One answer to a question: `value` is sent back, `means` is what it stands for.

    Without a meaning `words` (an English msgid) say what it does.
    """

    value: str
    means: date | time | Named | str | None = None
    words: str = ""


@dataclass(frozen=True)
class Question:
    """Something unsure. `message` is an English msgid whose places `values` fill.

    `about` is date, time, recurrence, channel, value, audience, person or plan; `key` names the
    question among those of its line, and stays the same while other words change.
    """

    about: str
    key: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something that was decided and is worth saying: an English msgid with its values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """From `start` to `end` (characters of the cleaned line) it was understood as `kind`."""

    start: int
    end: int
    kind: str
    is_unsure: bool = False


@dataclass(frozen=True)
class Understood:
    """What one line says. `text` is the cleaned line that the spans count in."""

    text: str
    title: str
    date: date | None = None
    time: time | None = None
    channels: tuple[ChannelFact, ...] = ()
    values: tuple[Hook, ...] = ()
    audiences: tuple[Hook, ...] = ()
    person: Named | None = None
    plan: PlanFact | None = None
    # The value of an RRULE property (RFC 5545 §3.3.10), without a start.
    recurrence: str | None = None
    unsure: tuple[Question, ...] = ()
    # All that was asked, in order: those with an answer too.
    asked: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()
    # In order, without overlap.
    spans: tuple[Span, ...] = ()
