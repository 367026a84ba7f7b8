"""The way out of the house for mail: an SMTP relay (RFC 5321), or a folder of .eml files.

Both ways hand a mail over in two steps, so that a caller can write down between them what is about
to happen: `offer` brings the whole mail to the door (SMTP: up to but not including the final dot),
`finish` lets it go. Only after `finish` can a mail be on its way; before it nothing was sent.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import smtplib
import socket
import ssl
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from calendar_app.config import BadSetting, Config
from calendar_app.errors import Refused
from calendar_app.language import N_, noted
from calendar_app.text import clean_line

FOLDER_NAME = "mails"
# A relay that takes this many mails a minute is trusted with one more connection.
_MAILS_A_MINUTE_PER_LINE = 600
_MOST_LINES = 8
# Longer than this a held connection may have been closed by the relay without our noticing.
_FRESH_SECONDS = 2.0
_HELD_SECONDS = 60.0
_LONGEST_WORDS = 500

# Linux tells of a hang-up before anything is read; elsewhere a broken line shows at the dot.
_HUNG_UP = getattr(select, "POLLRDHUP", select.POLLHUP) | select.POLLHUP | select.POLLERR

Tls = Literal["required", "optional", "never", "implicit"]
Kind = Literal["accepted", "later", "never", "unknown", "unreachable", "untried"]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Mail:
    """One mail as it goes out: envelope addresses, and the bytes with CRLF line ends.

    `name` is the file name (without suffix) under which it is kept when there is no relay; the same
    name is the same mail, so that a repetition replaces it.
    """

    sender: str
    recipient: str
    raw: bytes
    name: str


@dataclass(frozen=True)
class Answer:
    """What became of one mail, and the relay's words.

    accepted: the relay has it. later: it said no for now (4xx). never: it said no for good (5xx).
    unknown: it was handed over and no answer came. unreachable: the relay did not get that far.
    untried: this mail was not tried, because the relay is away.
    """

    kind: Kind
    words: str
    # For so many seconds it takes nothing more (429 with Retry-After).
    wait: float = 0.0
    # Nothing will ever arrive at this address again.
    gone: bool = False


class PostOffice(Protocol):
    """A way out. Not safe for several threads at once."""

    name: str
    # How many mails can stand at the door at once.
    width: int

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Bring at most `width` mails to the door; None for each that stands there now."""

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Of the mails that stand at the door, in order, let the chosen go and take back the rest.

        One answer for each; that of a mail taken back is "untried".
        """

    def rest(self) -> None:
        """Say goodbye to a relay that had nothing to do for a minute."""

    def close(self) -> None:
        """Say goodbye. A later `offer` opens again."""


class NotPosted(Refused):
    """A mail that a person waits for could not be handed over."""


def post_office(config: Config, patience: float = 300) -> PostOffice:
    """The way out that `config` names; no answer is waited for longer than `patience` seconds.

    Raises BadSetting for an address that makes no sense.
    """
    if config.smtp_url is None:
        return MailFolder(config.data_dir)
    address = smtp_address(config.smtp_url)
    lines = min(_MOST_LINES, max(1, config.mail_rate // _MAILS_A_MINUTE_PER_LINE))
    return Relay(replace(address, seconds=min(patience, address.seconds)), config.host, lines)


def send_now(config: Config, message: EmailMessage) -> str:
    """Hand `message` over while a person waits; the relay's words, or where the mail is kept.

    Raises NotPosted, in words for that person.
    """
    office = post_office(config, patience=10)
    name = str(uuid.uuid4())
    if "Message-ID" not in message:
        message["Message-ID"] = message_id(config, name)
    recipient = parseaddr(str(message["To"]))[1]
    mail = Mail(envelope_sender(config), recipient, message.as_bytes(policy=SMTP_POLICY), name)
    try:
        answer = office.offer([mail])[0] or office.finish([True])[0]
    finally:
        office.close()
    if answer.kind != "accepted":
        raise NotPosted(N_("The mail could not be sent: %(reply)s"), reply=answer.words)
    return answer.words


def trouble(config: Config) -> str | None:
    """Why the relay cannot be spoken to, in its or the system's words; None: it can, or is not set.

    Greets the relay as for a mail, sign-in and all, and sends none. Raises BadSetting.
    """
    if config.smtp_url is None:
        return None
    line = _Line(replace(smtp_address(config.smtp_url), seconds=10), _helo(config.host))
    try:
        line.make_ready()
    except _Away as away:
        return str(away)
    line.say_goodbye()
    return None


def message_id(config: Config, unique: str) -> str:
    """The Message-ID (RFC 5322 §3.6.4) for `unique`, at the sender's domain."""
    return f"<{unique}@{_sender_domain(config.mail_from)}>"


def envelope_sender(config: Config) -> str:
    """The bare address that mails come from."""
    return _bare(config.mail_from)


@cache
def _bare(mail_from: str) -> str:
    return parseaddr(mail_from)[1]


def mail_notice(config: Config) -> str | None:
    """What the pages say while no mail leaves the house (a msgid); None when mails are sent."""
    if config.smtp_url is not None:
        return None
    return N_(
        "Kapstok sends no mail yet: no mail server is set. Mails are kept in the data folder."
    )


# ------------------------------------------------------------------------------------- a mail relay


@dataclass(frozen=True)
class SmtpAddress:
    """Where the relay is and how to speak to it. `seconds` is how long each answer may take."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: Tls
    seconds: float


def smtp_address(url: str) -> SmtpAddress:
    """The parts of `smtp://user:password@host:587?starttls=required&timeout=20`.

    `smtps://` is TLS from the first byte (port 465). Raises BadSetting.
    """
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = set(asked) - {"starttls", "timeout"}
    if unknown:
        raise BadSetting(f"KAPSTOK_SMTP_URL knows no {min(unknown)!r}.")
    implicit = parts.scheme == "smtps"
    return SmtpAddress(
        host=parts.hostname or "localhost",
        port=_port(url) or (465 if implicit else 587),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls="implicit" if implicit else _starttls(asked.get("starttls", "optional")),
        seconds=_seconds(asked.get("timeout", "20")),
    )


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as error:
        raise BadSetting("KAPSTOK_SMTP_URL has a port that is no number.") from error


def _starttls(word: str) -> Tls:
    for known in ("required", "optional", "never"):
        if word == known:
            return known
    raise BadSetting("KAPSTOK_SMTP_URL: starttls is one of required, optional, never.")


def _seconds(text: str) -> float:
    if not text.isdigit() or not 1 <= int(text) <= 300:
        raise BadSetting("KAPSTOK_SMTP_URL: timeout is a number of seconds from 1 to 300.")
    return float(text)


class _Away(Exception):
    """The relay cannot be spoken to; the words say why."""


class _Line:
    """One connection to the relay, spoken over one command at a time."""

    def __init__(self, address: SmtpAddress, our_name: str) -> None:
        self.address = address
        self.our_name = our_name
        self.dirty = False
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0

    def make_ready(self) -> None:
        """Connect, or see that the held connection still answers. Raises _Away."""
        if self._smtp is not None and not self._answers():
            self.break_off()
        if self._smtp is None:
            self._open()

    def say(self, command: str) -> None:
        """Send one command. Raises OSError, or ValueError for one that would break the line."""
        self._connected.putcmd(command)

    def hear(self) -> tuple[int, str]:
        """The relay's next reply. Raises OSError when none comes in time."""
        code, words = self._connected.getreply()
        self._used_at = time.monotonic()
        return code, said(code, words)

    def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises OSError."""
        self._connected.send(data)

    def is_cut(self) -> bool:
        """Whether the relay has hung up, as far as our side of the line can tell."""
        if self._smtp is None or self._smtp.sock is None:
            return True
        poll = select.poll()
        poll.register(self._smtp.sock, _HUNG_UP)
        return bool(poll.poll(0))

    def break_off(self) -> None:
        """Close without a word: what was begun and not ended by a dot was never sent."""
        smtp, self._smtp = self._smtp, None
        self.dirty = False
        if smtp is not None:
            smtp.close()

    def rest(self) -> None:
        """Say goodbye after a minute of silence."""
        if time.monotonic() - self._used_at > _HELD_SECONDS:
            self.say_goodbye()

    def say_goodbye(self) -> None:
        """QUIT."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.quit()
        self.break_off()

    @property
    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise ConnectionError("the relay closed the connection")
        return self._smtp

    def _answers(self) -> bool:
        if not self.dirty and time.monotonic() - self._used_at < _FRESH_SECONDS:
            return True
        try:
            self.say("RSET")
            code, _words = self.hear()
        except OSError:
            return False
        self.dirty = False
        return code == 250

    def _open(self) -> None:
        try:
            self._smtp = self._introduced()
        except smtplib.SMTPResponseException as error:
            raise _Away(said(error.smtp_code, error.smtp_error)) from error
        except OSError as error:
            raise _Away(_cause(error)) from error
        self._used_at = time.monotonic()

    def _introduced(self) -> smtplib.SMTP:
        smtp = self._greeted()
        try:
            # Without it the dot would wait for the acknowledgement of the body (Nagle).
            if smtp.sock is not None:
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            smtp.ehlo_or_helo_if_needed()
            self._encrypt(smtp)
            self._sign_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _greeted(self) -> smtplib.SMTP:
        where = self.address
        if where.tls == "implicit":
            return smtplib.SMTP_SSL(
                where.host,
                where.port,
                self.our_name,
                timeout=where.seconds,
                context=_tls_context(checked=True),
            )
        return smtplib.SMTP(where.host, where.port, self.our_name, timeout=where.seconds)

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        tls = self.address.tls
        if tls in {"never", "implicit"}:
            return
        if not smtp.has_extn("starttls"):
            if tls == "required":
                raise OSError("the relay offers no STARTTLS, and the setting requires it")
            return
        # Without a password to protect, "optional" only keeps passers-by from reading along.
        checked = tls == "required" or self.address.user is not None
        smtp.starttls(context=_tls_context(checked=checked))
        smtp.ehlo_or_helo_if_needed()

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        where = self.address
        if where.user is None:
            return
        if where.tls == "optional" and not isinstance(smtp.sock, ssl.SSLSocket):
            raise OSError("the password stays here: the relay offers no STARTTLS")
        smtp.login(where.user, where.password or "")


def _tls_context(*, checked: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class _Talk:
    """One mail on one line, as far as it has come."""

    mail: Mail
    line: _Line
    answer: Answer | None = None


class Relay:
    """An SMTP relay, over one connection that is held open, or several side by side.

    The mails of one `offer` go through the conversation in step, each on a line of its own, so that
    at most one mail per connection can ever be in doubt.
    """

    def __init__(self, address: SmtpAddress, our_host: str, lines: int = 1) -> None:
        self.name = f"{address.host}:{address.port}"
        self.width = lines
        self._lines = [_Line(address, _helo(our_host)) for _ in range(lines)]
        self._talks: list[_Talk] = []

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Speak up to the end of each body. See PostOffice."""
        lines, trouble = self._open_lines(len(mails))
        if not lines:
            return [Answer("unreachable", trouble), *(_untried() for _ in mails[1:])]
        talks = [_Talk(mail, line) for mail, line in zip(mails, lines, strict=False)]
        for step in (_mail_from, _rcpt_to, _data):
            _in_step(talks, step)
        for talk in talks:
            _try(talk, lambda talk=talk: talk.line.send(stuffed(talk.mail.raw)))  # type: ignore[misc]
        self._talks = [talk for talk in talks if talk.answer is None]
        return [talk.answer for talk in talks] + [_untried() for _ in mails[len(talks) :]]

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Send the final dots, then hear what the relay says. See PostOffice."""
        talks, self._talks = self._talks, []
        for talk, go in zip(talks, chosen, strict=True):
            if not go:
                talk.line.break_off()
                talk.answer = _untried()
        going = [talk for talk in talks if talk.answer is None]
        for talk in going:
            _end(talk)
        for talk in going:
            talk.answer = talk.answer or _verdict(talk)
        return [talk.answer or _untried() for talk in talks]

    def rest(self) -> None:
        """Say goodbye on every line that was silent for a minute."""
        for line in self._lines:
            line.rest()

    def close(self) -> None:
        """Break off what stands at the door, and say goodbye."""
        for talk in self._talks:
            talk.line.break_off()
        self._talks = []
        for line in self._lines:
            line.say_goodbye()

    def _open_lines(self, wanted: int) -> tuple[list[_Line], str]:
        """As many lines as can be had, and why there are not more."""
        ready: list[_Line] = []
        for line in self._lines[:wanted]:
            try:
                line.make_ready()
            except _Away as away:
                return ready, str(away)
            ready.append(line)
        return ready, ""


def _mail_from(mail: Mail) -> tuple[str, int]:
    return f"MAIL FROM:<{mail.sender}>", 250


def _rcpt_to(mail: Mail) -> tuple[str, int]:
    return f"RCPT TO:<{mail.recipient}>", 250


def _data(_mail: Mail) -> tuple[str, int]:
    return "DATA", 354


def _in_step(talks: Sequence[_Talk], step: Callable[[Mail], tuple[str, int]]) -> None:
    """Say one command on every line, then hear every answer: one round trip for all of them."""
    for talk in [talk for talk in talks if talk.answer is None]:
        command, _expected = step(talk.mail)
        _try(talk, lambda talk=talk, command=command: talk.line.say(command))  # type: ignore[misc]
    for talk in [talk for talk in talks if talk.answer is None]:
        _command, expected = step(talk.mail)
        reply = _try(talk, talk.line.hear)
        if reply is not None and reply[0] // 10 != expected // 10:
            _refused(talk, *reply)


def _try(talk: _Talk, act: Callable[[], Result]) -> Result | None:
    try:
        return act()
    except ValueError:
        talk.answer = Answer("never", "the address has signs that no relay takes")
        talk.line.dirty = True
    except OSError as error:
        talk.answer = Answer("unreachable", _cause(error))
        talk.line.break_off()
    return None


def _refused(talk: _Talk, code: int, words: str) -> None:
    talk.answer = Answer(_no(code), words)
    talk.line.dirty = True
    if code == 421 or code < 400:
        # RFC 5321 §3.8: the relay closes; and after a reply that makes no sense so do we.
        talk.answer = Answer("unreachable", words)
        talk.line.break_off()


def _end(talk: _Talk) -> None:
    if talk.line.is_cut():
        # Without its dot the mail was not sent: no doubt about that.
        talk.answer = Answer("unreachable", "the relay closed the connection")
        talk.line.break_off()
        return
    try:
        talk.line.send(b".\r\n")
    except OSError as error:
        # The dot may have left all the same.
        talk.answer = Answer("unknown", _cause(error))
        talk.line.break_off()


def _verdict(talk: _Talk) -> Answer:
    try:
        code, words = talk.line.hear()
    except OSError as error:
        talk.line.break_off()
        return Answer("unknown", _cause(error))
    if code == 421 or code < 200:
        talk.line.break_off()
    if code // 100 == 2:
        return Answer("accepted", words)
    return Answer(_no(code) if code >= 400 else "unknown", words)


def _no(code: int) -> Literal["later", "never"]:
    return "never" if code >= 500 else "later"


def _untried() -> Answer:
    return Answer("untried", "")


def said(code: int, words: bytes | str) -> str:
    """A relay's reply as one clean line, with its code."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return clean_line(f"{code} {text}")[:_LONGEST_WORDS]


def stuffed(raw: bytes) -> bytes:
    """`raw` as it goes over the wire: a dot before each leading dot (RFC 5321 §4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", raw)


def _cause(error: OSError) -> str:
    return clean_line(str(error) or type(error).__name__)[:_LONGEST_WORDS]


def _helo(host: str) -> str:
    """Our name in EHLO; a bare IP address must stand in brackets (RFC 5321 §4.1.3)."""
    if re.fullmatch(r"[\d.]+", host):
        return f"[{host}]"
    return f"[IPv6:{host}]" if ":" in host else host


@cache
def _sender_domain(mail_from: str) -> str:
    domain = parseaddr(mail_from)[1].rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii") or "localhost"
    except UnicodeError:
        return "localhost"


# ------------------------------------------------------------------------------- a folder of mails


class MailFolder:
    """Mails as .eml files, which every mail program opens; whole or not there at all."""

    name = "folder"
    width = _MOST_LINES

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER_NAME
        self._waiting: list[Path] = []

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Write each mail beside its place. See PostOffice."""
        return [self._lay_down(mail) for mail in mails]

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Move the chosen mails to their place. See PostOffice."""
        waiting, self._waiting = self._waiting, []
        return [_put(path) if go else _drop(path) for path, go in zip(waiting, chosen, strict=True)]

    def rest(self) -> None:
        """Nothing to say goodbye to."""

    def close(self) -> None:
        """Take back what stands at the door."""
        self.finish([False] * len(self._waiting))

    def _lay_down(self, mail: Mail) -> Answer | None:
        path = self.folder / f"{mail.name}.{os.getpid()}.part"
        try:
            # Reminders name people: the folder is the operator's alone.
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_through(path, mail.raw)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return Answer("later", _cause(error))
        self._waiting.append(path)
        return None


def _write_through(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _put(path: Path) -> Answer:
    place = path.parent / f"{path.name.split('.')[0]}.eml"
    try:
        path.replace(place)
        _write_folder_through(path.parent)
    except OSError as error:
        return Answer("later", _cause(error))
    return Answer("accepted", noted(N_("Kept as %(file)s"), file=f"{FOLDER_NAME}/{place.name}"))


def _write_folder_through(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(path: Path) -> Answer:
    path.unlink(missing_ok=True)
    return _untried()
