"""Which reminders a person wants, and when not."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, TimeField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from calendar_app.moments import WEEKDAY_NAMES
from calendar_app.reminders.due import KIND_NAMES
from calendar_app.web.forms import Form, options


class WantedForm(Form):
    """The kinds of reminder that a person gets by mail."""

    wanted = SelectMultipleField(
        _l("Mail me when"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.wanted.choices = [(kind, _(name)) for kind, name in KIND_NAMES.items()]


class QuietForm(Form):
    """When a person wants to get no reminders."""

    begins = TimeField(_l("Quiet from"), validators=[Optional()])
    ends = TimeField(_l("Quiet until"), validators=[Optional()])
    days = SelectMultipleField(
        _l("Quiet the whole day on"),
        coerce=int,
        choices=options(enumerate(map(_l, WEEKDAY_NAMES))),
    )
