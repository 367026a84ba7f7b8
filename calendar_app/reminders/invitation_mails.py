"""Meet-ups mailed as invitations: which mails there should be, and what one of them says.

Every mail is a version that is written down when it is planned and never changed after that; its
delivery is a row of the outbox like any other. A newer version takes the place of one that waits,
and does not leave while an older one is on its way, so that they arrive in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from calendar_app.config import Config
from calendar_app.feed.entries import Window
from calendar_app.feed.ics import FeedEntry
from calendar_app.invitations import versions as rules
from calendar_app.invitations.ics import Sheet
from calendar_app.invitations.models import Invitation, InvitationVersion, subject_of
from calendar_app.invitations.queries import Wanted, is_invited, wanted_invitations
from calendar_app.invitations.shown import Seen, pattern_of, read_back, seen, written_down
from calendar_app.invitations.versions import CANCEL, REQUEST
from calendar_app.meetups.models import WEEKDAY_NAMES, Meetup
from calendar_app.people.models import Person
from calendar_app.reminders import due
from calendar_app.reminders.hushed import Hushed
from calendar_app.reminders.mail import Story
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.queries import AnyRow, is_there

# A calendar that was told of holidays up to a day hears of those after it so long before.
KNOWS_AHEAD = timedelta(days=100)
_IDS_AT_ONCE = 500

_Older = aliased(InvitationVersion, name="older_version")
_OfOlder = aliased(Delivery, name="of_older_version")
_Newer = aliased(InvitationVersion, name="newer_version")


@dataclass(frozen=True)
class _Known(rules.Version):
    """A version with what the rules do not ask."""

    id: int
    delivery_id: int
    known_until: date


@dataclass(frozen=True)
class Told:
    """What one mail says, and how it stands at the claim."""

    version: InvitationVersion
    meetup: Meetup
    facts: due.InvitationFacts


# ------------------------------------------------------------------------------------- planning


def invite(session: Session, config: Config, now: datetime) -> int:
    """Bring what waits to be mailed in line with what the calendars should hold.

    Comes after `outbox.plan` in one transaction: that holds the series, so that two planners do
    not make the same rows. Answers how many versions it made or took back: a second run answers 0.
    """
    window = Window.around(now)
    found = wanted_invitations(session, window, config)
    wanted = {(one.person_id, _thing(one.uid)): one for one in found}
    _make_missing(session, wanted, window, now)
    # Of a series that has ended nobody holds the row: of two planners one waits here.
    open_ones = select(Invitation).join(Person, Person.id == Invitation.person_id)
    held = open_ones.where(Person.active).order_by(Invitation.id).with_for_update(of=Invitation)
    invitations = list(session.scalars(held))
    if not invitations:
        return 0
    known = _known(session)
    desk = _Planner(session, window, now, known)
    made = sum(
        desk.bring_in_line(one, wanted.get((one.person_id, _thing(one.uid))), known.get(one.id, []))
        for one in invitations
    )
    session.flush()
    return made


def _thing(uid: str) -> str:
    """What a UID is about: the same after this installation moved to another address."""
    return uid.partition("@")[0]


def _make_missing(
    session: Session, wanted: Mapping[tuple[int, str], Wanted], window: Window, now: datetime
) -> None:
    rows = session.execute(select(Invitation.person_id, Invitation.uid))
    there = {(person_id, _thing(uid)) for person_id, uid in rows}
    for key, one in wanted.items():
        if key not in there and seen(one.entries, now, window.last) is not None:
            facts = {"team_id": one.team_id, "meetup_id": one.meetup_id}
            session.add(Invitation(person_id=one.person_id, uid=one.uid, **facts))
    session.flush()


def _known(session: Session) -> dict[int, list[_Known]]:
    """The versions of each invitation with the state of their deliveries, the oldest first."""
    query = (
        select(
            InvitationVersion.invitation_id,
            InvitationVersion.sequence,
            InvitationVersion.method,
            Delivery.state,
            InvitationVersion.changing_since,
            InvitationVersion.id,
            Delivery.id,
            InvitationVersion.known_until,
        )
        .join(Delivery, Delivery.subject == InvitationVersion.subject)
        .where(Delivery.kind.in_(due.OF_CALENDARS))
        .order_by(InvitationVersion.invitation_id, InvitationVersion.sequence)
    )
    found: dict[int, list[_Known]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(_Known(*row[1:]))
    return found


class _Planner:
    """One round over all invitations; what many calendars share is worked out once."""

    def __init__(
        self,
        session: Session,
        window: Window,
        now: datetime,
        known: Mapping[int, Sequence[_Known]],
    ) -> None:
        self.session = session
        self.window = window
        self.now = now
        self.hushed = Hushed(session)
        self._texts = _texts(session, known.values())
        self._written: dict[tuple[int, str], str] = {}
        self._read: dict[str, list[FeedEntry]] = {}
        self._seen: dict[tuple[str, date], Seen | None] = {}

    def bring_in_line(
        self, invitation: Invitation, wanted: Wanted | None, versions: Sequence[_Known]
    ) -> int:
        """Make a version, take one back, or neither; how many rows that changed."""
        text = "" if wanted is None else self._text_of(wanted, invitation.uid)
        step = rules.next_step(versions, self._shows(text))
        if step == "nothing":
            return 0
        made = 0
        if step == "tell":
            made = self._tell(invitation, wanted, text, versions)
        reason = due.TOLD_NEWER if made else due.PUT_BACK
        return made + self._take_back(versions, reason)

    def _text_of(self, wanted: Wanted, uid: str) -> str:
        """What is wanted, under the UID by which the calendar knows it."""
        key = (id(wanted.entries), uid)
        if key not in self._written:
            entries = [replace(entry, uid=uid) for entry in wanted.entries]
            self._written[key] = written_down(entries)
        return self._written[key]

    def _shows(self, text: str) -> Callable[[rules.Version | None], bool]:
        """Whether a version shows what `text` does, as whoever looks from now on sees it."""
        nearly = self.window.anchor + KNOWS_AHEAD

        def shows(version: rules.Version | None) -> bool:
            if not isinstance(version, _Known) or version.method == CANCEL:
                return self._look(text, self.window.last) is None
            until = min(max(version.known_until, nearly), self.window.last)
            told = self._texts[version.id]
            return told == text or self._look(told, until) == self._look(text, until)

        return shows

    def _look(self, text: str, until: date) -> Seen | None:
        """What of the entries in `text` is still to come; of "" nothing."""
        if not text:
            return None
        key = (text, until)
        if key not in self._seen:
            if text not in self._read:
                self._read[text] = read_back(text)
            self._seen[key] = seen(self._read[text], self.now, until)
        return self._seen[key]

    def _tell(
        self,
        invitation: Invitation,
        wanted: Wanted | None,
        text: str,
        versions: Sequence[_Known],
    ) -> int:
        """Make a version and its delivery, unless what it is about is over before it can leave."""
        to_come = self._look(text, self.window.last)
        method = CANCEL if to_come is None else REQUEST
        held = rules.held(versions)
        if to_come is None and isinstance(held, _Known):
            # What leaves the calendar is named as it stands there.
            text = self._texts[held.id]
            to_come = self._look(text, self.window.last)
        since = rules.changing_since(versions, self.now)
        due_at = self._not_in_quiet(invitation, rules.due_at(since, self.now))
        if to_come is None or due_at >= to_come.moments[-1][1]:
            return 0
        version = InvitationVersion(
            invitation_id=invitation.id,
            sequence=_number(versions, wanted if method == REQUEST else None),
            method=method,
            text=text,
            known_until=self.window.last,
            stamped_at=self.now,
            changing_since=since,
        )
        version.subject = subject_of(invitation.id, version.sequence)
        kind = _kind(method, versions)
        until = min(to_come.moments[-1][1], due_at + rules.IS_OF_USE)
        self.session.add_all([version, _delivery(invitation, version, kind, due_at, until)])
        return 1

    def _not_in_quiet(self, invitation: Invitation, due_at: datetime) -> datetime:
        quiet = self.hushed.of(invitation.person_id, invitation.team_id, due.INVITATION)
        return due_at if quiet is None else quiet.end_of(due_at) or due_at

    def _take_back(self, versions: Sequence[_Known], reason: str) -> int:
        """What waits is not sent; what was claimed meanwhile is, and the next round sees it."""
        ids = [one.delivery_id for one in versions if one.state in rules.WAITING]
        if not ids:
            return 0
        which = (Delivery.id.in_(ids), Delivery.state.in_(rules.WAITING))
        values = {"state": "cancelled", "reason": reason, "ended_at": self.now}
        taking = update(Delivery).where(*which).values(values).returning(Delivery.id)
        taken = self.session.scalars(taking.execution_options(synchronize_session=False))
        return len(taken.all())


def _texts(session: Session, known: Collection[Sequence[_Known]]) -> dict[int, str]:
    """What the versions say that are compared: the newest of each invitation, and what is held."""
    ids = {
        one.id
        for versions in known
        for one in (versions[-1], rules.held(versions))
        if isinstance(one, _Known)
    }
    query = select(InvitationVersion.id, InvitationVersion.text)
    found: dict[int, str] = {}
    wanted = sorted(ids)
    for begin in range(0, len(wanted), _IDS_AT_ONCE):
        part = InvitationVersion.id.in_(wanted[begin : begin + _IDS_AT_ONCE])
        found.update(session.execute(query.where(part)).all())
    return found


def _number(versions: Sequence[_Known], wanted: Wanted | None) -> int:
    """Higher than all before; and not lower than the feed's, which may have told of it too."""
    after = versions[-1].sequence + 1 if versions else 0
    return after if wanted is None else max(after, wanted.entries[0].sequence)


def _kind(method: str, versions: Sequence[_Known]) -> str:
    if method == CANCEL:
        return due.WITHDRAWAL
    return due.INVITATION if rules.is_first(versions) else due.CHANGE


def _delivery(
    invitation: Invitation, version: InvitationVersion, kind: str, at: datetime, until: datetime
) -> Delivery:
    return Delivery(
        team_id=invitation.team_id,
        person_id=invitation.person_id,
        kind=kind,
        subject=version.subject,
        due_at=at,
        useful_until=until,
        created_at=version.stamped_at,
    )


# ---------------------------------------------------------------------------------- at the claim


def told_in(session: Session, rows: Sequence[AnyRow]) -> dict[int, Told]:
    """What each of `rows` that is about a calendar says, by its delivery's id; one query."""
    ids = [row.Delivery.id for row in rows if row.Delivery.kind in due.OF_CALENDARS]
    if not ids:
        return {}
    same = InvitationVersion.invitation_id
    query = (
        select(
            Delivery.id,
            InvitationVersion,
            Meetup,
            is_there(
                _Newer, _Newer.invitation_id == same, _Newer.sequence > InvitationVersion.sequence
            ).label("is_outdated"),
            select(_Older.id)
            .join(_OfOlder, _OfOlder.subject == _Older.subject)
            .where(_Older.invitation_id == same, _Older.id != InvitationVersion.id)
            .where(_OfOlder.state.in_(("claimed", "in_flight")))
            .exists()
            .label("is_overtaking"),
            is_invited().label("is_in"),
        )
        .join(InvitationVersion, InvitationVersion.subject == Delivery.subject)
        .join(Invitation, Invitation.id == same)
        .join(Meetup, Meetup.id == Invitation.meetup_id)
        .where(Delivery.id.in_(ids))
    )
    return {
        row.id: Told(
            row.InvitationVersion,
            row.Meetup,
            due.InvitationFacts(
                is_newest=not row.is_outdated,
                is_wanted=row.is_in or row.InvitationVersion.method == CANCEL,
                is_overtaking=row.is_overtaking,
            ),
        )
        for row in session.execute(query)
    }


def with_invitation(facts: due.Facts, row: AnyRow, told: Told | None) -> due.Facts:
    """`facts` with what decides about a mail for a calendar; who left the team is told that too."""
    if told is None:
        return facts
    belongs = facts.belongs or (told.version.method == CANCEL and row.Person.active)
    return replace(facts, belongs=belongs, invitation=told.facts)


def story_of_invitation(row: AnyRow, told: Told) -> Story:
    """What the mail says, in its reader's language."""
    version, meetup = told.version, told.meetup
    entries = read_back(version.text)
    looked_at = (row.Delivery.due_at, version.stamped_at)
    found = (seen(entries, at, version.known_until) for at in looked_at)
    coming = next((one for one in found if one is not None), None)
    if coming is None:
        raise ValueError("a version without a meet-up")
    begins, ends = coming.moments[0]
    pattern = pattern_of(entries[0].rule)
    return Story(
        kind=row.Delivery.kind,
        language=row.Person.language or row.Team.language,
        team=row.Team.name,
        meetup=entries[0].summary,
        starts_at=begins,
        zone=meetup.zone,
        minutes=(ends - begins) // timedelta(minutes=1),
        path="/feeds" if version.method == CANCEL else "/meetups/today",
        place=entries[0].location,
        weekdays=tuple(WEEKDAY_NAMES[name] for name in pattern.weekdays),
        invitation=Sheet(
            method=version.method,
            sequence=version.sequence,
            stamped_at=version.stamped_at,
            text=version.text,
            last_year=version.known_until.year,
        ),
    )
