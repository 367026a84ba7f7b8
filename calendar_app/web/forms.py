"""Forms as people meet them: text is cleaned at the door, a refusal stands at its field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import time
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from calendar_app.db import Editable
from calendar_app.errors import Refused
from calendar_app.language import LANGUAGES
from calendar_app.text import clean_line, clean_text, safe_link
from calendar_app.web.language import language


class _Versioned(Protocol):
    version: Any


class _VersionField(IntegerField):
    """The version of a row that a form shows; unknown for a form that comes without it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the version; the row's own may not stand in for it, or nothing would be stale."""
        if not valuelist:
            self.data = None
        super().process_formdata(valuelist)


class Form(FlaskForm):
    """A form of Kapstok: it knows which version of a row it shows.

    A form of a row is built on that row, when it is shown and when it is sent: a field that was not
    sent keeps what the row has. Of something new such a text is empty. A browser sends each text,
    also an empty one; of boxes that are not ticked it sends nothing, so those are not kept.
    """

    version = _VersionField(widget=HiddenInput(), validators=[Optional()])

    def stale(self, row: _Versioned) -> bool:
        """Whether somebody changed `row` since this form was shown.

        If so the form takes the new version, so that sending it again is a knowing choice.
        """
        if self.version.data == row.version:
            return False
        self.version.data = row.version
        self.version.raw_data = [str(row.version)]
        return True

    def obeys(self, verb: Callable[[], object]) -> bool:
        """Run `verb`; a refusal is put at its field and answers False."""
        try:
            verb()
        except Refused as refused:
            self.refuse(refused)
            return False
        return True

    def refuse(self, refused: Refused) -> None:
        """Show a refusal at its field, or above the form when it has none."""
        words = refused.words(language())
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors = [*self.form_errors, words]
        else:
            field.errors = [*field.errors, words]

    def differences(self, current: Mapping[str, object]) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of each field in `current` that differs."""
        rows = []
        for name, saved in current.items():
            field = self._fields[name]
            typed = _as_text(field, field.data)
            kept = _as_text(field, saved)
            if typed != kept:
                rows.append((str(field.label.text), kept, typed))
        return rows


def expect_shown(row: Editable) -> None:
    """Raise Stale unless the page whose button was pressed showed `row` as it is now."""
    row.expect(Form().version.data)


def _as_text(field: Field, data: object) -> str:
    """What a person sees of `data` in `field`: the labels of its choices, else its text."""
    choices = getattr(field, "choices", None)
    if not choices:
        return _plain(data)
    chosen = data if isinstance(data, (list, tuple, set)) else [data]
    labels = {str(choice.value): str(choice.label) for choice in choices}
    return ", ".join(labels.get(str(value), str(value or "")) for value in chosen)


def _plain(data: object) -> str:
    if isinstance(data, time):
        return f"{data:%H:%M}"
    return "" if data is None else str(data)


def needed(message: object = None) -> DataRequired:
    """The field may not be empty."""
    return DataRequired(message=message or _l("Fill this in."))


def at_most(letters: int) -> Length:
    """The field holds at most `letters` characters."""
    return Length(max=letters, message=_l("Use at most %(max)d characters."))


class LineField(StringField):
    """One line of text, cleaned."""

    def __init__(self, label: object = None, *, limit: int = 200, **options: Any) -> None:
        validators = [*options.pop("validators", []), at_most(limit)]
        options.setdefault("default", "")
        super().__init__(label, validators, filters=[_cleaner(clean_line)], **options)
        self.limit = limit


class TextField(TextAreaField):
    """Several lines of text, cleaned."""

    def __init__(self, label: object = None, *, limit: int = 20_000, **options: Any) -> None:
        validators = [*options.pop("validators", []), at_most(limit)]
        options.setdefault("default", "")
        super().__init__(label, validators, filters=[_cleaner(clean_text)], **options)
        self.limit = limit


class LinkField(LineField):
    """An address of a page: http, https or mailto, nothing else."""

    def __init__(self, label: object = None, *, limit: int = 500, **options: Any) -> None:
        super().__init__(label, limit=limit, **options)

    def pre_validate(self, form: object) -> None:
        """Refuse an address that a page may not link to."""
        super().pre_validate(form)
        if self.data and safe_link(self.data) is None:
            raise ValidationError(_("Give an address that begins with https:// or http://."))


class NumberField(IntegerField):
    """A whole number between two ends; none too, unless it is needed."""

    def __init__(
        self,
        label: object,
        low: int,
        high: int,
        *,
        is_needed: bool = False,
        **options: Any,
    ) -> None:
        first = InputRequired(_l("Fill this in.")) if is_needed else Optional()
        words = _l("Choose a number from %(min)s to %(max)s.")
        super().__init__(label, [first, NumberRange(low, high, words)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError for what is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Use a whole number.")) from error


def _cleaner(clean: Callable[[str], str]) -> Callable[[object], object]:
    def cleaned(value: object) -> object:
        return clean(value) if isinstance(value, str) else value

    return cleaned


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """(value, label) pairs as the choices of a select field."""
    return [SelectChoice(value, label) for value, label in pairs]


def filter_choice(value: object, label: str, chosen: Collection[object]) -> dict[str, object]:
    """One of the choices of a filter, as the macro draws it."""
    return {"value": value, "label": label, "checked": value in chosen, "hook": None}


def id_or_none(value: object) -> int | None:
    """The id that a select field sends; None for its choice of nobody or nothing."""
    return int(str(value)) if value not in (None, "", "None") else None


def language_choices() -> list[SelectChoice]:
    """The languages, each by its own name."""
    return options((code, {"nl": "Nederlands", "en": "English"}[code]) for code in LANGUAGES)
