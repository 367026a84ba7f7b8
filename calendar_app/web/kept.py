"""Pages that are kept for a moment, so that looking again costs next to nothing.

A page is kept under everything that it was made from: who looked through which browser, the state
of their team (its revision), the address, and the present ten seconds for what depends on the
clock. A change of the team's plans, posts or meet-ups raises the revision, so it shows at once;
what raises none (a colleague's new name, how reminders stand) shows within those ten seconds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import session as cookie

from calendar_app.web.language import language, theme
from calendar_app.web.request import asked_address, now

_SECONDS = 10
_MOST_BYTES = 24 * 1024 * 1024


class Kept:
    """The pages of one process, the least recently used of them leaving first."""

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        """The page under `key`, now the most recently used."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def put(self, key: Hashable, page: bytes) -> None:
        """Keep `page` under `key`, and let go of the oldest when there is too much."""
        with self._lock:
            self._size += len(page) - len(self._pages.pop(key, b""))
            self._pages[key] = page
            while self._size > self._most and self._pages:
                self._size -= len(self._pages.popitem(last=False)[1])


_kept = Kept()


def kept_page(made_from: Hashable, make: Callable[[], str]) -> bytes:
    """The page that `make` makes from what `made_from` names, for this browser and moment."""
    token = cookie.get("csrf_token")
    # A message is shown once; and a browser without a token yet must get one with this answer.
    if token is None or "_flashes" in cookie:
        return make().encode()
    moment = int(now().timestamp()) // _SECONDS
    key = (made_from, token, language(), theme(), asked_address(), moment)
    page = _kept.get(key)
    if page is None:
        page = make().encode()
        _kept.put(key, page)
    return page
