"""The path through a plan: why, who, what, and where, how, when and who, in that order.

Most teams begin with the channels. The method turns that round: a channel is chosen only when the
question, the audience and the story are there. Each step says what it lacks: a sentence a point.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from calendar_app.language import N_
from calendar_app.plans.coach import Advice
from calendar_app.plans.preconditions import KINDS, Standing, due, loose, standings, unknown
from calendar_app.plans.roles import TASK_NAMES, TASKS

WHOLE = 100

TITLES = {
    "why": N_("Why?"),
    "who": N_("Who?"),
    "what": N_("What?"),
    "where": N_("Where, how, when, who?"),
    "preconditions": N_("Preconditions"),
}
SUBJECTS = {
    "why": N_("The question"),
    "who": N_("Audiences and community"),
    "what": N_("Story and brand values"),
    "where": N_("Channels and rhythm"),
    "preconditions": N_("What helps, what hinders"),
}
EXPLANATIONS = {
    "why": N_(
        "Begin with one question. Which people should do what, before when, and how will you "
        "see it? A small question that you can answer helps more than a big one."
    ),
    "who": N_(
        "Say who you want to reach, not who you are. Write down where these people are, online "
        "and offline, and whether you know that or think it."
    ),
    "what": N_(
        "Tell why you once began and what is still true of it. The values of your brand follow "
        "from that story: they are the hooks that all your posts hang on."
    ),
    "where": N_(
        "Only now choose the channels, how often you post, and who does what. A few channels "
        "that you keep up are worth more than many that fall silent."
    ),
    "preconditions": N_(
        "Look early at what is needed around the plan. Each of these eleven can carry it or trip "
        "it. Say which it is and how you know, and give every stumbling block to somebody. You "
        "can begin on the first day."
    ),
}
STATE_NAMES = {
    "open": N_("not begun"),
    "busy": N_("in progress"),
    "done": N_("done"),
    "closed": N_("opens after step 3"),
}
# So many steps come before the channels and before any post.
GATED_BY = 3


@dataclass(frozen=True)
class ValueFacts:
    """What the path looks at in a value; `wanted_share` in percent."""

    id: int
    name: str
    meaning: str = ""
    belongs: str = ""
    falls_outside: str = ""
    wanted_share: int = 0


@dataclass(frozen=True)
class AudienceFacts:
    """What the path looks at in an audience: how many facts are written down."""

    id: int
    name: str
    facts: int = 0


@dataclass(frozen=True)
class ChannelFacts:
    """What the path looks at in a channel: its posts a week, and how many audiences it is for."""

    id: int
    name: str
    cadence: int = 0
    audiences: int = 0


@dataclass(frozen=True)
class PlanFacts:
    """What the path looks at in a plan. `advice` is what the coach says of step 1."""

    advice: Sequence[Advice] = ()
    question_is_begun: bool = False
    story: str = ""
    values: Sequence[ValueFacts] = ()
    audiences: Sequence[AudienceFacts] = ()
    channels: Sequence[ChannelFacts] = ()
    # All eleven, and the local day on which they are looked at.
    preconditions: Sequence[Standing] = tuple(standings())
    today: date = date.min
    # Of `roles.TASKS`, in that order.
    tasks_without_doer: Sequence[str] = TASKS
    answer_hours: int | None = None
    # An administrator lets the team go on although the first three steps are not done.
    gate_is_forced: bool = False


@dataclass(frozen=True)
class Point:
    """One thing that is missing: a sentence, and the part of the plan where it can be mended.

    `place` is "why", "what", "values", "shares", "audiences", "facts" (a new one of the audience),
    "channels", "roles", "webcare" or "preconditions"; `row_id` is the row there, `key` the
    precondition and `field` the form field, if any. With a `key` the value `name` is a msgid: the
    precondition's name. `listed` are msgids that stand in the sentence as %(listed)s.
    """

    message: str
    place: str
    row_id: int | None = None
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
    field: str | None = None
    key: str | None = None
    listed: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    """One step of the path, by its `key` in TITLES, and how it stands."""

    number: int
    key: str
    state: str
    points: Sequence[Point]

    @property
    def title(self) -> str:
        """The question of this step, a msgid."""
        return TITLES[self.key]

    @property
    def subject(self) -> str:
        """What this step is about, a msgid."""
        return SUBJECTS[self.key]

    @property
    def explanation(self) -> str:
        """Why this step is there, a msgid."""
        return EXPLANATIONS[self.key]

    @property
    def state_name(self) -> str:
        """How the step stands in a word, a msgid."""
        return STATE_NAMES[self.state]


def path(plan: PlanFacts) -> list[Step]:
    """The steps in their order, each with what it lacks."""
    first = [
        _step(1, "why", _why(plan), begun=plan.question_is_begun),
        _step(2, "who", _who(plan), begun=bool(plan.audiences)),
        _step(3, "what", _what(plan), begun=bool(plan.story or plan.values)),
    ]
    begun = bool(plan.channels) or len(plan.tasks_without_doer) < len(TASKS)
    where = _step(4, "where", _where(plan), begun=begun)
    if gate(first) and not plan.gate_is_forced:
        where = dataclasses.replace(where, state="closed")
    known = any(not one.is_unknown for one in plan.preconditions)
    return [*first, where, _step(5, "preconditions", _preconditions(plan), begun=known)]


def gate(steps: Sequence[Step]) -> list[Point]:
    """What stands before the channels and before any post: all that the first three steps lack.

    Many begin with the channels; the articles ask to walk the first three steps before the fourth.
    """
    return [point for step in steps[:GATED_BY] for point in step.points]


def next_step(steps: Sequence[Step]) -> Step | None:
    """The first step that is not done; None when all are."""
    return next((step for step in steps if step.state != "done"), None)


def _step(number: int, key: str, missing: Iterator[Point], *, begun: bool) -> Step:
    points = list(missing)
    state = "done" if not points else "busy" if begun else "open"
    return Step(number, key, state, points)


def _why(plan: PlanFacts) -> Iterator[Point]:
    for one in plan.advice:
        yield Point(one.message, "why", field=one.field)


def _who(plan: PlanFacts) -> Iterator[Point]:
    if not plan.audiences:
        yield Point(N_("Add an audience: who do you want to reach?"), "audiences", field="name")
    for audience in plan.audiences:
        if not audience.facts:
            words = N_("%(name)s: write down where they are, online and offline.")
            yield _of(audience, "facts", words, "text")


def _what(plan: PlanFacts) -> Iterator[Point]:
    if not plan.story:
        yield Point(N_("Write your story: why did you once begin?"), "what", field="story")
    if not plan.values:
        yield Point(N_("Add a brand value: what do you stand for?"), "values", field="name")
    for value in plan.values:
        yield from _value(value)
    total = sum(value.wanted_share for value in plan.values)
    if plan.values and total != WHOLE:
        yield Point(
            N_("The wanted shares add up to %(total)s%%. Make it 100%%."),
            "shares",
            values={"total": total},
        )


def _value(value: ValueFacts) -> Iterator[Point]:
    if not value.meaning:
        words = N_("%(name)s has no meaning yet. Write what colleagues notice.")
        yield _of(value, "values", words, "meaning")
    if not (value.belongs and value.falls_outside):
        words = N_("%(name)s: write what belongs and what falls outside.")
        yield _of(value, "values", words, "falls_outside" if value.belongs else "belongs")


def _where(plan: PlanFacts) -> Iterator[Point]:
    if not plan.channels:
        yield Point(N_("Add a channel: where will you post?"), "channels")
    for channel in plan.channels:
        if not channel.cadence:
            words = N_("%(name)s: say how many posts a week you want.")
            yield _of(channel, "channels", words, "cadence")
        if not channel.audiences:
            words = N_("%(name)s: choose the audiences that it is for.")
            yield _of(channel, "channels", words, "audiences")
    yield from _tasks(plan.tasks_without_doer)
    if plan.answer_hours is None:
        words = N_("Agree within how many hours you answer a question.")
        yield Point(words, "webcare", field="answer_hours")


def _tasks(without_doer: Sequence[str]) -> Iterator[Point]:
    if len(without_doer) == len(TASKS):
        yield Point(N_("Fill in the role matrix: who does what?"), "roles")
    elif without_doer:
        names = [TASK_NAMES[task] for task in without_doer]
        yield Point(N_("Nobody does this yet: %(listed)s."), "roles", listed=names)


def _preconditions(plan: PlanFacts) -> Iterator[Point]:
    every = plan.preconditions
    dark = unknown(every)
    if dark:
        counted = {"count": len(dark), "all": len(every)}
        words = N_("Not known yet: %(count)s of the %(all)s preconditions.")
        yield Point(words, "preconditions", values=counted, key=dark[0].key)
    for one in loose(every):
        yield _about(one, N_("%(name)s is a stumbling block: say who does what about it."))
    for one in due(every, plan.today):
        yield _about(one, N_("%(name)s: the day to look at it again has come."))


def _about(standing: Standing, message: str) -> Point:
    name = KINDS[standing.key].name
    return Point(message, "preconditions", values={"name": name}, key=standing.key)


def _of(
    part: ValueFacts | AudienceFacts | ChannelFacts,
    place: str,
    message: str,
    field: str | None = None,
) -> Point:
    return Point(message, place, part.id, {"name": part.name}, field)
