"""Files and folders for their owner alone: they hold addresses, password hashes and keys."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_FILE = 0o600
_FOLDER = 0o700


def make_folder(path: Path) -> None:
    """Make the folder `path` where it is missing; one that is there keeps its mode."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file at `path`, where it is missing, before anybody writes in it."""
    path.touch(mode=_FILE)


def close_file(path: Path) -> None:
    """Let nobody else read the file `path` from now on, if it is there."""
    # Of another owner: theirs to close.
    with suppress(FileNotFoundError, PermissionError):
        path.chmod(_FILE)
