"""What people say of another calendar: its name and colour, and where it lives."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField

from calendar_app import outbound
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.layers import lines
from calendar_app.layers.fetching import Place
from calendar_app.layers.models import LONGEST_CALENDAR_NAME
from calendar_app.plans.models import HOOK_NAMES
from calendar_app.web.forms import Form, LineField, needed, options


class CalendarForm(Form):
    """Another calendar: a name, a colour, and an address or a file."""

    name = LineField(_l("Name"), limit=LONGEST_CALENDAR_NAME, validators=[needed()])
    hook = RadioField(_l("Colour"), coerce=int)
    address = LineField(_l("Address of the calendar"), limit=outbound.LONGEST_ADDRESS)
    file = FileField(_l("Or a file"))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.hook.choices = options((hook, _(name)) for hook, name in HOOK_NAMES.items())

    @property
    def names_place(self) -> bool:
        """Whether an address or a file is given."""
        return bool(self.address.data or self.file.data)

    def place(self) -> Place:
        """Where it lives, by what was given. Raises Refused at the field."""
        if not self.names_place:
            raise Refused(N_("Give an address, or choose a file."), field="address")
        if self.address.data and self.file.data:
            raise Refused(N_("Give an address or a file, not both."), field="file")
        if self.address.data:
            return Place(address=outbound.web_address(self.address.data))
        raw = self.file.data.read(outbound.MOST_BYTES + 1)
        if len(raw) > outbound.MOST_BYTES:
            raise Refused(
                N_("This is more than Kapstok reads: %(most)s MB at most."),
                field="file",
                most=outbound.MOST_BYTES >> 20,
            )
        return Place(file=lines.slim(raw))
