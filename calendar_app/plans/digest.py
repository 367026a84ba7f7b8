"""A mark of the values' texts: who read the values read these words, and not later ones.

The mark changes with what a value says, and with nothing else: its colour, its place and its share
tell a colleague nothing new about what belongs and what does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass


@dataclass(frozen=True, order=True)
class ValueWords:
    """What a value says."""

    name: str
    meaning: str = ""
    belongs: str = ""
    falls_outside: str = ""
    example: str = ""


def digest(values: Iterable[ValueWords]) -> str:
    """The mark of these words: 64 hexadecimal digits, the same in whatever order they come."""
    words = json.dumps([astuple(one) for one in sorted(values)], ensure_ascii=True)
    return hashlib.sha256(words.encode("ascii")).hexdigest()
