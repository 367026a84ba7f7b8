"""Two people at one post: what each of them changed since both read it goes together.

A three-way merge by field. The page tells its form how each field stood, as a digest, so that a
field which came back as it was shown counts as not touched. A field that only one of them touched
is as that one wants it; one that both touched, each in another way, is for a person to decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calendar_app.posts.content import OWN_TEXT
from calendar_app.posts.places import PLACE, REASON

_LENGTH = 16
# What hangs on a plan goes with it: a value of one plan and a channel of another make no post.
_OF_PLAN = ("plan", "values", "audiences", "channels", "experiment")
# Of these there is one for each value or channel of a plan.
_EACH_OF_PLAN = (REASON, PLACE, OWN_TEXT)


@dataclass(frozen=True)
class Merged:
    """The fields, by name, in the order of the form."""

    # As the other one saved them.
    theirs: tuple[str, ...]
    # Touched by both, and not alike.
    both: tuple[str, ...]


def digests(fields: Mapping[str, Any]) -> dict[str, str]:
    """{name: digest} of what a form shows: texts, numbers, days, times, lists of ids, None.

    The order of a list does not count, nor does it whether nothing is None or an empty text.
    """
    return {name: _digest(value) for name, value in fields.items()}


def read(shown: str) -> dict[str, str]:
    """{name: digest} as a form brought it back; nothing for what is none."""
    try:
        found = json.loads(shown)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def written(fields: Mapping[str, Any]) -> str:
    """What `read` reads back."""
    return json.dumps(digests(fields), separators=(",", ":"))


def merge(shown: Mapping[str, str], theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> Merged:
    """Whose each field is that is not alike now.

    `shown` are the digests of what both read, `theirs` and `yours` the fields as they are now. What
    `shown` does not tell of may have been touched by both.
    """
    if shown:
        # Those of another plan were not shown yet: nobody had given any.
        empty = (name for name in yours if name.startswith(_EACH_OF_PLAN))
        shown = {**{name: _digest("") for name in empty}, **shown}
    apart = [name for name in yours if _digest(yours[name]) != _digest(theirs.get(name))]
    by_them = {name for name in apart if _digest(theirs.get(name)) != shown.get(name)}
    by_you = {name for name in apart if _digest(yours[name]) != shown.get(name)}
    if "plan" in apart:
        hang = {name for name in apart if name in _OF_PLAN or name.startswith(_EACH_OF_PLAN)}
        by_them |= hang if by_them & hang else set()
        by_you |= hang if by_you & hang else set()
    return Merged(
        theirs=tuple(name for name in apart if name in by_them and name not in by_you),
        both=tuple(name for name in apart if name in by_them and name in by_you),
    )


def _digest(value: Any) -> str:
    if isinstance(value, (list, tuple, set)):
        plain: Any = sorted(str(one) for one in value)
    else:
        plain = "" if value is None else str(value)
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:_LENGTH]
