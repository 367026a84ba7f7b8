"""What stands beside the calendar: the playing field of the period, its gaps, and the ideas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from flask import url_for
from flask_babel import gettext as _

from calendar_app.calendar import field, gaps, month, queries, shifts
from calendar_app.calendar.cards import Card, PostRow
from calendar_app.calendar.field import Group, Wish
from calendar_app.calendar.filters import Filters
from calendar_app.calendar.views.shared import cards, local_today
from calendar_app.meetups.holidays import free_days_between
from calendar_app.moments import local
from calendar_app.people.door import my_team
from calendar_app.plans import slots
from calendar_app.plans.models import Channel, Plan
from calendar_app.web.language import language
from calendar_app.web.request import now, session, zone

_SHOWN_IDEAS = 6
_BRAND, _AMBASSADORS = "brand", "ambassadors"


def of(
    plans: Sequence[Plan], filters: Filters, rows: Sequence[PostRow], days: Sequence[date]
) -> dict[str, object]:
    """The aside of a view that shows `rows` on `days`, by the names that its template knows."""
    plan = shown_plan(plans, filters)
    return {
        "plan": plan,
        "field": [] if plan is None else _field(plan, rows, _in_period(days)),
        "slots": {} if plan is None else open_slots(plan, filters, days),
        "ideas": ideas(filters),
        "ideas_are_filtered": filters.of_ideas().any,
    }


def ideas(filters: Filters) -> list[Card]:
    """The newest ideas that fit the filters."""
    found = queries.newest_ideas(session(), my_team(), filters.of_ideas(), _SHOWN_IDEAS)
    return cards(found)


def shown_plan(plans: Sequence[Plan], filters: Filters) -> Plan | None:
    """The plan whose playing field stands beside the calendar: the filtered, else the first one."""
    chosen = [plan for plan in plans if plan.id in filters.plan]
    return next(iter(chosen or plans), None)


def rhythm(channel: Channel) -> gaps.Rhythm:
    """A channel with how often and when it is posted on."""
    hours = [(slot.day, time(*divmod(slot.minute, 60))) for slot in slots.read(channel.slots).slots]
    return gaps.Rhythm(channel.id, channel.name, channel.short, channel.cadence, hours)


def open_slots(
    plan: Plan, filters: Filters, days: Sequence[date]
) -> Mapping[date, list[gaps.OpenSlot]]:
    """The gaps in the rhythm of the plan's channels on `days`, by day."""
    whole_weeks = month.whole_weeks(days)
    if whole_weeks[-1] < local_today():
        return {}
    channels = [c for c in plan.channels if not filters.channel or c.id in filters.channel]
    bounds = month.bounds(whole_weeks, my_team().zone)
    planned: dict[int, list[date]] = {}
    for channel_id, starts_at in queries.moments_on_channels(session(), plan, *bounds):
        planned.setdefault(channel_id, []).append(local(starts_at, my_team().zone).date())
    free = free_days_between(my_team().area, whole_weeks[0], whole_weeks[-1], language())
    found = gaps.open_slots(
        [rhythm(channel) for channel in channels],
        whole_weeks,
        planned,
        local(now(), zone()),
        lambda day: shifts.is_weekend(day) or day in free,
    )
    return {day: found[day] for day in days if day in found}


def _in_period(days: Sequence[date]) -> int:
    """How many days the counted posts lie on: a month's, though whole weeks are shown."""
    in_the_middle = days[len(days) // 2].month
    whole_month = [day for day in days if day.month == in_the_middle]
    return len(days) if len(days) <= field.FULL_WEEK else len(whole_month)


def _field(plan: Plan, rows: Sequence[PostRow], days: int) -> list[Group]:
    """Planned against wanted, for each kind of thing that posts are spread over."""
    ours = [row for row in rows if row.plan_id == plan.id and row.state != "cancelled"]
    kinds = (
        (
            {"name": _("Brand values"), "word": "value"},
            [Wish(v.id, v.name, percent=v.wanted_share, hook=v.hook) for v in plan.values],
            [row.value_ids for row in ours],
        ),
        (
            {"name": _("Audiences"), "word": "audience"},
            [Wish(a.id, a.name, percent=a.wanted_share) for a in plan.audiences],
            [row.audience_ids for row in ours],
        ),
        (
            {"name": _("Channels"), "word": "channel"},
            [Wish(c.id, c.name, a_week=c.cadence or None) for c in plan.channels],
            [row.channel_ids for row in ours],
        ),
        (
            # Most ideas have no sender yet, so those who can be one are the way out.
            {"name": _("Posted by"), "address": _ambassadors_of(plan)},
            [
                Wish(_BRAND, _("The brand"), percent=plan.brand_share),
                Wish(_AMBASSADORS, _("Ambassadors"), percent=plan.ambassador_share),
            ],
            [(_AMBASSADORS if row.by_ambassador else _BRAND,) for row in ours],
        ),
    )
    return [
        Group(shares=field.shares(wishes, posts, days), **words)
        for words, wishes, posts in kinds
        if wishes
    ]


def _ambassadors_of(plan: Plan) -> str:
    """The address where the plan names its ambassadors, and what is wished of them."""
    return url_for("plans.show_where", plan_id=plan.id, _anchor="ambassadors")
