"""`kapstok doctor`: looks at one installation as an operator would, and says what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from calendar_app import post_office, schema
from calendar_app.config import Config
from calendar_app.db import Database, sqlite_file
from calendar_app.errors import Refused
from calendar_app.models import AuditEntry, Meetup, Post
from calendar_app.reminders.health import health
from calendar_app.text import clean_line

_CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, and in words what was seen or is to do."""

    about: str
    well: bool
    words: str


def examine(config: Config, now: datetime) -> list[Finding]:
    """Look at settings, folder, address, mail, database, schema, engine, worker and clock."""
    findings = [_settings(config), _folder(config), _address(config), _mail(config)]
    database = Database(config.database_url)
    try:
        return [*findings, *_about_database(database, config, now)]
    finally:
        database.dispose()


def _well(about: str, words: str) -> Finding:
    return Finding(about, well=True, words=words)


def _ill(about: str, words: str) -> Finding:
    return Finding(about, well=False, words=words)


def _settings(config: Config) -> Finding:
    kind = "PostgreSQL" if sqlite_file(config.database_url) is None else "SQLite"
    return _well("settings", f"read; the database is {kind}.")


def _folder(config: Config) -> Finding:
    folder = config.data_dir
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return _ill("data folder", f"{folder} cannot be written. Make it, or its owner us.")
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    if free < 200 * 1024 * 1024:
        return _ill("data folder", f"only {free // 1024**2} MB left on its disk. Make room.")
    return _well("data folder", f"{folder} can be written, {free // 1024**3} GB free.")


def _address(config: Config) -> Finding:
    if config.secure:
        return _well("address", f"people reach Kapstok at {config.base_url}.")
    return Finding(
        "address",
        config.host in {"127.0.0.1", "localhost", "::1"},
        f"{config.base_url} has no https. Outlook on the web fetches feeds by https only: "
        "put a proxy with a certificate in front and set KAPSTOK_BASE_URL.",
    )


def _mail(config: Config) -> Finding:
    if config.smtp_url is None:
        words = "no KAPSTOK_SMTP_URL: mails are kept as .eml files in the data folder."
        return _well("mail", words)
    trouble = post_office.trouble(config)
    if trouble is None:
        return _well("mail", f"the relay answers; it takes {config.mail_rate} mails a minute.")
    return _ill("mail", f"the relay does not take our mail: {trouble}")


def _about_database(database: Database, config: Config, now: datetime) -> Iterator[Finding]:
    file = sqlite_file(config.database_url)
    if file is not None and not file.exists():
        yield _ill("database", "there is none yet. Run: kapstok db upgrade (or kapstok run)")
        return
    try:
        state = schema.state(database)
    except Refused as refused:
        yield _ill("database", str(refused))
        return
    yield _well("database", "it can be opened.")
    current = state is schema.SchemaState.CURRENT
    advice = "up to date." if current else f"it is {state.value}. Run: kapstok db upgrade"
    yield Finding("schema", current, advice)
    if current:
        yield _engine(database, config)
        yield _worker(database, now)
        yield _reminders(database, config)
        yield _clock(database, now)


def _engine(database: Database, config: Config) -> Finding:
    if config.engine == "embedded":
        return _well("engine", "embedded: each worker makes its rounds by itself.")
    if not schema.engine_is_ready(database):
        return _ill("engine", "Procrastinate has no tables that fit. Run: kapstok db upgrade")
    return _well("engine", "Procrastinate: all workers of this database share their rounds.")


def _worker(database: Database, now: datetime) -> Finding:
    with database.reading() as session:
        found = health(session, now)
    if found.last_tick is None:
        return _ill("worker", "it has never run. Start: kapstok worker (or kapstok run)")
    if found.status != "ok":
        return _ill("worker", f"last seen {found.last_tick:%Y-%m-%d %H:%M:%S} UTC. Restart it.")
    return _well("worker", f"last tick {found.last_tick:%H:%M:%S} UTC.")


def _reminders(database: Database, config: Config) -> Finding:
    """Whether the relay takes the mails of each meet-up between its reminder and its start."""
    with database.reading() as session:
        series = session.scalars(select(Meetup).where(Meetup.deleted_at.is_(None))).all()
        late = [
            f"“{one.name}” has {len(one.participants)} participants and reminds "
            f"{one.lead_minutes} minutes before; {config.mail_rate} mails a minute reach "
            f"{one.reached_in_time(config.mail_rate)}"
            for one in series
            if one.reached_in_time(config.mail_rate) < len(one.participants)
        ]
    if late:
        return _ill("reminders", "; ".join(late) + ". Remind earlier.")
    return _well("reminders", "the relay's rate is enough for every meet-up.")


def _clock(database: Database, now: datetime) -> Finding:
    """A clock set back shows: something was noted in what is now the future."""
    try:
        with database.reading() as session:
            newest = [
                session.scalar(select(func.max(AuditEntry.at))),
                session.scalar(select(func.max(Post.updated_at))),
            ]
    except SQLAlchemyError as error:
        return _ill("clock", clean_line(f"could not be compared: {error}"))
    ahead = max((at for at in newest if at is not None), default=now)
    if ahead > now + _CLOCK_SLACK:
        return _ill("clock", f"rows are dated {ahead:%Y-%m-%d %H:%M} UTC, later than now. Set it.")
    return _well("clock", f"it is {now:%Y-%m-%d %H:%M:%S} UTC.")
