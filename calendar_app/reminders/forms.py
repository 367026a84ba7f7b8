"""Which reminders a person wants, and when not."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectMultipleField, TimeField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from calendar_app.moments import WEEKDAY_NAMES
from calendar_app.outbound import LONGEST_ADDRESS
from calendar_app.reminders.due import KIND_NAMES
from calendar_app.text import clean_line
from calendar_app.web.forms import Form, at_most, needed, options


class WantedForm(Form):
    """The kinds of reminder that a person gets."""

    wanted = SelectMultipleField(
        _l("Remind me when"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.wanted.choices = [(kind, _(name)) for kind, name in KIND_NAMES.items()]


class AddressForm(Form):
    """The address of a route to Teams or Slack."""

    address = PasswordField(
        _l("Address (webhook)"),
        validators=[needed(), at_most(LONGEST_ADDRESS)],
        filters=[lambda typed: clean_line(typed or "")],
    )


class BrowserForm(Form):
    """What a browser gives so that it can be pushed to (its script fills this in)."""

    endpoint = HiddenField(validators=[needed(), at_most(LONGEST_ADDRESS)])
    p256dh = HiddenField(validators=[needed(), at_most(200)])
    auth = HiddenField(validators=[needed(), at_most(100)])


class QuietForm(Form):
    """When a person wants to get no reminders."""

    begins = TimeField(_l("Quiet from"), validators=[Optional()])
    ends = TimeField(_l("Quiet until"), validators=[Optional()])
    days = SelectMultipleField(
        _l("Quiet the whole day on"),
        coerce=int,
        choices=options(enumerate(map(_l, WEEKDAY_NAMES))),
    )
