"""What the forms of a plan are made of: their fields, limits and common ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from calendar_app.web.forms import Form, options
from calendar_app.web.request import now
from calendar_app.web.templating import local

Row = TypeVar("Row")

STORY = 5000
NOTE = 2000
_HIDDEN = {"csrf_token", "version"}


def choices(keys: Iterable[str], names: Mapping[str, str]) -> list[SelectChoice]:
    """Choices in the order of `keys`, named as people see them."""
    return options((key, _l(names[key])) for key in keys)


class DayField(DateField):
    """A day, or none unless its validators ask for one."""

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, options.pop("validators", [Optional()]), **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what the browser's date field sends. Raises ValueError for what is no day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("This is not a date. Write it like 2027-01-31.")) from error


class PlanPartForm(Form):
    """A form whose fields have the names of the row's columns."""

    def texts(self) -> dict[str, Any]:
        """What was written, by the name of the column."""
        return {name: value for name, value in self.data.items() if name not in _HIDDEN}

    def twin_among(self, rows: Iterable[Row]) -> Row | None:
        """The one of `rows` that is just what was written: the form was sent before."""
        # A field that was left empty is kept as an empty text, or as nothing.
        texts = {name: value or "" for name, value in self.texts().items()}
        same = (row for row in rows if all((getattr(row, n) or "") == texts[n] for n in texts))
        return next(same, None)

    def conflict_with(self, row: object) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of each field that differs."""
        return self.differences({name: getattr(row, name) for name in self.texts()})


def today() -> date:
    """The day it is for the team."""
    return local(now()).date()
