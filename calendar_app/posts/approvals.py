"""The approvals of a post that its team wants besides: kept as rows, judged by `levels`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, ReviewLevel, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.levels import Level, Standing, same_again
from calendar_app.posts.workflow import APPROVE


class PostApproval(Base):
    """Somebody gave one of the approvals that the team wants for a post.

    Of two who give the same one at one moment the version of the post lets one through.
    """

    __tablename__ = "post_approval"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    level_id: Mapped[int] = mapped_column(
        ForeignKey("review_level.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]

    level: Mapped[ReviewLevel] = relationship()
    person: Mapped[Person] = relationship()


def approvers(team: Team) -> list[Person]:
    """Who may approve in `team`, by name."""
    found = (
        one.person
        for one in team.memberships
        if one.ended_at is None and allowed(one.role, APPROVE.action)
    )
    return sorted((one for one in found if one.active), key=lambda one: (one.name.lower(), one.id))


def levels_of(team: Team) -> tuple[Level, ...]:
    """The levels that `team` wants, in order; who does not want to be seen is asked nowhere."""
    unseen = unseen_in(team)
    return tuple(
        Level(
            one.id, one.name, tuple(person.id for person in one.people if person.id not in unseen)
        )
        for one in team.review_levels
    )


def nobody_named(team: Team) -> set[int]:
    """The ids of the levels that everybody may give now, since nobody who is named can be asked.

    Who was named may not approve any more, left, or does not want to be seen.
    """
    if not any(level.people for level in team.review_levels):
        return set()
    may = {one.id for one in approvers(team)} - unseen_in(team)
    return {
        level.id
        for level in team.review_levels
        if level.people and not any(one.id in may for one in level.people)
    }


def standing(team: Team, given: Iterable[PostApproval]) -> Standing:
    """How far a post of `team` is, for which these approvals were `given`."""
    if not team.review_levels:
        # Most teams want none: then nobody's role need be read.
        return Standing((), {}, ())
    levels = levels_of(team)
    there = {level.id for level in levels}
    return Standing(
        levels,
        {one.level_id: one.person_id for one in given if one.level_id in there},
        tuple(person.id for person in approvers(team)),
        unseen_in(team),
    )


def unseen_in(team: Team) -> frozenset[int]:
    """The ids of who does not want to be seen in `team`."""
    return frozenset(one.person_id for one in team.memberships if not one.takes_part)


def check_may_give(now: Standing, level: Level, person: Person, team: Team, day: date) -> None:
    """Raise Refused unless `person` may give `level` on the team's local `day` as things stand.

    Who stands in on that day for somebody who is named may give it too.
    """
    could = person.id in now.could_give(level)
    if not could and not _stands_in(now, level, person, team, day):
        raise Refused(N_("Others give the approval “%(level)s”."), level=level.name)
    gave = person.id in now.given.values()
    if gave and not (could and person.id in now.may_give(level)):
        raise Refused(
            N_(
                "You gave another approval of this post. Somebody else gives the approval "
                "“%(level)s”."
            ),
            level=level.name,
        )


def _stands_in(now: Standing, level: Level, person: Person, team: Team, day: date) -> bool:
    if person.id not in now.approvers or now.is_kept_for(person.id, level):
        return False
    could = now.could_give(level)
    return any(
        away.deputy_id == person.id
        for one in approvers(team)
        if one.id in could
        for away in one.absences
        if away.team_id == team.id and away.first_day <= day <= away.last_day
    )


def want_levels(team: Team, wanted: Sequence[tuple[str, Sequence[Person]]]) -> None:
    """Let `team` want these approvals: (name, who may give it) each, in order.

    A level that keeps its name, or its place and its people, keeps what was given for it. Who does
    not want to be seen was not there to choose, and stays named where they were.
    """
    before, unseen = {level.id: level for level in team.review_levels}, unseen_in(team)
    kept = same_again(
        levels_of(team), [(name, [one.id for one in people]) for name, people in wanted]
    )
    levels = []
    for position, ((name, people), level_id) in enumerate(zip(wanted, kept, strict=True)):
        level = before[level_id] if level_id is not None else ReviewLevel()
        stay = [one for one in level.people if one.id in unseen and one not in people]
        level.position, level.name, level.people = position, name, [*people, *stay]
        levels.append(level)
    team.review_levels = levels
    team.touch()
