"""Whose quiet hours are when: what plans and claims reminders asks this.

An ambassador hears nothing outside the working hours of the team. Two things are no news of their
own account: that a meet-up begins, and what they publish for the organisation.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.meetups.holidays import is_free
from calendar_app.people.models import Membership, Team
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery, QuietHours
from calendar_app.reminders.quiet import LONGEST, Quiet, due_in_quiet, useful_in_quiet


class Hushed:
    """The quiet hours of some people, or of all; three queries, or two where nobody has any."""

    def __init__(self, session: Session, people: Collection[int] | None = None) -> None:
        wanted = select(QuietHours)
        agreed = select(Membership.person_id, Membership.team_id, Membership.ambassador_since)
        agreed = agreed.where(
            Membership.ambassador_since.is_not(None),
            Membership.takes_part.is_(True),
            Membership.ended_at.is_(None),
        )
        if people is not None:
            wanted = wanted.where(QuietHours.person_id.in_(people))
            agreed = agreed.where(Membership.person_id.in_(people))
        self._hours = {one.person_id: one for one in session.scalars(wanted)}
        self._agreed = {(row[0], row[1]): row[2] for row in session.execute(agreed)}
        self._teams: dict[int, Team] = {}
        if self._hours or self._agreed:
            self._teams = {team.id: team for team in session.scalars(select(Team))}

    def of(
        self, person_id: int, team_id: int, kind: str, *, own_account: bool = False
    ) -> Quiet | None:
        """When that person wants to hear nothing of `kind` in a team; None: there is no such time.

        `own_account`: it is about a post that goes out from their own account.
        """
        found, at_work = self._hours.get(person_id), (person_id, team_id) in self._agreed
        keeps_hours = (
            at_work and kind not in due.OF_MEETUPS and (kind != due.PUBLISH or own_account)
        )
        if found is None and not keeps_hours:
            return None
        team = self._teams[team_id]
        quiet = Quiet(team.zone) if found is None else found.on_clocks_of(team.zone)
        return replace(quiet, hours=team.working_hours(is_free)) if keeps_hours else quiet

    def quiet_until(
        self, delivery: Delivery, now: datetime, *, own_account: bool = False
    ) -> datetime | None:
        """When it stops being quiet for its person; None: it is not quiet."""
        quiet = self._for(delivery, own_account=own_account)
        return None if quiet is None else quiet.end_of(now)

    def _for(self, delivery: Delivery, *, own_account: bool) -> Quiet | None:
        whose = (delivery.person_id, delivery.team_id)
        return self.of(*whose, delivery.kind, own_account=own_account)

    def was_due_before(
        self, delivery: Delivery, now: datetime, *, own_account: bool = False
    ) -> bool:
        """Whether it was due before the quiet of `now`, which its person had chosen by then."""
        quiet = self._for(delivery, own_account=own_account)
        began = None if quiet is None else quiet.began(now)
        if began is None:
            return False
        hours = self._hours.get(delivery.person_id)
        agreed = self._agreed.get((delivery.person_id, delivery.team_id))
        chosen = (None if hours is None else hours.updated_at, agreed)
        known = (delivery.due_at, delivery.created_at, *(at for at in chosen if at is not None))
        return max(known) < began

    @property
    def longer(self) -> timedelta:
        """How much longer than to others something may be of use to one of them."""
        return LONGEST if self._hours or self._agreed else timedelta()

    def moved(
        self, row: dict[str, Any], now: datetime, *, own_account: bool = False
    ) -> dict[str, Any]:
        """A wanted reminder, as values of a row, at the moment at which it may go out."""
        whose = (row["person_id"], row["team_id"])
        quiet = self.of(*whose, row["kind"], own_account=own_account)
        if quiet is None:
            return row
        due_at, until = row["due_at"], row["useful_until"]
        if row["kind"] not in due.END_AT_A_MOMENT:
            until = useful_in_quiet(due_at, until, quiet)
        early = row["kind"] == due.MEETUP
        due_at = due_in_quiet(due_at, until, now, quiet, may_be_early=early)
        return {**row, "due_at": due_at, "useful_until": until}

    def useful_until(self, delivery: Delivery, *, own_account: bool = False) -> datetime:
        """Until when it is of use; longer, if its person chose these quiet hours since the plan."""
        quiet = self._for(delivery, own_account=own_account)
        if quiet is None or quiet.end_of(delivery.due_at) is None:
            return delivery.useful_until
        if delivery.kind in due.END_AT_A_MOMENT:
            return delivery.useful_until
        return useful_in_quiet(delivery.due_at, delivery.useful_until, quiet)

    def silences(self, row: dict[str, Any], now: datetime, *, own_account: bool = False) -> bool:
        """Whether a wanted reminder cannot go out any more: it is quiet until it is of no use."""
        whose = (row["person_id"], row["team_id"])
        quiet = self.of(*whose, row["kind"], own_account=own_account)
        until = None if quiet is None else quiet.end_of(now)
        return until is not None and until >= row["useful_until"]


def changes_of_quiet_hours(session: Session) -> int:
    """A number that differs when somebody changed their quiet hours."""
    return int(session.scalar(select(func.coalesce(func.sum(QuietHours.version), 0))) or 0)
