"""One log line an event, with ids; never a token, an address or a text."""

from __future__ import annotations

import json
import logging
import re
import sys

_SECRET = re.compile(
    r"(/feeds/|/reset/|/welcome/|/unsubscribe/|/review/|/beforehand/)[A-Za-z0-9_\-.]{16,}"
)


def masked(text: str) -> str:
    """`text` with the secrets of one-time links and feeds replaced by three dots."""
    return _SECRET.sub(r"\1...", text)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": masked(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(style: str) -> None:
    """Log to standard error as `style`: "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    plain = _Plain("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(_Json() if style == "json" else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # These tell of every tick and step; a quiet log is one that is read.
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
