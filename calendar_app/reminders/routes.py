"""A person's routes: the ways by which reminders reach them besides mail, or instead of it.

Mail needs no row. A row of mail says only that its person wants none as long as another route
works; when none does, mail is the way again. A route that was removed stays as a row without its
address, so that the log can tell by which way something went.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from calendar_app.config import Config
from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.outbound import masked, origin_of
from calendar_app.people.models import Person
from calendar_app.people.seals import lock, unlocked
from calendar_app.reminders import due
from calendar_app.reminders.models import LONGEST_ORIGIN, Delivery
from calendar_app.reminders.push import PUSH
from calendar_app.reminders.webhooks import SLACK, TEAMS

EMAIL = "email"
APPRISE = "apprise"
ROUTE_NAMES = {
    EMAIL: N_("E-mail"),
    TEAMS: N_("Teams"),
    SLACK: N_("Slack"),
    PUSH: N_("Browser"),
    APPRISE: N_("Other service"),
}
# What was agreed is read as a mail, and so is what went wrong; a calendar reads mail alone.
BY_MAIL_ALONE = (due.OUTCOME, due.MISSED_SUMMARY, *due.OF_CALENDARS)
MOST_ROUTES = 8
UNREADABLE = N_("The address cannot be read any more. Enter it again.")

_PURPOSE = "route"


class Route(Editable, Base):
    """One way to reach one person. Its address is a secret, and kept locked."""

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    # What a delivery calls it, never used again for another: "teams-6f0c1a2b", and "email".
    key: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    # As much of the address as may be shown, or the name it was given.
    name: Mapped[str] = mapped_column(String(200), default="")
    # Who takes what goes this way: it has one breaker and one rate, whoever it is for.
    origin: Mapped[str] = mapped_column(String(LONGEST_ORIGIN), default="", index=True)
    locked: Mapped[str] = mapped_column(Text, default="")
    # A hash of the address, by which the same one is known again.
    mark: Mapped[str] = mapped_column(String(64), default="", index=True)
    is_used: Mapped[bool] = mapped_column(default=True)
    # It said that it takes nothing more until then.
    not_before: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    # The last failure since then, and its reason (a msgid, or the other side's words).
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    # Nothing will arrive there any more, as the other side said.
    broken_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def called(self) -> str:
        """What the audit log calls this: never its address."""
        return f"{self.kind}: {self.name}"

    def remove(self, at: datetime) -> None:
        """Let nothing go this way any more, and forget its address."""
        self.removed_at, self.locked, self.mark = at, "", ""

    def worked(self, at: datetime) -> None:
        """Something was taken there at `at`."""
        self.last_success_at = at
        self.failed_at = self.broken_at = self.not_before = None
        self.failure = ""

    def failed(self, at: datetime, failure: str) -> None:
        """Something was not taken there at `at`."""
        self.failed_at, self.failure = at, failure


@dataclass(frozen=True)
class Way:
    """A route as the worker goes it: its address in the clear, for as long as it is needed."""

    id: int
    kind: str
    address: str = field(repr=False)


def new_route(
    config: Config,
    person_id: int,
    kind: str,
    address: str,
    *,
    name: str = "",
    secret: str = "",
    origin: str = "",
) -> Route:
    """A route of `kind` to `address`; not yet in the database.

    `secret` is what is kept of it, locked, if that is more than the address.
    """
    return Route(
        person_id=person_id,
        key=f"{kind}-{secrets.token_hex(4)}",
        kind=kind,
        name=name or masked(address),
        origin=origin or origin_of(address),
        locked=lock(config.secret_key, _PURPOSE, secret or address),
        mark=mark_of(address),
    )


def mark_of(address: str) -> str:
    """By what an address is known again; it tells nothing of the address, which is random."""
    return hashlib.sha256(address.encode()).hexdigest()


def way_of(config: Config, route: Route) -> Way | None:
    """`route` as the worker goes it; None when its address cannot be read any more."""
    address = unlocked(config.secret_key, _PURPOSE, route.locked) if route.locked else None
    return None if address is None else Way(route.id, route.kind, address)


def routes_of(session: Session, person_id: int) -> list[Route]:
    """The routes that a person has, but for mail, in the order in which they came."""
    query = select(Route).where(
        Route.person_id == person_id, Route.removed_at.is_(None), Route.key != EMAIL
    )
    return list(session.scalars(query.order_by(Route.id)))


def forget_browser(session: Session, mark: str, at: datetime) -> None:
    """A browser that gave this address before, whoever used it then, starts anew."""
    query = select(Route).where(Route.mark == mark, Route.kind == PUSH)
    for route in session.scalars(query.where(Route.removed_at.is_(None)).with_for_update()):
        route.remove(at)
    session.flush()


def expect_room(session: Session, person_id: int, mark: str) -> None:
    """Raise Refused when the person has this route, or as many as one can have."""
    routes = routes_of(session, person_id)
    if any(route.mark == mark for route in routes):
        raise Refused(N_("You have this route already."))
    if len(routes) >= MOST_ROUTES:
        raise Refused(N_("You have %(most)s routes. Remove one first."), most=MOST_ROUTES)


def mail_route(session: Session, person_id: int) -> Route:
    """Whether a person wants mail: their row, or one that is not in the database and says yes."""
    query = select(Route).where(Route.person_id == person_id, Route.key == EMAIL)
    found = session.scalars(query).one_or_none()
    return found or Route(
        person_id=person_id, key=EMAIL, kind=EMAIL, name="", origin="", is_used=True, version=0
    )


def kind_of_route(key: str) -> str:
    """The kind of the route that a delivery calls `key`."""
    return key.partition("-")[0]


def route_name(key: str) -> str:
    """What the route is called that a delivery calls `key` (a msgid)."""
    return ROUTE_NAMES.get(kind_of_route(key), key)


# ------------------------------------------------------------------------------- who is reached how


def ways_to_people(session: Session) -> dict[int, tuple[str, ...]]:
    """By which routes each person is reached who has any; everybody else by mail."""
    query = select(Route.person_id, Route.key, Route.is_used, Route.broken_at)
    found: dict[int, list[str]] = {}
    without_mail = set()
    for one in session.execute(query.where(Route.removed_at.is_(None)).order_by(Route.id)):
        keys = found.setdefault(one.person_id, [])
        if one.key == EMAIL:
            without_mail |= set() if one.is_used else {one.person_id}
        elif one.is_used and one.broken_at is None:
            keys.append(one.key)
    return {
        person_id: tuple(keys) if keys and person_id in without_mail else (EMAIL, *keys)
        for person_id, keys in found.items()
    }


def is_wanted() -> ColumnElement[bool]:
    """Whether the person of a delivery is to be reached by its route now, as `ways_to_people`."""
    one, other = aliased(Route), aliased(Delivery)
    of_person = one.person_id == Delivery.person_id
    goes = and_(
        of_person,
        one.key != EMAIL,
        one.is_used.is_(True),
        one.broken_at.is_(None),
        one.removed_at.is_(None),
    )
    no_mail = exists(select(one.id).where(of_person, one.key == EMAIL, one.is_used.is_(False)))
    by_mail = or_(
        Delivery.kind.in_(BY_MAIL_ALONE),
        ~no_mail,
        ~exists(select(one.id).where(goes)),
        exists(
            select(other.id).where(
                other.subject == Delivery.subject,
                other.person_id == Delivery.person_id,
                other.kind == Delivery.kind,
                other.route != EMAIL,
                other.state == "dead",
            )
        ),
    )
    this_one = exists(select(one.id).where(goes, one.key == Delivery.route))
    return case((Delivery.route == EMAIL, by_mail), else_=this_one)


def goes_to(origin: str) -> ColumnElement[bool]:
    """Whether a delivery is taken by `origin`: "" stands for the mail relay."""
    if not origin:
        return Delivery.route == EMAIL
    return exists(
        select(Route.id).where(
            Route.person_id == Delivery.person_id,
            Route.key == Delivery.route,
            Route.origin == origin,
            Route.removed_at.is_(None),
        )
    )


def is_asked_to_wait(now: datetime) -> ColumnElement[bool]:
    """Whether the route of a delivery said that it takes nothing more for now."""
    return exists(
        select(Route.id).where(
            Route.person_id == Delivery.person_id,
            Route.key == Delivery.route,
            Route.not_before > now,
        )
    )


def is_told_otherwise() -> ColumnElement[bool]:
    """Whether the same was sent to the same person by another route."""
    other = aliased(Delivery)
    return exists(
        select(other.id).where(
            other.subject == Delivery.subject,
            other.person_id == Delivery.person_id,
            other.kind == Delivery.kind,
            other.id != Delivery.id,
            other.state == "sent",
        )
    )


def ways_of(session: Session, config: Config, ids: Collection[int]) -> Mapping[int, Way | None]:
    """The way of each of these deliveries that does not go by mail; None: it cannot be read."""
    query = (
        select(Delivery.id, Route)
        .join(Route, and_(Route.person_id == Delivery.person_id, Route.key == Delivery.route))
        .where(Delivery.id.in_(ids), Delivery.route != EMAIL)
    )
    return {row.id: way_of(config, row.Route) for row in session.execute(query)}


def changes_of_routes(session: Session) -> int:
    """A number that differs when a route was made, changed or found to be broken."""
    return int(session.scalar(select(func.coalesce(func.sum(Route.version), 0))) or 0)
