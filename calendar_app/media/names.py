"""The name a file had with who brought it: shown and given back, never used to keep it."""

from __future__ import annotations

import re
import unicodedata

from calendar_app.media.kinds import Kind
from calendar_app.text import clean_line

LONGEST_NAME = 120
# What some system does not take in a name.
_UNFIT = re.compile(r'[<>:"|?*]')


def clean_name(name: str, kind: Kind | None = None) -> str:
    """`name` without folders, invisible signs and what systems refuse, at most LONGEST_NAME long.

    With a `kind` its ending is one of that kind, whatever it was.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign) != "Cf")
    plain = _UNFIT.sub("-", clean_line(visible)).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if kind is None:
        return plain[:LONGEST_NAME] or "?"
    if not dot or ending.lower() not in kind.endings:
        stem, ending = plain, kind.endings[0]
    # Cut after the marks that belong to its last letter are counted too.
    stem = stem[: LONGEST_NAME - len(ending) - 1].rstrip(" .") or "image"
    return f"{stem}.{ending}"
