"""The columns of a table with posts: what each is about, by its name in either language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calendar_app.calendar.quick_add.tokens import fold
from calendar_app.language import N_

# What a column can be about, in the order in which Kapstok writes them.
FIELD_NAMES = {
    "date": N_("Date"),
    "time": N_("Time"),
    "title": N_("Title"),
    "text": N_("Text"),
    "channels": N_("Channel"),
    "values": N_("Brand value"),
    "audiences": N_("Audience"),
    "plan": N_("Plan"),
    "owner": N_("Owner"),
    "link": N_("Link"),
    "state": N_("State"),
}
LEFT_OUT = ""
# Names as `squeezed` makes them: the words of Kapstok, and those that other calendars use.
_CALLED = {
    "date": "date datum dag day publicatiedatum plaatsingsdatum publicationdate postdate wanneer",
    "time": "time tijd tijdstip uur publicatietijd",
    "title": "title titel onderwerp subject kop post bericht naam",
    "text": "text tekst copy caption inhoud content bijschrift posttekst",
    "channels": "channel channels kanaal kanalen platform medium",
    "values": "value values brandvalue brandvalues merkwaarde merkwaarden waarde waarden",
    "audiences": "audience audiences doelgroep doelgroepen targetgroup",
    "plan": "plan",
    "owner": "owner eigenaar auteur author verantwoordelijke wie schrijver",
    "link": "link url adres hyperlink",
    "state": "state status stand fase",
}
_FIELD_OF = {name: field for field, names in _CALLED.items() for name in names.split()}
# A title above the table, or a line that says who made it, stands higher than the names.
_HEAD_WITHIN = 10


@dataclass(frozen=True)
class Line:
    """One row: its number as the spreadsheet counts, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The names above the columns, and the rows below them, each as long as the head."""

    head: tuple[str, ...]
    rows: tuple[Line, ...]


def squeezed(text: str) -> str:
    """`text` as names are compared: without capitals, accents, blanks and signs."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def recognised(cells: Sequence[str]) -> int:
    """How many different fields these names stand for."""
    return len({_FIELD_OF[name] for cell in cells if (name := squeezed(cell)) in _FIELD_OF})


def matched(head: Sequence[str]) -> list[str]:
    """What each column is about, a key of FIELD_NAMES or LEFT_OUT; no field stands twice."""
    found: list[str] = []
    for name in head:
        field = _FIELD_OF.get(squeezed(name), LEFT_OUT)
        found.append(LEFT_OUT if field in found else field)
    return found


def table_of(lines: Sequence[Line]) -> Table:
    """The table in `lines` (at least one, none of them empty): its head is the best of the first.

    A row is padded or cut to the length of the head; a column without a name and without a cell at
    the end of the head is left out.
    """
    known = [recognised(line.cells) for line in lines[:_HEAD_WITHIN]]
    best = known.index(max(known))
    # One known word may as well stand in a row with a post.
    first = best if known[best] > 1 else 0
    below = lines[first + 1 :]
    width = max((_length(line.cells) for line in lines[first:]), default=0)
    return Table(
        _padded(lines[first].cells, width),
        tuple(Line(line.number, _padded(line.cells, width)) for line in below),
    )


def _length(cells: Sequence[str]) -> int:
    """Up to and including the last cell that says something."""
    return max((place + 1 for place, cell in enumerate(cells) if cell), default=0)


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))
