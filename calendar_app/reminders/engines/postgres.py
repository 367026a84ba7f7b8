"""An alarm clock that several machines share: Procrastinate, with its jobs as rows of PostgreSQL.

Every worker puts each tick into the database, where the first one counts, and one of them does it.
What is claimed goes out as a job too, deferred in the transaction of the claim, and whichever
worker is free delivers it. As with the other engine the truth is in the rows of our own: a job that
is lost, late or done twice changes nothing, and `sweep` heals what a dead worker held.

Procrastinate's tables lie in a schema of their own, `kapstok_jobs`. They hold nothing that would
have to be kept, so that another version of Procrastinate gets them anew, instead of step by step.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

import procrastinate
import psycopg
import psycopg_pool
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.reminders.engines.jobs import ClockGuard, Job

log = logging.getLogger(__name__)

SCHEMA = "kapstok_jobs"
# How the comment on the schema begins; a digest of Procrastinate's own tables follows.
_OURS = "Kapstok's jobs, made anew by kapstok db upgrade: "
_TICKS, _DELIVERIES = "ticks", "deliveries"
_DELIVER = "deliver"
_HEAL_EVERY = timedelta(seconds=30)
_MINUTE, _HOUR = 60, 3600
# A worker is told of each new job; it looks by itself should it have missed that.
_LOOK_EVERY = 2.0
_WATCH_EVERY = 0.2
_GUARD_EVERY = 1.0
_TRY_AGAIN_AFTER = 1.0
# Longer than the answer of any relay that is worth waiting for when the worker has to end.
_FINISH_WITHIN = 10.0
_CONNECT_WITHIN = 10.0
_MOST_CONNECTIONS = 4

Deliver = Callable[[Sequence[tuple[int, int]]], None]
# They tell of each job, and a hundred lines of a database that is away; we tell both in one line.
logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
# Only to write jobs on a connection that is handed over: it opens none of its own.
_WRITER = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(connection: Connection, tickets: Sequence[tuple[int, int]]) -> None:
    """Write the job that delivers these (each with its fence), in this connection's transaction."""
    _see_jobs(connection)
    raw = connection.connection.driver_connection
    job = _WRITER.configure_task(_DELIVER, queue=_DELIVERIES, connection=raw)
    job.defer(tickets=[list(ticket) for ticket in tickets])


def prepare(connection: Connection) -> None:
    """Make Procrastinate's tables as the installed version wants them; nothing when they are so.

    Raises Refused when another program has a schema of that name.
    """
    found = _comment(connection)
    if found == _wanted():
        return
    if found is not None and not found.startswith(_OURS):
        raise Refused(N_("There is a schema %(name)s already, and not of Kapstok."), name=SCHEMA)
    before = connection.scalar(text("SELECT current_setting('search_path')"))
    for order in (f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"):
        connection.execute(text(order))
    _search(connection, SCHEMA)
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    raw.execute(SchemaManager.get_schema())
    _search(connection, before)
    words = _wanted().replace("'", "''")
    connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{words}'"))


def is_prepared(connection: Connection) -> bool:
    """Whether the tables are as the installed version of Procrastinate wants them."""
    return _comment(connection) == _wanted()


def _comment(connection: Connection) -> str | None:
    """What the database says of our schema; None when there is none."""
    query = "SELECT coalesce(obj_description(oid), '') FROM pg_namespace WHERE nspname = :name"
    return cast("str | None", connection.scalar(text(query), {"name": SCHEMA}))


def _wanted() -> str:
    return _OURS + hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()


def _see_jobs(connection: Connection) -> None:
    """Let this transaction find Procrastinate's tables too, behind all others."""
    _search(connection, connection.scalar(text("SELECT current_setting('search_path')")), SCHEMA)


def _search(connection: Connection, *path: str | None) -> None:
    setting = ", ".join(part for part in path if part)
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": setting})


class ProcrastinateEngine:
    """Runs jobs until it is stopped: `shared` ones in one worker of all, `own` ones in each."""

    def __init__(
        self,
        url: str,
        shared: Sequence[Job],
        own: Sequence[Job],
        deliver: Deliver,
        wall: Callable[[], datetime],
    ) -> None:
        address = make_url(url).set(drivername="postgresql")
        self._address = address.render_as_string(hide_password=False)
        self._shared = shared
        self._deliver = deliver
        self._wall = wall
        self._stopping = threading.Event()
        self._broken = False
        self._hands = ThreadPoolExecutor(len(shared) + 1, thread_name_prefix="job")
        self._threads = [threading.Thread(target=self._run, name="procrastinate")]
        self._threads += [
            threading.Thread(target=self._repeat, args=(job,), name=job.name) for job in own
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End: jobs that run come to their end first."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._hands.shutdown(wait=True)

    def _repeat(self, job: Job) -> None:
        """Do what each worker does for itself. A mistake of ours is told, and ends no round."""
        while not self._stopping.is_set():
            try:
                job.act()
            except Exception:
                log.exception("%s failed", job.name)
            self._stopping.wait(job.every.total_seconds())

    def _run(self) -> None:
        asyncio.run(self._keep_working())

    async def _keep_working(self) -> None:
        """Work; when the database was away, or the clock was set, begin anew."""
        asyncio.get_running_loop().set_exception_handler(self._note_breakage)
        while not self._stopping.is_set():
            self._broken = False
            try:
                await self._work()
            except (ConnectorException, psycopg.Error) as error:
                log.warning("the worker waits for the database: %s", _cause(error))
            else:
                if not self._stopping.is_set():
                    log.warning("the shared rounds broke off, again soon")
            if not self._stopping.is_set():
                await asyncio.sleep(_TRY_AGAIN_AFTER)

    def _note_breakage(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What became of a job could not be written down: let go of it, and begin anew."""
        log.warning("a job lost its database: %s", context.get("exception", context["message"]))
        self._broken = True

    async def _work(self) -> None:
        """Tick and deliver until one of both ends, or nobody wants it any more."""
        pool = psycopg_pool.AsyncConnectionPool(
            self._address,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=_CONNECT_WITHIN,
            open=False,
            configure=_see_jobs_alone,
            check=psycopg_pool.AsyncConnectionPool.check_connection,
        )
        async with pool:
            apps = [(self._ticking(), _TICKS, len(self._shared) + 1)]
            apps.append((self._delivering(), _DELIVERIES, 1))
            work: list[Coroutine[Any, Any, None]] = [self._watch()]
            for app, queue, at_once in apps:
                await app.open_async(pool)
                work.append(_working(app, queue, at_once))
            await _until_one_ends(work)

    async def _watch(self) -> None:
        """Until the worker has to stop or to begin anew."""
        guard = ClockGuard(self._wall)
        looks = 0
        while not self._stopping.is_set() and not self._broken:
            await asyncio.sleep(_WATCH_EVERY)
            looks += 1
            if looks * _WATCH_EVERY >= _GUARD_EVERY:
                looks = 0
                if guard.was_set():
                    # It would wait for the clock to come to where it was.
                    log.warning("the clock of this machine was set")
                    return

    def _ticking(self) -> procrastinate.App:
        """Procrastinate with a periodic task for each shared job, and one that heals its rows."""
        app = _app()
        for job in self._shared:
            _tick(app, job.name, job.every, self._once_at_a_time(job))
        _tick(app, "heal", _HEAL_EVERY, lambda: _heal(app))
        return app

    def _once_at_a_time(self, job: Job) -> Callable[[], Awaitable[None]]:
        busy = threading.Lock()

        def act() -> None:
            try:
                job.act()
            finally:
                busy.release()

        async def do() -> None:
            # The one that is at it sees what this tick was for, or the next tick does.
            if busy.acquire(blocking=False):
                await self._in_a_thread(job.name, act)

        return do

    async def _in_a_thread(self, name: str, act: Callable[[], None]) -> None:
        """Do it beside all else. A mistake of ours is told, and the next tick tries again."""
        doing = asyncio.get_running_loop().run_in_executor(self._hands, act)
        await asyncio.wait([doing])
        error = doing.exception()
        if error is not None:
            log.error("%s failed", name, exc_info=error)

    def _delivering(self) -> procrastinate.App:
        """Procrastinate with the task that delivers what was claimed; without ticks."""
        app = _app()

        @app.task(name=_DELIVER, queue=_DELIVERIES)
        async def _deliver(tickets: list[list[int]]) -> None:
            handed = [(one, fence) for one, fence in tickets]
            await self._in_a_thread(_DELIVER, lambda: self._deliver(handed))

        return app


def cron(every: timedelta) -> str:
    """`every` in the words of cron, with seconds as the sixth. Raises ValueError for odd ones."""
    seconds = int(every.total_seconds())
    if seconds < _MINUTE and _MINUTE % seconds == 0:
        return f"* * * * * */{seconds}"
    if seconds in {_MINUTE, _HOUR}:
        return "* * * * *" if seconds == _MINUTE else "0 * * * *"
    raise ValueError(f"no tick comes round every {every}")


def _app() -> procrastinate.App:
    return procrastinate.App(
        connector=procrastinate.PsycopgConnector(configure=_see_jobs_alone),
    )


def _tick(
    app: procrastinate.App, name: str, every: timedelta, act: Callable[[], Awaitable[None]]
) -> None:
    # One waits at most: of ticks that nobody had time for, one is as good as all.
    @app.periodic(cron=cron(every), periodic_id=name)
    @app.task(name=name, queue=_TICKS, queueing_lock=name)
    async def _act(timestamp: int) -> None:  # noqa: ARG001 - every tick brings it
        await act()


async def _heal(app: procrastinate.App) -> None:
    """Clear away the jobs of workers that are gone: what they were about is in our own rows."""
    for job in await app.job_manager.get_stalled_jobs():
        # Another worker may clear the same away.
        with suppress(ConnectorException):
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
            log.warning("job %s (%s) was left by a worker that is gone", job.id, job.task_name)


async def _working(app: procrastinate.App, queue: str, at_once: int) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=at_once,
        fetch_job_polling_interval=_LOOK_EVERY,
        shutdown_graceful_timeout=_FINISH_WITHIN,
        delete_jobs="always",
        install_signal_handlers=False,
    )


async def _until_one_ends(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all side by side; when one ends, let the others end too. Raises what the first raised."""
    tasks = [asyncio.create_task(one) for one in work]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


async def _see_jobs_alone(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()


def _cause(error: BaseException) -> str:
    told = error.__cause__ or error
    return str(told).strip() or type(told).__name__
