"""A line that was understood becomes a post or a series, by the same verbs as their forms."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from calendar_app.calendar.quick_add import Completed, Named
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.holidays import is_free
from calendar_app.moments import local, moment
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import absences, members, unseen
from calendar_app.posts.content import Content
from calendar_app.posts.forms import Desk
from calendar_app.posts.models import Post
from calendar_app.posts.queries import plans_to_write_on
from calendar_app.posts.repetition import BadRule, Rule, from_rrule
from calendar_app.posts.series import Done, Hand, Pattern, begin


def desk_of(session: Session, team: Team, writer: Person, now: datetime) -> Desk:
    """What lies ready for `writer` in `team`."""
    today = local(now, team.zone).date()
    return Desk(
        team,
        plans_to_write_on(session, team),
        members(session, team),
        unseen(session, team),
        absences(session, team, today, writer),
        today,
        writer,
    )


def post_of(desk: Desk, line: Completed, now: datetime, *, creation_key: str = "") -> Post:
    """A new post as `line` says, by the writer of the desk; not kept yet. Raises Refused."""
    return Post.new(desk.team, content(desk, line), desk.writer, now, creation_key=creation_key)


def begun(
    session: Session, desk: Desk, line: Completed, now: datetime, *, creation_key: str = ""
) -> Done:
    """A new series as `line` says, which comes back, by the writer of the desk. Raises Refused."""
    day, at, team = line.understood.date, line.understood.time, desk.team
    if day is None or at is None:
        raise ValueError("a line that comes back has a day and a time")
    hand = Hand(session, desk.writer, now, partial(is_free, team.area))
    pattern = Pattern(_rule(line.understood.recurrence or "", day, team.zone), at)
    return begin(hand, team, pattern, content(desk, line), creation_key=creation_key)


def _rule(recurrence: str, day: date, zone: str) -> Rule:
    try:
        return from_rrule(recurrence, day, zone)
    except BadRule as error:
        raise Refused(N_("A series cannot come back like this. Make the post first.")) from error


def content(desk: Desk, line: Completed) -> Content:
    """What `line` fills in; who reviews, publishes and watches comes from the role matrix."""
    said = line.understood
    plan = desk.plan(None if said.plan is None else said.plan.id)
    others = _others(desk, line, said.date)
    values, audiences, channels = (
        {hook.id for hook in hooks} for hooks in (said.values, said.audiences, said.channels)
    )
    return Content(
        title=said.title,
        text=said.text if line.keeps_line else "",
        plan=plan,
        values=tuple((one, "") for one in plan.values if one.id in values) if plan else (),
        audiences=tuple(one for one in plan.audiences if one.id in audiences) if plan else (),
        channels=tuple(one for one in plan.channels if one.id in channels) if plan else (),
        starts_at=_starts_at(line, desk.team),
        owner=_owner(desk, said.person),
        reviewer=others.get("reviewer"),
        publisher=others.get("publisher"),
        watcher=others.get("watcher"),
    )


def _starts_at(line: Completed, team: Team) -> datetime | None:
    day, at = line.understood.date, line.understood.time
    return None if day is None or at is None else moment(day, at, team.zone)


def _owner(desk: Desk, named: Named | None) -> Person | None:
    """Who was named, else the writer, unless they do not want to be seen."""
    if named is not None:
        return next((one for one in desk.people() if one.id == named.id), None)
    return None if desk.writer.id in desk.unseen else desk.writer


def _others(desk: Desk, line: Completed, day: date | None) -> dict[str, Person | None]:
    """Reviewer, publisher and watcher, as the form of a post proposes them; an idea has none."""
    if day is None:
        return {}
    plan = desk.plan(None if line.understood.plan is None else line.understood.plan.id)
    people = {one.id: one for one in desk.people()}
    owner = _owner(desk, line.understood.person)
    proposed = desk.suggestions(plan, day)
    return {
        name: people.get(choice.person)
        for name, choice in proposed.items()
        # Nobody reviews what is theirs.
        if name != "owner" and not (name == "reviewer" and owner and choice.person == owner.id)
    }
