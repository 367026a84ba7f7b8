"""Sheets of paper: a title with sections, written as a tagged PDF of A4 pages, no Flask.

What a sheet says is data, and reaches the typesetter (Typst) as data: no letter of what people
wrote is ever read as markup. How a sheet looks stands in `templates/paper/sheet.typ`.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from babel.dates import format_date

from calendar_app.config import folder
from calendar_app.errors import Refused
from calendar_app.language import N_, locale

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

log = logging.getLogger(__name__)

# Setting type takes time by the sign and by the line. This bounds it to some seconds, whatever the
# text is; the plan of the sample counts 11,000 and takes a tenth of a second.
MOST_SIGNS = 60_000
_SIGNS_A_LINE = 40
_FONTS = Path(__file__).parent / "static/vendor/paper"
# A line breaks between words. An address, or a word without an end, may break after so many signs.
_LONG_WORD = re.compile(r"\S{24}(?=\S{4})")
_MAY_BREAK = "\u200b"


class _Kind:
    """What stands on a sheet is of one kind: prose, lead, facts, notes, table or part."""

    @property
    def kind(self) -> str:
        """The word of this kind, for whoever draws it."""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Prose(_Kind):
    """Sentences, in paragraphs where people left an empty line."""

    text: str


@dataclass(frozen=True)
class Lead(_Kind):
    """The one sentence that all the rest hangs on."""

    text: str


@dataclass(frozen=True)
class Facts(_Kind):
    """Terms, each with what is said of it."""

    rows: Sequence[tuple[str, str]]

    @property
    def is_short(self) -> bool:
        """Whether they stand well in two columns: many, and each on one line."""
        return len(self.rows) > 3 and all(len(term + said) < 80 for term, said in self.rows)


@dataclass(frozen=True)
class Notes(_Kind):
    """A list: each item has a label before it and a remark behind it, or "" for none."""

    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Table(_Kind):
    """Rows below a head; `widths` are shares of the line, `hooks` the rows' colours, if any."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    hooks: Sequence[int] = ()


@dataclass(frozen=True)
class Part(_Kind):
    """Something with a heading of its own inside a section."""

    title: str
    blocks: Sequence[Prose | Facts | Notes | Table]


Block: TypeAlias = Prose | Lead | Facts | Notes | Table | Part


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Sheet:
    """All that stands on the paper, in `language`, as it was on the local day `day`."""

    title: str
    subtitle: str
    author: str
    language: str
    day: date
    sections: Sequence[Section]


def as_pdf(sheet: Sheet) -> bytes:
    """`sheet` as a PDF, the same bytes for the same sheet. Raises Refused for one too long.

    It keeps the standard for PDFs that screen readers read (ISO 14289-1), which forbids a sign that
    no font of ours has: with such a sign in it a sheet has its tags, but not that promise.
    """
    told = _for_template(sheet)
    midnight = datetime.combine(sheet.day, time(), UTC)
    try:
        return _set(told, midnight, ["ua-1"])
    except RuntimeError as refused:
        log.info("a sheet of paper without the standard: %s", type(refused).__name__)
        return _set(told, midnight, [])


def _set(told: str, at: datetime, standards: list[PDFStandard]) -> bytes:
    # Not at the top: 80 MB of machine code that only who asks for a PDF needs.
    import typst  # noqa: PLC0415

    return typst.compile(
        _template(),
        sys_inputs={"sheet": told},
        font_paths=_fonts(),
        ignore_system_fonts=True,
        timestamp=at,
        pdf_standards=standards,
    )


def _for_template(sheet: Sheet) -> str:
    told = json.dumps(
        {
            "title": _breakable(sheet.title),
            "plain_title": sheet.title,
            "subtitle": _breakable(sheet.subtitle),
            "author": sheet.author,
            "language": sheet.language,
            "day": format_date(sheet.day, "d MMMM y", locale(sheet.language)),
            "sections": [_section(section) for section in sheet.sections],
        },
        ensure_ascii=False,
    )
    if len(told) + _SIGNS_A_LINE * told.count(r"\n") > MOST_SIGNS:
        raise Refused(N_("This is too long for a PDF. Print the page in your browser instead."))
    return told


def _section(section: Section | Part) -> dict[str, object]:
    blocks = [_block(block) for block in section.blocks]
    return {"title": _breakable(section.title), "blocks": blocks}


def _block(block: Block) -> dict[str, object]:
    kind = block.kind
    match block:
        case Part():
            return {"kind": kind, **_section(block)}
        case Prose() | Lead():
            return {"kind": kind, "text": _breakable(block.text)}
        case Facts():
            return {"kind": kind, "rows": _cells(block.rows), "is_short": block.is_short}
        case Notes():
            return {"kind": kind, "items": _cells(block.items)}
        case Table():
            return {
                "kind": kind,
                "head": block.head,
                "rows": _cells(block.rows),
                "widths": block.widths,
                "hooks": block.hooks,
            }


def _cells(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[_breakable(cell) for cell in row] for row in rows]


def _breakable(text: str) -> str:
    return _LONG_WORD.sub(lambda found: found[0] + _MAY_BREAK, text)


@cache
def _template() -> bytes:
    return (folder("templates") / "paper/sheet.typ").read_bytes()


@cache
def _fonts() -> Fonts:
    """Inter and the emoji that the build brought, before those that the typesetter has itself."""
    import typst  # noqa: PLC0415 - as in `_set`

    return typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])
