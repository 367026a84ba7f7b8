"""What people fill in to bring posts: a file or a text, and what its columns are about."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.text import clean_line
from calendar_app.transfer.columns import FIELD_NAMES, LEFT_OUT, Table
from calendar_app.transfer.tables import MOST_BYTES, table_in_file, table_in_text
from calendar_app.web.forms import Form


class TableForm(Form):
    """A file, or what somebody copied in a spreadsheet."""

    file = FileField(_l("A file"))
    # Not cleaned: a tab at its beginning is an empty first cell.
    pasted = TextAreaField(_l("Or paste a table here"), default="")

    @property
    def file_name(self) -> str:
        """The name of the file; "" for a text."""
        return clean_line(self.file.data.filename or "") if self.file.data else ""

    def table(self) -> Table:
        """The table that was brought. Raises Refused at the field."""
        pasted = self.pasted.data or ""
        if self.file.data and pasted.strip():
            raise Refused(N_("Give a file or paste a table, not both."), field="file")
        if self.file.data:
            return table_in_file(self.file.data.read(MOST_BYTES + 1))
        if not pasted.strip():
            raise Refused(N_("Choose a file, or paste a table."), field="file")
        return table_in_text(pasted)


class ColumnsForm(Form):
    """What each column is about, and whether a refused day makes an idea."""

    as_ideas = BooleanField(_l("Rows that cannot have a day yet become ideas, without that day"))

    def fields(self, number: int) -> list[str]:
        """What each of `number` columns is about, as it was chosen."""
        return [request.form.get(f"column-{place}", LEFT_OUT) for place in range(number)]


class BringForm(Form):
    """Whether wrong rows stay behind."""

    leave_out = BooleanField(_l("Leave out the wrong rows"))


def field_choices() -> list[tuple[str, str]]:
    """(value, words) of what a column can be about."""
    named: list[Any] = [(name, _(words)) for name, words in FIELD_NAMES.items()]
    return [(LEFT_OUT, _("Leave out")), *named]
