"""What people write in step 5 of a plan."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from calendar_app.plans.forms.fields import NOTE, DayField, PersonField, PlanPartForm, choices
from calendar_app.plans.models.plan import MOST_HOURS_A_WEEK, MOST_MINUTES_A_POST
from calendar_app.plans.preconditions import RATING_NAMES, RATINGS
from calendar_app.web.forms import NumberField, TextField


class PreconditionForm(PlanPartForm):
    """How one precondition stands."""

    rating = RadioField(
        _l("What is it for you?"), choices=choices(RATINGS, RATING_NAMES), default="unknown"
    )
    evidence = TextField(_l("How do you know this?"), limit=NOTE)
    owner_id = PersonField(_l("Owner"))
    action = TextField(_l("What will you do about it?"), limit=NOTE)
    recheck_on = DayField(_l("When do you look at it again?"))


class HoursForm(PlanPartForm):
    """The time that there is, and what one post takes of it."""

    hours_a_week = NumberField(_l("Hours a week, of all people together"), 0, MOST_HOURS_A_WEEK)
    minutes_a_post = NumberField(_l("Minutes for one post"), 1, MOST_MINUTES_A_POST)
