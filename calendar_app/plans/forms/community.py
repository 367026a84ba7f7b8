"""What people write about those around an audience. The rules stand with the models."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField

from calendar_app.plans.forms.fields import NOTE, PlanPartForm
from calendar_app.plans.models import RING_NAMES, Actor, Plan
from calendar_app.web.forms import LineField, TextField, id_or_none, needed, options


class ActorForm(PlanPartForm):
    """Somebody around the audiences, in which ring, and whom they reach."""

    name = LineField(_l("Name"), limit=80, validators=[needed()])
    ring = RadioField(
        _l("How near are they?"),
        coerce=int,
        choices=options((ring, _l(name)) for ring, name in RING_NAMES.items()),
        default=1,
    )
    via_id = SelectField(
        _l("Through whom do you reach them?"), coerce=id_or_none, validate_choice=False
    )
    reaches = SelectMultipleField(_l("Whom do they reach?"), coerce=int, validate_choice=False)
    trusted_by = SelectMultipleField(_l("Who trusts them?"), coerce=int, validate_choice=False)
    bond = TextField(_l("What binds them to you?"), limit=NOTE)

    def offer(self, plan: Plan, but: Actor | None = None) -> None:
        """Offer the audiences of `plan`, and those of its ring 1 beside `but` to go through."""
        between = [one for one in plan.actors if one.ring == 1 and one is not but]
        ways = [("", _("Nobody")), *((one.id, one.name) for one in between)]
        self.via_id.choices = options(ways)
        audiences = [(one.id, one.name) for one in plan.audiences]
        self.reaches.choices = options(audiences)
        self.trusted_by.choices = options(audiences)

    def answers(self) -> dict[str, Any]:
        """What was filled in; only somebody of ring 2 has a way, and who is trusted reaches."""
        texts = super().answers()
        if texts["ring"] == 1:
            texts["via_id"] = None
        texts["trusted_by"] = sorted(set(texts["trusted_by"] or ()))
        texts["reaches"] = sorted({*(texts["reaches"] or ()), *texts["trusted_by"]})
        return texts
