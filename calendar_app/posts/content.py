"""What a writer fills in for a post, as one value that is checked before anything changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.posts.places import INSIDE, OUTSIDE, place_name, value_of

if TYPE_CHECKING:
    from calendar_app.people.models import Person
    from calendar_app.plans.models import Audience, BrandValue, Channel, Experiment, Plan

FIRST_YEAR, LAST_YEAR = 2000, 2100
# What of a post is somebody.
PEOPLE = ("owner", "reviewer", "publisher", "watcher", "sender")
TEXTS = ("title", "text", "form", "link", "intent")
# What of a post hangs on its plan, as lists of names and of why.
HOOKS = ("values", "reasons", "audiences", "channels")
# What the text of one channel is called, with the channel's id behind it.
OWN_TEXT = "own-text-"


@dataclass(frozen=True)
class Content:
    """All that a person can fill in. An idea needs only its title."""

    title: str
    text: str = ""
    form: str = "text"
    link: str = ""
    intent: str = "inform"
    plan: Plan | None = None
    # Each value with one line that says why, most important first.
    values: tuple[tuple[BrandValue, str], ...] = ()
    # Of the values that it does not simply fall inside of: "edge" or "outside".
    places: tuple[tuple[BrandValue, str], ...] = ()
    audiences: tuple[Audience, ...] = ()
    channels: tuple[Channel, ...] = ()
    # What is posted on a channel instead of the text, where it differs; also of a channel that is
    # not chosen now, so that choosing it again brings its text back.
    own_texts: tuple[tuple[Channel, str], ...] = ()
    owner: Person | None = None
    reviewer: Person | None = None
    # None: the brand itself.
    sender: Person | None = None
    # What is tried with it, of the same plan.
    experiment: Experiment | None = None
    # Aware; None: not on the calendar.
    starts_at: datetime | None = None
    # Who places it at its moment, and who watches it in its first hours.
    publisher: Person | None = None
    watcher: Person | None = None

    def text_for(self, channel: Channel) -> str:
        """What is posted on `channel`: its own text, else the text of all."""
        return self.own_text(channel.id) or self.text

    def own_text(self, channel_id: int) -> str:
        """The text of that channel alone; "" where it has none."""
        return next((text for channel, text in self.own_texts if channel.id == channel_id), "")

    def place(self, value: BrandValue) -> str:
        """Where it falls towards `value`: "inside", "edge" or "outside"."""
        return next((place for one, place in self.places if one is value), INSIDE)

    @property
    def outside(self) -> tuple[tuple[BrandValue, str], ...]:
        """The values that it hangs on and falls outside of, each with its reason."""
        return tuple(pair for pair in self.values if self.place(pair[0]) == OUTSIDE)

    @property
    def outside_told(self) -> tuple[tuple[int, str], ...]:
        """The same by the id of the value: what somebody agrees with."""
        return tuple((value.id, reason) for value, reason in self.outside)

    def placed_on(self, channel: Channel | None) -> str:
        """All that somebody puts on `channel`: its text, and the link unless it stands in it.

        None: on no channel in particular.
        """
        text = self.text if channel is None else self.text_for(channel)
        if not self.link or self.link in text:
            return text
        return f"{text}\n\n{self.link}" if text else self.link

    def said(self, name: str) -> str:
        """The text that `told` tells under `name`: one of TEXTS, or the text of a channel."""
        channel_id = channel_of(name)
        return str(getattr(self, name)) if channel_id is None else self.own_text(channel_id)

    def with_texts(self, texts: Mapping[str, str]) -> Content:
        """The same with these texts, named as `said` names them.

        The text of a channel that is none of its plan any more is left out.
        """
        own = {channel.id: (channel, text) for channel, text in self.own_texts}
        offered = self.plan.channels if self.plan else ()
        there = {channel.id: channel for channel in (*offered, *self.channels)}
        told = {channel_of(name): text for name, text in texts.items() if channel_of(name)}
        own |= {one: (there[one], text) for one, text in told.items() if one in there}
        plain: dict[str, Any] = {name: text for name, text in texts.items() if name in TEXTS}
        kept = tuple((channel, text) for channel, text in own.values() if text)
        return replace(self, **plain, own_texts=kept)

    def again(self, told: Mapping[str, Any], people: Iterable[Person]) -> Content:
        """The same with what `told` tells of some fields, as `told()` names them; {}: the same.

        Raises Refused at the field for a colleague who is not among `people`, and for what the plan
        has no longer.
        """
        texts = {name: one for name, one in told.items() if name in TEXTS or channel_of(name)}
        changes: dict[str, Any] = {}
        known = {person.id: person for person in people}
        for name in (name for name in PEOPLE if name in told):
            changes[name] = _found(known, told[name], name)
        if "starts_at" in told:
            at = told["starts_at"]
            changes["starts_at"] = datetime.fromisoformat(at) if at else None
        for name in (name for name in ("audiences", "channels") if name in told):
            offered = getattr(self.plan, name) if self.plan else ()
            changes[name] = _named(told[name], (*getattr(self, name), *offered), name)
        if any(name in ("values", "reasons") or value_of(name) is not None for name in told):
            changes |= self._values_again(told)
        return replace(self.with_texts(texts), **changes)

    def _values_again(self, told: Mapping[str, Any]) -> dict[str, Any]:
        own = tuple(value for value, _reason in self.values)
        names = told.get("values", [value.name for value in own])
        values = _named(names, (*own, *(self.plan.values if self.plan else ())), "values")
        reasons = {value.name: reason for value, reason in self.values}
        if "reasons" in told:
            reasons = dict(one.partition(": ")[::2] for one in told["reasons"])
        places = {value.id: place for value, place in self.places}
        places |= {value_of(name): told[name] or INSIDE for name in told if value_of(name)}
        return {
            "values": tuple((value, reasons.get(value.name, "")) for value in values),
            "places": tuple(
                (value, places[value.id])
                for value in values
                if places.get(value.id, INSIDE) != INSIDE
            ),
        }

    def told(self) -> dict[str, Any]:
        """The same as plain texts, for the history: names, ISO 8601, lists of names.

        Of somebody also the id: who later has another name, or does not want to be seen, is known
        by it. Nobody is an empty text.
        """
        return {
            "title": self.title,
            "text": self.text,
            # The name of then stays with it, for who reads the history later.
            **{f"{own_text_name(one.id)} {one.name}": text for one, text in self.own_texts},
            "form": self.form,
            "link": self.link,
            "intent": self.intent,
            "plan": self.plan.name if self.plan else "",
            "values": [value.name for value, _reason in self.values],
            "reasons": [f"{value.name}: {reason}" for value, reason in self.values if reason],
            # The value's name of then stays with it too. Inside is not told.
            **{
                f"{place_name(value.id)} {value.name}": self.place(value)
                for value, _reason in self.values
                if self.place(value) != INSIDE
            },
            "audiences": [audience.name for audience in self.audiences],
            "channels": [channel.name for channel in self.channels],
            **{name: _somebody(getattr(self, name)) for name in PEOPLE},
            "experiment": self.experiment.name if self.experiment else "",
            "starts_at": self.starts_at.isoformat() if self.starts_at else "",
        }

    def kept(self) -> dict[str, Any]:
        """The same as plain values to make posts of later (ids, texts), without day and experiment.

        `queries.content_of` reads it back.
        """
        return {
            **{name: getattr(self, name) for name in TEXTS},
            "plan": self.plan.id if self.plan else None,
            "values": [[value.id, reason] for value, reason in self.values],
            "places": [[value.id, place] for value, place in self.places],
            "audiences": [audience.id for audience in self.audiences],
            "channels": [channel.id for channel in self.channels],
            "own_texts": [[channel.id, text] for channel, text in self.own_texts],
            **{name: _id_of(getattr(self, name)) for name in PEOPLE},
        }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what `Content.told` tells differently."""
    names = [*after, *(name for name in before if name not in after)]
    # What only one of them tells, the text of a channel, was or is empty in the other.
    both = {name: [before.get(name, ""), after.get(name, "")] for name in names}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def own_text_name(channel_id: int) -> str:
    """What forms and history call the text of one channel."""
    return f"{OWN_TEXT}{channel_id}"


def channel_of(name: str) -> int | None:
    """The id of the channel whose text `name` is; None for every other name.

    The history has the channel's name of then behind it.
    """
    number = name.removeprefix(OWN_TEXT).partition(" ")[0]
    return int(number) if name.startswith(OWN_TEXT) and number.isdecimal() else None


def check(content: Content, before: Content | None) -> None:
    """Raise Refused at the field that cannot be: no title, or a hook of another plan."""
    if not content.title.strip():
        raise Refused(N_("Give the post a title."), field="title")
    if _newly(content.plan, before) and content.plan and content.plan.archived_at:
        raise Refused(N_("This plan is archived. Choose another one."), field="plan")
    _check_own(content, before)
    _check_experiment(content, before)


def check_day(day: date, field: str = "day") -> None:
    """Raise Refused at `field` for a day that no calendar here reaches."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(
            N_("Choose a day between %(first)d and %(last)d."),
            field=field,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )


def _check_own(content: Content, before: Content | None) -> None:
    values = [value for value, _reason in content.values]
    groups: dict[str, Iterable[BrandValue | Audience | Channel]] = {
        "values": values,
        "audiences": content.audiences,
        "channels": (*content.channels, *(channel for channel, _text in content.own_texts)),
    }
    for name, hooks in groups.items():
        if any(hook.plan is not content.plan for hook in hooks):
            raise _foreign(name, content, before)


def _check_experiment(content: Content, before: Content | None) -> None:
    experiment = content.experiment
    if experiment is None:
        return
    if experiment.plan is not content.plan:
        raise Refused(
            N_("This experiment belongs to another plan. Choose one of this plan."),
            field="experiment",
        )
    if (before is None or before.experiment is not experiment) and not experiment.is_open:
        raise Refused(N_("This experiment is over. Choose another one."), field="experiment")


def _newly(plan: Plan | None, before: Content | None) -> bool:
    return before is None or before.plan is not plan


def _foreign(name: str, content: Content, before: Content | None) -> Refused:
    if before is not None and before.plan is not None and _newly(content.plan, before):
        return Refused(
            N_(
                "The post still hangs on another plan. Choose values, audiences and channels of "
                "this plan too."
            ),
            field="plan",
        )
    messages = {
        "values": N_("This value belongs to another plan. Choose one of this plan."),
        "audiences": N_("This audience belongs to another plan. Choose one of this plan."),
        "channels": N_("This channel belongs to another plan. Choose one of this plan."),
    }
    return Refused(messages[name], field=name)


def _found(people: Mapping[int, Person], told: Any, field: str) -> Person | None:
    """Who the history tells of; None: nobody."""
    if not told:
        return None
    found = people.get(told["id"])
    if found is None:
        raise Refused(N_("This colleague cannot be chosen in this team."), field=field)
    return found


def _named(names: Iterable[str], offered: Iterable[Any], field: str) -> tuple[Any, ...]:
    """Those of `offered` with these names, in the order of `names`."""
    there: dict[str, Any] = {}
    for one in offered:
        there.setdefault(one.name, one)
    found = []
    for name in names:
        if name not in there:
            raise Refused(N_("“%(name)s” is not in the plan any more."), field=field, name=name)
        found.append(there[name])
    return tuple(found)


def _somebody(person: Person | None) -> dict[str, Any] | str:
    return {"id": person.id, "name": person.name} if person else ""


def _id_of(person: Person | None) -> int | None:
    return person.id if person else None
