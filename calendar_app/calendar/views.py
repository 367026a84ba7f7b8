"""Pages of the calendar: today, the month and the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.calendar import field, month, queries
from calendar_app.calendar.cards import Card, PostRow, card
from calendar_app.calendar.filters import Filters, address, from_address
from calendar_app.meetups.holidays import free_days_between
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.queries import host_of, next_occurrence, presence
from calendar_app.moments import local, local_day_bounds
from calendar_app.people.door import may, me, my_pass, my_team, requires, unseen
from calendar_app.people.models import Person
from calendar_app.people.queries import people
from calendar_app.plans.models import Plan
from calendar_app.plans.views.pitfalls import pitfalls_of_team
from calendar_app.posts.models import STATE_NAMES, STATES
from calendar_app.posts.queries import open_plans
from calendar_app.web.kept import kept_page
from calendar_app.web.language import language
from calendar_app.web.request import now, session, zone
from calendar_app.web.templating import clock_time, render, short_day

bp = Blueprint("calendar", __name__)

_SHOWN_IDEAS = 6
_WRITE_AHEAD = timedelta(days=7)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Option:
    """One box of a filter."""

    value: str
    label: str
    checked: bool
    hook: int | None = None


@dataclass(frozen=True)
class Choice:
    """One filter with its boxes."""

    name: str
    label: str
    options: Sequence[Option]


@bp.get("/")
@requires("team.see")
def today() -> ResponseReturnValue:
    """What asks for attention now: what goes out, what is late, what waits for me."""
    team, day = my_team(), _today()
    start, end = local_day_bounds(day, team.zone)
    going_out = queries.rows_between(session(), team, start, end, Filters())
    reviews = queries.waiting_for(session(), team, me()) if may("posts.approve") else []
    occurrence = next_occurrence(session(), team, None, now())
    return render(
        "calendar/today.html",
        day=day,
        going_out=_cards(row for row in going_out if row.state != "cancelled"),
        late=_cards(queries.late(session(), team, start), dated=True),
        reviews=_cards(reviews, dated=True),
        to_write=_cards(queries.to_write(session(), team, me(), now() + _WRITE_AHEAD), dated=True),
        occurrence=occurrence,
        host=None if occurrence is None else _host(occurrence),
        plans=open_plans(session(), team),
        pitfalls=pitfalls_of_team(),
    )


@bp.get("/calendar")
@requires("team.see")
def calendar() -> ResponseReturnValue:
    """The month or the list of a month, with the filters of the address."""
    view = request.args.get("view", "month")
    if view not in {"month", "list"}:
        abort(404)
    day = _asked_day()
    filters = from_address(request.args.getlist, STATES)
    if filters.person:
        # An old address may still ask for who does not want to be seen.
        filters = replace(filters, person=filters.person - unseen().keys())
    page = _month_page if view == "month" else _list_page
    return kept_page(my_pass(), lambda: page(day, filters))


def _month_page(day: date, filters: Filters) -> str:
    team = my_team()
    days = month.days_shown(day)
    rows = queries.rows_between(session(), team, *month.bounds(days, team.zone), filters)
    layers = month.Layers(
        cards=_by_day(rows, _cards(rows)),
        meetings=_meetings(days),
        holidays=free_days_between(team.country, days[0], days[-1], language=language()),
    )
    in_month = [row for row in rows if _local_day(row).month == day.month]
    weeks = month.grid(day, _today(), layers)
    return render(
        "calendar/month.html",
        weeks=weeks,
        strip=month.week_of(day, weeks),
        weekdays=days[:7],
        **_frame("month", day, filters, in_month),
    )


def _list_page(day: date, filters: Filters) -> str:
    team = my_team()
    first, after = day.replace(day=1), month.next_month(day)
    days = [first, after - timedelta(days=1)]
    rows = queries.rows_between(session(), team, *month.bounds(days, team.zone), filters)
    return render(
        "calendar/list.html",
        cards=_cards(rows, dated=True),
        **_frame("list", day, filters, rows),
    )


def _frame(view: str, day: date, filters: Filters, rows: Sequence[PostRow]) -> dict[str, object]:
    """What month and list have in common: browsing, filters, and the playing field beside them."""
    plans = open_plans(session(), my_team())
    shown_plan, of_ideas = _shown_plan(plans, filters), filters.of_ideas()
    return {
        "view": view,
        "day": day,
        "today": _today(),
        "filters": filters,
        "choices": _choices(plans, filters),
        "previous_href": address(view, month.previous_month(day).isoformat(), filters),
        "next_href": address(view, month.next_month(day).isoformat(), filters),
        # On a phone the month is a long list: straight to the day in it.
        "today_href": address(view, _today().isoformat(), filters) + f"#d-{_today()}",
        "clear_href": address(view, day.isoformat(), Filters()),
        "views": [
            {
                "label": label,
                "href": address(name, day.isoformat(), filters),
                "current": name == view,
            }
            for name, label in (("month", _("Month")), ("list", _("List")))
        ],
        "plan": shown_plan,
        "shares": [] if shown_plan is None else _shares(shown_plan, rows),
        "ideas": _cards(queries.newest_ideas(session(), my_team(), of_ideas, _SHOWN_IDEAS)),
        "ideas_are_filtered": of_ideas.any,
        "count": len(rows),
    }


def _today() -> date:
    return local(now(), zone()).date()


def _asked_day() -> date:
    asked = request.args.get("date", "")
    if not asked:
        return _today()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        abort(400)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        abort(404)
    return day


def _cards(rows: Iterable[PostRow], *, dated: bool = False) -> list[Card]:
    clocks = ZoneInfo(zone())
    words = {state: _(name) for state, name in STATE_NAMES.items()}
    return [
        card(row, clocks, now(), words, short_day(row.starts_at) if dated and row.starts_at else "")
        for row in rows
    ]


def _by_day(rows: Sequence[PostRow], cards: Sequence[Card]) -> dict[date, list[Card]]:
    found: dict[date, list[Card]] = defaultdict(list)
    for row, drawn in zip(rows, cards, strict=True):
        found[_local_day(row)].append(drawn)
    return found


def _local_day(row: PostRow) -> date:
    starts_at: datetime = row.starts_at  # type: ignore[assignment]  # these rows have a day
    return local(starts_at, my_team().zone).date()


def _meetings(days: Sequence[date]) -> Mapping[date, list[month.Meeting]]:
    found: dict[date, list[month.Meeting]] = defaultdict(list)
    start, end = month.bounds(days, my_team().zone)
    for occurrence, name in queries.meetings_between(session(), my_team(), start, end):
        meeting = month.Meeting(
            time_text=clock_time(occurrence.starts_at),
            href=f"/meetups/occurrences/{occurrence.id}",
            name=name,
            is_cancelled=occurrence.state == "cancelled",
        )
        found[local(occurrence.starts_at, my_team().zone).date()].append(meeting)
    return found


def _host(occurrence: Occurrence) -> Person | None:
    return host_of(occurrence, presence(session(), [occurrence])[occurrence.id])


def _shown_plan(plans: Sequence[Plan], filters: Filters) -> Plan | None:
    """The plan whose playing field stands beside the calendar: the filtered, else the first one."""
    chosen = [plan for plan in plans if plan.id in filters.plan]
    return next(iter(chosen or plans), None)


def _shares(plan: Plan, rows: Sequence[PostRow]) -> list[field.Share]:
    values = [(value.name, value.hook, value.wanted_share) for value in plan.values]
    known = {name for name, _hook, _share in values}
    counted = [row.values for row in rows if row.state != "cancelled"]
    ours = [pairs for pairs in counted if any(name in known for _hook, name in pairs)]
    return field.shares(values, ours)


def _choices(plans: Sequence[Plan], filters: Filters) -> list[Choice]:
    members = [(str(person.id), person.name, None) for person in people(session(), my_team())]
    states = [(state, _(STATE_NAMES[state]), None) for state in STATES]
    return [
        _choice("plan", _("Plan"), [(str(p.id), p.name, None) for p in plans], filters),
        _choice("channel", _("Channel"), _parts(plans, "channels"), filters),
        _choice("value", _("Brand value"), _parts(plans, "values"), filters),
        _choice("audience", _("Audience"), _parts(plans, "audiences"), filters),
        _choice("state", _("State"), states, filters),
        _choice("person", _("Person"), members, filters),
    ]


def _parts(plans: Sequence[Plan], name: str) -> list[tuple[str, str, int | None]]:
    several = len(plans) > 1
    return [
        (str(part.id), f"{part.name} · {plan.name}" if several else part.name, _hook(part))
        for plan in plans
        for part in getattr(plan, name)
    ]


def _hook(part: object) -> int | None:
    return getattr(part, "hook", None)


def _choice(
    name: str, label: str, options: Iterable[tuple[str, str, int | None]], filters: Filters
) -> Choice:
    chosen = {str(value) for value in getattr(filters, name)}
    boxes = [Option(value, text, value in chosen, hook) for value, text, hook in options]
    return Choice(name, label, boxes)
