"""The whole of a line: names first, then moments, then what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from calendar_app.calendar.quick_add import dates, messages, names, recurrence, times
from calendar_app.calendar.quick_add.facts import (
    Alternative,
    ChannelFact,
    Hook,
    Named,
    PlanFact,
    Question,
    Span,
    Understood,
    Vocabulary,
)
from calendar_app.calendar.quick_add.joining import join
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.settling import NONE, Answers, Settling
from calendar_app.calendar.quick_add.tokens import tokens
from calendar_app.text import clean_line

_Hook = TypeVar("_Hook", bound=Hook)
_HOOKS = ("channel", "value", "audience")
_SEPARATORS = " ,;:"
_QUOTES = {'"': '"', "“": "”", "„": "”", "«": "»"}


def understand(
    text: str,
    now: datetime,
    language: str,
    vocabulary: Vocabulary,
    *,
    zone: str = "Europe/Amsterdam",
    answers: Mapping[str, str] | None = None,
) -> Understood:
    """What `text` says, read at the local wall time `now` (naive) in `zone`.

    `language` is "nl" or "en". `answers` are the alternatives that were chosen, by the key of their
    question; what fits no question is ignored. Never raises for any text.
    """
    cleaned = clean_line(text)
    line = Line(cleaned, tokens(cleaned), now.replace(tzinfo=None), language)
    names.find(line, vocabulary)
    recurrence.find(line)
    # Times first: a day of the month alone (de 24e) needs a time, or nothing, after it.
    times.find(line)
    dates.find(line)
    join(line)
    asked = Answers(answers or {})
    named = _Names(line, vocabulary, asked)
    named.settle()
    settled = Settling(line, zone, asked).run()
    return Understood(
        text=cleaned,
        title=_title(line),
        date=settled.date,
        time=settled.time,
        channels=named.channels,
        values=named.values,
        audiences=named.audiences,
        person=named.person,
        plan=named.plan,
        recurrence=None if settled.rule is None else settled.rule.text(zone),
        unsure=tuple(asked.open),
        asked=tuple(asked.asked),
        notes=tuple(settled.notes),
        spans=_spans(line),
    )


class _Names:
    """The names of a line, all of one plan."""

    def __init__(self, line: Line, vocabulary: Vocabulary, answers: Answers) -> None:
        self._line = line
        self._vocabulary = vocabulary
        self._answers = answers
        self._groups: dict[str, list[list[Hook]]] = {kind: [] for kind in _HOOKS}
        self.person: Named | None = None
        self.plan: PlanFact | None = None

    def settle(self) -> None:
        """Ask what is unsure, and find the plan that has all of it."""
        people = []
        for found in self._line.of_kind("person", *_HOOKS):
            if not self._is_known(found):
                continue
            if found.kind == "person":
                people.append(found)
            else:
                hooks = [one for one in found.named if isinstance(one, Hook)]
                self._groups[found.kind].append(hooks)
        self._choose_person(people)
        self._choose_plan()

    @property
    def channels(self) -> tuple[ChannelFact, ...]:
        """The channels, of the plan."""
        return tuple(one for one in self._of("channel") if isinstance(one, ChannelFact))

    @property
    def values(self) -> tuple[Hook, ...]:
        """The values, of the plan."""
        return self._of("value")

    @property
    def audiences(self) -> tuple[Hook, ...]:
        """The audiences, of the plan."""
        return self._of("audience")

    def _is_known(self, found: Found) -> bool:
        """Whether it is settled what is meant; else it is asked, or was the title's after all."""
        key = self._answers.key(found.kind, self._line.words(found))
        question = names.ask(found, self._line, key)
        if question is None:
            return True
        answer = self._answers.to(question)
        if answer is None:
            found.question = question
            return False
        if names.settle(found, answer):
            return True
        self._line.release(found)
        return False

    def _choose_person(self, found: list[Found]) -> None:
        people = list(dict.fromkeys(one.named[0] for one in found))
        if len(people) > 1:
            offered = tuple(Alternative(str(one.id), one) for one in people)
            key = self._answers.key("person", "more")
            answer = self._answers.to(Question("person", key, messages.MORE_PEOPLE, {}, offered))
            people = [one for one in people if str(one.id) == answer]
        self.person = people[0] if people else None

    def _choose_plan(self) -> None:
        """The plan that has all that was named; asked when it can be more than one, or none."""
        groups = [group for kind in _HOOKS for group in self._groups[kind]]
        plans = {plan.id: plan for plan in self._vocabulary.plans}
        if not groups:
            self.plan = next(iter(plans.values())) if len(plans) == 1 else None
            return
        possible = [plans[one] for one in names.plans_of(groups) if one in plans]
        if len(possible) == 1:
            self.plan = possible[0]
            return
        message = messages.WHICH_PLAN if possible else messages.OTHER_PLANS
        named = {one.plan_id for group in groups for one in group}
        offered = possible or [plan for plan in plans.values() if plan.id in named]
        self.plan = self._ask_plan(message, offered)

    def _ask_plan(self, message: str, offered: Iterable[PlanFact]) -> PlanFact | None:
        by_id = {str(plan.id): plan for plan in offered}
        alternatives = tuple(Alternative(value, plan) for value, plan in by_id.items())
        key = self._answers.key("plan", "")
        answer = self._answers.to(Question("plan", key, message, {}, alternatives))
        return None if answer is None else by_id[answer]

    def _of(self, kind: str) -> tuple[Hook, ...]:
        """One of each group: of the plan, or of any while that is not known."""
        chosen = []
        for group in self._groups[kind]:
            ours = [one for one in group if self.plan is None or one.plan_id == self.plan.id]
            chosen += ours[:1]
        return tuple(dict.fromkeys(chosen))


def _title(line: Line) -> str:
    """The words that were not understood, and those that only may be something else."""
    kept = [
        token
        for token, owner in zip(line.tokens, line.owner, strict=True)
        if owner is None or _stays(owner)
    ]
    # What only parted the words that were understood.
    while kept and kept[0].is_sign:
        kept.pop(0)
    while kept and kept[-1].is_sign:
        kept.pop()
    title = " ".join(token.raw for token in kept).rstrip(_SEPARATORS)
    closing = _QUOTES.get(title[:1])
    is_one_quotation = closing is not None and title.endswith(closing)
    if is_one_quotation and len(title) > 2 and (closing or "") not in title[1:-1]:
        return title[1:-1].strip()
    return title


def _stays(found: Found) -> bool:
    """Whether the title keeps the words of `found`."""
    question = found.question
    may_be_title = question is not None and any(one.value == NONE for one in question.alternatives)
    return found.stays or may_be_title


def _spans(line: Line) -> tuple[Span, ...]:
    spans = []
    for owner, places in groupby(range(len(line.tokens)), key=lambda at: line.owner[at]):
        if owner is None:
            continue
        at = list(places)
        start, end = line.tokens[at[0]].start, line.tokens[at[-1]].end
        spans.append(Span(start, end, owner.kind, is_unsure=owner.question is not None))
    return tuple(spans)
