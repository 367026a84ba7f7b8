"""What people type about themselves, their team and the way in."""

from __future__ import annotations

import functools
from datetime import time
from typing import Any

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from holidays import country_holidays, list_supported_countries
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from calendar_app.config import zones
from calendar_app.errors import Refused
from calendar_app.moments import WEEKDAY_NAMES
from calendar_app.people.addresses import written
from calendar_app.people.models import ROLE_NAMES, ROLES
from calendar_app.people.sign_in import LONGEST_PASSWORD, SHORTEST_PASSWORD
from calendar_app.text import clean_line
from calendar_app.web.forms import (
    Form,
    LineField,
    NumberField,
    at_most,
    language_choices,
    needed,
    options,
)
from calendar_app.web.language import language
from calendar_app.web.request import now

# In minutes.
_SHORTEST_DAY = 60


class EmailField(LineField):
    """A mail address, in the one way Kapstok writes it: lower case, NFC."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        render = {"type": "email", "autocomplete": "email", "inputmode": "email"}
        super().__init__(label, limit=254, render_kw=render, **options)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no mail address."""
        super().pre_validate(form)
        if not self.data:
            return
        try:
            self.data = written(self.data)
        except Refused as refused:
            raise ValidationError(_("This is no mail address.")) from refused


def _new_password(label: Any) -> PasswordField:
    """Length is what counts; no rules about digits and signs."""
    long_enough = _l("Use at least %(min)d characters. A short sentence is fine.")
    return PasswordField(
        label,
        [
            InputRequired(_l("Fill this in.")),
            Length(min=SHORTEST_PASSWORD, message=long_enough),
            at_most(LONGEST_PASSWORD),
        ],
        render_kw={"autocomplete": "new-password"},
    )


def _known_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(_l("Fill this in.")), at_most(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


class SignInForm(Form):
    """A mail address and a password; nothing here tells whether the account exists."""

    email = EmailField(_l("Mail address"), validators=[needed()])
    password = _known_password(_l("Password"))
    next = HiddenField()


class LinkForm(Form):
    """Where to send a one-time link."""

    email = EmailField(_l("Mail address"), validators=[needed()])


class NewPasswordForm(Form):
    """A new password."""

    password = _new_password(_l("New password"))


class OwnPasswordForm(Form):
    """A new password, for who knows the old one."""

    old_password = _known_password(_l("Password now"))
    password = _new_password(_l("New password"))


class FirstStartForm(Form):
    """The first team and its administrator."""

    team = LineField(_l("Name of the team"), limit=120, validators=[needed()])
    name = LineField(_l("Your name"), limit=120, validators=[needed()])
    email = EmailField(_l("Mail address"), validators=[needed()])
    password = _new_password(_l("Password"))


class InvitationForm(Form):
    """Who is invited, as what."""

    name = LineField(_l("Name"), limit=120, validators=[needed()])
    email = EmailField(_l("Mail address"), validators=[needed()])
    role = SelectField(_l("Role"), choices=options((r, _l(ROLE_NAMES[r])) for r in ROLES))


class RoleForm(Form):
    """What a colleague may do."""

    role = SelectField(_l("Role"), choices=options((r, _l(ROLE_NAMES[r])) for r in ROLES))


class AbsenceForm(Form):
    """Days away, and who takes over."""

    person = SelectField(_l("Who"), coerce=int)
    first_day = DateField(_l("First day"), [needed()])
    last_day = DateField(_l("Last day"), [needed()])
    deputy = SelectField(_l("Deputy"), coerce=int, validators=[Optional()])
    note = LineField(_l("Note"), limit=200)

    def validate_last_day(self, field: DateField) -> None:
        """The last day cannot be before the first."""
        if self.first_day.data and field.data and field.data < self.first_day.data:
            raise ValidationError(_("The last day is before the first day."))


class OwnForm(Form):
    """How Kapstok speaks to one person."""

    name = LineField(_l("Name"), limit=120, validators=[needed()])
    language = SelectField(_l("Language"))
    theme = SelectField(
        _l("Theme"),
        choices=options(
            (("auto", _l("As your device")), ("light", _l("Light")), ("dark", _l("Dark")))
        ),
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.language.choices = [*options([("", _("As your browser"))]), *language_choices()]


class TeamForm(Form):
    """What all of a team shares."""

    name = LineField(_l("Name of the team"), limit=120, validators=[needed()])
    zone = LineField(_l("Time zone"), limit=64, validators=[needed()])
    language = SelectField(_l("Language"))
    country = SelectField(_l("Country, for public holidays"))
    region = SelectField(_l("Region, for public holidays"))

    working_days = SelectMultipleField(
        _l("Working days"),
        coerce=int,
        choices=options(enumerate(map(_l, WEEKDAY_NAMES))),
        validators=[needed(_l("Choose at least one day."))],
    )
    work_begins = TimeField(_l("Work begins at"), validators=[needed()])
    work_ends = TimeField(_l("Work ends at"), validators=[needed()])

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.language.choices = language_choices()
        self.country.choices = options(_countries())
        self._offer_regions(str(self.country.data or ""))

    def _offer_regions(self, country: str) -> None:
        """The regions of `country` with days of their own; one of another country is none."""
        known = _regions(country)
        if self.region.data not in known:
            self.region.data = ""
        own = with_own_days(country, now().year) | {self.region.data}
        found = sorted((name, code) for code, name in known.items() if code in own)
        all_of_it = ("", _("All of the country"))
        self.region.choices = options([all_of_it, *((code, name) for name, code in found)])

    def validate_zone(self, field: LineField) -> None:
        """The zone is one that this machine knows."""
        field.data = clean_line(field.data or "")
        if field.data not in zones():
            raise ValidationError(_("Choose a time zone from the list, like Europe/Amsterdam."))

    def validate_work_ends(self, field: TimeField) -> None:
        """A working day lasts a while."""
        begins, ends = self.work_begins.data, field.data
        if begins is not None and _minutes(ends) - _minutes(begins) < _SHORTEST_DAY:
            raise ValidationError(_("Choose an end at least an hour after the beginning."))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


class RadarForm(Form):
    """From where on the pitfall radar calls. Each number is needed: without it a rule is off."""

    radar_days = NumberField(_l("How many days back does the radar look?"), 7, 365, is_needed=True)
    radar_share = NumberField(
        _l("One person does it all: from how many percent of the posts?"),
        50,
        100,
        is_needed=True,
    )
    radar_posts = NumberField(_l("From how many posts on does that count?"), 1, 200, is_needed=True)
    radar_silence = NumberField(
        _l("A channel is silent: after how many times its rhythm?"), 1, 20, is_needed=True
    )
    radar_unknown_days = NumberField(
        _l("A precondition is not known: after how many days does the meet-up hear of it?"),
        1,
        365,
        is_needed=True,
    )


@functools.cache
def _country_codes() -> tuple[str, ...]:
    return tuple(sorted(code for code in list_supported_countries() if len(code) == 2))


@functools.lru_cache(maxsize=64)
def _regions(country: str) -> dict[str, str]:
    """The regions of a country that have a list of holidays: code and name."""
    if country not in _country_codes():
        return {}
    found = country_holidays(country)
    names = found.get_subdivision_aliases()
    return {code: [*names.get(code, ()), code][0] for code in found.subdivisions}


@functools.lru_cache(maxsize=64)
def with_own_days(country: str, year: int) -> frozenset[str]:
    """The regions with other public holidays in `year` than all of the country."""
    whole = country_holidays(country, years=year).keys() if _regions(country) else ()
    return frozenset(
        code
        for code in _regions(country)
        if country_holidays(country, subdiv=code, years=year).keys() != whole
    )


def region_name(country: str, region: str) -> str:
    """The name of a region, or nothing when a team chose none or the country has it no more."""
    return _regions(country).get(region, "") if region else ""


def _countries() -> list[tuple[str, str]]:
    names = Locale(language()).territories
    return sorted(((c, names.get(c, c)) for c in _country_codes()), key=lambda pair: pair[1])
