"""The shape of the database over time: which version a database has, and bringing it up to date.

Each step is a file in `migrations/versions`. An older program refuses a newer database and changes
nothing; all steps of one upgrade run in one transaction, so that a killed one starts again.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from calendar_app import private
from calendar_app.config import folder, has_procrastinate
from calendar_app.db import Database, sqlite_file, sqlite_files
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.search.index import include_name
from calendar_app.text import clean_line

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

# Alembic is loaded where a database is changed. A start only asks which step it is at, and to load
# Alembic for that takes a tenth of the start, and of the worker's memory.

# The table that a database has which was moved elsewhere: when, and where to.
MOVED = "moved_to"
# Any number; PostgreSQL lets one holder of it migrate at a time.
_MIGRATION_LOCK = 7_202_611


class SchemaState(Enum):
    """How a database stands to this program."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


def state(database: Database) -> SchemaState:
    """How `database` stands to this program.

    Raises Refused when it cannot be opened, and when it was moved elsewhere.
    """
    with _connect(database) as connection:
        _refuse_moved(connection)
        return _state(connection)


def revision(database: Database) -> str | None:
    """The step that `database` is at; None before the first."""
    with _connect(database) as connection:
        return _revision(connection)


def upgrade(url: str) -> None:
    """Bring the database at `url` up to date. Raises Refused for one from a newer program."""
    file = sqlite_file(url)
    if file is not None:
        private.make_folder(file.parent)
        private.make_file(file)
    keep_private(url)
    database = Database(url)
    try:
        _upgrade(database)
    finally:
        database.dispose()


def keep_private(url: str) -> None:
    """Let nobody else read an SQLite database.

    SQLite gives what it makes beside a database the database's own mode.
    """
    file = sqlite_file(url)
    for own in [] if file is None else sqlite_files(file):
        private.close_file(own)


def differences(database: Database) -> list[object]:
    """What the models say and the database does not, as Alembic's autogenerate tells it."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - see above
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - see above

    from calendar_app.models import Base  # noqa: PLC0415 - only this check needs every model

    options: dict[str, object] = {"compare_type": True, "include_name": include_name}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def steps() -> list[str]:
    """The numbers of all steps that this program knows, the oldest first.

    They are the names of the files: one line of steps, without branches.
    """
    files = (folder("migrations") / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _upgrade(database: Database) -> None:
    from alembic import command  # noqa: PLC0415 - see above

    engine = database.engine.execution_options(kapstok_writes=True)
    with engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        _refuse_moved(connection)
        if _state(connection) is SchemaState.NEWER:
            raise Refused(
                N_("This database was made by a newer Kapstok. Update the program, not the data.")
            )
        settings = _settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        if not database.is_sqlite and has_procrastinate():
            from calendar_app.reminders.engines import postgres  # noqa: PLC0415 - an extra part

            postgres.prepare(connection)


def engine_is_ready(database: Database) -> bool:
    """Whether the tables of Procrastinate are there, as the installed version wants them."""
    from calendar_app.reminders.engines import postgres  # noqa: PLC0415 - an extra part

    with _connect(database) as connection:
        return postgres.is_prepared(connection)


def _connect(database: Database) -> Connection:
    try:
        return database.engine.connect()
    except DBAPIError as error:
        # The driver of PostgreSQL says it in several lines.
        cause = clean_line(str(error.orig))
        raise Refused(N_("The database cannot be opened: %(cause)s"), cause=cause) from error


def _refuse_moved(connection: Connection) -> None:
    if connection.dialect.name != "sqlite" or not inspect(connection).has_table(MOVED):
        return
    at, place = connection.execute(text(f"SELECT at, place FROM {MOVED}")).one()  # noqa: S608 - a name of our own
    words = N_("Kapstok moved on %(at)s to %(place)s: set KAPSTOK_DATABASE_URL to that database.")
    raise Refused(words, at=at, place=place)


def _state(connection: Connection) -> SchemaState:
    found = _revision(connection)
    if found is None:
        return SchemaState.EMPTY
    known = steps()
    if found == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.BEHIND if found in known else SchemaState.NEWER


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return cast("str | None", connection.scalar(text("SELECT version_num FROM alembic_version")))


def _settings() -> AlembicConfig:
    from alembic.config import Config  # noqa: PLC0415 - see above

    settings = Config()
    # A percent sign in the path would be read as an interpolation.
    settings.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings
