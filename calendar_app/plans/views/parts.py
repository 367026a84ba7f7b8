"""Values, audiences and channels: a page for each, its order, and its way out and back.

What a plan is made of is added, changed, taken out and put back in one way, whatever kind it is.
`PartPages` is that way, `OrderedPages` that of what people put in an order; each kind says only
what is its own: its form and its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import ClassVar, Generic, TypeVar

from flask.typing import ResponseReturnValue

from calendar_app.people.door import requires
from calendar_app.people.queries import people
from calendar_app.plans.community import ways_to
from calendar_app.plans.forms import (
    AudienceForm,
    ChannelForm,
    PlanPartForm,
    ValueForm,
    channel_answers,
    today,
)
from calendar_app.plans.models import (
    CERTAINTY_NAMES,
    SIDE_NAMES,
    Actor,
    Audience,
    BrandValue,
    Channel,
    Plan,
)
from calendar_app.plans.steps import WHOLE
from calendar_app.plans.views.shared import (
    Conflict,
    Part,
    added,
    address_of,
    address_of_part,
    bp,
    moved,
    page,
    part_of,
    plan_to_change,
    put_back,
    removed_part_of,
    saved,
    taken_out,
)
from calendar_app.web.request import session

Ordered = TypeVar("Ordered", BrandValue, Audience, Channel, Actor)


class PartPages(Generic[Part]):
    """The pages of one kind of part. `name` is its word in addresses and in templates."""

    name: ClassVar[str]
    # The step of the plan's page on which this kind stands.
    step: ClassVar[str]
    # Behind the address of one part: where it is written, if the address itself only shows it.
    written_at: ClassVar[str] = ""
    # What the route is called that shows the form of one part.
    verb: ClassVar[str] = "show"
    kind: type[Part]

    def blank(self, plan: Plan) -> PlanPartForm:
        """The form of a new part, with what can be guessed."""
        raise NotImplementedError

    def form(self, plan: Plan, part: Part | None = None, /, **shown: object) -> PlanPartForm:
        """The form as typed; before anything was typed it shows `shown`."""
        raise NotImplementedError

    def add(self, plan: Plan, form: PlanPartForm) -> Part:
        """Make the part that the form describes. Raises Refused."""
        raise NotImplementedError

    def told(self, plan: Plan, part: Part | None, /) -> dict[str, object]:
        """What the template needs besides plan, part and form."""
        raise NotImplementedError

    def all_of(self, plan: Plan) -> Sequence[Part]:
        """The parts of this kind that the plan has."""
        raise NotImplementedError

    def back_to(self, plan: Plan) -> str:
        """The address to go on at when a part was added."""
        return address_of(plan, self.step)

    def expect_time_for(self, plan: Plan) -> None:
        """Raise Refused when another part of this kind comes too early."""

    def page(
        self, plan: Plan, form: PlanPartForm, part: Part | None = None, conflict: Conflict = ()
    ) -> str:
        """The page on which one part is written."""
        words = {self.name: part, **self.told(plan, part)}
        return page(
            self.template,
            plan,
            current=self.step,
            form=form,
            conflict=conflict,
            **words,
        )

    @property
    def template(self) -> str:
        """The page with the form."""
        return f"plans/{self.name}.html"

    def own(self, plan: Plan, row: dict[str, int]) -> Part:
        """The part that the address names. Raises NotYours."""
        return part_of(plan, self.kind, row[f"{self.name}_id"])

    def install(self) -> None:
        """Add the routes of this kind."""
        new, form = self.address("new"), self._one + self.written_at
        self.route("GET", new, f"show_new_{self.name}", _show_new)
        self.route("POST", new, f"save_new_{self.name}", _save_new)
        self.route("GET", form, f"{self.verb}_{self.name}", _show)
        self.route("POST", form, f"save_{self.name}", _save)
        self.route("POST", f"{self._one}/deletion", f"remove_{self.name}", _remove)
        self.route("POST", f"{self._one}/restoration", f"put_{self.name}_back", _put_back)

    def address(self, rest: str) -> str:
        """The rule of an address below those of this kind."""
        return f"/plans/<int:plan_id>/{self.name}s/{rest}"

    @property
    def _one(self) -> str:
        return self.address(f"<int:{self.name}_id>")

    def route(
        self, method: str, rule: str, endpoint: str, view: Callable[..., ResponseReturnValue]
    ) -> None:
        """Let `view` of these pages answer at `rule`, for who may write plans."""
        own_view = update_wrapper(partial(view, self), view)
        bp.add_url_rule(rule, endpoint, requires("plans.write")(own_view), methods=[method])


class OrderedPages(PartPages[Ordered], Generic[Ordered]):
    """The pages of one kind of part that people put in an order."""

    def install(self) -> None:
        """Add the routes of this kind, with those that move one up or down."""
        super().install()
        self.route("POST", f"{self._one}/up", f"move_{self.name}_up", _move_up)
        self.route("POST", f"{self._one}/down", f"move_{self.name}_down", _move_down)


def _show_new(pages: PartPages[Part], plan_id: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    pages.expect_time_for(plan)
    return pages.page(plan, pages.blank(plan))


def _save_new(pages: PartPages[Part], plan_id: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    pages.expect_time_for(plan)
    form = pages.form(plan)
    return added(
        form,
        lambda: pages.add(plan, form),
        lambda: pages.page(plan, form),
        pages.back_to(plan),
        pages.all_of(plan),
    )


def _show(pages: PartPages[Part], plan_id: int, **row: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    part = pages.own(plan, row)
    return pages.page(plan, pages.form(plan, part, obj=part), part)


def _save(pages: PartPages[Part], plan_id: int, **row: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    part = pages.own(plan, row)
    form = pages.form(plan, part, obj=part)
    return saved(
        form,
        part,
        lambda: part.edit(**form.texts()),
        lambda conflict: pages.page(plan, form, part, conflict),
        address_of_part(part),
    )


def _move_up(pages: OrderedPages[Ordered], plan_id: int, **row: int) -> ResponseReturnValue:
    part = pages.own(plan_to_change(plan_id), row)
    return moved(part, part.move_up)


def _move_down(pages: OrderedPages[Ordered], plan_id: int, **row: int) -> ResponseReturnValue:
    part = pages.own(plan_to_change(plan_id), row)
    return moved(part, part.move_down)


def _remove(pages: PartPages[Part], plan_id: int, **row: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    return taken_out(plan, pages.own(plan, row))


def _put_back(pages: PartPages[Part], plan_id: int, **row: int) -> ResponseReturnValue:
    plan = plan_to_change(plan_id)
    return put_back(plan, removed_part_of(plan, pages.kind, row[f"{pages.name}_id"]))


class ValuePages(OrderedPages[BrandValue]):
    """The brand values."""

    name, step, kind = "value", "what", BrandValue

    def all_of(self, plan: Plan) -> Sequence[BrandValue]:
        """The plan's values."""
        return plan.values

    def blank(self, plan: Plan) -> ValueForm:
        """The next free colour, and the share that is left."""
        hook = next(iter(plan.free_hooks), None)
        return self.form(plan, hook=hook, wanted_share=max(0, WHOLE - plan.wanted_total))

    def form(self, plan: Plan, part: BrandValue | None = None, /, **shown: object) -> ValueForm:
        """With the colours, each with the value that has it already."""
        form = ValueForm(**shown)
        form.offer(plan, but=part)
        return form

    def add(self, plan: Plan, form: PlanPartForm) -> BrandValue:
        """A new last value."""
        return plan.add_value(**form.texts())

    def told(self, plan: Plan, part: BrandValue | None, /) -> dict[str, object]:
        """How much of the whole the other values leave."""
        others = plan.wanted_total - (part.wanted_share if part else 0)
        return {"left": WHOLE - others}


class AudiencePages(OrderedPages[Audience]):
    """The audiences, each with its facts."""

    name, step, kind = "audience", "who", Audience

    def all_of(self, plan: Plan) -> Sequence[Audience]:
        """The plan's audiences."""
        return plan.audiences

    def blank(self, plan: Plan) -> AudienceForm:
        """Nothing can be guessed of an audience."""
        return self.form(plan)

    def form(self, _plan: Plan, _part: Audience | None = None, /, **shown: object) -> AudienceForm:
        """A name, a description and the wanted share."""
        return AudienceForm(**shown)

    def add(self, plan: Plan, form: PlanPartForm) -> Audience:
        """A new last audience."""
        return plan.add_audience(**form.texts())

    def told(self, plan: Plan, part: Audience | None, /) -> dict[str, object]:
        """The words of the facts, the day that makes some of them old, and whom they trust."""
        return {
            "today": today(),
            "side_names": SIDE_NAMES,
            "certainty_names": CERTAINTY_NAMES,
            "ways": ways_to(part.id, [one.around for one in plan.actors]) if part else [],
        }


class ChannelPages(OrderedPages[Channel]):
    """The channels."""

    name, step, kind = "channel", "where", Channel

    def expect_time_for(self, plan: Plan) -> None:
        """Channels come after why, who and what."""
        plan.expect_ready(today())

    def all_of(self, plan: Plan) -> Sequence[Channel]:
        """The plan's channels."""
        return plan.channels

    def blank(self, plan: Plan) -> ChannelForm:
        """A channel faces where its plan does."""
        return self.form(plan, facing=plan.facing)

    def form(self, plan: Plan, part: Channel | None = None, /, **shown: object) -> ChannelForm:
        """Where, for whom and how often, with the people who can look after it."""
        if part is not None and shown.pop("obj", None) is part:
            shown = {"data": {**channel_answers(part), "version": part.version}}
        colleagues = people(session(), plan.team)
        return ChannelForm(plan, colleagues, part, **shown)

    def add(self, plan: Plan, form: PlanPartForm) -> Channel:
        """A new last channel."""
        return plan.add_channel(**form.texts())

    def told(self, _plan: Plan, _part: Channel | None, /) -> dict[str, object]:
        """Nothing more."""
        return {}


for _pages in (ValuePages(), AudiencePages(), ChannelPages()):
    _pages.install()
