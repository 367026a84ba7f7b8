"""What people write in step 4: the channels, the role matrix, and how they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person
from calendar_app.plans.forms.fields import (
    NOTE,
    PersonField,
    PlanPartForm,
    SlotsField,
    choices,
    slot_lines,
)
from calendar_app.plans.models import (
    FACING_NAMES,
    FACINGS,
    FORM_NAMES,
    FORMS,
    LONGEST_ANSWER,
    LONGEST_ESCALATION,
    LONGEST_WATCH,
    Audience,
    Channel,
    Plan,
)
from calendar_app.plans.roles import PART_NAMES, PARTS, TASK_NAMES, TASKS, Matrix
from calendar_app.plans.steps import WHOLE
from calendar_app.web.forms import (
    Form,
    LineField,
    LinkField,
    NumberField,
    TextField,
    needed,
    options,
)

# The fields of a channel that show a column as it is.
_PLAIN = (
    "name",
    "short",
    "facing",
    "purpose",
    "cadence",
    "character_limit",
    "address",
    "evidence",
    "evidence_source",
    "evidence_year",
)


class ChannelForm(PlanPartForm):
    """A channel: for whom and how, its rhythm, who looks after it, and why it is the right one."""

    name = LineField(_l("Name"), limit=60, validators=[needed()])
    short = LineField(_l("Short name"), limit=4, validators=[needed()])
    facing = RadioField(
        _l("Who is it for?"), choices=choices(FACINGS, FACING_NAMES), default="external"
    )
    purpose = TextField(_l("What is it for?"), limit=NOTE)
    audiences = SelectMultipleField(_l("Audiences"), coerce=int, validate_choice=False)
    forms = SelectMultipleField(_l("Forms"), choices=choices(FORMS, FORM_NAMES))
    cadence = NumberField(_l("Posts a week"), 0, 50, filters=[lambda posts: posts or 0])
    character_limit = NumberField(_l("Longest text, in characters"), 1, 100_000)
    address = LinkField(_l("Where do you write on it?"))
    slots = SlotsField(_l("Good times"), limit=1000)
    owner = PersonField(_l("Owner"))
    deputy = PersonField(_l("Deputy"))
    evidence = TextField(_l("How do you know that your audience is here?"), limit=NOTE)
    evidence_source = LineField(_l("Source"), limit=200)
    evidence_year = NumberField(_l("Year of the source"), 1900, 2100)

    def __init__(
        self,
        plan: Plan,
        people: Sequence[Person],
        channel: Channel | None = None,
        **shown: Any,
    ) -> None:
        super().__init__(**shown)
        self._audiences = plan.audiences
        self.audiences.choices = options((one.id, one.name) for one in plan.audiences)
        self.owner.offer(people, None if channel is None else channel.owner)
        self.deputy.offer(people, None if channel is None else channel.deputy)

    def texts(self) -> dict[str, Any]:
        """What was written, with the audiences and people themselves."""
        chosen = {
            "audiences": self._chosen(),
            "owner": self.owner.person,
            "deputy": self.deputy.person,
        }
        return {**super().texts(), **chosen}

    def shown_of(self, row: Channel) -> dict[str, Any]:
        """What the fields show of a channel."""
        return channel_answers(row)

    def _chosen(self) -> list[Audience]:
        chosen = [one for one in self._audiences if one.id in self.audiences.data]
        if len(chosen) < len(set(self.audiences.data)):
            raise Refused(
                N_("This audience belongs to another plan. Choose one of this plan."),
                field="audiences",
            )
        return chosen


def channel_answers(channel: Channel) -> dict[str, Any]:
    """What `ChannelForm` shows of a channel, by the names of its fields."""
    return {
        **{name: getattr(channel, name) for name in _PLAIN},
        "audiences": [audience.id for audience in channel.audiences],
        "forms": channel.form_keys,
        "slots": slot_lines(channel.slots),
        "owner": channel.owner_id,
        "deputy": channel.deputy_id,
    }


class SendersForm(PlanPartForm):
    """Which part of the posts ambassadors would post."""

    ambassador_share = NumberField(
        _l("Share of the posts that ambassadors post themselves, in percent"), 0, WHOLE
    )


class WebcareForm(PlanPartForm):
    """How soon the team answers, how long it watches a post, and what happens after silence."""

    answer_hours = NumberField(_l("Answer within how many hours?"), 1, LONGEST_ANSWER)
    watch_hours = NumberField(_l("Watch a new post for how many hours?"), 1, LONGEST_WATCH)
    escalate_hours = NumberField(
        _l("After how many hours does it go to somebody else?"), 1, LONGEST_ESCALATION
    )
    escalate_to = PersonField(_l("To whom?"))

    def __init__(self, plan: Plan, people: Sequence[Person], **shown: Any) -> None:
        super().__init__(**shown)
        self.escalate_to.offer(people, plan.escalate_to)

    def texts(self) -> dict[str, Any]:
        """What was agreed, with the person."""
        return {**super().texts(), "escalate_to": self.escalate_to.person}

    def shown_of(self, row: Plan) -> dict[str, Any]:
        """What the fields show of a plan."""
        return webcare_answers(row)


def webcare_answers(plan: Plan) -> dict[str, Any]:
    """What `WebcareForm` shows of a plan, by the names of its fields."""
    return {
        "answer_hours": plan.answer_hours,
        "watch_hours": plan.watch_hours,
        "escalate_hours": plan.escalate_hours,
        "escalate_to": plan.escalate_to_id,
    }


class RolesForm(Form):
    """The role matrix: one choice for each task and person."""

    # Of the matrix as it was shown: the matrix has no version of its own.
    digest = HiddenField()

    def __init__(self, people: Sequence[Person], shown: Matrix, typed: Mapping[str, str] | None):
        super().__init__(typed, data={"digest": shown.digest})
        self.people = people
        self._shown = shown
        self._typed = typed

    def part(self, task: str, person: Person) -> str:
        """What stands in one cell: "does", "deputy" or ""."""
        if self._typed is None:
            return self._shown.part(task, person.id)
        return self._typed.get(cell_name(task, person.id), "")

    def roles(self) -> list[tuple[str, Person, str]]:
        """All cells that are filled in. Raises Refused for somebody who is not in the list."""
        self._expect_known()
        every = [
            (task, person, self.part(task, person)) for task in TASKS for person in self.people
        ]
        return [cell for cell in every if cell[2]]

    def is_stale(self) -> bool:
        """Whether somebody changed the matrix to something else since this form was shown.

        If so the form takes the matrix of now, so that sending it again is a knowing choice.
        """
        if self.digest.data == self._shown.digest or self._says_what_is_kept():
            return False
        self.digest.data = self._shown.digest
        self.digest.raw_data = [self._shown.digest]
        return True

    def conflict(self) -> list[tuple[str, str, str]]:
        """(task, who has a part in it now, who would) of each task that differs."""
        rows = [
            (
                _(TASK_NAMES[task]),
                self._told([(person, self._shown.part(task, person.id)) for person in self.people]),
                self._told([(person, self.part(task, person)) for person in self.people]),
            )
            for task in TASKS
        ]
        return [row for row in rows if row[1] != row[2]]

    def _told(self, parts: Sequence[tuple[Person, str]]) -> str:
        told = ((person.name, PART_NAMES[part]) for person, part in parts if part in PARTS)
        return ", ".join(f"{name}: {_(part).lower()}" for name, part in told)

    def _says_what_is_kept(self) -> bool:
        every = [(task, person) for task in TASKS for person in self.people]
        return all(self.part(t, person) == self._shown.part(t, person.id) for t, person in every)

    def _expect_known(self) -> None:
        names = {cell_name(task, person.id) for task in TASKS for person in self.people}
        for name, part in (self._typed or {}).items():
            if name.startswith("role-") and part and name not in names:
                raise Refused(N_("Choose colleagues of this team."))


def cell_name(task: str, person_id: int) -> str:
    """The name of the choice of one task and one person in the browser's form."""
    return f"role-{task}-{person_id}"
