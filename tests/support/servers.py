"""Kapstok as operators run it: real processes of its command; and a web server in a thread."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.environment import REPOSITORY, for_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds; a start on a busy machine, not a measure of speed
COMMAND = [sys.executable, "-m", "calendar_app.cli"]
STAGED = [sys.executable, "-m", "tests.support.staged"]


class Kapstok:
    """A running `kapstok` command. Its output, both streams together, goes to `log`.

    Each has a process group of its own, so that its children end with it.
    """

    def __init__(
        self,
        *arguments: str,
        settings: Mapping[str, str],
        log: Path,
        stage: Sequence[str] = (),
    ) -> None:
        """Start `kapstok` with `arguments` and these KAPSTOK_ settings; does not wait for it.

        With `stage`, options of `staged`, its surroundings are not as usual.
        """
        self.bind = settings.get("KAPSTOK_BIND", "")
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*(STAGED if stage else COMMAND), *stage, *arguments],
                env=for_child(dict(settings)),
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it answers, for one with KAPSTOK_BIND."""
        return f"http://{self.bind}"

    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_answer(self, seconds: float = PATIENCE) -> Self:
        """Wait until /healthz answers, healthy or not. Raises AssertionError."""
        self._wait_until(lambda: self.health()[0] > 0, seconds, "answer of /healthz")
        return self

    def wait_for_health(self, seconds: float = PATIENCE) -> Self:
        """Wait until /healthz answers 200: database and worker do their work."""
        self._wait_until(lambda: self.health()[0] == 200, seconds, "healthy answer of /healthz")
        return self

    def wait_for_line(self, pattern: str, seconds: float = PATIENCE) -> Self:
        """Wait until a line of its output matches the regular expression `pattern`."""
        said = re.compile(pattern, re.MULTILINE)
        self._wait_until(lambda: bool(said.search(self.output())), seconds, f"line {pattern!r}")
        return self

    def health(self) -> tuple[int, dict[str, Any]]:
        """The status of /healthz and what it says, if JSON; (0, {}) while nothing answers."""
        connection = http.client.HTTPConnection(self.bind, timeout=10)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(answer.read()) if is_json else {}
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def stop(self, seconds: float = PATIENCE) -> int:
        """Ask it to stop (SIGTERM), wait, and return its exit status. Nothing of it is left."""
        self._signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()

    def pause(self) -> None:
        """Stop it in its tracks (SIGSTOP), as a machine that hangs; `resume` goes on."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused one go on."""
        os.killpg(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children at once (SIGKILL), as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def _signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def _wait_until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            ended = self.process.poll() is not None
            # Once more after its end: its last line may be the one.
            if (ended and not holds()) or time.monotonic() > deadline:
                state = f"status {self.process.returncode}" if ended else "still running"
                raise AssertionError(f"No {what} ({state}). It said:\n{self.output()}")
            time.sleep(0.02)


def kapstok(
    *arguments: str, settings: Mapping[str, str], given: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a `kapstok` command to its end, with `given` on its standard input."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=for_child(dict(settings)),
        cwd=REPOSITORY,
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def settings_for(data_dir: Path, **more: str) -> dict[str, str]:
    """KAPSTOK_ settings of an installation in `data_dir` on a free port of loopback.

    `more` are further settings without their prefix: `smtp_url=sink.url`.
    """
    return {
        "KAPSTOK_DATA_DIR": str(data_dir),
        "KAPSTOK_BIND": f"{HOST}:{free_port()}",
        **{f"KAPSTOK_{name.upper()}": value for name, value in more.items()},
    }


def free_port() -> int:
    """A port of loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class LiveServer:
    """A web server in threads of this process. Its address is known before its application is."""

    def __init__(self) -> None:
        self._answering = threading.Condition()
        self._busy = 0
        self._stopped = False
        self._listen(0, _not_yet)

    def _listen(self, port: int, application: WSGIApplication) -> None:
        self._server = make_server(HOST, port, application, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self._server.server_port}"

    def serve(self, application: WSGIApplication) -> str:
        """Answer with `application` from now on; returns the address."""
        self._server.app = self._counted(application)
        return self.url

    def stop(self) -> None:
        """Stop listening, and wait for what is being answered: a page may ask until its end.

        An answer that came later would give its connection back to a database that is gone.
        Asked again, it has stopped already.
        """
        if self._stopped:
            return
        self._server.shutdown()
        self._thread.join(PATIENCE)
        with self._answering:
            self._stopped = True
            self._answering.wait_for(lambda: not self._busy, PATIENCE)
        self._server.server_close()

    def come_back(self) -> None:
        """Listen again after `stop`, at the same address and with the same application."""
        with self._answering:
            self._stopped = False
        self._listen(self._server.server_port, self._server.app)

    def _counted(self, application: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with self._answering:
                if self._stopped:
                    return _not_yet(environ, start_response)
                self._busy += 1
            try:
                return application(environ, start_response)
            finally:
                with self._answering:
                    self._busy -= 1
                    self._answering.notify_all()

        return answer


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the test says what it asks."""


def _not_yet(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"No application yet."]
