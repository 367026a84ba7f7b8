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

LOOKS_BACK_DAYS = 28
# One person does it on the side: more than so much of at least so many posts.
MOST_OF_ONE = 70
ENOUGH_POSTS = 8
SILENT_PERIODS = 2
WORKING_DAYS = 5

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AudienceFact:
    """How many facts about where an audience is online are known, not only assumed."""

    id: int
    name: str
    known_online: int = 0


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
class RadarFacts:
    """What the radar looks at; the posts are those of LOOKS_BACK_DAYS.

    `posts_by_owner` has the name of each owner with how many posts are theirs.
    """

    today: date
    points_of_question: int = 0
    audiences: Sequence[AudienceFact] = ()
    values: Sequence[ValueFact] = ()
    channels: Sequence[ChannelFact] = ()
    posts_by_owner: Sequence[tuple[str, int]] = ()
    posts_without_value: int = 0
    # Stumbling blocks that lack an owner or an action, and the posts that are planned all the same.
    loose_blocks: int = 0
    posts_to_come: int = 0


@dataclass(frozen=True)
class Finding:
    """One pitfall: its name, the fact behind it and the way out, all msgids filled by `values`.

    `place` is where the way out begins: "why", "audiences", "values", "where", "calendar" or
    "preconditions"; `row_id` the row there, if it is about one.
    """

    key: str
    title: str
    fact: str
    way_out: str
    place: str
    row_id: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def radar(facts: RadarFacts) -> list[Finding]:
    """The pitfalls that `facts` show, in the order of the steps."""
    return [
        *_too_broad(facts),
        *_not_online(facts),
        *_without_meaning(facts),
        *_without_value(facts),
        *_on_the_side(facts),
        *_foreseeable(facts),
        *_silence(facts),
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
                N_("Find one out, reach them through their network, or offline"),
                "audiences",
                audience.id,
                {"name": audience.name},
            )


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
            N_("Posts of the last four weeks that hang on no value: %(count)s."),
            N_("Look at the calendar"),
            "calendar",
            values={"count": facts.posts_without_value},
        )


def _on_the_side(facts: RadarFacts) -> Iterator[Finding]:
    total = sum(count for _name, count in facts.posts_by_owner)
    if total < ENOUGH_POSTS:
        return
    name, most = max(facts.posts_by_owner, key=itemgetter(1))
    if most * 100 > MOST_OF_ONE * total:
        yield Finding(
            "on_the_side",
            N_("One person does it on the side."),
            N_("%(name)s owned %(share)s%% of the %(count)s posts of the last four weeks."),
            N_("Share out the posts to come"),
            "calendar",
            values={"name": name, "share": round(100 * most / total), "count": total},
        )


def _foreseeable(facts: RadarFacts) -> Iterator[Finding]:
    if facts.loose_blocks and facts.posts_to_come:
        yield Finding(
            "foreseeable",
            N_("You can see the stumbling block."),
            N_(
                "Stumbling blocks without an owner or an action: %(count)s. Posts that are planned "
                "all the same: %(posts)s."
            ),
            N_("Say who does what about it"),
            "preconditions",
            values={"count": facts.loose_blocks, "posts": facts.posts_to_come},
        )


def _silence(facts: RadarFacts) -> Iterator[Finding]:
    for channel in facts.channels:
        days = working_days_since(channel.last_on, facts.today)
        if channel.cadence and days * channel.cadence > SILENT_PERIODS * WORKING_DAYS:
            yield Finding(
                "silence",
                N_("Sudden silence."),
                N_("%(name)s had no post for %(days)s working days; you want %(cadence)s a week."),
                N_("Plan a post for it"),
                "where",
                channel.id,
                {"name": channel.name, "days": days, "cadence": channel.cadence},
            )


def working_days_since(last: date, today: date) -> int:
    """How many days from Monday to Friday lie after `last` and before `today`."""
    between = ((today - last).days - 1) if today > last else 0
    days = (last + _DAY * number for number in range(1, between + 1))
    return sum(1 for day in days if day.weekday() < _SATURDAY)
