"""What people write of an experiment: what they try, and what came of it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from calendar_app.plans.forms.fields import NOTE, DayField, PlanPartForm, choices
from calendar_app.plans.models import LONGEST_NAME, OUTCOME_NAMES, OUTCOMES
from calendar_app.web.forms import Form, LineField, TextField, needed


class ExperimentForm(PlanPartForm):
    """What is tried, and until when."""

    name = LineField(_l("Name"), limit=LONGEST_NAME, validators=[needed()])
    hypothesis = TextField(_l("What do you think will work?"), limit=NOTE)
    measure = LineField(_l("How do you see that it works?"), limit=200)
    starts_on = DayField(_l("First day"), validators=[needed(_l("Choose a day."))])
    ends_on = DayField(_l("Last day"), validators=[needed(_l("Choose a day."))])


class OutcomeForm(Form):
    """What comes of an experiment."""

    outcome = RadioField(
        _l("What do you do with it?"),
        choices=choices(OUTCOMES, OUTCOME_NAMES),
        validators=[needed(_l("Choose what comes of it."))],
    )
    lesson = TextField(
        _l("What did you learn?"),
        limit=NOTE,
        validators=[needed(_l("Write what you learned. One sentence is enough."))],
    )
    again_until = DayField(_l("Repeat until"))
