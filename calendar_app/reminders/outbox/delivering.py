"""`deliver`: hands mails to the relay, and never what another worker holds by now."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import (
    update,
)

from calendar_app.config import Config
from calendar_app.language import N_
from calendar_app.post_office import Answer, Mail
from calendar_app.reminders import chat
from calendar_app.reminders.mail import write
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.outbox.desk import Claimed, Desk, is_ours
from calendar_app.reminders.outbox.landing import KEEP_BYTES, relay_is_away, write_results
from calendar_app.reminders.routes import UNREADABLE
from calendar_app.reminders.services import office_of
from calendar_app.reminders.switchboard import Message


def deliver(desk: Desk, claimed: Sequence[Claimed]) -> None:
    """Hand over what was claimed, as many side by side as the way out is wide.

    Stops when the relay is away or the worker has to stop; what was not begun goes back.
    """
    rest = list(claimed)
    goes_on = True
    while rest and goes_on and not desk.stopping.is_set():
        group, rest = rest[: desk.office.width], rest[desk.office.width :]
        goes_on = _deliver_together(desk, group)
    if rest:
        write_results(desk, [(one, Answer("untried", "")) for one in rest])


def desk_for(desk: Desk, origin: str) -> Desk:
    """The same desk, with the way out to the service `origin`."""
    return replace(desk, office=office_of(origin, desk.config, desk.clock), origin=origin)


def _deliver_together(desk: Desk, group: Sequence[Claimed]) -> bool:
    """Hand a group over; whether the relay is there for more."""
    written = [(one, mail_of(desk, one)) for one in group]
    results = [(one, mail) for one, mail in written if isinstance(mail, Answer)]
    mails = [(one, mail) for one, mail in written if isinstance(mail, Mail)]
    offers = desk.office.offer([mail for _one, mail in mails]) if mails else []
    at_the_door = []
    for (one, mail), answer in zip(mails, offers, strict=True):
        if answer is None:
            at_the_door.append((one, mail))
        else:
            results.append((one, answer))
    results += _let_go(desk, at_the_door)
    write_results(desk, results)
    return not relay_is_away(answer for _one, answer in results)


def mail_of(desk: Desk, one: Claimed) -> Mail | Answer:
    """The mail or message of one; an answer instead when it cannot be written."""
    if desk.origin:
        return _message_of(desk.config, one)
    try:
        mail = write(desk.config, one.story, one.reader, one.unique, one.dated_at)
    except ValueError:
        return Answer("never", N_("The address cannot stand in a mail."))
    return mail if one.frozen is None else replace(mail, raw=one.frozen)


def _message_of(config: Config, one: Claimed) -> Message | Answer:
    """What goes to a service other than a mail relay: the same bytes each time, as a mail."""
    if one.way is None:
        return Answer("never", UNREADABLE, gone=True)
    told = one.frozen or chat.message(config, one.story, one.way.kind, one.unique)
    return Message("", one.way.address, told, one.unique, one.way.kind, one.useful_until)


def _let_go(
    desk: Desk, at_the_door: Sequence[tuple[Claimed, Mail]]
) -> list[tuple[Claimed, Answer]]:
    """Write down that these are about to leave, and let those go that are still this worker's."""
    if not at_the_door:
        return []
    ours = [False] * len(at_the_door)
    try:
        ours = _may_leave(desk, at_the_door)
    finally:
        # A database that cannot be written calls every mail back: none has had its final dot.
        answers = desk.office.finish(ours)
    return [(one, answer) for (one, _mail), answer in zip(at_the_door, answers, strict=True)]


def _may_leave(desk: Desk, mails: Sequence[tuple[Claimed, Mail]]) -> list[bool]:
    """Which of them have taken off and are, directly before the dot, still leased and of use."""
    steady = replace(desk, clock=_steady_clock(desk))
    flying = take_off(steady, mails)
    # After the commit this process may have stood still (SIGSTOP, a machine asleep): look again.
    now = steady.clock()
    return [
        flies and now < min(one.lease_until, one.useful_until)
        for (one, _mail), flies in zip(mails, flying, strict=True)
    ]


def _steady_clock(desk: Desk) -> Callable[[], datetime]:
    """The desk's clock; if that is set back, what its stopwatch counts goes by all the same."""
    counted, began = desk.stopwatch(), desk.clock()

    def tell() -> datetime:
        return max(desk.clock(), began + timedelta(seconds=desk.stopwatch() - counted))

    return tell


def take_off(desk: Desk, mails: Sequence[tuple[Claimed, Mail]]) -> list[bool]:
    """Which of them are still ours to send and of use; those are in flight when this returns."""
    with desk.database.writing() as session:
        now = desk.clock()
        taking_off = (
            update(Delivery)
            .where(is_ours(desk, [one for one, _mail in mails]))
            .where(Delivery.lease_until > now, Delivery.useful_until > now)
            .values(state="in_flight")
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
        flying = set(session.scalars(taking_off))
        kept = [_bytes_of(one, mail) for one, mail in mails if one.id in flying]
        if kept:
            session.connection().execute(KEEP_BYTES, kept)
        return [one.id in flying for one, _mail in mails]


def _bytes_of(one: Claimed, mail: Mail) -> dict[str, object]:
    return {"which": one.id, "bytes": mail.raw.decode("ascii"), "name": _id_in(mail)}


def _id_in(mail: Mail) -> str:
    """The Message-ID as it stands in the bytes."""
    found = re.search(rb"(?im)^Message-ID: *(<[^>]*>)", mail.raw)
    return found[1].decode("ascii") if found else ""
