"""What people choose for a feed."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField

from calendar_app.feed.models import DETAIL_NAMES, LONGEST_NAME, SCOPE_NAMES, WAY_NAMES
from calendar_app.web.forms import Form, LineField, needed, options


class NameForm(Form):
    """What a person calls a feed."""

    name = LineField(_l("Name"), limit=LONGEST_NAME, validators=[needed()])


class FeedForm(NameForm):
    """A new feed."""

    scope = RadioField(_l("What does it show?"), default="team")
    detail = RadioField(_l("How much does it tell?"), default="title")
    alarms = BooleanField(_l("Warn me before a meet-up"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.scope.choices = [(name, _(words)) for name, words in SCOPE_NAMES.items()]
        self.detail.choices = [(name, _(words)) for name, words in DETAIL_NAMES.items()]


class WayForm(Form):
    """How a person gets the meet-ups into their calendar."""

    way = RadioField(_l("How do the meet-ups come into your calendar?"))

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.way.choices = options((name, _(words)) for name, words in WAY_NAMES.items())
