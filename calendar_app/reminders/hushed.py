"""Whose quiet hours are when: what plans and claims reminders asks this."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.people.models import Team
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery, QuietHours
from calendar_app.reminders.quiet import LONGEST, Quiet, due_in_quiet, useful_in_quiet


class Hushed:
    """The quiet hours of some people, or of all; two queries, or one where nobody has any."""

    def __init__(self, session: Session, people: Collection[int] | None = None) -> None:
        wanted = select(QuietHours)
        if people is not None:
            wanted = wanted.where(QuietHours.person_id.in_(people))
        self._hours = {one.person_id: one for one in session.scalars(wanted)}
        self._zones: dict[int, str] = {}
        if self._hours:
            self._zones = {team.id: team.zone for team in session.scalars(select(Team))}

    def of(self, person_id: int, team_id: int) -> Quiet | None:
        """The quiet hours of a person on the clocks of a team; None: there are none."""
        found = self._hours.get(person_id)
        return None if found is None else found.on_clocks_of(self._zones[team_id])

    def quiet_until(self, person_id: int, team_id: int, now: datetime) -> datetime | None:
        """When it stops being quiet for that person; None: it is not quiet."""
        quiet = self.of(person_id, team_id)
        return None if quiet is None else quiet.end_of(now)

    def was_due_before(self, delivery: Delivery, now: datetime) -> bool:
        """Whether it was due before the quiet of `now`, which its person had chosen by then."""
        quiet = self.of(delivery.person_id, delivery.team_id)
        began = None if quiet is None else quiet.began(now)
        if began is None:
            return False
        chosen = self._hours[delivery.person_id].updated_at
        return max(delivery.due_at, delivery.created_at, chosen) < began

    @property
    def longer(self) -> timedelta:
        """How much longer than to others something may be of use to one of them."""
        return LONGEST if self._hours else timedelta()

    def moved(self, row: dict[str, Any], now: datetime) -> dict[str, Any]:
        """A wanted reminder, as values of a row, at the moment at which it may go out."""
        quiet = self.of(row["person_id"], row["team_id"])
        if quiet is None:
            return row
        due_at, until = row["due_at"], row["useful_until"]
        if row["kind"] not in due.END_AT_A_MOMENT:
            until = useful_in_quiet(due_at, until, quiet)
        early = row["kind"] == due.MEETUP
        due_at = due_in_quiet(due_at, until, now, quiet, may_be_early=early)
        return {**row, "due_at": due_at, "useful_until": until}

    def useful_until(self, delivery: Delivery) -> datetime:
        """Until when it is of use; longer, if its person chose these quiet hours since the plan."""
        quiet = self.of(delivery.person_id, delivery.team_id)
        if quiet is None or quiet.end_of(delivery.due_at) is None:
            return delivery.useful_until
        if delivery.kind in due.END_AT_A_MOMENT:
            return delivery.useful_until
        return useful_in_quiet(delivery.due_at, delivery.useful_until, quiet)

    def silences(self, row: dict[str, Any], now: datetime) -> bool:
        """Whether a wanted reminder cannot go out any more: it is quiet until it is of no use."""
        until = self.quiet_until(row["person_id"], row["team_id"], now)
        return until is not None and until >= row["useful_until"]


def changes_of_quiet_hours(session: Session) -> int:
    """A number that differs when somebody changed their quiet hours."""
    return int(session.scalar(select(func.coalesce(func.sum(QuietHours.version), 0))) or 0)
