"""Where in a plan something can be mended."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from calendar_app.plans.models import Plan
from calendar_app.plans.steps import Point

# Places that are a page of their own.
_PAGES = {"why", "what", "shares", "roles", "webcare"}


def place_of(plan: Plan, point: Point) -> str:
    """The address of the field where a missing point can be mended."""
    return url_for(**_page_of(point), plan_id=plan.id, _anchor=point.field)


def ways_back() -> list[tuple[str, str]]:
    """The address of the plan that this request is about, and its name; nothing without one."""
    plan_id = (request.view_args or {}).get("plan_id")
    if plan_id is None:
        return []
    return [(url_for("plans.show_plan", plan_id=plan_id), _("To the plan"))]


def _page_of(point: Point) -> dict[str, Any]:
    if point.place in _PAGES:
        return {"endpoint": f"plans.show_{point.place}"}
    if point.key is not None:
        return {"endpoint": "plans.show_precondition", "key": point.key}
    if point.place == "facts":
        return {"endpoint": "plans.show_new_fact", "audience_id": point.row_id}
    kind = point.place.removesuffix("s")
    if point.row_id is None:
        return {"endpoint": f"plans.show_new_{kind}"}
    return {"endpoint": f"plans.show_{kind}", f"{kind}_id": point.row_id}
