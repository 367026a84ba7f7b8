"""Asking somebody without an account for a review, and what they answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from calendar_app.people.forms import EmailField
from calendar_app.posts.guests import AGREED, CHANGES, MOST_LETTERS
from calendar_app.web.forms import Form, LineField, TextField, needed, options


class GuestForm(Form):
    """Who is asked. Its fields have names of their own: they stand on the post's page."""

    guest_name = LineField(_l("Name"), limit=120, validators=[needed()])
    guest_email = EmailField(_l("Mail address"), validators=[needed()])


class GuestAnswerForm(Form):
    """What a guest thinks of a post."""

    verdict = RadioField(
        _l("What do you think of it?"),
        choices=options(
            [(AGREED, _l("It is good like this")), (CHANGES, _l("Something should change"))]
        ),
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    words = TextField(_l("Your words"), limit=MOST_LETTERS)
