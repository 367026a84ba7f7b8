"""Today: what asks for attention now."""

from __future__ import annotations

from datetime import timedelta

from flask.typing import ResponseReturnValue

from calendar_app.calendar import queries
from calendar_app.calendar.cards import PostRow
from calendar_app.calendar.filters import Filters
from calendar_app.calendar.views.shared import bp, cards, local_today
from calendar_app.meetups.hosting import hosts
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.queries import next_occurrence
from calendar_app.moments import local_day_bounds
from calendar_app.monitoring.queries import count_open, open_items
from calendar_app.people.door import may, me, my_role, my_team, requires
from calendar_app.people.models import Person
from calendar_app.plans.views.pitfalls import pitfalls_of_team
from calendar_app.posts.comments import mentioning
from calendar_app.posts.left_behind import left_by
from calendar_app.posts.mentions import beginning
from calendar_app.posts.queries import open_plans
from calendar_app.posts.saying import said
from calendar_app.web.request import now, session
from calendar_app.web.templating import render

_WRITE_AHEAD = timedelta(days=7)
_LETTERS_SHOWN = 120
_QUESTIONS_SHOWN = 5


@bp.get("/")
@requires("team.see")
def today() -> ResponseReturnValue:
    """What goes out, what is late, what waits for me."""
    team, day = my_team(), local_today()
    start, end = local_day_bounds(day, team.zone)
    going_out = queries.rows_between(session(), team, start, end, Filters())
    reviews = queries.waiting_for(session(), team, me(), now()) if may("posts.approve") else []
    occurrence = next_occurrence(session(), team, None, now())
    return render(
        "calendar/today.html",
        day=day,
        going_out=cards(row for row in going_out if row.state != "cancelled"),
        late=cards(queries.late(session(), team, now()), dated=True),
        reviews=cards(reviews, dated=True),
        unanswered=cards(_unanswered(), dated=True),
        to_write=cards(queries.to_write(session(), team, me(), now() + _WRITE_AHEAD), dated=True),
        to_place=cards(queries.to_place(session(), team, me(), end), dated=True),
        for_me=_for_me(),
        questions=open_items(session(), team, _QUESTIONS_SHOWN),
        questions_open=count_open(session(), team, now())[0],
        now=now(),
        unsaved=left_by(session(), team, me(), my_role()),
        occurrence=occurrence,
        host=None if occurrence is None else _host(occurrence),
        plans=open_plans(session(), team),
        pitfalls=pitfalls_of_team(),
    )


def _unanswered() -> list[PostRow]:
    """What waits too long for an approval, where I am the one who hears of it."""
    if not may("posts.approve"):
        return []
    return queries.unanswered(session(), my_team(), me(), now())


def _for_me() -> list[dict[str, object]]:
    """The open comments that mention me, newest first: on what, by whom, when, how they begin."""
    return [
        {
            "post_id": comment.post_id,
            "title": title,
            "by": comment.by,
            "at": comment.at,
            "begins": beginning("".join(piece.text for piece in said(comment)), _LETTERS_SHOWN),
        }
        for comment, title in mentioning(session(), my_team(), me())
    ]


def _host(occurrence: Occurrence) -> Person | None:
    return hosts(session(), [occurrence], now())[occurrence.id]
