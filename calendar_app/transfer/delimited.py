"""Tables as text: a file with commas, semicolons or tabs between its cells (CSV), in and out.

Spreadsheets write them as they like: in UTF-8 or in the Windows alphabet of Western Europe, with
the sign of their own country between the cells (RFC 4180 knows the comma alone).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.transfer.cells import cleaned, escaped, unescaped
from calendar_app.transfer.columns import Line, recognised

_SEPARATORS = ("\t", ";", ",")
_NAMED = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_LOOKED_AT = 10
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NO_TABLE = N_("This file cannot be read as a table. Save it as .xlsx or as .csv, and try again.")


def text_of(raw: bytes) -> str:
    """The text in `raw`, of whichever alphabet. Raises Refused for what is no text."""
    wide = _WIDE.get(raw[:2])
    try:
        if wide is not None:
            return raw.decode(wide)
        if b"\0" in raw:
            raise Refused(_NO_TABLE)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if wide is not None:
            raise Refused(_NO_TABLE) from None
    return raw.decode("cp1252", "replace")


def lines_of(text: str, most_rows: int, most_columns: int) -> Iterator[Line]:
    """The rows that say something, cleaned, with their number from 1. Raises Refused.

    Stops one row and one cell after the most, so that who asks sees that there are more.
    """
    separator, text = _separator(text)
    found = 0
    for number, record in enumerate(_records(text, separator), 1):
        cells = tuple(cleaned(unescaped(cell)) for cell in record[: most_columns + 1])
        if any(cells):
            yield Line(number, cells)
            found += 1
        if found > most_rows:
            return


def written(rows: Iterable[Sequence[str]], separator: str) -> bytes:
    """`rows` as a file that spreadsheets open with their letters right, and run nothing of."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, lineterminator="\r\n")
    for row in rows:
        writer.writerow([escaped(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def _separator(text: str) -> tuple[str, str]:
    """What stands between the cells of `text`, and the text without a line that says so.

    The one that makes most names of columns known; else the one that makes most cells.
    """
    named = _NAMED.match(text)
    if named:
        return named[1], text[named.end() :]

    def worth(separator: str) -> tuple[int, int]:
        first = list(_first(_records(text, separator), _LOOKED_AT))
        return (
            max((recognised(cells) for cells in first), default=0),
            max((len(cells) for cells in first), default=0),
        )

    return max(_SEPARATORS, key=worth), text


def _first(records: Iterator[list[str]], number: int) -> Iterator[list[str]]:
    for _n, record in zip(range(number), records, strict=False):
        yield record


def _records(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        # A quote that nobody closes swallows the rest.
        raise Refused(_NO_TABLE) from error
