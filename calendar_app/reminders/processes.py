"""Which process is which, on this machine: whether another worker is still there can be proved.

A pid alone comes round again, so the kernel's start time of the process goes with it; and a pid has
a meaning only inside one boot of one machine and one pid namespace (a container has its own).
Where the system tells none of this, `boot` is empty and nothing is ever proved.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_START_TIME = 19  # of the fields after the name, see proc_pid_stat(5): field 22


@dataclass(frozen=True)
class ProcessName:
    """One run of one process, told apart from every other."""

    host: str
    boot: str
    pid: int
    started: str


def this_process() -> ProcessName:
    """The process that asks."""
    pid = os.getpid()
    return ProcessName(socket.gethostname()[:120], _boot(), pid, _started(pid) or "")


def is_gone(name: ProcessName) -> bool:
    """Whether `name` has provably ended. False also when that cannot be told."""
    here = this_process()
    if not here.boot or (name.host, name.boot) != (here.host, here.boot):
        return False
    return _started(name.pid) != name.started


def can_be_seen(name: ProcessName) -> bool:
    """Whether this machine can tell of `name` at all."""
    here = this_process()
    return bool(here.boot) and (name.host, name.boot) == (here.host, here.boot)


def _boot() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"[:60]
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """The kernel's start time of `pid`; None when it is not there, or is dead and not buried."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in the second field may hold blanks and parentheses.
    state, *rest = stat.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else rest[_START_TIME - 1]
