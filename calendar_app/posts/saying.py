"""A rule, a series and a comment in words, in the language of the request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.people.door import unseen
from calendar_app.people.models import Team
from calendar_app.posts.comments import PostComment
from calendar_app.posts.mentions import Piece, pieces
from calendar_app.posts.models import PostSeries
from calendar_app.posts.repetition import Rule, sentence
from calendar_app.web.templating import day_of_year, plain_day, weekday

# A Monday, to name the weekdays from.
_MONDAY = date(2026, 1, 5)


def rule_in_words(rule: Rule) -> str:
    """ "every Tuesday", "every 2 weeks on Tuesday and Friday, 6 times"."""
    said = sentence(rule)
    words: str = _(said.message, **{key: _word(key, one) for key, one in said.values.items()})
    end = _end(said.end_values)
    return f"{words}, {end}" if end else words


def series_in_words(series: PostSeries) -> str:
    """ "every Tuesday at 09:30"."""
    at = f"{series.local_time:%H:%M}"
    words: str = _("%(rule)s at %(time)s", rule=rule_in_words(series.rule), time=at)
    return words


def said(comment: PostComment) -> list[Piece]:
    """What `comment` says, cut at who is mentioned in it.

    Who chose not to be seen since then is not named.
    """
    return [_masked(piece) for piece in pieces(comment.text, comment.places)]


def _masked(piece: Piece) -> Piece:
    if piece.person_id not in unseen():
        return piece
    return replace(piece, text="@" + _("a colleague"))


def with_stayed(words: str, stayed: int) -> str:
    """`words`, and that `stayed` posts were left as somebody made them."""
    if not stayed:
        return words
    more = ngettext(
        "%(num)s post that somebody changed by itself stays as it is.",
        "%(num)s posts that somebody changed by themselves stay as they are.",
        stayed,
    )
    return f"{words} {more}"


def hours_in_words(team: Team) -> str:
    """When the team works: “Monday to Friday, from 09:00 to 17:00”."""
    days = team.working_days
    names = [_weekday(day) for day in days]
    is_in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    words: str = _(
        "%(days)s, from %(begins)s to %(ends)s",
        days=_("%(first)s to %(last)s", first=names[0], last=names[-1])
        if is_in_a_row
        else listed(names),
        begins=f"{team.work_begins:%H:%M}",
        ends=f"{team.work_ends:%H:%M}",
    )
    return words


def _word(key: str, value: Any) -> object:
    if key == "days":
        return listed([_weekday(day) for day in value])
    if key == "weekday":
        return _weekday(value)
    if key == "nth":
        return _(value)
    return day_of_year(value) if key == "date" else value


def _end(values: dict[str, Any]) -> str:
    words: str = ""
    if "num" in values:
        words = ngettext("%(num)s time", "%(num)s times", values["num"])
    elif "last" in values:
        words = _("until %(last)s", last=plain_day(values["last"]))
    return words


def _weekday(number: int) -> str:
    return weekday(_MONDAY + timedelta(days=number))


def listed(names: list[str]) -> str:
    """ "Monday", "Monday and Friday", "Monday, Tuesday and Friday"."""
    if len(names) == 1:
        return names[0]
    words: str = _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])
    return words
