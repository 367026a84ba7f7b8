"""Tables as spreadsheets write them, and as nobody should."""

from __future__ import annotations

import csv
import random
import zipfile
from datetime import date, datetime, time
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook.workbook import Workbook

from calendar_app.calendar.quick_add import Vocabulary
from calendar_app.errors import Refused
from calendar_app.language import say
from calendar_app.posts.models import STATE_NAMES
from calendar_app.text import clean_text
from calendar_app.transfer import cells, columns, delimited, exporting, rows, tables, workbooks
from calendar_app.transfer.exporting import PostFacts

WALL = datetime(2026, 11, 10, 9, 18)  # noqa: DTZ001 - on the wall


def a_workbook(*lines: list[object], title: str = "Blad1") -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in lines:
        sheet.append(line)
    return book


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(raw: bytes) -> list[tuple[str, ...]]:
    table = tables.table_in_file(raw)
    return [table.head, *(line.cells for line in table.rows)]


def repacked(raw: bytes, packing: int = zipfile.ZIP_DEFLATED, **parts: bytes) -> bytes:
    """The workbook `raw` with other parts: `sheet` is its first sheet, `second` the next."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "second": "xl/worksheets/sheet2.xml",
        "strings": "xl/sharedStrings.xml",
        "types": "[Content_Types].xml",
    }
    wanted = {names[name]: part for name, part in parts.items()}
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(file, "w", packing) as new:
        for part in old.infolist():
            new.writestr(part.filename, wanted.pop(part.filename, old.read(part)))
        for name, more in wanted.items():
            new.writestr(name, more)
    return file.getvalue()


def a_sheet(inside: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'.encode()


# Text


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("alphabet", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_alphabet_and_the_separator_are_found_out(separator: str, alphabet: str) -> None:
    text = f'Titel{separator}Tekst\r\n"Eén; één, en zo"{separator}Café\r\n'

    assert read(text.encode(alphabet)) == [("Titel", "Tekst"), ("Eén; één, en zo", "Café")]


def test_a_title_with_commas_does_not_decide_the_separator() -> None:
    raw = b"Titel;Wie, wat en waar\nEen, twee, drie, vier;Vijf\n"

    assert read(raw)[1] == ("Een, twee, drie, vier", "Vijf")


def test_the_line_that_excel_reads_the_separator_from_is_no_row() -> None:
    assert read(b"sep=|\r\nTitel|Tekst\r\nA|B\r\n") == [("Titel", "Tekst"), ("A", "B")]


@pytest.mark.parametrize("sign", ['"', "x", " ", "é", "\r"])
def test_such_a_line_with_a_sign_that_separates_nothing_is_a_row_as_others(sign: str) -> None:
    assert read(f"sep={sign}\r\nTitel;Tekst\r\nA;B\r\n".encode())[-1] == ("A", "B")


def test_the_names_may_stand_below_a_heading_and_rows_keep_their_number() -> None:
    table = tables.table_in_text("Planning 2026\n\nTitel\tDatum\n\nEen\t\n")

    assert table.head == ("Titel", "Datum")
    assert [line.number for line in table.rows] == [5]


def test_lines_in_a_cell_stay() -> None:
    assert read(b'Titel;Tekst\nA;"Eerst\r\n\r\nDan"\n')[1] == ("A", "Eerst\n\nDan")


def test_bad_signs_are_cleaned_out_of_cells() -> None:
    text = "Titel\tTekst\n\ud800Een\u202e\tTwee\x00\x07\n"

    assert tables.table_in_text(text).rows[0].cells == ("Een", "Twee")


def test_a_cell_of_a_hundred_thousand_letters_is_read_and_told_as_too_long() -> None:
    table = tables.table_in_text("Titel\tTekst\nA\t" + "x" * 100_000)

    reader = rows.Reader(columns.matched(table.head), Vocabulary(), WALL, "nl")
    [row] = reader.rows(table.rows)

    assert [(one.field, one.values) for one in row.remarks] == [("text", {"max": 20_000})]


def test_a_quote_that_nobody_closes_is_no_table() -> None:
    with pytest.raises(Refused, match="cannot be read as a table"):
        tables.table_in_text('Titel;Tekst\n"' + "x\n" * 100_000)


# Workbooks


def test_a_workbook_is_read_as_people_see_it() -> None:
    book = a_workbook(
        ["Datum", "Tijd", "Titel", "Aantal", "Waar"],
        [date(2026, 12, 24), time(9, 30), "Kerst", 3.0, True],
        [datetime(2026, 12, 24, 9, 30), None, 2026, 1.5, None],  # noqa: DTZ001 - on the wall
    )

    assert read(saved(book))[1:] == [
        ("2026-12-24", "09:30", "Kerst", "3", "True"),
        ("2026-12-24 09:30", "", "2026", "1.5", ""),
    ]


def test_a_formula_is_what_it_was_when_the_file_was_saved() -> None:
    """This one was never worked out, so it says nothing; it is not run, and not shown."""
    assert read(saved(a_workbook(["Titel", "Tekst"], ["A", "=1+1"])))[1] == ("A", "")


def test_merged_cells_count_once() -> None:
    book = a_workbook(["Titel", "Tekst"], ["A", "B"], ["C", "D"])
    assert book.active is not None
    book.active.merge_cells("A2:A3")

    assert read(saved(book))[1:] == [("A", "B"), ("", "D")]


def test_the_sheet_with_posts_is_found() -> None:
    book = a_workbook(["Uitleg"], ["Vul het tweede blad in"])
    book.create_sheet("Kladblad")
    sheet = book.create_sheet("Posts")
    sheet.append(["Titel", "Datum"])
    sheet.append(["A", ""])

    assert read(saved(book))[0] == ("Titel", "Datum")


def test_empty_workbooks_and_those_with_a_head_alone_are_refused() -> None:
    with pytest.raises(Refused, match="nothing in it"):
        read(saved(a_workbook()))
    with pytest.raises(Refused, match="only one row"):
        read(saved(a_workbook(["Titel", "Tekst"])))


def test_a_zip_that_unpacks_to_far_more_is_refused_before_it_is_read() -> None:
    bomb = a_sheet("<row>" + " " * (workbooks.MOST_UNPACKED + 1) + "</row>")
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), sheet=bomb)
    assert len(raw) < 100_000

    with pytest.raises(Refused, match="far more than a table of posts"):
        read(raw)


def test_a_size_that_lies_does_not_help() -> None:
    """What a zip says of a part is not believed; what it unpacks to counts."""
    bomb = a_sheet("<row>" + " " * (workbooks.MOST_UNPACKED + 1) + "</row>")
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), sheet=bomb)
    told = len(bomb).to_bytes(4, "little")
    assert told in raw

    with pytest.raises(Refused):
        read(raw.replace(told, (1000).to_bytes(4, "little")))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_can_only_be_unpacked_in_one_go_is_refused_before_it_is(packing: int) -> None:
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), packing)

    with pytest.raises(Refused, match="cannot be read"):
        read(raw)


def test_parts_that_are_not_packed_are_read() -> None:
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), zipfile.ZIP_STORED)

    assert read(raw) == [("Titel",), ("A",)]


@pytest.mark.parametrize(
    "inside",
    [
        "<row>" + "<c/>" * 600_000 + "</row>",
        "<row/>" * 600_000,
    ],
)
def test_more_tags_than_a_table_has_are_refused(inside: str) -> None:
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), sheet=a_sheet(inside))

    with pytest.raises(Refused, match="far more than a table of posts"):
        read(raw)


def sharing(text: str, *rows: int) -> bytes:
    """A workbook with so many cells a row on each of two sheets, and one text for them all."""
    book = a_workbook()
    book.create_sheet()
    raw = saved(book)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}"><si><t>{text}</t></si></sst>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    told = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    with zipfile.ZipFile(BytesIO(raw)) as parts:
        types = parts.read("[Content_Types].xml").replace(b"</Types>", told)
    shared = '<c t="s"><v>0</v></c>'
    sheet = a_sheet("".join(f"<row>{shared * cells}</row>" for cells in rows))
    return repacked(raw, strings=strings, types=types, sheet=sheet, second=sheet)


@pytest.mark.parametrize("cells", [1, 50])
def test_a_text_that_cells_share_counts_for_each_of_them_on_every_sheet(cells: int) -> None:
    fits = workbooks.MOST_TEXT // (2 * 100 * cells)
    counts = [cells] * 100

    assert len(read(sharing("x" * fits, *counts))) == 100
    with pytest.raises(Refused, match="far more than a table of posts"):
        read(sharing("x" * (fits + 1), *counts))


def test_a_text_longer_than_a_cell_can_be_is_cut_before_it_is_worked_on() -> None:
    [_head, (cell,)] = read(sharing("_x0041_" * 100_000, 1, 1))

    whole, rest = divmod(workbooks.LONGEST_CELL, len("_x0041_"))
    assert cell == "A" * whole + "_x0041_"[:rest]


@pytest.mark.parametrize("number", ["1048577", "999999999999", "-5", "x"])
def test_a_row_that_counts_on_without_end_is_not_waited_for(number: str) -> None:
    inside = f'<row r="{number}"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    raw = repacked(saved(a_workbook(["Titel"], ["A"])), sheet=a_sheet(inside))

    with pytest.raises(Refused):
        read(raw)


def test_xml_that_declares_entities_is_refused() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + a_sheet("<row><c><v>&a;</v></c></row>")

    with pytest.raises(Refused, match="cannot be read"):
        read(repacked(saved(a_workbook(["Titel"], ["A"])), sheet=evil))


def test_another_alphabet_hides_nothing() -> None:
    sheet = a_sheet("<row/>").decode().encode("utf-16")

    with pytest.raises(Refused, match="cannot be read"):
        read(repacked(saved(a_workbook(["Titel"], ["A"])), sheet=sheet))


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as other:
        other.writestr("word/document.xml", "<x/>")

    with pytest.raises(Refused, match="cannot be read"):
        read(file.getvalue())


def test_damaged_files_are_refused_with_words_and_never_break() -> None:
    book = saved(a_workbook(["Titel", "Datum"], ["A", date(2026, 12, 24)], ["=1", 1.5]))
    text = 'Titel;Datum\n"A";24-12-2026\n\'=B;\n'.encode("utf-8-sig")
    chance = random.Random(20261130)  # noqa: S311 - damage, the same each time
    refused: list[str] = []

    for number in range(300):
        raw = bytearray((book, text)[number % 2])
        for _again in range(chance.randint(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            read(bytes(raw[: chance.randint(1, len(raw))] if number % 5 == 0 else raw))
        except Refused as error:
            refused.append(error.words("nl"))

    assert 50 < len(refused) < 300
    assert all(refused)


# Cells


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("2026-12-24", date(2026, 12, 24), None),
        ("24-12-2026", date(2026, 12, 24), None),
        ("4/3/2027", date(2027, 3, 4), None),
        ("24.12.26 9u30", date(2026, 12, 24), time(9, 30)),
        ("24 december 2026", date(2026, 12, 24), None),
        ("do 24 dec", date(2026, 12, 24), None),
        ("2026-12-24T09:30:00", date(2026, 12, 24), time(9, 30)),
        ("46380", date(2026, 12, 24), None),
        ("46380.3958333", date(2026, 12, 24), time(9, 30)),
    ],
)
def test_days_are_read_day_before_month(text: str, day: date, at: time | None) -> None:
    assert cells.day_and_time(text, WALL, "nl") == (day, at)


@pytest.mark.parametrize(
    "text",
    ["31-2-2027", "12/24/2026", "2026-13-01", "24-12-2026 25:00", "ooit", "24", "-1", "9:30"],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert cells.day_and_time(text, WALL, "nl") is None


@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "+01:00"])
def test_a_time_of_another_clock_is_not_taken_for_one_here(zone: str) -> None:
    assert cells.day_and_time(f"2026-12-24T09:30:00{zone}", WALL, "nl") is None
    assert cells.time_of(f"09:30{zone}", WALL, "nl") is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        ("9u30", time(9, 30)),
        ("14 uur", time(14)),
        ("half tien", time(9, 30)),
        ("0,3958333", time(9, 30)),
        ("09:30:00", time(9, 30)),
        ("25:00", None),
        ("straks", None),
        ("24-12-2026", None),
    ],
)
def test_times_are_read(text: str, at: time | None) -> None:
    assert cells.time_of(text, WALL, "nl") == at


@pytest.mark.parametrize("text", ["=1+1", "+31 6", "-5", "@SUM(A1)", "\tx", "\rx", "'=1", "''-x"])
def test_a_text_that_a_spreadsheet_would_run_is_held_back(text: str) -> None:
    assert cells.escaped(text) == f"'{text}"
    assert cells.unescaped(cells.escaped(text)) == text


@pytest.mark.parametrize(
    ("text", "held_back"),
    [
        ("Kom,=1+1", "Kom,'=1+1"),
        ("Kom;+1;-1", "Kom;'+1;'-1"),
        ("Kom\n\n@SUM(A1)", "Kom\n\n'@SUM(A1)"),
        ('Kom,"=1', "Kom,'\"=1"),
        ("Kom,'=1", "Kom,''=1"),
        ("=1,=1", "'=1,'=1"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_so_is_what_begins_a_cell_where_another_sign_separates(text: str, held_back: str) -> None:
    assert cells.escaped(text) == held_back
    assert cells.unescaped(held_back) == text


@given(st.text(st.sampled_from("=+-@'\"\t\r\n;,a\uff1d"), max_size=12))
def test_what_was_held_back_comes_in_as_it_was(text: str) -> None:
    assert cells.unescaped(cells.escaped(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Titel", "'s ochtends", "a=b", "''", "a, b; 'c'\n\n'd'", "1 - 2, - 3"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cells.escaped(text) == text
    assert cells.unescaped(text) == text


def test_columns_are_known_in_both_languages_and_each_once() -> None:
    head = ["DATUM ", "Post date", "Titel", "Brand values", "Doelgroep(en)", "Iets", "status"]

    assert columns.matched(head) == ["date", "", "title", "values", "audiences", "", "state"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_goes_out_is_known_on_the_way_in(language: str) -> None:
    """Whatever the catalogue calls a column or a state."""
    names = [say(language, name) for name in columns.FIELD_NAMES.values()]

    assert columns.matched(names) == list(columns.FIELD_NAMES)
    for state, name in STATE_NAMES.items():
        assert columns.squeezed(say(language, name)) in rows.STATES[state].split()


# Out and in again

TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("=+-@'\"\t\r\n;,|_x0041_ \u202e\u00a0"),
    ),
    max_size=40,
).map(clean_text)


SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def facts(number: int, title: str, text: str) -> PostFacts:
    return PostFacts(
        id=number,
        title=title,
        text=text,
        link="",
        state="Idee",
        plan="",
        channels=(),
        values=(),
        audiences=(),
        owner="",
        starts_at=None,
        zone="Europe/Amsterdam",
    )


@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=5))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_text_is_the_same_after_out_and_in(
    kind: str, language: str, texts: list[tuple[str, str]]
) -> None:
    posts = [facts(number, title, text) for number, (title, text) in enumerate(texts)]
    _mimetype, write = exporting.WRITERS[kind]

    table = tables.table_in_file(write(posts, language))

    fields = columns.matched(table.head)
    title, text = fields.index("title"), fields.index("text")
    assert [(line.cells[title], line.cells[text]) for line in table.rows] == texts


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(";,\t"))
def test_no_cell_of_a_text_file_begins_as_a_formula(texts: list[str], separator: str) -> None:
    raw = delimited.written([["Titel", *texts]], separator)

    file = StringIO(raw.decode("utf-8-sig"), newline="")
    for record in csv.reader(file, delimiter=separator):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in record)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=3), min_size=1, max_size=3))
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("expected", [";", ",", "\t"])
def test_none_does_where_the_spreadsheet_expects_another_separator(
    separator: str, expected: str, texts: list[list[str]]
) -> None:
    raw = delimited.written(texts, separator)

    file = StringIO(raw.decode("utf-8-sig"), newline="")
    for record in csv.reader(file, delimiter=expected):
        # What a wrong reading puts before it, as an end of a line, does not make it safe.
        assert not any(cell.lstrip("\t\r\n").startswith(SIGNS) for cell in record)
