"""What the forms of a plan are made of: their fields, limits and common ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from calendar_app.people.door import shown
from calendar_app.people.models import Person
from calendar_app.plans import slots
from calendar_app.web.forms import Form, TextField, id_or_none, options
from calendar_app.web.language import language
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
    """A form whose fields have the names of the row's columns, or that says what they show."""

    def answers(self) -> dict[str, Any]:
        """What was filled in, by the name of the field."""
        return {name: value for name, value in self.data.items() if name not in _HIDDEN}

    def texts(self) -> dict[str, Any]:
        """What was written, as the row's verbs take it."""
        return self.answers()

    def shown_of(self, row: Any) -> dict[str, Any]:
        """What the fields show of `row`."""
        return {name: getattr(row, name) for name in self.answers()}

    def twin_among(self, rows: Iterable[Row]) -> Row | None:
        """The one of `rows` that is just what was written: the form was sent before."""
        answers = _as_compared(self.answers())
        return next((row for row in rows if _as_compared(self.shown_of(row)) == answers), None)

    def conflict_with(self, row: object) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of each field that differs."""
        return self.differences(self.shown_of(row))


class SlotsField(TextField):
    """Hours of the week, a line each, as people of this language write them."""

    def _value(self) -> str:
        return str(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """What is understood is shown in one way; a line that is not stays as it was typed."""
        super().process_formdata(valuelist)
        if self.data and not slots.read(self.data).unclear:
            self.data = slot_lines(slots.kept(slots.read(self.data).slots))


class PersonField(SelectField):
    """One person, or nobody yet."""

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, coerce=id_or_none, **options)

    def offer(self, people: Sequence[Person], also: Person | None = None) -> None:
        """Offer these `people`, and whoever is chosen `also`."""
        self.people = [*people, *([] if also is None or also in people else [also])]
        named = ((person.id, shown(person).name) for person in self.people)
        self.choices = options([("", _("Nobody yet")), *named])

    @property
    def person(self) -> Person | None:
        """Who is chosen."""
        return next((person for person in self.people if person.id == self.data), None)


def slot_lines(kept: str) -> str:
    """The hours of a channel, a line each, as this person writes them."""
    return "\n".join(slots.in_words(kept, language()))


def _as_compared(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A field that was left empty is kept as an empty text, or as nothing."""
    return {name: value or "" for name, value in answers.items()}


def today() -> date:
    """The day it is for the team."""
    return local(now()).date()
