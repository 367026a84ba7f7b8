"""What people write in a plan. The rules stand with the models; here are labels and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from calendar_app.plans.domains import DOMAINS, HORIZON_NAMES, HORIZONS, OWN
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
from calendar_app.web.forms import Form, LineField, TextField, needed, options
from calendar_app.web.request import now
from calendar_app.web.templating import local

Row = TypeVar("Row")

_STORY = 5000
_NOTE = 2000
_HIDDEN = {"csrf_token", "version"}


def _choices(keys: Iterable[str], names: Mapping[str, str]) -> list[SelectChoice]:
    return options((key, _l(names[key])) for key in keys)


class DayField(DateField):
    """A day, or none."""

    def __init__(self, label: object = None, **options: Any) -> None:
        super().__init__(label, [Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what the browser's date field sends. Raises ValueError for what is no day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("This is not a date. Write it like 2027-01-31.")) from error


class NumberField(IntegerField):
    """A whole number between two ends, or none."""

    def __init__(self, label: object, low: int, high: int, **options: Any) -> None:
        words = _l("Choose a number from %(min)s to %(max)s.")
        super().__init__(label, [Optional(), NumberRange(low, high, words)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError for what is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Use a whole number.")) from error


class PlanPartForm(Form):
    """A form whose fields have the names of the row's columns."""

    def texts(self) -> dict[str, Any]:
        """What was written, by the name of the column."""
        return {name: value for name, value in self.data.items() if name not in _HIDDEN}

    def twin_among(self, rows: Iterable[Row]) -> Row | None:
        """The one of `rows` that is just what was written: the form was sent before."""
        # A field that was left empty is kept as an empty text, or as nothing.
        texts = {name: value or "" for name, value in self.texts().items()}
        same = (row for row in rows if all((getattr(row, n) or "") == texts[n] for n in texts))
        return next(same, None)

    def conflict_with(self, row: object) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of each field that differs."""
        return self.differences({name: getattr(row, name) for name in self.texts()})


class WhyForm(PlanPartForm):
    """Step 1: the name of the plan and its question."""

    name = LineField(_l("Name of the plan"), limit=120, validators=[needed()])
    domain = SelectField(
        _l("What is it about?"),
        choices=options((key, _l(domain.name)) for key, domain in DOMAINS.items()),
        default=OWN,
    )
    facing = RadioField(
        _l("Who is it for?"), choices=_choices(FACINGS, FACING_NAMES), default="external"
    )
    question_group = LineField(_l("Which group?"), limit=200)
    question_behaviour = LineField(_l("What do you want them to do?"), limit=300)
    question_before = DayField(_l("Before which date?"))
    question_measure = LineField(_l("How do you measure it?"), limit=200)
    baseline = LineField(_l("How is it now?"), limit=120)
    target = LineField(_l("Where do you want to be?"), limit=120)
    horizon = RadioField(
        _l("How far do you look ahead?"), choices=_choices(HORIZONS, HORIZON_NAMES), default=""
    )


class WhatForm(PlanPartForm):
    """Step 3: the story, and the style and tone of what you write."""

    origin = TextField(_l("Why did you begin?"), limit=_STORY)
    story = TextField(_l("Our story"), limit=_STORY)
    brand_kind = RadioField(
        _l("Which brand is it?"),
        choices=_choices(BRAND_KINDS, BRAND_KIND_NAMES),
        default="employer",
    )
    address_form = RadioField(
        _l("How do you address people?"),
        choices=options([("je", _l("With “je”: close")), ("u", _l("With “u”: formal"))]),
        default="je",
    )
    tone = TextField(_l("Style and tone"), limit=_NOTE)
    words_to_use = TextField(_l("Words to use"), limit=_NOTE)
    words_to_avoid = TextField(_l("Words to avoid"), limit=_NOTE)


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
    meaning = TextField(_l("Meaning"), limit=_NOTE)
    belongs = TextField(_l("What belongs"), limit=_NOTE)
    falls_outside = TextField(_l("What falls outside"), limit=_NOTE)
    example = TextField(_l("Example of a post"), limit=_NOTE)
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
    description = TextField(_l("Who are they?"), limit=_NOTE)


class FactForm(PlanPartForm):
    """What is known or assumed of an audience."""

    text = TextField(_l("What do you know or think?"), limit=_NOTE, validators=[needed()])
    side = RadioField(_l("Where?"), choices=_choices(SIDES, SIDE_NAMES), default="online")
    certainty = RadioField(
        _l("How sure is it?"), choices=_choices(CERTAINTIES, CERTAINTY_NAMES), default="assumed"
    )
    source = LineField(_l("Source"), limit=200)
    dated_on = DayField(_l("Date of the source"))

    def validate_dated_on(self, field: DayField) -> None:
        """A source of tomorrow is a slip of the pen."""
        if field.data and field.data > today():
            raise ValidationError(_("This date is still to come."))


class ChannelForm(PlanPartForm):
    """A channel, its rhythm, and why it is the right one."""

    name = LineField(_l("Name"), limit=60, validators=[needed()])
    short = LineField(_l("Short name"), limit=4, validators=[needed()])
    facing = RadioField(
        _l("Who is it for?"), choices=_choices(FACINGS, FACING_NAMES), default="external"
    )
    purpose = TextField(_l("What is it for?"), limit=_NOTE)
    cadence = NumberField(_l("Posts a week"), 0, 50, filters=[lambda posts: posts or 0])
    character_limit = NumberField(_l("Longest text, in characters"), 1, 100_000)
    evidence = TextField(_l("How do you know that your audience is here?"), limit=_NOTE)
    evidence_source = LineField(_l("Source"), limit=200)
    evidence_year = NumberField(_l("Year of the source"), 1900, 2100)


def today() -> date:
    """The day it is for the team."""
    return local(now()).date()


def _hook_name(hook: int, owners: Mapping[int, str]) -> str:
    colour = _(HOOK_NAMES[hook])
    if hook not in owners:
        return colour
    return _("%(colour)s, of “%(name)s”", colour=colour, name=owners[hook])
