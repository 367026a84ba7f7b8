"""The pitfall radar: where a team is about to stumble, read from what it really does.

The pitfalls are those that Russo names at the end of both articles; each rule here looks at facts
of the team's own plan and posts. A finding says what it is, the fact behind it with its number, and
the way out. Nothing is found where there is nothing yet to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter

from calendar_app.language import N_

# So many of those whom an audience trusts are named.
MOST_NAMES = 3
WORKING_DAYS = 5

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """From where on a rule calls; each team has its own.

    One person owns more than `share` percent of at least `posts` posts of the last `days`; a
    channel is silent for more than `silence` periods of its rhythm.
    """

    share: int = 70
    posts: int = 8
    days: int = 28
    silence: int = 2


@dataclass(frozen=True)
class AudienceFact:
    """How many facts about where an audience is online are known, not only assumed.

    `trusted` names those around it whom it trusts, the nearest first.
    """

    id: int
    name: str
    known_online: int = 0
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueFact:
    """Whether a value says what it means, where it ends, and how it looks."""

    id: int
    name: str
    has_meaning: bool = True
    has_border: bool = True
    has_example: bool = True


@dataclass(frozen=True)
class ChannelFact:
    """A channel, the posts a week that it should have, and the day of its last one.

    `last_on` is the day it was added for one that had no post yet.
    """

    id: int
    name: str
    cadence: int
    last_on: date


@dataclass(frozen=True)
class StumblingBlock:
    """A precondition that stands in the way, and whether somebody does something about it."""

    key: str
    name: str
    has_owner: bool = False
    has_action: bool = False


@dataclass(frozen=True)
class ExperimentFact:
    """Something that is tried until the day `ends_on`, and whether it was decided what then."""

    id: int
    name: str
    ends_on: date
    is_decided: bool = False


@dataclass(frozen=True)
class RadarFacts:
    """What the radar looks at; the posts are those of the last `limits.days`.

    `posts_by_owner` has the name of each owner ("": one who does not want to be seen, and is no
    finding) with how many posts are theirs; names of
    preconditions and tasks are msgids; `coming_posts` is how many posts are planned.
    """

    today: date
    limits: Limits = Limits()
    points_of_question: int = 0
    audiences: Sequence[AudienceFact] = ()
    values: Sequence[ValueFact] = ()
    channels: Sequence[ChannelFact] = ()
    posts_by_owner: Sequence[tuple[str, int]] = ()
    posts_without_value: int = 0
    tasks_without_deputy: Sequence[str] = ()
    stumbling_blocks: Sequence[StumblingBlock] = ()
    experiments: Sequence[ExperimentFact] = ()
    coming_posts: int = 0


@dataclass(frozen=True)
class Finding:
    """One pitfall: its name, the fact behind it and the way out, all msgids filled by `values`.

    `place` is where the way out begins: "why", "audiences", "values", "where", "roles",
    "preconditions", "experiments" or "calendar"; `row_id` the row there, if it is about one, and
    `row_key` its name in the address where it has no number. Of `values`, those in `msgids` are
    msgids themselves.
    """

    key: str
    title: str
    fact: str
    way_out: str
    place: str
    row_id: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    row_key: str = ""
    msgids: frozenset[str] = frozenset()


def radar(facts: RadarFacts) -> list[Finding]:
    """The pitfalls that `facts` show, in the order of the steps."""
    return [
        *_too_broad(facts),
        *_not_online(facts),
        *_without_meaning(facts),
        *_without_value(facts),
        *_on_the_side(facts),
        *_without_deputy(facts),
        *_silence(facts),
        *_without_structure(facts),
        *_stumbling(facts),
    ]


def _too_broad(facts: RadarFacts) -> Iterator[Finding]:
    if facts.points_of_question:
        yield Finding(
            "too_broad",
            N_("The question is too broad."),
            N_("Step 1 is not concrete yet. Points: %(count)s."),
            N_("Make the question concrete"),
            "why",
            values={"count": facts.points_of_question},
        )


def _not_online(facts: RadarFacts) -> Iterator[Finding]:
    for audience in facts.audiences:
        if not audience.known_online:
            yield Finding(
                "not_online",
                N_("Is this audience online?"),
                N_("Of %(name)s no fact is known about where they are online."),
                _way_to(audience),
                "audiences",
                audience.id,
                {"name": audience.name, "trusted": ", ".join(audience.trusted[:MOST_NAMES])},
            )


def _way_to(audience: AudienceFact) -> str:
    if audience.trusted:
        return N_("Reach them through those they trust (%(trusted)s), find a fact, or go offline")
    return N_("Find one out, reach them through their network, or offline")


def _without_meaning(facts: RadarFacts) -> Iterator[Finding]:
    bare = [
        value
        for value in facts.values
        if not (value.has_meaning and value.has_border and value.has_example)
    ]
    if bare:
        yield Finding(
            "without_meaning",
            N_("Values without meaning."),
            N_("%(count)s of the %(all)s values lack a meaning, a border or an example."),
            N_("Fill in “%(name)s”"),
            "values",
            bare[0].id,
            {"count": len(bare), "all": len(facts.values), "name": bare[0].name},
        )


def _without_value(facts: RadarFacts) -> Iterator[Finding]:
    if facts.posts_without_value:
        yield Finding(
            "without_value",
            N_("Posts go in all directions."),
            N_("Posts of the last %(days)s days that hang on no value: %(count)s."),
            N_("Look at the calendar"),
            "calendar",
            values={"count": facts.posts_without_value, "days": facts.limits.days},
        )


def _on_the_side(facts: RadarFacts) -> Iterator[Finding]:
    total = sum(count for _name, count in facts.posts_by_owner)
    if not total or total < facts.limits.posts:
        return
    name, most = max(facts.posts_by_owner, key=itemgetter(1))
    if name and most * 100 > facts.limits.share * total:
        yield Finding(
            "on_the_side",
            N_("One person does it on the side."),
            N_("%(name)s owned %(share)s%% of the %(count)s posts of the last %(days)s days."),
            N_("Share out the posts to come"),
            "calendar",
            values={
                "name": name,
                "share": round(100 * most / total),
                "count": total,
                "days": facts.limits.days,
            },
        )


def _without_deputy(facts: RadarFacts) -> Iterator[Finding]:
    alone = facts.tasks_without_deputy
    if alone:
        yield Finding(
            "without_deputy",
            N_("One person does it on the side."),
            N_("Tasks that nobody takes over on absence: %(count)s. “%(task)s” is one."),
            N_("Name a deputy"),
            "roles",
            values={"count": len(alone), "task": alone[0]},
            msgids=frozenset({"task"}),
        )


def _silence(facts: RadarFacts) -> Iterator[Finding]:
    for channel in facts.channels:
        days = working_days_since(channel.last_on, facts.today)
        if channel.cadence and days * channel.cadence > facts.limits.silence * WORKING_DAYS:
            yield Finding(
                "silence",
                N_("Sudden silence."),
                N_("%(name)s had no post for %(days)s working days; you want %(cadence)s a week."),
                N_("Plan a post for it"),
                "where",
                channel.id,
                {"name": channel.name, "days": days, "cadence": channel.cadence},
            )


def _without_structure(facts: RadarFacts) -> Iterator[Finding]:
    for one in facts.experiments:
        if one.ends_on < facts.today and not one.is_decided:
            yield Finding(
                "without_structure",
                N_("An experiment without an outcome."),
                N_("“%(name)s” ended %(days)s days ago. Nobody said what comes of it."),
                N_("Stop, repeat, or make it a routine"),
                "experiments",
                one.id,
                {"name": one.name, "days": (facts.today - one.ends_on).days},
            )


def _stumbling(facts: RadarFacts) -> Iterator[Finding]:
    if not facts.coming_posts:
        return
    for one in facts.stumbling_blocks:
        if not (one.has_owner and one.has_action):
            yield Finding(
                "stumbling_block",
                N_("A stumbling block that you can see coming."),
                N_("“%(name)s” stands in the way and %(lack)s. Posts planned: %(count)s."),
                N_("Say who does what about it"),
                "preconditions",
                values={"name": one.name, "lack": _lack(one), "count": facts.coming_posts},
                row_key=one.key,
                msgids=frozenset({"name", "lack"}),
            )


def _lack(block: StumblingBlock) -> str:
    if block.has_owner:
        return N_("has no action")
    return N_("has no owner") if block.has_action else N_("has no owner and no action")


def working_days_since(last: date, today: date) -> int:
    """How many days from Monday to Friday lie after `last` and before `today`."""
    between = ((today - last).days - 1) if today > last else 0
    days = (last + _DAY * number for number in range(1, between + 1))
    return sum(1 for day in days if day.weekday() < _SATURDAY)
