"""A plan on paper: all five steps in short, in the language of the reader, and what is missing.

The names of tasks and of preconditions come in as msgids by key; what no name is known of is
written as its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from babel.dates import format_date

from calendar_app.language import catalogue, locale, say
from calendar_app.moments import local
from calendar_app.people.models import Person
from calendar_app.plans.domains import DOMAINS, HORIZON_NAMES
from calendar_app.plans.models import (
    BRAND_KIND_NAMES,
    CERTAINTY_NAMES,
    FACING_NAMES,
    SIDE_NAMES,
    Actor,
    Audience,
    AudienceFact,
    Channel,
    Plan,
    Precondition,
)
from calendar_app.plans.preconditions import KINDS, RATING_NAMES
from calendar_app.plans.questions import sentence
from calendar_app.plans.roles import TASK_NAMES
from calendar_app.plans.steps import TITLES, Point
from calendar_app.sheets import Block, Facts, Lead, Notes, Part, Prose, Section, Sheet, Table

# Where nothing is written down.
_NOTHING = "–"  # noqa: RUF001
# Msgids by the key that the rows have.
PRECONDITION_NAMES: Mapping[str, str] = {key: kind.name for key, kind in KINDS.items()}


def sheet(plan: Plan, language: str, today: date) -> Sheet:
    """All of `plan` for paper, as it stands on the local day `today`."""
    return Sheet(
        title=plan.name,
        subtitle=_subtitle(plan, language),
        author=plan.team.name,
        language=language,
        day=today,
        sections=sections(plan, language, today),
    )


def sections(plan: Plan, language: str, today: date) -> list[Section]:
    """The five steps and what is missing; a section that has nothing to say is left out."""
    titles = {key: say(language, title) for key, title in TITLES.items()}
    told = [
        Section(_numbered(1, titles["why"]), list(_why(plan, language))),
        Section(_numbered(2, titles["who"]), list(_who(plan, language))),
        Section(_numbered(3, titles["what"]), list(_what(plan, language))),
        Section(_numbered(4, titles["where"]), list(_where(plan, language))),
        Section(_numbered(5, say(language, "Preconditions")), list(_preconditions(plan, language))),
        Section(say(language, "What is still missing?"), list(_missing(plan, language, today))),
    ]
    return [section for section in told if section.blocks]


def _subtitle(plan: Plan, language: str) -> str:
    about = [say(language, FACING_NAMES[plan.facing])]
    if plan.domain in DOMAINS:
        about.append(say(language, DOMAINS[plan.domain].name))
    if plan.archived_at is not None:
        about.append(say(language, "In the archive"))
    return " · ".join(about)


def _numbered(number: int, title: str) -> str:
    return f"{number} · {title}"


# Step 1


def _why(plan: Plan, language: str) -> Iterator[Block]:
    yield Lead(sentence(plan.question, language))
    horizon = HORIZON_NAMES.get(plan.horizon, "") if plan.horizon else ""
    yield from _facts(
        (say(language, "How it is now"), plan.baseline),
        (say(language, "Where we want to be"), plan.target),
        (say(language, "How far we look ahead"), say(language, horizon) if horizon else ""),
    )


# Step 2


def _who(plan: Plan, language: str) -> Iterator[Block]:
    for audience in plan.audiences:
        yield Part(_wanted(audience, language), list(_audience(audience, language)))
    if plan.actors:
        yield Part(say(language, "The community around them"), [_community(plan.actors, language)])


def _wanted(audience: Audience, language: str) -> str:
    """The name with its share, on one line: a line more for each would take another sheet."""
    share = audience.wanted_share
    if share is None:
        return audience.name
    return f"{audience.name} · {say(language, 'Wanted: %(share)s%% of the posts', share=share)}"


def _audience(audience: Audience, language: str) -> Iterator[Prose | Notes]:
    if audience.description:
        yield Prose(audience.description)
    if audience.facts:
        yield Notes([_fact(fact, language) for fact in audience.facts])


def _fact(fact: AudienceFact, language: str) -> tuple[str, str, str]:
    certainty = say(language, CERTAINTY_NAMES[fact.certainty])
    side = say(language, SIDE_NAMES[fact.side])
    remark = _listed([fact.source, _day(fact.dated_on, language)])
    return f"{certainty}, {side.lower()}:", fact.text, remark


def _community(actors: Sequence[Actor], language: str) -> Table:
    return Table(
        head=[
            say(language, "Who they are"),
            say(language, "Ring"),
            say(language, "Whom they reach"),
        ],
        rows=[
            [_actor(actor, language), str(actor.ring), _reach(actor, language)] for actor in actors
        ],
        widths=[8, 1, 18],
    )


def _actor(actor: Actor, language: str) -> str:
    if actor.via is None or actor.via.deleted_at is not None:
        return actor.name
    return say(language, "%(name)s, through %(via)s", name=actor.name, via=actor.via.name)


def _reach(actor: Actor, language: str) -> str:
    reached = [one for one in actor.reach if one.audience.deleted_at is None]
    return _listed(
        say(language, "%(name)s (trusts them)", name=one.audience.name)
        if one.is_trusted
        else one.audience.name
        for one in reached
    )


# Step 3


def _what(plan: Plan, language: str) -> Iterator[Block]:
    story = "\n\n".join(text for text in (plan.origin, plan.story) if text)
    if story:
        yield Part(say(language, "Our story"), [Prose(story)])
    if plan.values:
        yield Part(say(language, "Brand values"), [_values(plan, language)])
    brand = say(language, BRAND_KIND_NAMES[plan.brand_kind]) if story or plan.values else ""
    tone = list(
        _facts(
            (say(language, "What kind of brand"), brand),
            (say(language, "We say"), plan.address_form if plan.tone else ""),
            (say(language, "Tone"), plan.tone),
            (say(language, "Words to use"), _words(plan.words_to_use)),
            (say(language, "Words to avoid"), _words(plan.words_to_avoid)),
        )
    )
    if tone:
        yield Part(say(language, "Style and tone"), tone)


def _values(plan: Plan, language: str) -> Table:
    return Table(
        head=[
            say(language, "Brand value"),
            say(language, "Meaning"),
            say(language, "Belongs"),
            say(language, "Falls outside"),
            say(language, "Share"),
        ],
        rows=[
            [
                value.name,
                value.meaning,
                value.belongs,
                value.falls_outside,
                f"{value.wanted_share}%",
            ]
            for value in plan.values
        ],
        widths=[4, 6, 8, 7, 2],
        hooks=[value.hook for value in plan.values],
    )


def _words(written: str) -> str:
    return _listed(line.strip().rstrip(",") for line in written.splitlines())


# Step 4


def _where(plan: Plan, language: str) -> Iterator[Block]:
    yield from _parts(say(language, "Channels"), _posting(plan, language))
    if any(role.counts for role in plan.roles):
        yield Part(say(language, "Who does what"), [_roles(plan, language)])
    yield from _parts(say(language, "Webcare and time"), _webcare(plan, language))


def _posting(plan: Plan, language: str) -> Iterator[Table | Facts]:
    """Where posts appear, and how many of them ambassadors post."""
    if plan.channels:
        yield _channels(plan, language)
    share = _percent(plan.ambassador_share)
    yield from _facts((say(language, "Posted by ambassadors themselves"), share))


def _channels(plan: Plan, language: str) -> Table:
    people = [_people_of(channel, plan, language) for channel in plan.channels]
    rows = [_channel(channel, language) for channel in plan.channels]
    head = [
        say(language, "Channel"),
        say(language, "Purpose"),
        say(language, "Posts a week"),
        say(language, "Evidence"),
    ]
    if not any(people):
        return Table(head, rows, widths=[4, 12, 3, 12])
    return Table(
        [*head, say(language, "Owner and deputy")],
        [[*row, names or _NOTHING] for row, names in zip(rows, people, strict=True)],
        widths=[4, 12, 3, 12, 4],
    )


def _channel(channel: Channel, language: str) -> list[str]:
    audiences = _listed(one.name for one in channel.audiences if one.deleted_at is None)
    meant_for = say(language, "For: %(names)s", names=audiences) if audiences else ""
    facing = say(language, FACING_NAMES[channel.facing]).lower()
    source = _listed([channel.evidence_source.rstrip("."), str(channel.evidence_year or "")])
    return [
        f"{channel.name}\n({facing})",
        "\n".join(text for text in (channel.purpose, meant_for) if text),
        str(channel.cadence or _NOTHING),
        " ".join(text for text in (channel.evidence, f"({source})" if source else "") if text),
    ]


def _people_of(channel: Channel, plan: Plan, language: str) -> str:
    names = (_name(one, plan, language) for one in (channel.owner, channel.deputy))
    return "\n".join(name for name in names if name)


def _roles(plan: Plan, language: str) -> Facts:
    # In the order of the names that there are; other tasks behind them.
    tasks = dict.fromkeys([*TASK_NAMES, *(role.task for role in plan.roles)])
    taken = {role.task for role in plan.roles if role.counts}
    return Facts([_role(plan, task, language) for task in tasks if task in taken])


def _role(plan: Plan, task: str, language: str) -> tuple[str, str]:
    mine = [role for role in plan.roles if role.task == task and role.counts]
    does = _listed(role.person.name for role in mine if role.part == "does")
    names = _listed(role.person.name for role in mine if role.part == "deputy")
    deputies = say(language, "deputy: %(names)s", names=names) if names else ""
    said = f"{does or _NOTHING} ({deputies})" if deputies else does
    return say(language, TASK_NAMES.get(task, task)), said


def _webcare(plan: Plan, language: str) -> Iterator[Facts]:
    minutes = catalogue(language).ungettext(
        "%(num)s minute", "%(num)s minutes", plan.minutes_a_post or 0
    )
    yield from _facts(
        (say(language, "A question has an answer within"), _hours(plan.answer_hours, language)),
        (say(language, "We watch a new post for"), _hours(plan.watch_hours, language)),
        (
            say(language, "Without an answer it is passed on after"),
            _hours(plan.escalate_hours, language),
        ),
        (say(language, "Passed on to"), _name(plan.escalate_to, plan, language)),
        (say(language, "Time of the team, each week"), _hours(plan.hours_a_week, language)),
        (
            say(language, "What one post takes"),
            minutes % {"num": plan.minutes_a_post} if plan.minutes_a_post else "",
        ),
    )


def _hours(hours: int | None, language: str) -> str:
    if hours is None:
        return ""
    words = catalogue(language).ungettext("%(num)s hour", "%(num)s hours", hours)
    return words % {"num": hours}


# Step 5


def _preconditions(plan: Plan, language: str) -> Iterator[Block]:
    """What stands in the way with all that is known of it; of the others the names."""
    known = {row.key: row for row in plan.preconditions}
    in_the_way = [known[key] for key in PRECONDITION_NAMES if _rating(known, key) == "stumbling"]
    if in_the_way:
        named = RATING_NAMES["stumbling"]
        yield Table(
            head=[
                say(language, named),
                say(language, "Evidence"),
                say(language, "What we do"),
            ],
            rows=[_precondition(row, plan, language) for row in in_the_way],
            widths=[6, 13, 13],
        )
    if known:
        yield from _facts(*(_rated(known, rating, language) for rating in ("success", "unknown")))


def _rated(known: Mapping[str, Precondition], rating: str, language: str) -> tuple[str, str]:
    keys = (key for key in PRECONDITION_NAMES if _rating(known, key) == rating)
    names = _listed(say(language, PRECONDITION_NAMES[key]) for key in keys)
    return say(language, RATING_NAMES[rating]), names


def _rating(known: Mapping[str, Precondition], key: str) -> str:
    return known[key].rating if key in known else "unknown"


def _precondition(row: Precondition, plan: Plan, language: str) -> list[str]:
    recheck = _day(row.recheck_on, language)
    todo = [
        row.action.rstrip("."),
        _name(row.owner, plan, language),
        say(language, "look again on %(day)s", day=recheck) if recheck else "",
    ]
    return [
        say(language, PRECONDITION_NAMES[row.key]),
        row.evidence,
        _listed(todo),
    ]


# What is missing


def _missing(plan: Plan, language: str, today: date) -> Iterator[Block]:
    if plan.archived_at is not None:
        return
    gate = _gate(plan, language)
    if gate:
        yield Prose(gate)
    points = [
        (
            f"{step.number} · {say(language, step.title)}",
            say(language, one.message, **_in_words(one, language)),
            "",
        )
        for step in plan.path(today)
        for one in step.points
    ]
    if points:
        yield Notes(points)


def _in_words(point: Point, language: str) -> dict[str, object]:
    """What fills the sentence of a point, its msgids in the language of the reader."""
    told = dict(point.values)
    if point.key:
        told["name"] = say(language, PRECONDITION_NAMES[point.key])
    if point.listed:
        told["listed"] = _listed(say(language, name).lower() for name in point.listed)
    return told


def _gate(plan: Plan, language: str) -> str:
    if plan.gate_opened_at is None or plan.gate_opened_by is None:
        return ""
    return say(
        language,
        "%(name)s let the team go on before steps 1 to 3 were done, on %(day)s: “%(reason)s”",
        name=_name(plan.gate_opened_by, plan, language),
        day=_day(local(plan.gate_opened_at, plan.team.zone).date(), language),
        reason=plan.gate_reason,
    )


# Small parts


def _name(person: Person | None, plan: Plan, language: str) -> str:
    """What the person is called; who does not want to be seen in the team has no name here."""
    if person is None:
        return ""
    here = [one for one in person.memberships if one.team_id == plan.team_id]
    if all(one.takes_part for one in here):
        return person.name
    return say(language, "a colleague")


def _facts(*rows: tuple[str, str]) -> Iterator[Facts]:
    """The rows that say something, if any does."""
    filled = [(term, said) for term, said in rows if said]
    if filled:
        yield Facts(filled)


def _parts(title: str, blocks: Iterable[Prose | Facts | Notes | Table]) -> Iterator[Part]:
    """A part of `blocks`, if there are any."""
    there = list(blocks)
    if there:
        yield Part(title, there)


def _percent(share: int | None) -> str:
    return "" if share is None else f"{share}%"


def _day(day: date | None, language: str) -> str:
    return "" if day is None else format_date(day, "d MMMM y", locale(language))


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(text for text in texts if text)
