"""Files in a bucket of a server that speaks S3, through obstore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from calendar_app.config import Bucket
from calendar_app.media.storage import is_name

_FOLDER = "media"
# Some of what the library raises is an OSError of Python's own.
_REFUSALS = (BaseError, OSError)
# The server answers within this or counts as away; a person waits for it.
_PATIENCE = "20s"


class BucketStore:
    """As `storage.Store`. One request to the server a file."""

    def __init__(self, place: Bucket) -> None:
        self._store = S3Store(
            place.name,
            endpoint=place.endpoint,
            access_key_id=place.key,
            secret_access_key=place.secret,
            region=place.region,
            client_options={
                "allow_http": place.endpoint.startswith("http:"),
                "timeout": _PATIENCE,
                "connect_timeout": _PATIENCE,
            },
            retry_config={"max_retries": 1},
        )

    def put(self, name: str, data: bytes) -> None:
        """As `Store.put`: the server has it whole or not at all. Raises OSError."""
        try:
            obstore.put(self._store, _path(name), data, use_multipart=False)
        except _REFUSALS as error:
            raise OSError(_said(error)) from error

    def open(self, name: str) -> BinaryIO:
        """As `Store.open`. Raises FileNotFoundError, OSError."""
        try:
            return BytesIO(bytes(obstore.get(self._store, _path(name)).bytes()))
        except (FileNotFoundError, NotFoundError) as error:
            raise FileNotFoundError(name) from error
        except _REFUSALS as error:
            raise OSError(_said(error)) from error

    def remove(self, name: str) -> None:
        """As `Store.remove`. Raises OSError."""
        try:
            obstore.delete(self._store, _path(name))
        except (FileNotFoundError, NotFoundError):
            return
        except _REFUSALS as error:
            raise OSError(_said(error)) from error

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """As `Store.kept`. Raises OSError."""
        try:
            for page in obstore.list(self._store, f"{_FOLDER}/"):
                for one in page:
                    name = one["path"].rpartition("/")[2]
                    if is_name(name):
                        yield name, one["last_modified"]
        except _REFUSALS as error:
            raise OSError(_said(error)) from error


def _path(name: str) -> str:
    return f"{_FOLDER}/{name[:2]}/{name}"


def _said(error: Exception) -> str:
    """The first line of what the library says; what follows may hold the request."""
    return f"the bucket refuses: {str(error).splitlines()[0][:200]}"
