"""What people say of a question, its answer, a reply to use again, and the results of a post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, TimeField
from wtforms.validators import InputRequired, Length

from calendar_app.moments import local, moment
from calendar_app.monitoring.metrics import METRICS, MOST
from calendar_app.monitoring.models import LONGEST_TITLE, MOST_LETTERS, WebcareItem
from calendar_app.people.models import Person
from calendar_app.plans.models import Channel
from calendar_app.posts.content import check_day
from calendar_app.web.forms import Form, LineField, NumberField, TextField, needed, options

_NONE = 0
# Who left or does not want to be seen, and a channel or post that is no choice any more: it stays.
_STAYS = -1


@dataclass(frozen=True)
class Offered:
    """What a question can be said to be of, and the clocks on which its moment is told."""

    # With the name of their plan.
    channels: Sequence[tuple[Channel, str]]
    # By id and title.
    posts: Sequence[tuple[int, str]]
    people: Sequence[Person]
    zone: str
    # What the row has now, as it may be named, by "channel", "post" and "owner".
    names_now: Mapping[str, str] = field(default_factory=dict)

    @property
    def channel_names(self) -> list[tuple[int, str]]:
        """The channels as choices: with their plan, where there are several."""
        several = len({plan for _channel, plan in self.channels}) > 1
        return [
            (one.id, f"{one.name} ({plan})" if several else one.name) for one, plan in self.channels
        ]

    def choice_of(self, item: WebcareItem, name: str) -> int:
        """The choice that stands for what `item` has."""
        row_id: int | None = getattr(item, f"{name}_id")
        if row_id is None or (name == "owner" and item.taken_by is None):
            return _STAYS if name == "channel" else _NONE
        known = {
            "channel": {channel.id for channel, _plan in self.channels},
            "post": {post_id for post_id, _title in self.posts},
            "owner": {person.id for person in self.people},
        }
        return row_id if row_id in known[name] else _STAYS

    def shown_of(self, item: WebcareItem) -> dict[str, object]:
        """What a form shows of `item`, by the names of its fields."""
        received = local(item.received_at, self.zone)
        return {
            "question": item.question,
            "day": received.date(),
            "time": received.time().replace(second=0, microsecond=0),
            **{name: self.choice_of(item, name) for name in ("channel", "post", "owner")},
        }


class WebcareForm(Form):
    """A question that came in. `item` is the one that is changed; None: a new one."""

    creation_key = HiddenField(validators=[Length(max=64)])
    question = TextField(_l("What was asked"), limit=MOST_LETTERS, validators=[needed()])
    channel = SelectField(_l("Channel"), coerce=int)
    post = SelectField(_l("About which post"), coerce=int)
    day = DateField(_l("Received on"), validators=[needed()])
    time = TimeField(_l("Received at"), validators=[InputRequired(_l("Fill this in."))])
    owner = SelectField(_l("Who answers it"), coerce=int)

    def __init__(self, offered: Offered, item: WebcareItem | None = None, **told: Any) -> None:
        kept = {} if item is None else {**offered.shown_of(item), "version": item.version}
        super().__init__(data={**kept, **told})
        self._offered, self._item = offered, item
        self.channel.choices = options([*self._staying("channel"), *offered.channel_names])
        nothing = (_NONE, _("No post"))
        self.post.choices = options([nothing, *self._staying("post"), *offered.posts])
        nobody = (_NONE, _("Whoever has the task of webcare"))
        colleagues = [(person.id, person.name) for person in offered.people]
        self.owner.choices = options([nobody, *self._staying("owner"), *colleagues])

    def _staying(self, name: str) -> list[tuple[int, str]]:
        """What the row has, where that is none of the choices."""
        if self._item is None or self._offered.choice_of(self._item, name) != _STAYS:
            return []
        return [(_STAYS, self._offered.names_now[name])]

    def shown_of(self, item: WebcareItem) -> dict[str, object]:
        """What the form shows of `item`, by the names of its fields."""
        return self._offered.shown_of(item)

    @property
    def chosen_channel(self) -> Channel | None:
        """The channel, of a form that is valid; None: it has none any more."""
        if self._item is not None and self.channel.data == _STAYS:
            return self._item.channel
        return next(one for one, _plan in self._offered.channels if one.id == self.channel.data)

    @property
    def chosen_post_id(self) -> int | None:
        """The post, if it is about one; of a form that is valid."""
        if self._item is not None and self.post.data == _STAYS:
            return self._item.post_id
        return self.post.data or None

    @property
    def chosen_owner(self) -> Person | None:
        """Who answers it, if somebody is named; of a form that is valid."""
        if self._item is not None and self.owner.data == _STAYS:
            return self._item.owner
        return next((one for one in self._offered.people if one.id == self.owner.data), None)

    @property
    def received_at(self) -> datetime:
        """When it came in, of a form that is valid. Raises Refused for a day too far away."""
        if self._item is not None:
            kept = self.shown_of(self._item)
            if (kept["day"], kept["time"]) == (self.day.data, self.time.data):
                # The form knows no seconds; what nobody changed stays as it was.
                return self._item.received_at
        check_day(self.day.data)
        return moment(self.day.data, self.time.data, self._offered.zone)


class AnswerForm(Form):
    """What was answered."""

    answer = TextField(_l("What did you answer?"), limit=MOST_LETTERS)


class ReplyForm(Form):
    """A reply to use again."""

    title = LineField(_l("Name"), limit=LONGEST_TITLE, validators=[needed()])
    text = TextField(_l("Text"), limit=MOST_LETTERS, validators=[needed()])


class ResultForm(Form):
    """What was counted of a post on one channel; an empty field: nobody counted it."""

    views = NumberField(_l("Views"), 0, MOST)
    reactions = NumberField(_l("Reactions"), 0, MOST)
    comments = NumberField(_l("Comments"), 0, MOST)
    shares = NumberField(_l("Shares"), 0, MOST)
    clicks = NumberField(_l("Clicks"), 0, MOST)
    applications = NumberField(_l("Applications"), 0, MOST)

    def counts(self) -> dict[str, int | None]:
        """Each number by its metric, of a form that is valid."""
        return {name: self._fields[name].data for name in METRICS}
