"""Who uses a data folder: what runs shares a lock on it, a restore or a move has it alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calendar_app import private
from calendar_app.errors import Refused
from calendar_app.language import N_


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """Say that a program runs on `data_dir`. Raises Refused during a restore or a move."""
    with _locked(
        data_dir / "in-use.lock", fcntl.LOCK_SH, N_("A restore or a move is going on. Try again.")
    ):
        yield


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Have `data_dir` to oneself. Raises Refused while Kapstok runs on it."""
    message = N_("Kapstok is running on this data folder. Stop it first.")
    with _locked(data_dir / "in-use.lock", fcntl.LOCK_EX, message):
        yield


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Be the only `kapstok run` on `data_dir`. Raises Refused for a second one."""
    message = N_("Kapstok already runs on this data folder.")
    with _locked(data_dir / "run.lock", fcntl.LOCK_EX, message):
        yield


@contextmanager
def _locked(path: Path, kind: int, refusal: str) -> Iterator[None]:
    private.make_folder(path.parent)
    with path.open("a") as file:
        try:
            # The kernel lets go of it when the process ends, however it ends.
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(refusal) from error
        yield
