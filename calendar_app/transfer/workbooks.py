"""Excel workbooks (.xlsx: XML in a zip, ECMA-376), in and out.

A small file can unpack to one that takes all memory, and one of 3 MB took openpyxl twenty seconds.
So the parts are unpacked first, no further than a table of posts could ever need, and their tags
are counted: openpyxl's time goes by the tag.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.transfer.cells import cleaned
from calendar_app.transfer.columns import Line, recognised

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 24 << 20
MOST_TAGS = 500_000
_MOST_PARTS = 200
# A table ends where so many rows are empty: a file may say that its next row is the millionth.
_MOST_EMPTY = 5_000
_MOST_SHEETS = 20
# A text that many cells share stands in the file once, and is worked on for each of them.
LONGEST_CELL = 32_767
MOST_TEXT = 4 << 20
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_LIKE_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEAD_WITHIN = 10
_TOO_LARGE = N_(
    "This workbook holds far more than a table of posts. Keep the one sheet with posts."
)
_DAMAGED = N_("This Excel file cannot be read. Open it, save it as .xlsx again, and try once more.")
_OLD = N_("This is an old Excel file, or one with a password. Save it as .xlsx without a password.")
# All that openpyxl and what it stands on were seen to raise for files that are not as they should.
_WRONG = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,  # how XML that does not close its tags is told
    TypeError,
    ValueError,
    zlib.error,
)


def lines_of(raw: bytes, most_rows: int, most_columns: int) -> list[Line]:
    """The rows that say something of the sheet with posts, cleaned. Raises Refused.

    That is the sheet whose head is known best, else the first that is not empty. Stops one row and
    one cell after the most, so that who asks sees that there are more.
    """
    if raw.startswith(OLD):
        raise Refused(_OLD)
    try:
        _inspect(raw)
        return _read(raw, most_rows, most_columns)
    except _WRONG as error:
        raise Refused(_DAMAGED) from error


def written(head: Sequence[str], rows: Iterable[Sequence[str | date | time]], title: str) -> bytes:
    """A workbook with one sheet: every text a text, never a formula; days and times as such."""
    from openpyxl.cell.cell import WriteOnlyCell  # noqa: PLC0415 - 20 MB for who asks for it alone
    from openpyxl.styles.alignment import Alignment  # noqa: PLC0415 - as above
    from openpyxl.styles.fonts import Font  # noqa: PLC0415 - as above
    from openpyxl.workbook.workbook import Workbook  # noqa: PLC0415 - as above

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, width in enumerate(_widths(head)):
        sheet.column_dimensions[chr(ord("A") + place)].width = width

    def cell(value: str | date | time, **style: object) -> Any:
        made = WriteOnlyCell(sheet, value=_as_text(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            made.data_type = "s"
        elif isinstance(value, date):
            made.number_format = "yyyy-mm-dd"
        else:
            made.number_format = "hh:mm"
        for name, how in style.items():
            setattr(made, name, how)
        return made

    bold, top = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    sheet.append([cell(name, font=bold) for name in head])
    for row in rows:
        sheet.append([None if value == "" else cell(value, alignment=top) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _widths(head: Sequence[str]) -> list[int]:
    """In letters: what is long gets room."""
    return [{2: 40, 3: 60}.get(place, 16) for place in range(len(head))]


def _inspect(raw: bytes) -> None:
    """Unpack every part of XML once, in pieces, and let go of it. Raises Refused."""
    with ZipFile(BytesIO(raw)) as book:
        parts = book.infolist()
        if len(parts) > _MOST_PARTS:
            raise Refused(_TOO_LARGE)
        if not any(part.filename == "xl/workbook.xml" for part in parts):
            raise Refused(_DAMAGED)
        # Other ways to pack unpack in one go, however much comes out. No spreadsheet uses them
        # (ECMA-376 part 2 allows no others).
        if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
            raise Refused(_DAMAGED)
        unpacked = tags = 0
        for part in parts:
            for piece in _pieces(book, part):
                unpacked += len(piece)
                tags += piece.count(b"<")
                if unpacked > MOST_UNPACKED or tags > MOST_TAGS:
                    raise Refused(_TOO_LARGE)


def _pieces(book: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    """`part` in pieces as it unpacks, whatever its head says of its size."""
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    before = b""
    with book.open(part) as file:
        while piece := file.read(1 << 16):
            # Other alphabets than UTF-8 hide what is looked for; no spreadsheet writes them.
            if (is_xml and b"\0" in piece) or _DECLARES.search(before + piece):
                raise Refused(_DAMAGED)
            before = piece[-16:]
            yield piece


def _read(raw: bytes, most_rows: int, most_columns: int) -> list[Line]:
    from openpyxl.reader.excel import load_workbook  # noqa: PLC0415 - as above

    with warnings.catch_warnings():
        # What openpyxl has to say of colours and check boxes is of no use to anybody here.
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        best: list[Line] = []
        room = _Room()
        for sheet in book.worksheets[:_MOST_SHEETS]:
            rows = sheet.iter_rows(max_col=most_columns + 1, values_only=True)
            lines = list(_lines(rows, most_rows, room))
            if not best or _worth(lines) > _worth(best):
                best = lines
        return best


def _worth(lines: Sequence[Line]) -> int:
    return max((recognised(line.cells) for line in lines[:_HEAD_WITHIN]), default=0)


class _Room:
    """How much text all sheets of a workbook may still hold, in characters."""

    def __init__(self) -> None:
        self._left = MOST_TEXT

    def take(self, row: Sequence[object]) -> Sequence[object]:
        """`row`, with texts as long as a cell can be. Raises Refused where there is no room."""
        short = [value[:LONGEST_CELL] if isinstance(value, str) else value for value in row]
        self._left -= sum(len(value) for value in short if isinstance(value, str))
        if self._left < 0:
            raise Refused(_TOO_LARGE)
        return short


def _lines(rows: Iterable[Sequence[object]], most_rows: int, room: _Room) -> Iterator[Line]:
    found = last = 0
    for number, row in enumerate(rows, 1):
        if found > most_rows or number - last > _MOST_EMPTY:
            return
        cells = tuple(_text(value) for value in room.take(row)) if any(row) else ()
        if any(cells):
            yield Line(number, cells)
            found, last = found + 1, number


def _text(value: object) -> str:
    """A cell as text; days and times as `cells.day_and_time` reads them back."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cleaned(_CODE.sub(lambda found: chr(int(found[1], 16)), value))
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else f"{_rounded(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    is_whole = isinstance(value, float) and value.is_integer()
    return cleaned(f"{value:.0f}" if is_whole else str(value))


def _rounded(at: datetime) -> datetime:
    """A spreadsheet counts in days, so a time of the clock is never exact."""
    return at + timedelta(seconds=30)


def _as_text(text: str) -> str:
    """`text` as a cell holds it: a spreadsheet reads _x0041_ as A (ECMA-376 part 1, §22.9.2.19)."""
    return _LOOKS_LIKE_CODE.sub("_x005F_", cleaned(text))
