"""Which reminders a person wants."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from calendar_app.reminders.due import KIND_NAMES
from calendar_app.web.forms import Form


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
