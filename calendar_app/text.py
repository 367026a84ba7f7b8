r"""Text from people, cleaned once at the door.

Browsers, spreadsheets and mail clients bring characters that no title or story needs and that break
what comes after: NUL and other controls (PostgreSQL and iCalendar refuse them), lone surrogates (no
UTF-8 exists for them), bare CR (ends a mail header or an .ics line early), and marks that turn the
direction of what follows. Line ends become "\n"; text becomes NFC.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BLANKS = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """Several lines: bad characters gone, line ends as newline, NFC, outer blanks trimmed."""
    one_kind_of_line_end = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return unicodedata.normalize("NFC", _BAD.sub("", one_kind_of_line_end)).strip()


def clean_line(text: str) -> str:
    """One line: as `clean_text`, with every run of blanks and line ends as one space."""
    return _BLANKS.sub(" ", clean_text(text)).strip()


def safe_link(address: str) -> str | None:
    """`address` when it is an http, https or mailto link that a page may carry, else None."""
    cleaned = clean_line(address)
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    if parts.scheme in {"http", "https"} and parts.netloc and " " not in cleaned:
        return cleaned
    return cleaned if parts.scheme == "mailto" and "@" in parts.path else None
