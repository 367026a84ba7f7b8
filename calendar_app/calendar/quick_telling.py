"""Quick add at the command line: the team that is meant, what was understood, and saving it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.calendar.quick_add import (
    Alternative,
    Completed,
    Named,
    Question,
    Understood,
    complete,
    understand,
)
from calendar_app.calendar.quick_add.completing import IDEA
from calendar_app.calendar.quick_saving import begun, desk_of, post_of
from calendar_app.calendar.vocabulary import vocabulary_of
from calendar_app.errors import Refused
from calendar_app.language import N_, say
from calendar_app.moments import local
from calendar_app.people import queries
from calendar_app.people.audit import record
from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post, PostSeries
from calendar_app.text import clean_line


@dataclass(frozen=True)
class Line:
    """One line, read for a team, and the address of who makes it ("": nobody said)."""

    team: Team
    language: str
    said: Understood
    completed: Completed
    email: str
    # The same without a day, for a line that lacks what a day asks for.
    as_idea: Completed


def read(session: Session, text: str, asked: Mapping[str, str | None], now: datetime) -> Line:
    """What `text` says, for the team, language and moment (`at`) of `asked`. Raises Refused."""
    team = team_meant(session, asked["team_name"])
    wall = _wall(asked["at"], team, now)
    language = asked["language"] or team.language
    names = vocabulary_of(session, team, wall.date())
    said = understand(text, wall, language, names, zone=team.zone)
    completed = complete(said, wall, names)
    idea = {question.key: IDEA for question in completed.questions}
    as_idea = complete(said, wall, names, idea)
    return Line(team, language, said, completed, asked["email"] or "", as_idea)


def saved(session: Session, line: Line, now: datetime) -> Post:
    """The post that `line` says, kept; of a series its first. Raises Refused while it is unsure.

    Nobody is there to ask what a day still lacks, so such a line becomes an idea.
    """
    completed = line.as_idea if line.completed.questions else line.completed
    for question in line.said.unsure:
        raise Refused(_not_saved(_asked(question, line.language)))
    for note in completed.refusals:
        raise Refused(_not_saved(say("en", note.message, **note.values)))
    writer = writer_meant(session, line.team, line.email, line.said.person)
    desk = desk_of(session, line.team, writer, now)
    if completed.understood.recurrence is not None:
        done = begun(session, desk, completed, now)
        _note(session, "series.begun", writer, done.series, now)
        return done.undoable.posts[0].post
    post = post_of(desk, completed, now)
    session.add(post)
    session.flush()
    _note(session, "post.added", writer, post, now)
    return post


def _note(
    session: Session, action: str, writer: Person, subject: Post | PostSeries, now: datetime
) -> None:
    record(
        session,
        action,
        at=now,
        origin="command line",
        team=subject.team,
        actor=writer,
        subject=subject,
    )


def as_json(line: Line, saved_as: Post | None) -> str:
    """One JSON object: names, ISO 8601, null for what was not named, and what is unsure."""
    told: dict[str, Any] = {
        "date": None if line.said.date is None else line.said.date.isoformat(),
        "time": None if line.said.time is None else f"{line.said.time:%H:%M}",
        "title": line.said.title,
        "channels": [one.name for one in line.said.channels],
        "values": [one.name for one in line.said.values],
        "audiences": [one.name for one in line.said.audiences],
        "person": None if line.said.person is None else line.said.person.name,
        "plan": None if line.said.plan is None else line.said.plan.name,
        "recurrence": line.said.recurrence,
        "unsure": [_as_facts(question, line.language) for question in line.said.unsure],
        "needed": [_as_facts(question, line.language) for question in line.completed.questions],
        "notes": [say(line.language, n.message, **n.values) for n in line.completed.notes],
    }
    if saved_as is not None:
        told["post"] = {"id": saved_as.id, "state": saved_as.state}
        if saved_as.series_id is not None:
            told["series"] = {"id": saved_as.series_id}
    return json.dumps(told, ensure_ascii=False)


def in_lines(line: Line) -> str:
    """The same for people: a line for each part that was understood, then what is asked."""
    return "\n".join(_lines(line))


def _lines(line: Line) -> Iterator[str]:
    facts = json.loads(as_json(line, None))
    for name in ("date", "time", "recurrence", "title", "person", "plan"):
        if facts[name]:
            yield f"{name:12}{facts[name]}"
    for name in ("channels", "values", "audiences"):
        if facts[name]:
            yield f"{name:12}{', '.join(facts[name])}"
    for note in facts["notes"]:
        yield f"{'note':12}{note}"
    for kind in ("unsure", "needed"):
        for question in facts[kind]:
            answers = ", ".join(question["alternatives"])
            yield f"{kind:12}{question['question']} ({answers})"


def team_meant(session: Session, name: str | None) -> Team:
    """The team of this name, or the only one there is. Raises Refused."""
    if name is None:
        found = list(session.scalars(select(Team).order_by(Team.id).limit(2)))
        if len(found) > 1:
            raise Refused(N_("There is more than one team. Say which: --team NAME"))
    else:
        found = queries.teams_called(session, clean_line(name))
        if len(found) > 1:
            raise Refused(N_("There are more teams called %(name)s. Rename one first."), name=name)
    if not found:
        raise Refused(N_("There is no team %(name)s."), name=name or "")
    return found[0]


def _wall(moment: str | None, team: Team, now: datetime) -> datetime:
    """The local wall time that `moment` (ISO 8601) names; without a zone it is the team's."""
    if moment is None:
        return local(now, team.zone).replace(tzinfo=None)
    try:
        named = datetime.fromisoformat(moment.strip())
        at = named if named.tzinfo is None else local(named, team.zone)
    except (ValueError, OverflowError) as error:
        raise Refused(N_("%(given)s is no moment, like 2026-11-10T09:18."), given=moment) from error
    return at.replace(tzinfo=None)


def writer_meant(session: Session, team: Team, email: str, named: Named | None = None) -> Person:
    """Who makes a post: the one asked for, else who is `named` in it, else an administrator.

    Raises Refused.
    """
    able = {
        one.person.email: one.person
        for one in queries.accounts(session, team)
        if allowed(one.role, "posts.write")
    }
    if email:
        found = able.get(email.strip().lower())
        if found is None:
            raise Refused(N_("%(email)s may not write posts in this team."), email=email)
        return found
    admins = queries.admins(session, team)
    for person in (*able.values(), *admins):
        if named is not None and person.id == named.id:
            return person
    for person in admins:
        return person
    raise Refused(N_("This team has no administrator. Say who makes the post: --by EMAIL"))


def _not_saved(why: str) -> str:
    return f"Not saved: {why}"


def _asked(question: Question, language: str) -> str:
    facts = _as_facts(question, language)
    return f"{facts['question']} ({', '.join(facts['alternatives'])})"


def _as_facts(question: Question, language: str) -> dict[str, Any]:
    return {
        "about": question.about,
        "question": say(language, question.message, **question.values),
        "alternatives": [_alternative(one, language) for one in question.alternatives],
    }


def _alternative(one: Alternative, language: str) -> str:
    if isinstance(one.means, Named):
        return one.means.name
    return one.value if one.means is not None else say(language, one.words)
