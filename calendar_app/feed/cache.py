"""Rendered feeds, kept in the process by their ETag: whoever asks again gets the same bytes.

Nothing here can be wrong or needs to be thrown away when something changes: a changed team or feed
has another ETag, and what nobody asks for any more makes place for what somebody does. Each process
keeps its own, so each renders a changed feed once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_BYTES = 16 * 1024 * 1024


class RenderedFeeds:
    """Files by ETag, the longest unasked-for leaving first. For many threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, etag: str) -> bytes | None:
        """The file with this ETag, if it is still kept."""
        with self._lock:
            if etag in self._files:
                self._files.move_to_end(etag)
            return self._files.get(etag)

    def keep(self, etag: str, file: bytes) -> None:
        """Keep `file` under `etag`, and let go what no longer fits."""
        with self._lock:
            self._bytes += len(file) - len(self._files.pop(etag, b""))
            self._files[etag] = file
            while self._bytes > self._most_bytes:
                _etag, dropped = self._files.popitem(last=False)
                self._bytes -= len(dropped)
