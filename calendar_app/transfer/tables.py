"""A file, or what somebody pasted, as a table of texts; guarded, and judged by what is in it."""

from __future__ import annotations

from collections.abc import Sequence

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.transfer import delimited, workbooks
from calendar_app.transfer.columns import Line, Table, table_of

MOST_BYTES = 2 << 20
MOST_ROWS = 1000
MOST_COLUMNS = 60
# The names of the columns, and what stands above them.
_ABOVE = 10


def table_in_file(raw: bytes) -> Table:
    """The table in a file, an .xlsx or a CSV, whatever its name says. Raises Refused at `file`."""
    try:
        return _table_in_file(raw)
    except Refused as refused:
        refused.field = "file"
        raise


def table_in_text(text: str) -> Table:
    """The table in a text that somebody pasted. Raises Refused at `pasted`."""
    try:
        if len(text) > MOST_BYTES:
            raise _too_large()
        return _table(list(delimited.lines_of(text, MOST_ROWS + _ABOVE, MOST_COLUMNS)))
    except Refused as refused:
        refused.field = "pasted"
        raise


def _table_in_file(raw: bytes) -> Table:
    if len(raw) > MOST_BYTES:
        raise _too_large()
    limits = (MOST_ROWS + _ABOVE, MOST_COLUMNS)
    if raw.startswith((workbooks.ZIP, workbooks.OLD)):
        return _table(workbooks.lines_of(raw, *limits))
    return _table(list(delimited.lines_of(delimited.text_of(raw), *limits)))


def _table(lines: Sequence[Line]) -> Table:
    if not lines:
        raise Refused(N_("There is nothing in it."))
    table = table_of(lines)
    if len(table.head) > MOST_COLUMNS:
        raise Refused(
            N_("There are more than %(most)s columns. Leave some out."), most=MOST_COLUMNS
        )
    if len(table.rows) > MOST_ROWS:
        raise Refused(
            N_("There are more than %(most)s rows. Split the file in two."), most=MOST_ROWS
        )
    if not table.rows:
        raise Refused(
            N_("There is only one row. Put the names of the columns above the rows with posts.")
        )
    return table


def _too_large() -> Refused:
    return Refused(
        N_("This is more than Kapstok reads: %(most)s MB at most."), most=MOST_BYTES >> 20
    )
