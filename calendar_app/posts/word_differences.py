"""What changed between two texts, word by word, as one running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
# Of longer texts nobody reads the words one by one; comparing them would take long too.
MOST_WORDS = 2_000
# What stays the same is shortened when it is longer than this, to what stands beside a change.
_LONG = 90
_BESIDE = 35
# A word with the white space before it; the last one may be white space alone.
_WORD = re.compile(r"(\s*)(\S+)|(\s+)$")


@dataclass(frozen=True)
class Part:
    """A piece of the running text: SAME, REMOVED or ADDED."""

    kind: str
    text: str


def parts(before: str, after: str) -> list[Part] | None:
    """The running text in its order; None when either text has more than MOST_WORDS words.

    What is same and removed makes up `before`, what is same and added makes up `after`.
    """
    old, new = _words(before), _words(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return None
    return list(_joined(_compared(old, new)))


def shortened(found: list[Part]) -> list[Part]:
    """The same with every long piece that did not change cut to its ends, an "…" between them."""
    last = len(found) - 1
    return [
        part if part.kind != SAME else Part(SAME, _cut(part.text, place > 0, place < last))
        for place, part in enumerate(found)
    ]


def _cut(text: str, follows: bool, precedes: bool) -> str:  # noqa: FBT001 - where it stands
    """`text` as it is shown after a change, before one, or both."""
    if len(text) <= _LONG:
        return text
    head = text[:_BESIDE].rpartition(" ")[0] if follows else ""
    tail = text[-_BESIDE:].partition(" ")[2] if precedes else ""
    return f"{head} … {tail}"


def _words(text: str) -> list[tuple[str, str]]:
    """(white space before it, word) of each word of `text`."""
    return [(found[1] or found[3] or "", found[2] or "") for found in _WORD.finditer(text)]


def _compared(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Part]:
    matcher = SequenceMatcher(None, [word for _, word in old], [word for _, word in new])
    for action, i1, i2, j1, j2 in matcher.get_opcodes():
        if action == "equal":
            for (blank, word), (blank_now, _) in zip(old[i1:i2], new[j1:j2], strict=True):
                yield from _blanks(blank, blank_now)
                yield Part(SAME, word)
        else:
            yield Part(REMOVED, "".join(map("".join, old[i1:i2])))
            yield Part(ADDED, "".join(map("".join, new[j1:j2])))


def _blanks(before: str, after: str) -> Iterator[Part]:
    if before == after:
        yield Part(SAME, before)
    else:
        yield Part(REMOVED, before)
        yield Part(ADDED, after)


def _joined(found: Iterator[Part]) -> Iterator[Part]:
    """The parts with those of one kind beside each other as one, and no empty one."""
    kept: Part | None = None
    for part in found:
        if not part.text:
            continue
        if kept is not None and kept.kind == part.kind:
            kept = Part(kept.kind, kept.text + part.text)
        else:
            if kept is not None:
                yield kept
            kept = part
    if kept is not None:
        yield kept
