"""The SMTP sink in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from tests.support.environment import REPOSITORY, for_child
from tests.support.smtp_log import Event, LogFile, Seen
from tests.support.smtp_sink import HOST, Tls, address_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from tests.support.smtp_faults import Fault


class SinkProcess(Seen):
    """A relay in a process of its own, for fault tests and measuring; orders as for SmtpSink."""

    def __init__(
        self,
        log: Path,
        *,
        port: int = 0,
        users: Mapping[str, str] | None = None,
        tls: Tls = "none",
        certificate: Path | None = None,
    ) -> None:
        """Keep what is seen in `log`; the rest as for SmtpSink."""
        self.port = port
        self.tls: Tls = tls
        self._file = LogFile(log)
        self._options = [f"--log={log}", f"--tls={tls}", "--control-port=0"]
        self._options += [f"--user={user}:{password}" for user, password in (users or {}).items()]
        self._options += [f"--certificate={certificate}"] if certificate else []
        self._process: subprocess.Popen[str] | None = None
        self._control_port = 0

    def __enter__(self) -> Self:
        """Start the process and wait until it listens."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.stop()

    @property
    def url(self) -> str:
        """The address for a mailer, without user and password."""
        return address_of(self.tls, self.port)

    def start(self) -> None:
        """Start the process, again on the same port; returns when it listens."""
        command = [sys.executable, "-m", "tests.support.smtp_sink", f"--port={self.port}"]
        self._process = subprocess.Popen(
            [*command, *self._options],
            stdout=subprocess.PIPE,
            text=True,
            env=for_child({}),
            cwd=REPOSITORY,
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline() or "{}")
        if not ready:
            status = self._process.wait(10)
            self.stop()
            raise RuntimeError(f"The sink ended with status {status}.")
        self.port, self._control_port = ready["port"], ready["control_port"]

    def stop(self) -> None:
        """End the process; what it logged stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def events(self) -> list[Event]:
        """All events so far, in order."""
        return self._file.events()

    def program(self, faults: Iterable[Fault] = ()) -> None:
        """Replace what will go wrong; in force when this returns."""
        self._order(program=[fault.as_json() for fault in faults])

    def release(self) -> None:
        """Let every conversation that waits go on."""
        self._order(release=True)

    def refuse(self) -> None:
        """Refuse new connections, as a relay that is down."""
        self._order(listening=False)

    def listen(self) -> None:
        """Take connections again."""
        self._order(listening=True)

    def _order(self, **order: Any) -> None:
        with socket.create_connection((HOST, self._control_port), timeout=10) as control:
            control.sendall(json.dumps(order).encode() + b"\n")
            reply = control.makefile("r", encoding="utf-8").readline()
        if reply != "ok\n":
            raise RuntimeError(f"The sink did not obey {order}: {reply}")
