"""What people type about meet-ups: a series, another moment for one of them, an action."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from calendar_app.config import zones
from calendar_app.meetups import beforehand
from calendar_app.meetups.actions import MOST_LETTERS, Action
from calendar_app.meetups.days_off import DaysOff
from calendar_app.meetups.models import (
    LONGEST_LEAD,
    SHORTEST_LEAD,
    WEEKDAY_NAMES,
    Meetup,
    Series,
)
from calendar_app.people.models import Person
from calendar_app.web.forms import (
    Form,
    LineField,
    LinkField,
    NumberField,
    TextField,
    needed,
    options,
)

_NOBODY = 0
_IN_TURN = -1
_TURN = "turn_"
_MOST_TURNS = 999


class SeriesForm(Form):
    """A series of meet-ups: when, how long, with whom."""

    creation_key = HiddenField(validators=[Length(max=64)])
    name = LineField(_l("Name"), limit=120, validators=[needed()])
    weekdays = SelectMultipleField(
        _l("Weekdays"),
        choices=options((code, _l(name)) for code, name in WEEKDAY_NAMES.items()),
        validators=[needed(_l("Choose at least one weekday."))],
    )
    local_time = TimeField(_l("Time"), validators=[InputRequired(_l("Fill this in."))])
    minutes = IntegerField(
        _l("Minutes"),
        validators=[
            needed(),
            NumberRange(1, 240, _l("A meet-up lasts between 1 and 240 minutes.")),
        ],
    )
    zone = LineField(_l("Time zone"), limit=64, validators=[needed()])
    starts_on = DateField(_l("First day"), validators=[needed()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    skips_holidays = BooleanField(_l("No meet-up on public holidays"))
    participants = SelectMultipleField(
        _l("Participants"),
        coerce=int,
        validators=[needed(_l("Choose at least one participant."))],
    )
    host = SelectField(_l("Host"), coerce=int)
    lead_minutes = IntegerField(
        _l("Reminder, minutes before"),
        validators=[
            InputRequired(_l("Fill this in.")),
            NumberRange(SHORTEST_LEAD, LONGEST_LEAD, _l("Choose between 1 and 1440 minutes.")),
        ],
    )
    place = LineField(_l("Place"), limit=200)
    link = LinkField(_l("Link to the meeting"))

    def __init__(self, people: Sequence[Person], **told: Any) -> None:
        super().__init__(**told)
        self._people = {person.id: person for person in people}
        everybody = options((person.id, person.name) for person in people)
        nobody = options([(_NOBODY, _("Nobody in particular")), (_IN_TURN, _("All in turn"))])
        self.participants.choices = everybody
        self.host.choices = [*nobody, *everybody]

    def validate_zone(self, field: LineField) -> None:
        """The zone is one that this machine knows."""
        if field.data not in zones():
            raise ValidationError(_("Choose a time zone from the list, like Europe/Amsterdam."))

    def series(self) -> Series:
        """What was typed, of a form that is valid."""
        return Series(
            name=self.name.data,
            weekdays=tuple(self.weekdays.data),
            local_time=self.local_time.data,
            zone=self.zone.data,
            minutes=self.minutes.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            skips_holidays=self.skips_holidays.data,
            participants=[self._people[person_id] for person_id in self.participants.data],
            host=self._people.get(self.host.data),
            rotates=self.host.data == _IN_TURN,
            place=self.place.data or "",
            link=self.link.data or "",
            lead_minutes=self.lead_minutes.data,
        )

    def conflict(
        self, meetup: Meetup, hidden: Container[int], apart_from: Container[str] = ()
    ) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of all that differs from `meetup`."""
        kept = answers_of(meetup, hidden).items()
        saved = {name: value for name, value in kept if name not in apart_from}
        holidays = saved.pop("skips_holidays")
        rows = self.differences(saved)
        if bool(self.skips_holidays.data) != holidays:
            words = {True: _("Yes"), False: _("No")}
            label = str(self.skips_holidays.label.text)
            rows.append((label, words[bool(holidays)], words[not holidays]))
        return rows


def answers_of(meetup: Meetup, hidden: Container[int] = ()) -> dict[str, object]:
    """What `SeriesForm` shows of a series, by the names of its fields; nobody who is `hidden`."""
    return {
        "name": meetup.name,
        "weekdays": meetup.weekdays.split(","),
        "local_time": meetup.local_time,
        "minutes": meetup.minutes,
        "zone": meetup.zone,
        "starts_on": meetup.starts_on,
        "ends_on": meetup.ends_on,
        "skips_holidays": meetup.skips_holidays,
        "participants": [person.id for person in meetup.participants if person.id not in hidden],
        "host": _host_of(meetup, hidden),
        "lead_minutes": meetup.lead_minutes,
        "place": meetup.place,
        "link": meetup.link,
    }


def _host_of(meetup: Meetup, hidden: Container[int]) -> int:
    if meetup.rotates:
        return _IN_TURN
    return _NOBODY if meetup.host_id in hidden else meetup.host_id or _NOBODY


class TurnsForm(Form):
    """Who leads a series in turn: each participant with a place, or without one."""

    def order(self) -> list[int]:
        """The ids of who has a place, by that; of two with the same the first by name."""
        placed = [(field.data, field.name) for field in self if field.name.startswith(_TURN)]
        chosen = [(place, name) for place, name in placed if place is not None]
        return [
            int(name.removeprefix(_TURN))
            for _place, name in sorted(chosen, key=lambda one: int(one[0]))
        ]


def turns_form(people: Sequence[Person]) -> type[TurnsForm]:
    """A form with a place for each of `people`."""
    places = {f"{_TURN}{one.id}": NumberField(one.name, 1, _MOST_TURNS) for one in people}
    return type("TurnsOf", (TurnsForm,), places)


class MoveForm(Form):
    """Another moment for one meet-up, on the clocks of its own zone."""

    day = DateField(_l("Day"), validators=[needed()])
    local_time = TimeField(_l("Time"), validators=[InputRequired(_l("Fill this in."))])


class CancelForm(Form):
    """Why one meet-up does not take place."""

    reason = LineField(_l("Reason"), limit=200)


class DaysOffForm(Form):
    """Days on which a series does not take place, and why."""

    first = DateField(_l("First day off"), validators=[needed()])
    last = DateField(_l("Last day off"), validators=[Optional()])
    reason = LineField(_l("Reason"), limit=200)

    def days_off(self) -> DaysOff:
        """What was typed, of a form that is valid; one day when no last one was."""
        first = self.first.data
        return DaysOff(first, self.last.data or first, self.reason.data or "")


class PutBackForm(Form):
    """The days of a period that was called off, as a page or a notice showed them."""

    first = DateField(validators=[needed()])
    last = DateField(validators=[needed()])
    mark = HiddenField(validators=[needed(), Length(max=64)])

    def days_off(self) -> DaysOff:
        """Which days, of a form that is valid."""
        return DaysOff(self.first.data, self.last.data)


class ActionForm(Form):
    """What somebody does before a day. `action` is the one that is changed; None: a new one."""

    creation_key = HiddenField(validators=[Length(max=64)])
    text = LineField(_l("What has to be done"), limit=MOST_LETTERS, validators=[needed()])
    owner = SelectField(_l("Who does it"), coerce=int)
    due_on = DateField(_l("Done by"), validators=[needed()])

    def __init__(
        self,
        people: Sequence[Person],
        action: Action | None = None,
        owner_now: str = "",
        **told: Any,
    ) -> None:
        super().__init__(**told)
        self._people = {person.id: person for person in people}
        self._action = action
        stays = action is not None and action.owner_id not in self._people
        # Who left, or does not want to be seen, is no choice; the action stays theirs all the same.
        self.owner.choices = options(
            [
                *([(_NOBODY, owner_now)] if stays else []),
                *((person.id, person.name) for person in people),
            ]
        )

    def chosen_owner(self) -> Person:
        """Who does it, of a form that is valid."""
        chosen = self._people.get(self.owner.data)
        if chosen is not None or self._action is None:
            return self._people[self.owner.data]
        return self._action.owner

    def shown_of(self, action: Action) -> dict[str, object]:
        """What the form shows of `action`, by the names of its fields."""
        return {"text": action.text, "owner": self.owner_of(action), "due_on": action.due_on}

    def owner_of(self, action: Action) -> int:
        """The choice that stands for who does it now."""
        return action.owner_id if action.owner_id in self._people else _NOBODY


class BeforehandForm(Form):
    """What somebody says who cannot come."""

    yesterday = TextField(_l("What did you do yesterday?"), limit=beforehand.MOST_LETTERS)
    today = TextField(_l("What do you do today?"), limit=beforehand.MOST_LETTERS)
    stuck = TextField(_l("Where are you stuck?"), limit=beforehand.MOST_LETTERS)
