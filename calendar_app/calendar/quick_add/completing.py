"""What becomes of a line: a planned draft, or an idea; and what it still lacks for a day.

A day asks for a ready plan, a value and an audience of it, and a time. Where only one can be meant
it is taken, and said: the one audience of the channels, the channel's own good hour. What is left
is asked; "as an idea" is always among the answers, so nothing that was typed is ever in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from calendar_app.calendar.quick_add import messages
from calendar_app.calendar.quick_add.facts import (
    Alternative,
    Hook,
    Note,
    PlanFact,
    Question,
    Understood,
    Vocabulary,
)
from calendar_app.calendar.quick_add.tokens import fold

IDEA = "idea"
USUAL_TIME = time(9)
LONGEST_TITLE = 200
_OFFERED_HOURS = 3
_LONG_WORD, _ENDING = 6, 2


@dataclass(frozen=True)
class Completed:
    """A line with all it needs. `state` is "idea" or "draft"; with a question it is not saved."""

    understood: Understood
    state: str
    # What is lacking, in the order in which it is asked; `asked` has those with an answer too.
    questions: tuple[Question, ...] = ()
    asked: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()
    # What cannot be, with no answers to choose from.
    refusals: tuple[Note, ...] = ()
    # An idea that had a day or a time on its line keeps the line in its text.
    keeps_line: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether it can be saved as it is."""
        return not (self.understood.unsure or self.questions or self.refusals)


@dataclass
class _Completing:
    now: datetime
    vocabulary: Vocabulary
    answers: Mapping[str, str]
    line: Understood
    questions: list[Question] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    is_idea: bool = False


def complete(
    understood: Understood,
    now: datetime,
    vocabulary: Vocabulary,
    answers: Mapping[str, str] | None = None,
) -> Completed:
    """What `understood` becomes at the local wall time `now`. `answers` as for `understand`."""
    work = _Completing(now.replace(tzinfo=None), vocabulary, answers or {}, understood)
    if not understood.unsure:
        _find_day(work)
        if work.line.date is not None:
            _find_plan(work)
            _find_hooks(work)
            _find_time(work)
        if work.line.recurrence is not None and not work.is_idea:
            work.notes.append(Note(messages.COMES_BACK))
    if work.is_idea:
        work.line = replace(work.line, date=None, time=None, recurrence=None)
        work.questions = []
    return Completed(
        work.line,
        "draft" if work.line.date is not None else "idea",
        tuple(work.questions),
        tuple(work.asked),
        (*understood.notes, *work.notes),
        tuple(_refusals(work.line)),
        keeps_line=work.is_idea,
    )


def _refusals(line: Understood) -> Iterable[Note]:
    if not line.title:
        yield Note(messages.NO_TITLE)
    elif len(line.title) > LONGEST_TITLE:
        yield Note(messages.LONG_TITLE, {"max": LONGEST_TITLE})


def _ask(work: _Completing, question: Question) -> str | None:
    """The answer that was given; None leaves it open."""
    work.asked.append(question)
    answer = work.answers.get(question.key)
    if any(one.value == answer for one in question.alternatives):
        if answer == IDEA:
            work.is_idea = True
        return answer
    work.questions.append(question)
    return None


def _question(about: str, message: str, alternatives: Iterable[Alternative]) -> Question:
    as_idea = Alternative(IDEA, words=messages.AS_AN_IDEA)
    return Question(about, f"needed-{about}", message, {}, (*alternatives, as_idea))


def _find_day(work: _Completing) -> None:
    """A time without a day: today if it is still to come, tomorrow, or the next working day."""
    at = work.line.time
    if work.line.date is not None or at is None:
        return
    today = work.now.date()
    days = [today] if at > work.now.time() else []
    days.append(today + timedelta(days=1))
    if days[-1].weekday() > 4:
        days.append(today + timedelta(days=7 - today.weekday()))
    offered = [Alternative(day.isoformat(), day) for day in days]
    answer = _ask(work, _question("date", messages.NO_DAY, offered))
    if answer not in {None, IDEA}:
        work.line = replace(work.line, date=date.fromisoformat(str(answer)))


def _find_plan(work: _Completing) -> None:
    plans = work.vocabulary.plans
    if not plans:
        _become_idea(work, Note(messages.NO_PLAN))
        return
    if work.line.plan is None:
        offered = [Alternative(str(plan.id), plan) for plan in plans]
        answer = _ask(work, _question("plan", messages.WHICH_PLAN, offered))
        chosen = next((plan for plan in plans if str(plan.id) == answer), None)
        work.line = replace(work.line, plan=chosen)
    plan = work.line.plan
    if plan is not None and not plan.is_ready:
        _become_idea(work, Note(messages.PLAN_NOT_READY, {"plan": plan.name}))


def _become_idea(work: _Completing, why: Note) -> None:
    work.is_idea = True
    work.notes.append(why)


def _find_hooks(work: _Completing) -> None:
    plan = work.line.plan
    if plan is None or work.is_idea:
        return
    values = work.line.values or _chosen(work, plan, "value", work.vocabulary.values)
    audiences = work.line.audiences or _audiences(work, plan)
    work.line = replace(work.line, values=values, audiences=audiences)


def _audiences(work: _Completing, plan: PlanFact) -> tuple[Hook, ...]:
    """Of those whom the channels reach, the only one, or the one that the title names."""
    reached = {one for channel in work.line.channels for one in channel.audience_ids}
    ours = [one for one in work.vocabulary.audiences if one.plan_id == plan.id]
    near = [one for one in ours if one.id in reached] or ours
    named = [one for one in near if _is_in(one.name, work.line.title)]
    if len(near) > 1 and len(named) == 1:
        work.notes.append(Note(messages.NAMED_AUDIENCE, {"name": named[0].name}))
        return (named[0],)
    return _chosen(work, plan, "audience", near)


def _is_in(name: str, title: str) -> bool:
    """Whether a long word of `name` is in `title`, but for its ending: verpleegkundige(n)."""
    named, said = (
        {word for word in fold(text).split() if len(word) >= _LONG_WORD} for text in (name, title)
    )
    return any(
        (one.startswith(other) or other.startswith(one)) and abs(len(one) - len(other)) <= _ENDING
        for one in named
        for other in said
    )


def _chosen(
    work: _Completing, plan: PlanFact, about: str, offered: Sequence[Hook]
) -> tuple[Hook, ...]:
    """The only one, or the one that was chosen."""
    ours = [one for one in offered if one.plan_id == plan.id]
    if len(ours) == 1:
        work.notes.append(Note(_TAKEN[about], {"name": ours[0].name}))
        return (ours[0],)
    alternatives = [Alternative(str(one.id), one) for one in ours]
    answer = _ask(work, _question(about, _LACKING[about], alternatives))
    return tuple(one for one in ours if str(one.id) == answer)


_TAKEN = {"value": messages.TAKEN_VALUE, "audience": messages.TAKEN_AUDIENCE}
_LACKING = {"value": messages.NO_VALUE, "audience": messages.NO_AUDIENCE}


def _find_time(work: _Completing) -> None:
    """The channel's own hour of that weekday, else the usual one; what is over today is asked."""
    day = work.line.date
    if day is None or work.line.time is not None or work.is_idea:
        return
    slots = [
        at
        for channel in work.line.channels
        for weekday, at in channel.slots
        if weekday == day.weekday()
    ]
    is_today = day == work.now.date()
    ahead = [at for at in (*slots, USUAL_TIME) if not is_today or at > work.now.time()]
    if ahead:
        message = messages.CHANNEL_TIME if ahead[0] in slots else messages.USUAL_TIME
        work.notes.append(Note(message, {"time": f"{ahead[0]:%H:%M}"}))
        work.line = replace(work.line, time=ahead[0])
        return
    hours = [time(hour) for hour in range(work.now.hour + 1, 24)][:_OFFERED_HOURS]
    offered = [Alternative(f"{at:%H:%M}", at) for at in hours]
    answer = _ask(work, _question("time", messages.NO_TIME, offered))
    if answer not in {None, IDEA}:
        work.line = replace(work.line, time=time.fromisoformat(str(answer)))
