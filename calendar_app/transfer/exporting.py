"""Posts as a table that `tables` reads back: the same columns, and the state and number besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendar_app.language import N_, say
from calendar_app.moments import local, moment
from calendar_app.transfer import delimited, workbooks
from calendar_app.transfer.columns import FIELD_NAMES

# More make a file that no spreadsheet of a team needs, and that takes the server long.
MOST_POSTS = 10_000
NUMBER = N_("Number")
_APART = "; "
# What spreadsheets of that language expect between two cells.
_SEPARATORS = {"nl": ";", "en": ","}


@dataclass(frozen=True)
class PostFacts:
    """One post as it goes out; names as people know them, `owner` only of who may be seen."""

    id: int
    title: str
    text: str
    link: str
    # The name of the state, in the language of who asks.
    state: str
    plan: str
    channels: Sequence[str]
    values: Sequence[str]
    audiences: Sequence[str]
    owner: str
    starts_at: datetime | None
    zone: str


def as_workbook(posts: Iterable[PostFacts], language: str) -> bytes:
    """An .xlsx with one sheet."""
    title = say(language, N_("Posts"))
    return workbooks.written(_head(language), (_row(post) for post in posts), title)


def as_csv(posts: Iterable[PostFacts], language: str) -> bytes:
    """A CSV in UTF-8 with the mark by which spreadsheets know it, days as 2026-12-24."""
    rows = ([_plain(cell) for cell in _row(post)] for post in posts)
    return delimited.written([_head(language), *rows], _SEPARATORS[language])


WRITERS: dict[str, tuple[str, Callable[[Iterable[PostFacts], str], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
    "csv": ("text/csv; charset=utf-8", as_csv),
}


def period(view: str, day: date, zone: str) -> tuple[datetime, datetime]:
    """The moments from and until which a view of the calendar around `day` shows posts."""
    if view == "week":
        first = day - timedelta(days=day.weekday())
        after = first + timedelta(days=7)
    else:
        first = day.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
    return moment(first, time(), zone), moment(after, time(), zone)


def _head(language: str) -> list[str]:
    return [say(language, name) for name in (*FIELD_NAMES.values(), NUMBER)]


def _row(post: PostFacts) -> list[str | date | time]:
    """In the order of FIELD_NAMES, then its number."""
    start = None if post.starts_at is None else local(post.starts_at, post.zone)
    return [
        "" if start is None else start.date(),
        "" if start is None else start.time().replace(second=0, microsecond=0),
        post.title,
        post.text,
        _APART.join(post.channels),
        _APART.join(post.values),
        _APART.join(post.audiences),
        post.plan,
        post.owner,
        post.link,
        post.state,
        str(post.id),
    ]


def _plain(cell: str | date | time) -> str:
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return cell if isinstance(cell, str) else cell.isoformat()
