"""Questions about feeds: whose address this is, and which ones a person has."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, select
from sqlalchemy.orm import Session

from calendar_app.errors import NotYours
from calendar_app.feed.models import Feed, MeetupsByMail, hashed
from calendar_app.language import N_
from calendar_app.people.models import Membership, Person, Team, area


class Subscription(NamedTuple):
    """All that decides what one feed shows, as one row."""

    feed_id: int
    uuid: str
    version: int
    updated_at: datetime
    name: str
    scope: str
    detail: str
    alarms: bool
    fetched_at: datetime | None
    person_id: int
    own_language: str | None
    team_id: int
    team_name: str
    team_language: str
    country: str
    region: str
    revision: int
    revised_at: datetime | None
    # Since when the person gets the meet-ups by mail instead; when they chose that, or otherwise.
    mailed_since: datetime | None
    chosen_at: datetime | None

    @property
    def area(self) -> str:
        """Whose public holidays count."""
        return area(self.country, self.region)

    @property
    def language(self) -> str:
        """The person's own choice, else the team's: "nl" or "en"."""
        return self.own_language or self.team_language


# Columns, not mapped attributes: every poll asks this, and it takes half the time.
_FEED: Any = Feed.__table__.c
_PERSON: Any = Person.__table__.c
_MEMBERSHIP: Any = Membership.__table__.c
_TEAM: Any = Team.__table__.c
_BY_MAIL: Any = MeetupsByMail.__table__.c
_SUBSCRIPTION = (
    select(
        _FEED.id,
        _FEED.uuid,
        _FEED.version,
        _FEED.updated_at,
        _FEED.name,
        _FEED.scope,
        _FEED.detail,
        _FEED.alarms,
        _FEED.fetched_at,
        _FEED.person_id,
        _PERSON.language,
        _TEAM.id,
        _TEAM.name,
        _TEAM.language,
        _TEAM.country,
        _TEAM.region,
        _TEAM.revision,
        _TEAM.revised_at,
        # Who does not want to be seen is mailed nothing, and keeps the meet-ups in the feed.
        case((_MEMBERSHIP.takes_part, _BY_MAIL.since)),
        _BY_MAIL.updated_at,
    )
    .join(Team.__table__, _TEAM.id == _FEED.team_id)
    .join(Person.__table__, _PERSON.id == _FEED.person_id)
    .join(
        Membership.__table__,
        and_(_MEMBERSHIP.team_id == _FEED.team_id, _MEMBERSHIP.person_id == _FEED.person_id),
    )
    .outerjoin(MeetupsByMail.__table__, _BY_MAIL.person_id == _FEED.person_id)
    .where(
        _FEED.token_hash == bindparam("token_hash"),
        _FEED.revoked_at.is_(None),
        _MEMBERSHIP.ended_at.is_(None),
        _PERSON.active,
    )
)


def subscription(session: Session, token: str) -> Subscription | None:
    """The feed at the address with `token`; None unless it is live and its person still belongs.

    One read, by unique keys.
    """
    found = session.execute(_SUBSCRIPTION, {"token_hash": hashed(token)}).first()
    return None if found is None else Subscription._make(found)


def feeds_of(session: Session, person: Person, team: Team) -> list[Feed]:
    """The live feeds that `person` has in `team`, by name."""
    return list(session.scalars(_live(person).where(Feed.team_id == team.id)))


def feed_of(session: Session, person: Person, team: Team, feed_id: int) -> Feed:
    """One live feed of `person` in `team`. Raises NotYours."""
    wanted = _live(person).where(Feed.team_id == team.id, Feed.id == feed_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This feed is not here."))
    return found


def live_feed(session: Session, person: Person, name: str) -> Feed | None:
    """The live feed that `person` calls `name`, capitals aside; None when there is none."""
    wanted = name.casefold()
    return next((f for f in session.scalars(_live(person)) if f.name.casefold() == wanted), None)


def _live(person: Person) -> Select[Feed]:
    mine = select(Feed).where(Feed.person_id == person.id, Feed.revoked_at.is_(None))
    return mine.order_by(Feed.name, Feed.id)
