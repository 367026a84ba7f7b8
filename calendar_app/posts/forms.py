"""The forms of a post: what people fill in, the small steps, and an idea in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import WEEKDAY_NAMES, local, moment
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.plans.models import FORM_NAMES, Audience, BrandValue, Channel, Experiment, Plan
from calendar_app.plans.roles import Away, Choice
from calendar_app.plans.steps import gate
from calendar_app.posts import merging, workflow
from calendar_app.posts.comments import MOST_LETTERS
from calendar_app.posts.content import (
    OWN_TEXT,
    Content,
    channel_of,
    check_day,
    own_text_name,
)
from calendar_app.posts.models import INTENT_NAMES
from calendar_app.posts.places import (
    INSIDE,
    PLACE,
    PLACE_NAMES,
    REASON,
    known,
    place_name,
    value_of,
)
from calendar_app.posts.repetition import (
    DAILY,
    MONTHLY_DAY,
    MONTHLY_WEEKDAY,
    MOST_INTERVAL,
    MOST_TIMES,
    NTH_NAMES,
    WEEKLY,
    Rule,
)
from calendar_app.posts.suggestions import TASK_OF, Around, suggestions
from calendar_app.text import clean_line, clean_text
from calendar_app.web.forms import (
    Form,
    LineField,
    LinkField,
    NumberField,
    TextField,
    id_or_none,
    needed,
    options,
)
from calendar_app.web.language import language
from calendar_app.web.templating import day as in_words

USUAL_TIME = time(9)
REASON_LIMIT = 300
THIS, FOLLOWING, ALL = "this", "following", "all"
THEIRS, MINE = "theirs", "mine"
NEVER, ON, AFTER = "never", "on", "after"
# What somebody must be allowed to be proposed for a field.
_ACTION_OF = {
    "owner": "posts.write",
    "reviewer": workflow.APPROVE.action,
    "publisher": workflow.PUBLISH.action,
    "watcher": "team.see",
}

Row = TypeVar("Row")
Hook = TypeVar("Hook", BrandValue, Audience, Channel)


@dataclass(frozen=True)
class Desk:
    """What lies ready for a writer: the team, its plans and its people."""

    team: Team
    plans: Sequence[Plan]
    members: Sequence[Membership]
    # The names, by id, of who does not want to be seen.
    unseen: Mapping[int, str]
    # Who is away from today on, in this team.
    absences: Sequence[Absence]
    today: date
    writer: Person

    def named(self, people: Iterable[Person]) -> list[tuple[Any, str]]:
        """`people` to choose from; who is unseen but has the post already stays without a name."""
        hidden = _("a colleague")
        return [
            (person.id, hidden if person.id in self.unseen else person.name) for person in people
        ]

    def plan(self, plan_id: int | None) -> Plan | None:
        """The plan with this id, if it lies here."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def people(self, also: Person | None = None) -> list[Person]:
        """The members, and `also` when that person is no member any more."""
        return _with(also, [membership.person for membership in self.members])

    def senders(self, also: Person | None = None) -> list[Person]:
        """The ambassadors, and `also`."""
        return _with(also, [m.person for m in self.members if m.is_ambassador])

    def reviewers(self, also: Person | None = None) -> list[Person]:
        """The members who may approve, and `also`."""
        return _with(also, self._who_may(workflow.APPROVE.action))

    def publishers(self, also: Person | None = None) -> list[Person]:
        """The members who may mark a post as published, and `also`."""
        return _with(also, self._who_may(workflow.PUBLISH.action))

    def suggestions(self, plan: Plan | None, day: date | None) -> dict[str, Choice]:
        """Whom the role matrix of `plan` proposes for a post on `day`, by the field."""
        if plan is None:
            return {}
        able = {
            name: {one.person_id for one in self.members if one.takes_part and allowed(one.role, a)}
            for name, a in _ACTION_OF.items()
        }
        around = Around(self._away_on(self.today), self._away_on(day or self.today), able)
        return suggestions(plan.matrix, around, self.writer.id)

    def _who_may(self, action: str) -> list[Person]:
        return [one.person for one in self.members if allowed(one.role, action)]

    def _away_on(self, day: date) -> Away:
        there = (one for one in self.absences if one.first_day <= day <= one.last_day)
        return {one.person_id: one.deputy_id for one in there}


@dataclass(frozen=True)
class Clash:
    """One field that two people changed, each in another way."""

    name: str
    label: str
    # What is saved, and what was typed here.
    theirs: str
    yours: str


class PostForm(Form):
    """All of a post that people fill in."""

    creation_key = HiddenField(validators=[Length(max=64)])
    # How each field stood when the page was made; see `merging`.
    shown = HiddenField(validators=[Length(max=20_000)])
    title = LineField(_l("Title"), limit=200, validators=[needed(_l("Give the post a title."))])
    text = TextField(_l("Text"), limit=20_000)
    plan = SelectField(_l("Plan"), coerce=id_or_none)
    values = SelectMultipleField(_l("Brand values"), coerce=int, validate_choice=False)
    audiences = SelectMultipleField(_l("Audience"), coerce=int, validate_choice=False)
    channels = SelectMultipleField(_l("Channel"), coerce=int, validate_choice=False)
    form = RadioField(_l("Form"))
    intent = RadioField(_l("Purpose"))
    link = LinkField(_l("Link"))
    day = DateField(_l("Day"), validators=[Optional()])
    time = TimeField(_l("Time"), validators=[Optional()])
    sender = SelectField(_l("Posted by"), coerce=id_or_none)
    owner = SelectField(_l("Owner"), coerce=id_or_none)
    reviewer = SelectField(_l("Reviewer"), coerce=id_or_none)
    experiment = SelectField(_l("Part of an experiment"), coerce=id_or_none, validate_choice=False)
    publisher = SelectField(_l("Publisher"), coerce=id_or_none)
    watcher = SelectField(_l("Watcher"), coerce=id_or_none)
    # Of a post of a series: which of its posts are saved so.
    scope = RadioField(
        _l("What do you change?"),
        default=THIS,
        choices=options(
            [
                (THIS, _l("Only this post")),
                (FOLLOWING, _l("This post and those after it")),
                (ALL, _l("All posts of the series, from today on")),
            ]
        ),
    )

    def __init__(self, desk: Desk, before: Content, typed: Any, **shown: Any) -> None:
        """`typed` is what the browser sent (None: nothing); else the form shows `before`."""
        kept = _shown(before, desk.team.zone)
        if before.plan is None and len(desk.plans) == 1:
            kept["plan"] = desk.plans[0].id
        super().__init__(typed, data={**kept, **shown})
        self.desk = desk
        self.before = before
        self._typed = typed
        # What is wrong with the reason of a value, by its id.
        self.reason_errors: dict[int, str] = {}
        self._offer()
        # The version that its person read, whatever it is sent with next.
        self.seen_version = self.version.data
        if typed is None:
            self.shown.data = merging.written(self._saved())
        else:
            self._take_chosen()
        # What the form proposed is not what somebody chose, until the person sends something else.
        self.untouched = {name for name in TASK_OF if self._is_untouched(name)}

    @property
    def chosen_plan(self) -> Plan | None:
        """The plan that the form stands at now."""
        plan_id = self.plan.data
        if self.before.plan is not None and plan_id == self.before.plan.id:
            return self.before.plan
        return self.desk.plan(plan_id)

    @property
    def points_before(self) -> int:
        """How much the chosen plan lacks before a post of it can have a day; 0: it may have one."""
        plan = self.chosen_plan
        if plan is None or plan.gate_opened_at is not None:
            return 0
        return len(gate(plan.path(self.desk.today)))

    def suggest(self) -> None:
        """Propose people from the role matrix of the chosen plan, wherever nobody was chosen."""
        found = self._suggestions()
        for name in self.untouched:
            usual = self.desk.writer.id if name == "owner" and self._is_new else None
            self[name].data = found[name].person if name in found else usual

    def suggestion(self, name: str) -> str:
        """Why this person stands in the field, when the role matrix put them there; else ""."""
        choice = self._suggestions().get(name)
        if name not in self.untouched or choice is None or self[name].data != choice.person:
            return ""
        absent = next((p for p in self.desk.people() if p.id == choice.instead_of), None)
        if absent is None:
            return _("Suggested from the role matrix.")
        return _("Suggested from the role matrix: %(name)s is away.", name=absent.name)

    @property
    def _is_new(self) -> bool:
        return not self.version.data

    def _suggestions(self) -> dict[str, Choice]:
        return self.desk.suggestions(self.chosen_plan, self.day.data)

    def _is_untouched(self, name: str) -> bool:
        """Whether the field holds what the form itself put there, or nothing yet."""
        if self._typed is None:
            # Of a new post the owner is a guess too.
            return self._is_new or getattr(self.before, name) is None
        shown = self._typed.get(f"suggested-{name}")
        return shown is not None and shown == self._typed.get(name, "")

    @property
    def hooks(self) -> dict[int, int]:
        """The colour of each value that can be chosen, by id."""
        return {value.id: value.hook for value in self.offered_values()}

    def offered_values(self) -> list[BrandValue]:
        """The values of the chosen plan, and those the post already hangs on."""
        plan = self.chosen_plan
        own = [value for value, _why in self.before.values if value.plan is plan]
        return _united(plan.values if plan else [], own)

    def offered_experiments(self) -> list[Experiment]:
        """The undecided experiments of the chosen plan, and the one the post is part of."""
        plan, own = self.chosen_plan, self.before.experiment
        running = [one for one in plan.experiments if one.is_open] if plan else []
        return _with(own if own is not None and own.plan is plan else None, running)

    def reason(self, value_id: int) -> str:
        """Why this post fits that value, as typed or as kept."""
        if self._typed is not None:
            return clean_line(self._typed.get(f"{REASON}{value_id}", ""))
        return next((why for value, why in self.before.values if value.id == value_id), "")

    place_names = PLACE_NAMES

    def place(self, value_id: int) -> str:
        """Where it falls towards that value, as typed or as kept."""
        kept = next((at for value, at in self.before.places if value.id == value_id), INSIDE)
        if self._typed is None:
            return kept
        return known(self._typed.get(place_name(value_id), kept))

    def places(self, values: Iterable[BrandValue]) -> tuple[tuple[BrandValue, str], ...]:
        """Those of `values` that it does not simply fall inside of, as `Content` has them."""
        told = ((value, self.place(value.id)) for value in values)
        return tuple((value, place) for value, place in told if place != INSIDE)

    def refuse(self, refused: Refused) -> None:
        """Show a refusal at its field; that of a value's reason also above the form."""
        super().refuse(refused)
        number = (refused.field or "").removeprefix(REASON)
        if number != refused.field and number.isdecimal():
            self.reason_errors[int(number)] = refused.words(language())

    def offered_channels(self) -> list[Channel]:
        """The channels of the chosen plan, and those the post already has."""
        return self._hooks("channels")

    def own_text(self, channel_id: int) -> str:
        """What is posted on that channel instead of the text, as typed or as kept; "": nothing."""
        kept = self.before.own_text(channel_id)
        if self._typed is None:
            return kept
        typed = clean_text(self._typed.get(own_text_name(channel_id), kept))
        # What says the same as the text is no text of its own.
        return "" if typed == (self.text.data or "") else typed

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, and all that a day asks for at once instead of one after the other."""
        good = bool(super().validate(extra_validators))
        if good and self.day.data:
            for field, message in workflow.missing_hooks(self.values.data, self.audiences.data):
                self.refuse(Refused(message, field=field))
                good = False
        return good

    def content(self) -> Content:
        """What was filled in. Raises Refused at the field that does not fit the plan."""
        values = self._values()
        return Content(
            title=self.title.data,
            text=self.text.data or "",
            form=self.form.data,
            link=self.link.data or "",
            intent=self.intent.data,
            plan=self.chosen_plan,
            values=values,
            places=self.places(value for value, _why in values),
            audiences=self._chosen("audiences", self._hooks("audiences")),
            channels=self._chosen("channels", self.offered_channels()),
            own_texts=self._own_texts(),
            owner=self._person("owner"),
            reviewer=self._person("reviewer"),
            sender=self._person("sender"),
            experiment=self._experiment(),
            starts_at=self._starts_at(),
            publisher=self._person("publisher"),
            watcher=self._person("watcher"),
        )

    def says_more(self) -> bool:
        """Whether anything in it is not as it is saved."""
        saved, typed = merging.digests(self._saved()), merging.digests(self._fields_now())
        return any(saved.get(name) != digest for name, digest in typed.items())

    def merge(self) -> list[Clash]:
        """Take over what only a colleague changed since, and answer what both did.

        Each with what is saved and what was typed. The form stays at what its person typed there,
        and knows from now on how things stand.
        """
        saved = self._saved()
        merged = merging.merge(merging.read(self.shown.data or ""), saved, self._fields_now())
        for name in sorted(merged.theirs, key=lambda name: name != "plan"):
            self._take(name, saved)
        self.shown.data = merging.written(saved)
        self.shown.raw_data = [self.shown.data]
        return [self._clash(name, saved) for name in merged.both]

    def _saved(self) -> dict[str, Any]:
        """The fields as they are saved, day and time as one, reasons and places apart."""
        return self._as_fields(
            _shown(self.before, self.desk.team.zone),
            {value.id: why for value, why in self.before.values},
            {value.id: place for value, place in self.before.places},
            self.before.own_text,
        )

    def _fields_now(self) -> dict[str, Any]:
        """The same as the form has them."""
        names = _shown(self.before, self.desk.team.zone)
        reasons = {value.id: self.reason(value.id) for value in self.offered_values()}
        places = {value.id: self.place(value.id) for value in self.offered_values()}
        fields = {name: self[name].data for name in names}
        return self._as_fields(fields, reasons, places, self.own_text)

    def _as_fields(
        self,
        fields: dict[str, Any],
        reasons: Mapping[int, str],
        places: Mapping[int, str],
        own_text: Callable[[int], str],
    ) -> dict[str, Any]:
        day, at = fields.pop("day"), fields.pop("time")
        offered = [one.id for one in self.offered_values()]
        whys = {f"{REASON}{one}": reasons.get(one, "") for one in offered}
        # Inside is as good as nothing said: `merging` takes what was not shown for empty.
        said = {one: place for one, place in places.items() if place != INSIDE}
        ats = {place_name(one): said.get(one, "") for one in offered}
        own = {own_text_name(one.id): own_text(one.id) for one in self.offered_channels()}
        return {**fields, "when": _when(day, at), **whys, **ats, **own}

    def _take(self, name: str, saved: Mapping[str, Any]) -> None:
        """Let the field stand as it is saved."""
        if name.startswith((REASON, PLACE, OWN_TEXT)):
            self._typed = MultiDict(self._typed)
            self._typed[name] = saved[name]
            return
        kept = _shown(self.before, self.desk.team.zone)
        for field in ("day", "time") if name == "when" else (name,):
            self[field].data, self[field].raw_data = kept[field], None
        if name == "plan":
            self._offer()
            self._typed = MultiDict(self._typed)
            for value, why in self.before.values:
                self._typed.setdefault(f"{REASON}{value.id}", why)

    def _take_chosen(self) -> None:
        """Of what both changed: where the person chose what a colleague saved."""
        saved = self._saved()
        for name in list(self._fields_now()):
            if self._typed.get(f"choice-{name}") == THEIRS:
                self._take(name, saved)

    def _clash(self, name: str, saved: Mapping[str, Any]) -> Clash:
        if name == "when":
            return Clash(name, _("When"), saved[name], _when(self.day.data, self.time.data))
        if name.startswith(REASON):
            value = next(one for one in self.offered_values() if f"{REASON}{one.id}" == name)
            label = _("Why %(value)s", value=value.name)
            return Clash(name, label, saved[name], self.reason(value.id))
        value_id = value_of(name)
        if value_id is not None:
            value = next(one for one in self.offered_values() if one.id == value_id)
            label = _("Place at %(value)s", value=value.name)
            theirs, yours = (
                _(PLACE_NAMES[known(at)]) for at in (saved[name], self.place(value_id))
            )
            return Clash(name, label, theirs, yours)
        channel_id = channel_of(name)
        if channel_id is not None:
            channel = next(one for one in self.offered_channels() if one.id == channel_id)
            label = _("Text for %(channel)s", channel=channel.name)
            return Clash(name, label, saved[name], self.own_text(channel_id))
        [(label, theirs, yours)] = self.differences({name: saved[name]}) or [
            (str(self[name].label.text), "", "")
        ]
        return Clash(name, label, theirs, yours)

    def _offer(self) -> None:
        self.plan.choices = _offered(_("No plan yet"), self._plans())
        self.values.choices = options(_named(self.offered_values()))
        self.audiences.choices = options(_named(self._hooks("audiences")))
        self.channels.choices = options(_named(self.offered_channels()))
        self.form.choices = options((key, _(name)) for key, name in FORM_NAMES.items())
        self.intent.choices = options((key, _(name)) for key, name in INTENT_NAMES.items())
        named, before = self.desk.named, self.before
        nobody, brand = ("", _("Nobody yet")), ("", _("The organisation"))
        self.sender.choices = options([brand, *named(self.desk.senders(before.sender))])
        self.owner.choices = options([nobody, *named(self.desk.people(before.owner))])
        self.reviewer.choices = options([nobody, *named(self.desk.reviewers(before.reviewer))])
        publishers = self.desk.publishers(before.publisher)
        self.publisher.choices = options([nobody, *named(publishers)])
        self.watcher.choices = options([nobody, *named(self.desk.people(before.watcher))])
        self.experiment.choices = _offered(_("No experiment"), self.offered_experiments())

    def _plans(self) -> list[Plan]:
        return _with(self.before.plan, self.desk.plans)

    def _hooks(self, name: str) -> list[Any]:
        plan = self.chosen_plan
        own = [hook for hook in getattr(self.before, name) if hook.plan is plan]
        return _united(getattr(plan, name) if plan else [], own)

    def _values(self) -> tuple[tuple[BrandValue, str], ...]:
        chosen = self._chosen("values", self.offered_values())
        return tuple((value, self._short_reason(value)) for value in chosen)

    def _own_texts(self) -> tuple[tuple[Channel, str], ...]:
        found = tuple((one, self.own_text(one.id)) for one in self.offered_channels())
        for channel, text in found:
            if len(text) > self.text.limit:
                raise Refused(
                    N_("The text for %(channel)s is too long. Use at most %(max)d characters."),
                    field="text",
                    channel=channel.name,
                    max=self.text.limit,
                )
        return (*((channel, text) for channel, text in found if text), *self._unoffered_texts())

    def _unoffered_texts(self) -> Iterator[tuple[Channel, str]]:
        """The kept texts of channels that were left, and then taken out of the plan."""
        plan, offered = self.chosen_plan, self.offered_channels()
        for channel, text in self.before.own_texts:
            if channel.plan is plan and channel not in offered:
                yield channel, text

    def _short_reason(self, value: BrandValue) -> str:
        reason = self.reason(value.id)
        if len(reason) > REASON_LIMIT:
            raise Refused(
                N_("The reason for %(value)s is too long. Use at most %(max)d characters."),
                field=f"{REASON}{value.id}",
                value=value.name,
                max=REASON_LIMIT,
            )
        return reason

    def _chosen(self, name: str, offered: list[Hook]) -> tuple[Hook, ...]:
        wanted = set(self[name].data or [])
        found = tuple(hook for hook in offered if hook.id in wanted)
        if len(found) < len(wanted):
            raise Refused(
                N_("A choice here belongs to another plan. Choose again for this plan."), field=name
            )
        return found

    @property
    def chosen_sender(self) -> Person | None:
        """The ambassador who posts it, of those who may; None: the organisation."""
        return self._person("sender")

    def _person(self, name: str) -> Person | None:
        people = self.desk.people(getattr(self.before, name))
        return next((person for person in people if person.id == self[name].data), None)

    def _experiment(self) -> Experiment | None:
        """What was chosen; where there was nothing to choose, what still fits the plan."""
        offered, wanted = self.offered_experiments(), self.experiment.data
        of_plan = self.chosen_plan.experiments if self.chosen_plan else ()
        # One that is over says so itself.
        found = next((one for one in (*offered, *of_plan) if one.id == wanted), None)
        if found is None and wanted is not None and self.experiment.raw_data:
            raise Refused(
                N_("A choice here belongs to another plan. Choose again for this plan."),
                field="experiment",
            )
        return found

    def _starts_at(self) -> datetime | None:
        day, zone = self.day.data, self.desk.team.zone
        if day is None:
            return None
        check_day(day)
        if self.time.data is None:
            raise Refused(N_("Choose a time too."), field="time")
        if self.before.starts_at and (day, self.time.data) == _day_and_time(self.before, zone):
            return self.before.starts_at
        return moment(day, self.time.data, zone)


class RepeatForm(Form):
    """On which days a post comes back, at what time, and until when."""

    creation_key = HiddenField(validators=[Length(max=64)])
    frequency = RadioField(
        _l("How does it come back?"),
        choices=options(
            [
                (DAILY, _l("By the day")),
                (WEEKLY, _l("By the week")),
                (MONTHLY_DAY, _l("By the month, on a date")),
                (MONTHLY_WEEKDAY, _l("By the month, on a weekday")),
            ]
        ),
    )
    interval = NumberField(
        _l("Every how many days, weeks or months?"), 1, MOST_INTERVAL, is_needed=True
    )
    weekdays = SelectMultipleField(
        _l("By the week: on which days?"),
        coerce=int,
        choices=options(enumerate(map(_l, WEEKDAY_NAMES))),
    )
    month_day = NumberField(_l("Day of the month"), 1, 31)
    nth = RadioField(
        _l("Which one of the month?"),
        coerce=int,
        choices=options((number, _l(name)) for number, name in NTH_NAMES.items()),
    )
    weekday = RadioField(
        _l("Weekday"), coerce=int, choices=options(enumerate(map(_l, WEEKDAY_NAMES)))
    )
    starts_on = DateField(_l("First day"), validators=[needed(_l("Choose a day."))])
    time = TimeField(_l("Time"), validators=[InputRequired(_l("Choose a time too."))])
    ends = RadioField(
        _l("Until when?"),
        choices=options(
            [
                (NEVER, _l("It goes on")),
                (ON, _l("Up to a day")),
                (AFTER, _l("A number of times")),
            ]
        ),
    )
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    count = NumberField(_l("How many times?"), 1, MOST_TIMES)
    skips_holidays = BooleanField(_l("Not on public holidays"))

    def rule(self) -> Rule:
        """The rule that was filled in. Raises Refused at the field that lacks."""
        check_day(self.starts_on.data, field="starts_on")
        return Rule(
            self.frequency.data,
            self.starts_on.data,
            interval=self.interval.data,
            **self._days(),
            **self._end(),
        )

    def _days(self) -> dict[str, Any]:
        if self.frequency.data == WEEKLY:
            if not self.weekdays.data:
                raise Refused(N_("Choose at least one day."), field="weekdays")
            return {"weekdays": tuple(sorted(set(self.weekdays.data)))}
        if self.frequency.data == MONTHLY_DAY:
            return {"month_day": _filled(self, "month_day")}
        if self.frequency.data == MONTHLY_WEEKDAY:
            return {"weekdays": (self.weekday.data,), "nth": self.nth.data}
        return {}

    def _end(self) -> dict[str, Any]:
        if self.ends.data == NEVER:
            return {}
        if self.ends.data == AFTER:
            return {"count": _filled(self, "count")}
        check_day(_filled(self, "ends_on"), field="ends_on")
        if self.ends_on.data < self.starts_on.data:
            raise Refused(N_("The last day lies before the first day."), field="ends_on")
        return {"ends_on": self.ends_on.data}


def usual_rule(day: date) -> dict[str, Any]:
    """What a RepeatForm shows for something that begins on `day`: every week on that weekday."""
    return {
        "frequency": WEEKLY,
        "interval": 1,
        "weekdays": [day.weekday()],
        "month_day": day.day,
        "nth": min((day.day - 1) // 7 + 1, 4),
        "weekday": day.weekday(),
        "starts_on": day,
        "time": USUAL_TIME,
        "ends": NEVER,
    }


def rule_shown(rule: Rule) -> dict[str, Any]:
    """What a RepeatForm shows of `rule`."""
    shown = {**usual_rule(rule.starts_on), "frequency": rule.frequency, "interval": rule.interval}
    if rule.frequency == WEEKLY:
        shown["weekdays"] = list(rule.weekdays)
    elif rule.frequency == MONTHLY_DAY:
        shown["month_day"] = rule.month_day
    elif rule.frequency == MONTHLY_WEEKDAY:
        shown |= {"nth": rule.nth, "weekday": rule.weekdays[0]}
    if rule.ends_on is not None:
        shown |= {"ends": ON, "ends_on": rule.ends_on}
    elif rule.count is not None:
        shown |= {"ends": AFTER, "count": rule.count}
    return shown


def _filled(form: Form, name: str) -> Any:
    value = form[name].data
    if value is None:
        raise Refused(N_("Fill this in."), field=name)
    return value


class TemplateForm(Form):
    """The name under which a post is kept as a template."""

    name = LineField(
        _l("Name of the template"),
        limit=120,
        validators=[needed(_l("Give the template a name."))],
    )


class StepForm(Form):
    """One step of a post, with what it asks for."""

    note = TextField(_l("What should change?"), limit=2_000)
    address = LinkField(_l("Address of the post"))
    agrees_outside = BooleanField(_l("I agree that this falls outside"))


class PlaceForm(Form):
    """That a post is out, and where it stands."""

    address = LinkField(_l("Address of the post"))


class OwnAccountForm(Form):
    """What an ambassador says of a post in their own words."""

    text = TextField(_l("Text"))


class MoveForm(Form):
    """Another day for a post; a post without a day also gets a time."""

    day = DateField(_l("New day"), validators=[needed(_l("Choose a day."))])
    time = TimeField(_l("Time"), validators=[Optional()])


class IdeaForm(Form):
    """An idea in one line."""

    creation_key = HiddenField(validators=[Length(max=64)])
    title = LineField(_l("New idea"), limit=200, validators=[needed(_l("Write your idea first."))])


class CommentForm(Form):
    """A comment on a post. Its field has a name of its own: it stands on the post's page."""

    creation_key = HiddenField(validators=[Length(max=64)])
    comment = TextField(
        _l("New comment"), limit=MOST_LETTERS, validators=[needed(_l("Write your comment first."))]
    )


def typed() -> Any:
    """What the browser sent of a post; None when it only sent a step."""
    return request.form if "title" in request.form else None


def _shown(content: Content, zone: str) -> dict[str, Any]:
    """`content` as the fields of a form show it."""
    day, at = _day_and_time(content, zone)
    return {
        "title": content.title,
        "text": content.text,
        "plan": content.plan.id if content.plan else None,
        "values": [value.id for value, _why in content.values],
        "audiences": [audience.id for audience in content.audiences],
        "channels": [channel.id for channel in content.channels],
        "form": content.form,
        "intent": content.intent,
        "link": content.link,
        "day": day,
        "time": at,
        "sender": content.sender.id if content.sender else None,
        "experiment": content.experiment.id if content.experiment else None,
        "owner": content.owner.id if content.owner else None,
        "reviewer": content.reviewer.id if content.reviewer else None,
        "publisher": content.publisher.id if content.publisher else None,
        "watcher": content.watcher.id if content.watcher else None,
    }


def _day_and_time(content: Content, zone: str) -> tuple[Any, time]:
    if content.starts_at is None:
        return None, USUAL_TIME
    wall = local(content.starts_at, zone)
    return wall.date(), wall.time().replace(second=0, microsecond=0)


def _when(day: date | None, at: time | None) -> str:
    return f"{in_words(day)} {at:%H:%M}" if day and at else ""


def _offered(nothing: str, rows: Iterable[Any]) -> list[Any]:
    """The rows to choose from, after the choice of none of them."""
    return options([("", nothing), *_named(rows)])


def _named(rows: Iterable[Any]) -> list[tuple[Any, str]]:
    return [(row.id, row.name) for row in rows]


def _with(also: Row | None, rows: Sequence[Row]) -> list[Row]:
    return _united(rows, [] if also is None else [also])


def _united(rows: Sequence[Row], also: Sequence[Row]) -> list[Row]:
    return [*rows, *(row for row in also if row not in rows)]
