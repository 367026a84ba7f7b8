"""What the machine that runs the tests says about itself.

The only module of the tests that reads the environment.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = "KAPSTOK_"
ENVIRONMENT = os.environ  # noqa: TID251 - this is the one place of the tests that reads it
REPOSITORY = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108 - the files in it get names of their own
ROOM_FOR_TESTS = 2 * 1024**3
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def in_ci() -> bool:
    """Whether this run decides about a change: there nothing may be skipped."""
    return ENVIRONMENT.get("CI", "").lower() not in {"", "0", "false"}


def chromium() -> Path | None:
    """The Chromium of this machine: KAPSTOK_CHROMIUM, else the first known name on the PATH."""
    named = ENVIRONMENT.get("KAPSTOK_CHROMIUM")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return Path(found) if found else None


def keep_files_in_memory() -> None:
    """Let temporary files lie in memory, where the machine has room there and TMPDIR says nothing.

    Each commit of each test waits for the disk; on a busy one that is most of the suite's time. The
    files are as real as on a disk, and the fault tests kill processes, which lose neither.
    """
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_FOR_TESTS
    if has_room and "TMPDIR" not in ENVIRONMENT:
        ENVIRONMENT["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # to be asked for anew


def unavailable(reason: str) -> NoReturn:
    """Skip the test that asked, with one clear line; in CI fail it."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def for_child(settings: dict[str, str]) -> dict[str, str]:
    """A child process's environment: this one's without Kapstok's settings, plus `settings`."""
    inherited = {
        name: value for name, value in ENVIRONMENT.items() if not name.startswith(SETTINGS)
    }
    # As in an installation: what Python compiled at one start is there at the next.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    inherited["PYTHONPATH"] = str(REPOSITORY)
    inherited["PYTHONUNBUFFERED"] = "1"
    return inherited | settings


@contextmanager
def without_settings() -> Iterator[None]:
    """Inside, no KAPSTOK_ variable of the developer's shell reaches the code under test."""
    kept = {name: value for name, value in ENVIRONMENT.items() if name.startswith(SETTINGS)}
    for name in kept:
        del ENVIRONMENT[name]
    try:
        yield
    finally:
        ENVIRONMENT.update(kept)
