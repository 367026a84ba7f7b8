"""The channels of a plan: a page for each, its order, and its way out and back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from calendar_app.people.door import requires
from calendar_app.plans.forms import ChannelForm
from calendar_app.plans.models import Channel, Plan
from calendar_app.plans.views.shared import (
    Conflict,
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


@bp.get("/plans/<int:plan_id>/channels/new")
@requires("plans.write")
def show_new_channel(plan_id: int) -> ResponseReturnValue:
    """An empty channel."""
    plan = plan_to_change(plan_id)
    return _channel_page(plan, ChannelForm(facing=plan.facing))


@bp.post("/plans/<int:plan_id>/channels/new")
@requires("plans.write")
def save_new_channel(plan_id: int) -> ResponseReturnValue:
    """Add a channel."""
    plan = plan_to_change(plan_id)
    form = ChannelForm()
    return added(
        form,
        lambda: plan.add_channel(**form.texts()),
        lambda: _channel_page(plan, form),
        address_of(plan, "where"),
    )


@bp.get("/plans/<int:plan_id>/channels/<int:channel_id>")
@requires("plans.write")
def show_channel(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """One channel, to change."""
    plan = plan_to_change(plan_id)
    channel = part_of(plan, Channel, channel_id)
    return _channel_page(plan, ChannelForm(obj=channel), channel)


@bp.post("/plans/<int:plan_id>/channels/<int:channel_id>")
@requires("plans.write")
def save_channel(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """Change a channel."""
    plan = plan_to_change(plan_id)
    channel = part_of(plan, Channel, channel_id)
    form = ChannelForm()
    return saved(
        form,
        channel,
        lambda: channel.edit(**form.texts()),
        lambda conflict: _channel_page(plan, form, channel, conflict),
        address_of_part(channel),
    )


@bp.post("/plans/<int:plan_id>/channels/<int:channel_id>/up")
@requires("plans.write")
def move_channel_up(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """Put a channel one place earlier."""
    channel = part_of(plan_to_change(plan_id), Channel, channel_id)
    return moved(channel, channel.move_up)


@bp.post("/plans/<int:plan_id>/channels/<int:channel_id>/down")
@requires("plans.write")
def move_channel_down(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """Put a channel one place later."""
    channel = part_of(plan_to_change(plan_id), Channel, channel_id)
    return moved(channel, channel.move_down)


@bp.post("/plans/<int:plan_id>/channels/<int:channel_id>/deletion")
@requires("plans.write")
def remove_channel(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """Take a channel out of the plan."""
    plan = plan_to_change(plan_id)
    return taken_out(plan, part_of(plan, Channel, channel_id))


@bp.post("/plans/<int:plan_id>/channels/<int:channel_id>/restoration")
@requires("plans.write")
def put_channel_back(plan_id: int, channel_id: int) -> ResponseReturnValue:
    """Put a removed channel back."""
    plan = plan_to_change(plan_id)
    return put_back(plan, removed_part_of(plan, Channel, channel_id))


def _channel_page(
    plan: Plan, form: ChannelForm, channel: Channel | None = None, conflict: Conflict = ()
) -> str:
    words = {"form": form, "channel": channel, "conflict": conflict}
    return page("plans/channel.html", plan, current="where", **words)
