"""What people write in the steps of a plan. The rules stand with the models."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, ValidationError

from calendar_app.plans.domains import DOMAINS, HORIZON_NAMES, HORIZONS, OWN
from calendar_app.plans.forms.fields import (
    NOTE,
    STORY,
    DayField,
    PlanPartForm,
    choices,
    today,
)
from calendar_app.plans.models import (
    BRAND_KIND_NAMES,
    BRAND_KINDS,
    CERTAINTIES,
    CERTAINTY_NAMES,
    FACING_NAMES,
    FACINGS,
    HOOK_NAMES,
    SIDE_NAMES,
    SIDES,
    BrandValue,
    Plan,
)
from calendar_app.plans.steps import WHOLE
from calendar_app.web.forms import Form, LineField, NumberField, TextField, needed, options


class WhyForm(PlanPartForm):
    """Step 1: the name of the plan and its question."""

    name = LineField(_l("Name of the plan"), limit=120, validators=[needed()])
    domain = SelectField(
        _l("What is it about?"),
        choices=options((key, _l(domain.name)) for key, domain in DOMAINS.items()),
        default=OWN,
    )
    facing = RadioField(
        _l("Who is it for?"), choices=choices(FACINGS, FACING_NAMES), default="external"
    )
    question_group = LineField(_l("Which group?"), limit=200)
    question_behaviour = LineField(_l("What do you want them to do?"), limit=300)
    question_before = DayField(_l("Before which date?"))
    question_measure = LineField(_l("How do you measure it?"), limit=200)
    baseline = LineField(_l("How is it now?"), limit=120)
    target = LineField(_l("Where do you want to be?"), limit=120)
    horizon = RadioField(
        _l("How far do you look ahead?"), choices=choices(HORIZONS, HORIZON_NAMES), default=""
    )


class CopyForm(PlanPartForm):
    """What a plan of a new period has of its own."""

    name = LineField(_l("Name of the new plan"), limit=120, validators=[needed()])
    question_before = DayField(_l("Before which date?"))


class WhatForm(PlanPartForm):
    """Step 3: the story, and the style and tone of what you write."""

    origin = TextField(_l("Why did you begin?"), limit=STORY)
    story = TextField(_l("Our story"), limit=STORY)
    brand_kind = RadioField(
        _l("Which brand is it?"),
        choices=choices(BRAND_KINDS, BRAND_KIND_NAMES),
        default="employer",
    )
    address_form = RadioField(
        _l("How do you address people?"),
        choices=options([("je", _l("With “je”: close")), ("u", _l("With “u”: formal"))]),
        default="je",
    )
    tone = TextField(_l("Style and tone"), limit=NOTE)
    words_to_use = TextField(_l("Words to use"), limit=NOTE)
    words_to_avoid = TextField(_l("Words to avoid"), limit=NOTE)


class GateForm(Form):
    """Why the team may go on before the first three steps are done."""

    reason = LineField(
        _l("Why may the team go on already?"),
        limit=300,
        validators=[needed(_l("Write why the team may go on already."))],
    )


class ValueForm(PlanPartForm):
    """A brand value and its border."""

    name = LineField(_l("Name"), limit=60, validators=[needed()])
    hook = RadioField(_l("Colour"), coerce=int)
    meaning = TextField(_l("Meaning"), limit=NOTE)
    belongs = TextField(_l("What belongs"), limit=NOTE)
    falls_outside = TextField(_l("What falls outside"), limit=NOTE)
    example = TextField(_l("Example of a post"), limit=NOTE)
    wanted_share = NumberField(
        _l("Wanted share of the posts, in percent"), 0, WHOLE, filters=[lambda share: share or 0]
    )

    def offer(self, plan: Plan, but: BrandValue | None = None) -> None:
        """Offer the colours, each with the value beside `but` that has it already."""
        owners = {value.hook: value.name for value in plan.values if value is not but}
        self.hook.choices = options((hook, _hook_name(hook, owners)) for hook in HOOK_NAMES)


class AudienceForm(PlanPartForm):
    """An audience."""

    name = LineField(_l("Name"), limit=80, validators=[needed()])
    description = TextField(_l("Who are they?"), limit=NOTE)
    wanted_share = NumberField(_l("Wanted share of the posts, in percent"), 0, WHOLE)


class FactForm(PlanPartForm):
    """What is known or assumed of an audience."""

    text = TextField(_l("What do you know or think?"), limit=NOTE, validators=[needed()])
    side = RadioField(_l("Where?"), choices=choices(SIDES, SIDE_NAMES), default="online")
    certainty = RadioField(
        _l("How sure is it?"), choices=choices(CERTAINTIES, CERTAINTY_NAMES), default="assumed"
    )
    source = LineField(_l("Source"), limit=200)
    dated_on = DayField(_l("Date of the source"))

    def validate_dated_on(self, field: DayField) -> None:
        """A source of tomorrow is a slip of the pen."""
        if field.data and field.data > today():
            raise ValidationError(_("This date is still to come."))


def _hook_name(hook: int, owners: Mapping[int, str]) -> str:
    colour = _(HOOK_NAMES[hook])
    if hook not in owners:
        return colour
    return _("%(colour)s, of “%(name)s”", colour=colour, name=owners[hook])
