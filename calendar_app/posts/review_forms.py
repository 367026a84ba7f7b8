"""The form of how a team approves its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import FORM_NAMES, FORMS
from calendar_app.posts.levels import MOST, MOST_LETTERS
from calendar_app.web.forms import Form, LineField, NumberField, id_or_none, options

_PLACES = range(1, MOST + 1)


class ReviewForm(Form):
    """Levels of approval, the forms of post without one, and when a request is escalated."""

    name_1 = LineField(_l("First approval"), limit=MOST_LETTERS)
    people_1 = SelectMultipleField(_l("Who may give the first approval"), coerce=int)
    name_2 = LineField(_l("Second approval"), limit=MOST_LETTERS)
    people_2 = SelectMultipleField(_l("Who may give the second approval"), coerce=int)
    name_3 = LineField(_l("Third approval"), limit=MOST_LETTERS)
    people_3 = SelectMultipleField(_l("Who may give the third approval"), coerce=int)
    free_forms = SelectMultipleField(_l("Which posts need no approval?"))
    review_patience = NumberField(
        _l("After how many working hours without an answer does somebody hear of it?"), 1, 200
    )
    escalates_to = SelectField(_l("Who hears of it?"), coerce=id_or_none)

    def __init__(self, *arguments: Any, people: Sequence[Person], **more: Any) -> None:
        super().__init__(*arguments, **more)
        found = options((person.id, person.name) for person in people)
        for _name, field in self.levels:
            field.choices = found
        self.free_forms.choices = options((form, _(FORM_NAMES[form])) for form in FORMS)
        nobody = ("", _("Nobody chosen"))
        self.escalates_to.choices = [*options([nobody]), *found]

    @property
    def levels(self) -> Iterator[tuple[Any, Any]]:
        """The fields of each level: its name, and who may give it."""
        return ((self[f"name_{place}"], self[f"people_{place}"]) for place in _PLACES)

    def wanted(self, people: Mapping[int, Person]) -> list[tuple[str, list[Person]]]:
        """The levels as they were typed: (name, who may give it) each."""
        return [
            (name.data, [people[one] for one in chosen.data])
            for name, chosen in self.levels
            if name.data
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each level that has people has a name too, and no two have the same."""
        is_good = bool(super().validate(extra_validators))
        names: set[str] = set()
        for name, chosen in self.levels:
            words = _name_is_wrong(name.data or "", chosen.data or [], names)
            if words:
                name.errors = (*name.errors, words)
                is_good = False
            names.add((name.data or "").casefold())
        return is_good


def _name_is_wrong(name: str, people: Sequence[int], before: set[str]) -> str:
    if not name and people:
        return _("Give this approval a name, or choose nobody.")
    if name and name.casefold() in before:
        return _("Another approval has this name.")
    return ""


def as_shown(team: Team) -> dict[str, object]:
    """What the form shows of `team`, by the name of the field."""
    told: dict[str, object] = {
        "version": team.version,
        "free_forms": [form for form in FORMS if form in team.free_forms],
        "review_patience": team.review_patience,
        "escalates_to": team.escalates_to_id,
    }
    for place in _PLACES:
        level = team.review_levels[place - 1] if place <= len(team.review_levels) else None
        told[f"name_{place}"] = level.name if level else ""
        told[f"people_{place}"] = [one.id for one in level.people] if level else []
    return told
