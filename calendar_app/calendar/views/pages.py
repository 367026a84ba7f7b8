"""The views of the calendar: month, week, list and board, with what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import cast
from urllib.parse import urlencode

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.calendar import board, listing, month, queries, week
from calendar_app.calendar.cards import Card, PostRow
from calendar_app.calendar.filters import VIEWS, Filters, View
from calendar_app.calendar.views import beside, choices
from calendar_app.calendar.views.saved import normal
from calendar_app.calendar.views.shared import asked_filters, bp, cards, local_today
from calendar_app.layers import queries as layers
from calendar_app.layers.days import AbsenceRow, DayLayers, EventRow, Spell, layers_of_days, spells
from calendar_app.meetups.holidays import free_days_between
from calendar_app.moments import local
from calendar_app.people.door import me, my_pass, my_team, requires
from calendar_app.posts.models import STATE_NAMES, STATES
from calendar_app.posts.queries import open_plans
from calendar_app.web.kept import kept_page
from calendar_app.web.language import language
from calendar_app.web.request import session, zone
from calendar_app.web.templating import clock_time, plain_day, render, short_day

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@bp.get("/calendar")
@requires("team.see")
def calendar() -> ResponseReturnValue:
    """A view on a period, as the address says it."""
    name = request.args.get("view", "month")
    by = request.args.get("by", board.BY[0])
    if name not in VIEWS or by not in board.BY:
        abort(404)
    filters = asked_filters()
    view = View(name, _asked_day(), by, "select" in request.args)
    page = _PAGES[view.name]
    return kept_page(my_pass(), lambda: page(view, filters))


@bp.get("/calendar/revision")
@requires("team.see")
def revision() -> ResponseReturnValue:
    """How often the team's calendar has changed: asked by who looks at it, in one query."""
    response = jsonify(revision=my_pass().team_revision)
    response.headers["Cache-Control"] = "no-store"
    return response


def _month_page(view: View, filters: Filters) -> str:
    days = month.days_shown(view.day)
    rows = _rows(days, filters)
    weeks = month.grid(view.day, local_today(), _on_days(days, rows, filters))
    in_month = [row for row in rows if _local_day(row).month == view.day.month]
    return render(
        "calendar/month.html",
        weeks=weeks,
        strip=month.week_of(view.day, weeks),
        weekdays=days[:7],
        layers=_layers(days, filters),
        **_frame(view, filters, in_month, days),
    )


def _week_page(view: View, filters: Filters) -> str:
    days = week.days_of_week(view.day)
    rows = _rows(days, filters)
    return render(
        "calendar/week.html",
        week=week.week(view.day, local_today(), _on_days(days, rows, filters)),
        layers=_layers(days, filters),
        **_frame(view, filters, rows, days),
    )


def _list_page(view: View, filters: Filters) -> str:
    days = _days_of_month(view.day)
    rows = _rows(days, filters)
    laid = _layers(days, filters)
    on_days = month.Layers(cards=_by_day(rows, cards(rows)), holidays=_holidays(days, filters))
    return render(
        "calendar/list.html",
        listed=listing.listed(days, local_today(), on_days, laid),
        layers=laid,
        **_frame(view, filters, rows, days),
    )


def _board_page(view: View, filters: Filters) -> str:
    days = _days_of_month(view.day)
    rows = _rows(days, filters)
    frame = _frame(view, filters, rows, days)
    ideas = cast("list[Card]", frame["ideas"])
    drawn = [*ideas, *cards(rows, dated=True)]
    if view.by == "channel":
        names = [
            channel.name for plan in open_plans(session(), my_team()) for channel in plan.channels
        ]
        columns = board.by_channel(drawn, list(dict.fromkeys(names)), _("No channel yet"))
    else:
        words = {state: _(STATE_NAMES[state]) for state in STATES}
        columns = board.by_state(drawn, words, all_of="cancelled" in filters.state)
    return render("calendar/board.html", columns=columns, spells=_spells(days, filters), **frame)


_PAGES: Mapping[str, Callable[[View, Filters], str]] = {
    "month": _month_page,
    "week": _week_page,
    "list": _list_page,
    "board": _board_page,
}


def _frame(
    view: View, filters: Filters, rows: Sequence[PostRow], days: Sequence[date]
) -> dict[str, object]:
    """What the views have in common: browsing, filters, and the playing field beside them."""
    plans = open_plans(session(), my_team())
    return {
        "view": view.name,
        "by": view.by,
        "selects": view.selects,
        "day": view.day,
        "days": days,
        "today": local_today(),
        "filters": filters,
        "choices": choices.of(plans, filters),
        "revision": my_pass().team_revision,
        "kept_views": queries.views_for(session(), my_team(), me()),
        "view_query": normal(request.args.getlist),
        **_ways(view, filters),
        **beside.of(plans, filters, rows, days),
        "count": len(rows),
    }


def _ways(view: View, filters: Filters) -> dict[str, object]:
    """Where the frame's links lead."""
    by_week = view.name == "week"
    before = view.day - timedelta(days=7) if by_week else month.previous_month(view.day)
    after = view.day + timedelta(days=7) if by_week else month.next_month(view.day)
    names = {"month": _("Month"), "week": _("Week"), "list": _("List"), "board": _("Board")}
    here = local_today()
    # On a phone the month is a long list: straight to the day in it.
    today_href = replace(view, day=here).address(filters) + f"#d-{here}"
    return {
        "previous_href": replace(view, day=before).address(filters),
        "next_href": replace(view, day=after).address(filters),
        "today_href": today_href,
        "clear_href": view.address(Filters()),
        "select_href": replace(view, selects=not view.selects).address(filters),
        "here_href": view.address(filters),
        "from_here": urlencode([("from", view.day.isoformat()), *filters.pairs()]),
        "views": [
            {
                "key": name,
                "label": label,
                "href": replace(view, name=name).address(filters),
                "current": name == view.name,
                "command": f"calendar.{name}",
            }
            for name, label in names.items()
        ],
        "ways_of_board": [
            {
                "label": label,
                "href": replace(view, by=by).address(filters),
                "current": by == view.by,
            }
            for by, label in (("state", _("By state")), ("channel", _("By channel")))
        ],
    }


def _asked_day() -> date:
    asked = request.args.get("date", "")
    if not asked:
        return local_today()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        abort(400)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        abort(404)
    return day


def _days_of_month(day: date) -> list[date]:
    first, after = day.replace(day=1), month.next_month(day)
    return [first + timedelta(days=offset) for offset in range((after - first).days)]


def _rows(days: Sequence[date], filters: Filters) -> list[PostRow]:
    start, end = month.bounds(days, my_team().zone)
    return queries.rows_between(session(), my_team(), start, end, filters)


def _on_days(days: Sequence[date], rows: Sequence[PostRow], filters: Filters) -> month.Layers:
    return month.Layers(
        cards=_by_day(rows, cards(rows)),
        meetings=_meetings(days),
        holidays=_holidays(days, filters),
    )


def _holidays(days: Sequence[date], filters: Filters) -> Mapping[date, str]:
    """The public holidays on `days`, if they are to be seen."""
    if not filters.shows("holidays"):
        return {}
    return free_days_between(my_team().area, days[0], days[-1], language=language())


def _layers(days: Sequence[date], filters: Filters) -> dict[date, DayLayers]:
    """What lies under the posts of each of `days`, of the layers that are chosen."""
    return layers_of_days(*_lying(days, filters), my_team().zone, days[0], days[-1])


def _spells(days: Sequence[date], filters: Filters) -> list[tuple[str, Spell]]:
    """The same as one list for a view without days, each with its own days in words."""
    found = spells(*_lying(days, filters), _holidays(days, filters), my_team().zone)
    return [(_span(spell, days[0].year), spell) for spell in found]


def _lying(
    days: Sequence[date], filters: Filters
) -> tuple[Sequence[EventRow], Sequence[AbsenceRow]]:
    """The events and the absences of the chosen layers that touch `days`."""
    first, last = days[0], days[-1]
    events = layers.events_between(session(), my_team(), first, last)
    absences = []
    if filters.shows("absences"):
        absences = layers.absences_between(session(), my_team(), first, last)
    return [event for event in events if filters.shows(event.calendar_id)], absences


def _span(spell: Spell, year: int) -> str:
    """The days of `spell` in words, with their year where it is not `year`."""
    ends = sorted({spell.first, spell.last})
    return " \u2013 ".join(short_day(day) if day.year == year else plain_day(day) for day in ends)


def _by_day(rows: Sequence[PostRow], drawn: Sequence[Card]) -> dict[date, list[Card]]:
    found: dict[date, list[Card]] = defaultdict(list)
    for row, card in zip(rows, drawn, strict=True):
        found[_local_day(row)].append(card)
    return found


def _local_day(row: PostRow) -> date:
    starts_at: datetime = row.starts_at  # type: ignore[assignment]  # these rows have a day
    return local(starts_at, zone()).date()


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
        found[local(occurrence.starts_at, zone()).date()].append(meeting)
    return found
