"""What the pages of a plan have in common: finding, showing, saving, taking out, putting back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.door import audit, me, own
from calendar_app.people.queries import ambassadors
from calendar_app.plans import paper, queries, slots
from calendar_app.plans.community import Centre, draw, ways_to
from calendar_app.plans.domains import DOMAINS, HORIZON_NAMES
from calendar_app.plans.forms import GateForm, PlanPartForm, today
from calendar_app.plans.models import (
    BRAND_KIND_NAMES,
    CERTAINTY_NAMES,
    FACING_NAMES,
    FORM_NAMES,
    SIDE_NAMES,
    Actor,
    Audience,
    AudienceFact,
    BrandValue,
    Channel,
    Experiment,
    Plan,
    Precondition,
)
from calendar_app.plans.preconditions import KINDS, RATING_NAMES, to_look_at
from calendar_app.plans.questions import sentence
from calendar_app.plans.roles import (
    PART_NAMES,
    TASK_NAMES,
    with_deputy_alone,
    without_deputy,
)
from calendar_app.plans.steps import Point, Step, gate, next_step
from calendar_app.plans.views.pitfalls import pitfalls_of
from calendar_app.plans.views.places import place_of
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import language
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import local, render

bp = Blueprint("plans", __name__)

Part = TypeVar("Part", BrandValue, Audience, Channel, Actor, Experiment)
Row: TypeAlias = (
    Plan | BrandValue | Audience | AudienceFact | Channel | Actor | Precondition | Experiment
)
AnyPart: TypeAlias = BrandValue | Audience | Channel | Actor | Experiment
Conflict = Sequence[tuple[str, str, str]]
_ANCHORS = {"brand_value": "value", "audience": "audience", "channel": "channel", "actor": "actor"}


# Finding


def plan_to_change(plan_id: int) -> Plan:
    """My team's plan, held while this request changes it. Raises NotYours, Refused in the archive.

    Names, colours and badges are compared with each other, so one change at a time.
    """
    plan = own(Plan, plan_id)
    if request.method == "POST":
        session().refresh(plan, with_for_update=True)
    plan.expect_active()
    return plan


def part_of(plan: Plan, kind: type[Part], row_id: int) -> Part:
    """The part of `plan` with this id. Raises NotYours."""
    part = own(kind, row_id)
    if part.plan_id != plan.id:
        raise not_here()
    return part


def removed_part_of(plan: Plan, kind: type[Part], row_id: int) -> Part:
    """The part with this id that was taken out of `plan`. Raises NotYours."""
    part = session().get(kind, row_id)
    if part is None or part.plan_id != plan.id or part.deleted_at is None:
        raise not_here()
    return part


def fact_of(audience: Audience, fact_id: int, *, removed: bool = False) -> AudienceFact:
    """The fact of `audience` with this id, in use or taken out. Raises NotYours."""
    fact = session().get(AudienceFact, fact_id)
    if fact is None or fact.audience_id != audience.id or (fact.deleted_at is None) == removed:
        raise not_here()
    return fact


def not_here() -> NotYours:
    """The answer for what an address names and the plan has not."""
    return NotYours(N_("This is not here, or not for you."))


# Showing


def page(template: str, plan: Plan, **context: object) -> str:
    """A page of `plan`, with its path beside it."""
    return _with_path(template, queries.fill(session(), plan), **context)


def overview(plan: Plan, gate_form: GateForm | None = None) -> str:
    """The whole plan on one page, and on paper."""
    queries.fill_for_paper(session(), plan)
    return _with_path(
        "plans/plan.html",
        plan,
        gate_form=gate_form or GateForm(formdata=None),
        pitfalls=pitfalls_of(plan),
        coming=queries.coming_posts_on(session(), plan, now()),
        sheet=paper.sheet(plan, language(), today()),
        has_removed=bool(queries.removed_from(session(), plan)),
        **told_of(plan),
    )


def step_page(plan: Plan, key: str, **more: object) -> str:
    """One step of the plan by itself, with what it is about and what it lacks."""
    queries.fill(session(), plan)
    return _with_path("plans/step.html", plan, current=key, **told_of(plan), **more)


def told_of(plan: Plan) -> dict[str, object]:
    """What the steps show of `plan`, which has its parts read."""
    return {
        "today": today(),
        **_told_of_why(plan),
        **_told_of_who(plan),
        **_told_of_what(plan),
        **_told_of_where(plan),
        **_told_of_preconditions(plan),
        "counts": {
            kind: queries.counts_by(session(), model, parts, now())
            for kind, model, parts in (
                ("value", BrandValue, plan.values),
                ("audience", Audience, plan.audiences),
                ("channel", Channel, plan.channels),
            )
        },
    }


def _told_of_why(plan: Plan) -> dict[str, object]:
    return {
        "question": sentence(plan.question, language()),
        "domain_name": DOMAINS[plan.domain].name if plan.domain in DOMAINS else "",
        "horizon_names": HORIZON_NAMES,
        "facing_names": FACING_NAMES,
    }


def _told_of_who(plan: Plan) -> dict[str, object]:
    around = [one.around for one in plan.actors]
    centre = [Centre(one.id, one.name) for one in plan.audiences]
    return {
        "side_names": SIDE_NAMES,
        "certainty_names": CERTAINTY_NAMES,
        "drawing": draw(centre, around) if centre and around else None,
        "ways": {one.id: ways_to(one.id, around) for one in plan.audiences},
    }


def _told_of_what(plan: Plan) -> dict[str, object]:
    return {
        "brand_kind_names": BRAND_KIND_NAMES,
        "readers": queries.readers_of(session(), plan, me().id),
    }


def _told_of_where(plan: Plan) -> dict[str, object]:
    roles = plan.matrix
    return {
        "ambassadors": ambassadors(session(), plan.team),
        "roles": roles,
        "role_people": [one for one in queries.people_of(plan) if one.id in roles.people],
        "task_names": TASK_NAMES,
        "part_names": PART_NAMES,
        "without_deputy": _tasks_in_words(without_deputy(roles)),
        "with_deputy_alone": _tasks_in_words(with_deputy_alone(roles)),
        "form_names": FORM_NAMES,
        "slots_in_words": lambda kept: slots.in_words(kept, language()),
    }


def _told_of_preconditions(plan: Plan) -> dict[str, object]:
    """All eleven with how they stand, and whether nobody looked for too long."""
    made_on = local(plan.created_at).date()
    late = to_look_at(plan.standings, made_on, today(), plan.team.radar_unknown_days)
    return {
        "preconditions": [(kind, plan.precondition(key)) for key, kind in KINDS.items()],
        "rating_names": RATING_NAMES,
        "to_look_at": dict(late),
        "unknown_days": plan.team.radar_unknown_days,
    }


def _tasks_in_words(tasks: Iterable[str]) -> str:
    return _listed(TASK_NAMES[task] for task in tasks)


def _listed(names: Iterable[str]) -> str:
    """Msgids as they stand in a sentence."""
    return ", ".join(_(name).lower() for name in names)


def _with_path(template: str, plan: Plan, **context: object) -> str:
    steps = [_in_words(step) for step in plan.path(today())]
    told = {
        "steps": steps,
        "this_step": next((step for step in steps if step.key == context.get("current")), None),
        "following": next_step(steps),
        "before_gate": gate(steps),
        "place_of": lambda point: place_of(plan, point),
    }
    return render(template, plan=plan, **{**told, **context})


def _in_words(step: Step) -> Step:
    """`step` with the msgids that its points name as people read them."""
    return dataclasses.replace(step, points=[_point_in_words(point) for point in step.points])


def _point_in_words(point: Point) -> Point:
    values = dict(point.values)
    if point.key:
        values["name"] = _(KINDS[point.key].name)
    if point.listed:
        values["listed"] = _listed(point.listed)
    return dataclasses.replace(point, values=values)


def address_of(plan: Plan, anchor: str | None = None) -> str:
    """The address of the plan's page, at `anchor` if given."""
    return url_for("plans.show_plan", plan_id=plan.id, _anchor=anchor)


def address_of_part(part: AnyPart) -> str:
    """The address where `part` stands: on the plan's page, on its step's, or on its own."""
    if isinstance(part, Experiment):
        return url_for("plans.show_experiment", plan_id=part.plan_id, experiment_id=part.id)
    anchor = f"{_ANCHORS[part.__tablename__]}-{part.id}"
    if isinstance(part, Actor):
        return address_of_community(part.plan, anchor)
    return address_of(part.plan, anchor)


def address_of_community(plan: Plan, anchor: str = "community") -> str:
    """The address of those around the audiences, on the page of step 2."""
    return url_for("plans.show_who", plan_id=plan.id, _anchor=anchor)


# Changing


def added(
    form: PlanPartForm,
    verb: Callable[[], Row],
    show: Callable[[], str],
    back: str,
    there: Iterable[Row] = (),
) -> ResponseReturnValue:
    """Obey the form and go `back`, or `show` it again with what is wrong.

    What is `there` already, word for word, is not made twice: the form was sent twice.
    """
    if form.validate_on_submit() and form.twin_among(there) is not None:
        return redirect(back, 303)

    def add() -> None:
        row = verb()
        audit(f"{row.__tablename__}.added", row)

    return _obeyed(form, add, show, back)


def saved(
    form: PlanPartForm,
    row: Row,
    verb: Callable[[], object],
    show: Callable[[Conflict], str],
    back: str,
) -> ResponseReturnValue:
    """As `added`; when somebody changed `row` meanwhile, `show` both texts."""

    def change() -> None:
        verb()
        # A form that was sent as it stood is no change.
        if session().is_modified(row):
            audit(f"{row.__tablename__}.changed", row)

    if form.stale(row):
        return show(form.conflict_with(row)), 409
    return _obeyed(form, change, lambda: show(()), back)


def _obeyed(
    form: PlanPartForm, verb: Callable[[], object], show: Callable[[], str], back: str
) -> ResponseReturnValue:
    if not (form.validate_on_submit() and form.obeys(verb)):
        return show(), 422
    commit()
    flash(_("Saved."), "good")
    return redirect(_way_on() or back, 303)


def _way_on() -> str | None:
    """Where who asked for it goes on: to what this request's plan lacks next."""
    if "go_on" not in request.form:
        return None
    return way_on(own(Plan, (request.view_args or {})["plan_id"]))


def way_on(plan: Plan) -> str:
    """The first thing that is missing before posts can be planned; then the first post."""
    missing = gate(queries.fill(session(), plan).path(today()))
    if missing:
        return place_of(plan, missing[0])
    flash(_("Steps 1 to 3 are done. Plan your first post; the rest of the plan can wait."), "good")
    return url_for("posts.new", plan=plan.id, _anchor="title")


def taken_out(plan: Plan, part: AnyPart) -> ResponseReturnValue:
    """Take `part` out of `plan` and offer to put it back, or say what still hangs on it."""
    expect_shown(part)
    try:
        part.remove(now(), queries.coming_posts_on(session(), part, now()))
    except Refused as refused:
        return refusal(plan, refused)
    audit(f"{part.__tablename__}.removed", part)
    commit()
    say_removed(plan, part.name)
    return redirect(address_of(plan), 303)


def put_back(plan: Plan, part: AnyPart) -> ResponseReturnValue:
    """Undo `taken_out`, or say what stands in the way."""
    try:
        part.put_back()
    except Refused as refused:
        return refusal(plan, refused)
    audit(f"{part.__tablename__}.put_back", part)
    commit()
    flash(_("“%(name)s” is back.", name=part.name), "good")
    return redirect(address_of(plan), 303)


def moved(part: AnyPart, verb: Callable[[], object]) -> ResponseReturnValue:
    """Change the order, and go on where `part` now stands."""
    verb()
    commit()
    return redirect(address_of_part(part), 303)


def refusal(plan: Plan, refused: Refused) -> ResponseReturnValue:
    """The plan's page with the refusal above it."""
    flash(refused.words(language()), "bad")
    return overview(plan), 422


def say_removed(plan: Plan, name: str) -> None:
    """Tell that `name` is gone, with the way back."""
    way_back = url_for("plans.show_removed", plan_id=plan.id)
    words = _("“%(name)s” is removed.", name=name)
    link = Markup('{} <a href="{}">{}</a>').format(words, way_back, _("Put it back"))
    flash(link, "good")
