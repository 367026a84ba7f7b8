"""Where files are kept: in a folder of this machine, or in a bucket that several machines share.

A file has a name of our own, never one that somebody chose; it is whole or not there at all.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Protocol

from calendar_app import private
from calendar_app.config import Bucket, Config

# A random id in hexadecimal, and which of its pictures.
_NAME = re.compile(r"[0-9a-f]{32}(?:-[a-z]+)?")
_PART = ".part"


class Store(Protocol):
    """A place for files by their names."""

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` as `name`, whole or not at all. Raises OSError."""

    def open(self, name: str) -> BinaryIO:
        """The file `name`, to read and to seek in. Raises FileNotFoundError, OSError."""

    def remove(self, name: str) -> None:
        """Remove `name`, if it is there. Raises OSError."""

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """Each file's name and since when it is there (aware), in no order. Raises OSError."""


def new_name() -> str:
    """A name for a new file, which nobody can guess."""
    return secrets.token_hex(16)


def is_name(name: str) -> bool:
    """Whether `name` is one of ours."""
    return _NAME.fullmatch(name) is not None


def size_of(file: BinaryIO) -> int:
    """How many bytes an opened file has; it is read from its beginning after this."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size


def store_of(config: Config) -> Store:
    """Where this installation keeps files."""
    return _store(config.data_dir, config.media_bucket)


@cache
def _store(data_dir: Path, bucket: Bucket | None) -> Store:
    if bucket is None:
        return Folder(data_dir / "media")
    # The library for it is there only where it was asked for.
    from calendar_app.media.bucket import BucketStore  # noqa: PLC0415 - see above

    return BucketStore(bucket)


class Folder:
    """Files in a folder, spread over 256 folders by the beginning of their names."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes) -> None:
        """As `Store.put`: written beside its place, brought to the disk, then named."""
        path = self._path(name)
        private.make_folder(path.parent)
        part = path.with_name(f"{name}.{secrets.token_hex(4)}{_PART}")
        try:
            private.make_file(part)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _keep_names_in(path.parent)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def open(self, name: str) -> BinaryIO:
        """As `Store.open`."""
        return self._path(name).open("rb")

    def remove(self, name: str) -> None:
        """As `Store.remove`; also what a killed process left behind half-written."""
        path = self.root / name[:2] / name if name.endswith(_PART) else self._path(name)
        path.unlink(missing_ok=True)

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """As `Store.kept`, with what a killed process left behind half-written."""
        for path in self.root.glob("??/*"):
            # What else somebody, or their file manager, put there is not ours to clear away.
            if not (is_name(path.name) or path.name.endswith(_PART)) or not path.is_file():
                continue
            with suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, name: str) -> Path:
        if not is_name(name):
            raise FileNotFoundError(name)
        return self.root / name[:2] / name


def _keep_names_in(folder: Path) -> None:
    """Bring the names of `folder` to the disk: the file is there after a power cut too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
