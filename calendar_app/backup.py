"""Copies of the database: whole, checked after writing, and put back with care (SQLite).

SQLite's own backup reads a consistent state while others write. A copy counts only after the
database itself has found it sound. The images and files of posts lie in a folder beside it.
PostgreSQL has better tools of its own (pg_dump, pg_basebackup).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from calendar_app import presence, private, schema
from calendar_app.db import Database, sqlite_file, sqlite_files
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.media.storage import Folder, is_name


def back_up(url: str, target: Path) -> None:
    """Write a verified copy of the database at `url` to `target`. Raises Refused."""
    source = _sqlite(url)
    if not source.exists():
        raise Refused(N_("There is no database to copy yet: %(file)s."), file=source)
    if target.resolve() in {own.resolve() for own in sqlite_files(source)}:
        raise Refused(N_("This is the database itself. Name another file for the copy."))
    part = target.with_name(f"{target.name}.part")
    try:
        _copy(source, part)
        _verify(part)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise Refused(N_("The copy could not be written: %(cause)s."), cause=error) from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, source: Path, data_dir: Path, now: datetime) -> Path | None:
    """Put the copy `source` in the place of the database; the old one is kept, and named.

    Raises Refused, changing nothing, when the copy is not sound or comes from a newer Kapstok, and
    when Kapstok is running on this data folder.
    """
    target = _sqlite(url)
    if not source.is_file():
        raise Refused(N_("There is no file %(file)s."), file=source)
    with presence.alone(data_dir):
        part = target.with_name(f"{target.name}.part")
        try:
            private.make_folder(target.parent)
            _copy(source, part)
            _verify(part)
            _refuse_newer(part)
            return _swap(part, target, now)
        except (OSError, sqlite3.Error) as error:
            raise Refused(N_("The copy could not be put back: %(cause)s."), cause=error) from error
        finally:
            part.unlink(missing_ok=True)


def back_up_files(data_dir: Path, copy: Path) -> tuple[int, int]:
    """Bring the folder of images and files beside `copy`, a copy of the database, up to date.

    Called after the database is copied: each row in the copy then has its file. A file never
    changes, so only new ones are written. Answers how many files lie there, and how many that the
    copy names are missing or damaged. Raises Refused.
    """
    target = Folder(_files_beside(copy))
    try:
        _bring_over(Folder(data_dir / "media"), target)
        return sum(1 for _each in target.kept()), _missing(copy, target)
    except OSError as error:
        raise Refused(N_("The files could not be copied: %(cause)s."), cause=error) from error


def restore_files(copy: Path, data_dir: Path) -> None:
    """Put back the files that lie beside `copy`; those that are there stay. Raises Refused.

    Called before the database is put back, so that no row of it is without its file.
    """
    try:
        _bring_over(Folder(_files_beside(copy)), Folder(data_dir / "media"))
    except OSError as error:
        raise Refused(N_("The files could not be put back: %(cause)s."), cause=error) from error


def back_up_before_upgrade(url: str, now: datetime) -> Path | None:
    """Before the schema changes: a copy beside the database. None when there is nothing to lose."""
    file = sqlite_file(url)
    if file is None or not file.exists():
        return None
    target = file.with_name(f"{file.stem}-before-upgrade-{now:%Y%m%dT%H%M%SZ}{file.suffix}")
    back_up(url, target)
    return target


def _files_beside(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.media")


def _bring_over(source: Folder, target: Folder) -> None:
    there = {name for name, _since in target.kept()}
    for name, _since in source.kept():
        # A half-written one, or one that was cleared away meanwhile: no row has it.
        if name not in there and is_name(name):
            with suppress(FileNotFoundError), source.open(name) as file:
                target.put(name, file.read())


def _missing(copy: Path, folder: Folder) -> int:
    """How many files that the database `copy` names are not as they were in `folder`."""
    named: list[tuple[str, str]] = []
    reading = closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True))
    with reading as reader:
        for table in ("post_media", "source_media"):
            # A database of before there were any has no such table.
            with suppress(sqlite3.OperationalError):
                named += reader.execute(f"SELECT stored_as, sha256 FROM {table}").fetchall()  # noqa: S608 - names of our own
    return sum(1 for name, digest in dict(named).items() if _digest(folder, name) != digest)


def _digest(folder: Folder, name: str) -> str:
    try:
        with folder.open(name) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError:
        return ""


def _sqlite(url: str) -> Path:
    file = sqlite_file(url)
    if file is None:
        raise Refused(N_("This database is PostgreSQL: use pg_dump and pg_restore for copies."))
    return file


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    private.make_file(target)
    source_uri = f"file:{source}?mode=ro"
    with (
        closing(sqlite3.connect(source_uri, uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)
        # One file, no -wal beside it: what is copied is all there is.
        writer.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _verify(copy: Path) -> None:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as reader:
        found = reader.execute("PRAGMA integrity_check").fetchone()[0]
        known = reader.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('alembic_version', 'team', 'post')"
        ).fetchone()[0]
    if found != "ok":
        raise Refused(N_("The copy is damaged: %(cause)s."), cause=found)
    if known != 3:
        raise Refused(N_("This file is no database of Kapstok."))


def _refuse_newer(copy: Path) -> None:
    database = Database(f"sqlite:///{copy}")
    try:
        if schema.state(database) is schema.SchemaState.NEWER:
            raise Refused(N_("This copy was made by a newer Kapstok. Update the program first."))
    finally:
        database.dispose()


def _keep(file: Path, kept: Path) -> None:
    """Keep what stands at `file`: as a sound copy, or as it lies when it is damaged."""
    try:
        _copy(file, kept)
    except sqlite3.DatabaseError:
        for lying, place in zip(sqlite_files(file), sqlite_files(kept), strict=True):
            if lying.exists():
                lying.replace(place)
                private.close_file(place)


def _swap(part: Path, target: Path, now: datetime) -> Path | None:
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.stem}-before-restore-{now:%Y%m%dT%H%M%SZ}{target.suffix}")
        _keep(target, kept)
    for name in (f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(name).unlink(missing_ok=True)
        part.with_name(name.replace(target.name, part.name)).unlink(missing_ok=True)
    part.replace(target)
    return kept
