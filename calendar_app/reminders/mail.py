"""A reminder as a mail: text and HTML in the reader's language, with one link.

What a mail tells (its `Story`) is the same for all who read one language, so it is rendered once;
only the greeting and a few headers are each reader's own. Building whole MIME messages one by one
costs more than sending them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from html import escape
from typing import Any

from babel.dates import format_date, format_time
from babel.lists import format_list

from calendar_app.config import Config
from calendar_app.invitations.ics import Mailbox, Sheet, calendar_part
from calendar_app.language import N_, locale, say
from calendar_app.letters import bodies, mailbox
from calendar_app.meetups.beforehand import link_word
from calendar_app.meetups.sittings import Outcome
from calendar_app.moments import local
from calendar_app.people.seals import seal, unsealed
from calendar_app.post_office import Mail, envelope_sender, message_id
from calendar_app.reminders.due import (
    ACTION,
    ALL_NAMES,
    CHANGE,
    ESCALATION,
    HOST,
    INVITATION,
    LATE,
    MEETUP,
    MISSED_SUMMARY,
    OF_CALENDARS,
    OUTCOME,
    PUBLISH,
    RECHECK,
    REVIEW,
    SENDER,
    WEBCARE,
    WEBCARE_ESCALATION,
    WITHDRAWAL,
    WRITE,
)
from calendar_app.text import clean_line

_PURPOSE = "unsubscribe"
# So many things a mail lists; the page that it leads to has all.
MOST_ITEMS = 20
# Stands for the reader's name in a rendered body: of the private use area, so no text has it.
_NAME = "\ue000"
# And for the link with which the reader says that they cannot come.
_CANNOT_COME = "\ue001"
_SUBJECTS = {
    MEETUP: N_("%(meetup)s: %(day)s at %(time)s (%(city)s)"),
    OUTCOME: N_("What was agreed: %(meetup)s, %(day)s"),
    HOST: N_("You lead the meet-up: %(meetup)s, %(day)s at %(time)s (%(city)s)"),
    REVIEW: N_("Please review: %(post)s"),
    ESCALATION: N_("Waits too long for an approval: %(post)s"),
    WRITE: N_("Please write: %(post)s, for %(day)s"),
    PUBLISH: N_("Publish now: %(post)s, %(day)s at %(time)s (%(city)s)"),
    LATE: N_("Past its time: %(post)s, %(day)s at %(time)s (%(city)s)"),
    SENDER: N_("The organisation posts it now: %(post)s"),
    RECHECK: N_("Time to look again: %(precondition)s"),
    ACTION: N_("Due: %(action)s, by %(day)s"),
    WEBCARE: N_("Please answer: %(question)s"),
    WEBCARE_ESCALATION: N_("Waits much too long for an answer: %(question)s"),
    MISSED_SUMMARY: N_("Not everybody was reminded: %(meetup)s, %(day)s"),
    INVITATION: N_("Invitation: %(meetup)s"),
    CHANGE: N_("Changed: %(meetup)s"),
    WITHDRAWAL: N_("No longer in your calendar: %(meetup)s"),
}
_SUBJECTS_OF_SEVERAL = {
    REVIEW: N_("Please review %(count)s posts of %(team)s"),
    WRITE: N_("Please write %(count)s posts for %(team)s"),
    LATE: N_("%(count)s posts of %(team)s are past their time"),
    RECHECK: N_("Time to look again at %(count)s preconditions of %(team)s"),
    ACTION: N_("%(count)s actions of %(team)s are due"),
    WEBCARE: N_("Please answer %(count)s questions for %(team)s"),
    WEBCARE_ESCALATION: N_("%(count)s questions of %(team)s wait much too long for an answer"),
}


@dataclass(frozen=True)
class Reader:
    """Who gets the mail."""

    uuid: str
    name: str
    first_name: str
    address: str


@dataclass(frozen=True)
class MissedReminder:
    """Somebody who was not reminded, and why (a msgid). The technical words stay in the log."""

    name: str
    reason: str


@dataclass(frozen=True)
class Item:
    """One of several things that a mail tells of: the title of a post and its moment, if any.

    Of a precondition the title is a msgid, and `plan` the name of its plan.
    """

    title: str
    starts_at: datetime | None = None
    plan: str = ""


@dataclass(frozen=True)
class Story:
    """What a mail tells, the same for each of its readers. `path` is the one link, in Kapstok."""

    kind: str
    language: str
    team: str
    meetup: str
    starts_at: datetime
    zone: str
    minutes: int
    path: str
    # Of a meet-up that is still to come: its uuid, for the link of who cannot come.
    occurrence: str = ""
    # Of a reminder about a post: its title, who asks for it ("": nobody in particular), and
    # whether it goes out from the reader's own account.
    post: str = ""
    asker: str = ""
    # Who was asked to review it; "": nobody in particular.
    reviewer: str = ""
    from_own_account: bool = False
    # Of a reminder about a precondition: its name (a msgid) and that of its plan.
    precondition: str = ""
    plan: str = ""
    # Of a reminder about an action: what has to be done, by the day of `starts_at`.
    action: str = ""
    # Of a reminder about a question: how it begins, and on which channel it came; it should have
    # been answered by `starts_at`.
    question: str = ""
    channel: str = ""
    place: str = ""
    host: str = ""
    # Whom an answer reaches: a name and an address; None: the sender itself.
    answer_to: tuple[str, str] | None = None
    missed: tuple[MissedReminder, ...] = ()
    # Of a meet-up that is over.
    outcome: Outcome | None = None
    # When it tells of more than one: all of them.
    items: tuple[Item, ...] = ()
    # Of what goes into a calendar: that, and the weekdays (msgids) of a series.
    invitation: Sheet | None = None
    weekdays: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """A story rendered: all but what is the reader's own. Headers are lines with CRLF."""

    headers: str
    text: str
    html: str


def write(config: Config, story: Story, reader: Reader, unique: str, at: datetime) -> Mail:
    """The mail that tells `reader` the `story`, dated `at`, under the Message-ID of `unique`.

    Raises ValueError when the reader's address cannot stand in a mail.
    """
    sheet = _sheet(config, story)
    boundary = f"=_{unique}"
    text, html = _addressed(config, story, reader, sheet)
    headers = _own_headers(config, story, reader, unique, at) + sheet.headers
    raw = b"".join(
        (
            headers.encode("ascii"),
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode(),
            _part(boundary, "plain", text),
            _part(boundary, "html", html),
            _calendar(config, boundary, story, reader),
            f"--{boundary}--\r\n".encode(),
        )
    )
    return Mail(envelope_sender(config), reader.address, raw, unique)


def headline(config: Config, story: Story) -> str:
    """What a reminder says in one line."""
    return clean_line(_subject(story, _facts(config, story)))


def told(config: Config, story: Story) -> dict[str, Any]:
    """What a reminder tells, in the words of its reader's language, by name."""
    return _facts(config, story)


def stop_token(config: Config, person_uuid: str, kind: str) -> str:
    """The signed word with which a person can stop (and begin again) one kind of reminder."""
    return seal(config.secret_key, _PURPOSE, f"{person_uuid} {kind}")


def read_stop_token(config: Config, token: str) -> tuple[str, str] | None:
    """The person's uuid and the kind of a `stop_token`; None when it is not one of ours."""
    fact = unsealed(config.secret_key, _PURPOSE, token)
    if fact is None:
        return None
    person_uuid, _blank, kind = fact.partition(" ")
    return (person_uuid, kind) if kind in ALL_NAMES else None


def city(zone: str) -> str:
    """The place that a time zone is named after: "Amsterdam"."""
    return zone.rpartition("/")[2].replace("_", " ")


def _addressed(config: Config, story: Story, reader: Reader, sheet: _Sheet) -> tuple[str, str]:
    """The bodies with what is the reader's own."""
    text = sheet.text.replace(_NAME, reader.first_name)
    html = sheet.html.replace(_NAME, escape(reader.first_name))
    if not story.occurrence:
        return text, html
    word = link_word(config.secret_key, reader.uuid, story.occurrence)
    link = f"{config.base_url}/beforehand/{word}"
    return text.replace(_CANNOT_COME, link), html.replace(_CANNOT_COME, escape(link))


def _own_headers(config: Config, story: Story, reader: Reader, unique: str, at: datetime) -> str:
    kind = INVITATION if story.kind in OF_CALENDARS else story.kind
    stop = f"{config.base_url}/unsubscribe/{stop_token(config, reader.uuid, kind)}"
    return (
        _to(reader)
        + f"Date: {format_datetime(at)}\r\n"
        + f"Message-ID: {message_id(config, unique)}\r\n"
        # RFC 8058: mail programs post to this address; it must stand on one line.
        + f"List-Unsubscribe: <{stop}>\r\n"
        + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )


@lru_cache(maxsize=256)
def _sheet(config: Config, story: Story) -> _Sheet:
    facts = _facts(config, story)
    text, html = bodies(story.language, f"mail/{story.kind}", **facts)
    sender = mailbox(*parseaddr(config.mail_from))
    answer_to = mailbox(*story.answer_to) if story.answer_to else sender
    headers = (
        _header("From", sender)
        + _header("Subject", _subject(story, facts))
        + _header("Reply-To", answer_to)
        + "Auto-Submitted: auto-generated\r\n"
        + "X-Auto-Response-Suppress: All\r\n"
        + f"Content-Language: {story.language}\r\n"
        + "MIME-Version: 1.0\r\n"
    )
    return _Sheet(headers, text, html)


def _facts(config: Config, story: Story) -> dict[str, object]:
    start = local(story.starts_at, story.zone)
    habits = locale(story.language)
    return {
        "reader": _NAME,
        "team": story.team,
        "meetup": story.meetup,
        "day": format_date(start, "EEEE d MMMM", locale=habits),
        "time": format_time(start.time(), "HH:mm", locale=habits),
        "city": city(story.zone),
        "minutes": story.minutes,
        "place": story.place,
        "host": story.host,
        "link": config.base_url + story.path,
        "missed": story.missed,
        "post": story.post,
        "asker": story.asker,
        "reviewer": story.reviewer,
        "from_own_account": story.from_own_account,
        "outcome": story.outcome,
        "days": _days(story),
        "cannot_come": _CANNOT_COME if story.occurrence else "",
        "precondition": say(story.language, story.precondition) if story.precondition else "",
        "plan": story.plan,
        "action": story.action,
        "question": story.question,
        "channel": story.channel,
        "items": [_words_of(item, story) for item in story.items[:MOST_ITEMS]],
        "more": max(0, len(story.items) - MOST_ITEMS),
        "weekdays": format_list(
            [say(story.language, day) for day in story.weekdays], locale=habits
        ),
    }


def _days(story: Story) -> list[str]:
    """The days of the actions that were agreed, in the words of the reader's language."""
    agreed = () if story.outcome is None else story.outcome.agreed
    habits = locale(story.language)
    return [format_date(one.due_on, "EEE d MMM", locale=habits).replace(".", "") for one in agreed]


def _words_of(item: Item, story: Story) -> str:
    if item.plan:
        return f"{say(story.language, item.title)} ({item.plan})"
    if item.starts_at is None:
        return item.title
    start, habits = local(item.starts_at, story.zone), locale(story.language)
    day = format_date(start, "EEEE d MMMM", locale=habits)
    return f"{item.title} ({day}, {format_time(start.time(), 'HH:mm', locale=habits)})"


def _subject(story: Story, facts: dict[str, object]) -> str:
    if story.items:
        several = _SUBJECTS_OF_SEVERAL[story.kind]
        return say(story.language, several, count=len(story.items), team=story.team)
    names = ("meetup", "post", "precondition", "action", "question", "day", "time", "city")
    told = {name: facts[name] for name in names}
    return say(story.language, _SUBJECTS[story.kind], **told)


def _to(reader: Reader) -> str:
    if reader.name.isascii() and len(reader.name) + len(reader.address) < 60:
        # The plain case needs no encoding and no folding, which cost most of a mail's time.
        return f"To: {formataddr((clean_line(reader.name), reader.address))}\r\n"
    return _header("To", mailbox(reader.name, reader.address))


def _header(name: str, value: str | Address) -> str:
    """One header, encoded and folded as RFC 5322 and 2047 say, with CRLF."""
    cleaned = clean_line(value) if isinstance(value, str) else str(value)
    folded: str = SMTP.fold(name, SMTP.header_factory(name, cleaned))
    return folded


def _part(boundary: str, subtype: str, text: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = "\r\n".join(text.strip().splitlines()) + "\r\n"
    return head.encode("ascii") + binascii.b2a_qp(lines.encode("utf-8"), istext=True)


def _calendar(config: Config, boundary: str, story: Story, reader: Reader) -> bytes:
    """The part that a calendar program reads, of a mail that has one (RFC 6047 §2.4)."""
    if story.invitation is None:
        return b""
    organizer = Mailbox(story.team, parseaddr(config.mail_from)[1])
    file = calendar_part(story.invitation, organizer, Mailbox(reader.name, reader.address))
    head = (
        f"--{boundary}\r\n"
        f"Content-Type: text/calendar; charset=utf-8; method={story.invitation.method}\r\n"
        "Content-Disposition: inline\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    lines = base64.encodebytes(file.encode()).replace(b"\n", b"\r\n")
    return head.encode("ascii") + lines
