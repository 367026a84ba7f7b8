"""Finding things of a team by words. The rows themselves leave out the bin and other teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import CTE

from calendar_app.db import UtcDateTime
from calendar_app.meetups.models import Meetup
from calendar_app.people.models import Team
from calendar_app.plans.models import Audience, BrandValue, Channel, Plan
from calendar_app.posts.models import Post
from calendar_app.search.index import is_of, matches, rank, row_of, search_words, source_of
from calendar_app.search.words import words

# In this order the page shows them.
KINDS = ("post", "idea", "plan", "audience", "value", "channel", "meetup")
LIMIT = 20

_MODELS: Mapping[str, Any] = {
    "post": Post,
    "plan": Plan,
    "audience": Audience,
    "brand_value": BrandValue,
    "channel": Channel,
    "meetup": Meetup,
}
_NOTHING, _NO_WORDS = cast(null(), Integer), cast(null(), String)
_NO_MOMENT = cast(null(), UtcDateTime())
_SAID = {"brand_value": "value"}


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `state` and `starts_at` of posts and ideas; `plan_id` of the rest.

    `text` is all that was searched beside the title; `names` are those of what a post hangs on.
    """

    kind: str
    id: int
    title: str
    names: str
    text: str
    plan_id: int | None
    plan_name: str | None
    state: str | None
    starts_at: datetime | None


@dataclass(frozen=True)
class Found:
    """What a query found: the best of each kind, best first, and how many there are of each."""

    words: tuple[str, ...] = ()
    hits: Sequence[Hit] = ()
    counts: Mapping[str, int] | None = None

    @property
    def total(self) -> int:
        """How many things were found, shown or not."""
        return sum((self.counts or {}).values())

    def of_kind(self, kind: str) -> list[Hit]:
        """The hits of one of KINDS, best first."""
        return [hit for hit in self.hits if hit.kind == kind]


def find(session: Session, team: Team, query: str, limit: int = LIMIT) -> Found:
    """The best `limit` hits of each kind among what the team has. Two queries; never an error."""
    wanted = words(query)
    if not wanted:
        return Found()
    places = session.execute(_best(team, wanted, limit)).all()
    order = {(row.kind, row.row_id): number for number, row in enumerate(places)}
    hits = sorted(_details(session, list(order)), key=lambda hit: order[hit.kind, hit.id])
    return Found(wanted, hits, {row.kind: row.total for row in places})


def post_is_found(query: str) -> ColumnElement[bool]:
    """Whether a post holds the words of `query`; none does when there is no word in it."""
    wanted = words(query)
    if not wanted:
        return false()
    key = search_words.c.rowid
    return Post.id.in_(select(row_of(key)).where(matches(wanted), is_of("post", key)))


def _best(team: Team, wanted: Sequence[str], limit: int) -> Select[Any]:
    """kind, row_id and total of the best of each kind, best first; of equals the newest first."""
    found = (
        select(search_words.c.rowid, rank(wanted).label("rank")).where(matches(wanted)).cte("found")
    )
    rows = union_all(*(_of_team(table, team, found) for table in _MODELS)).subquery()
    by_rank = (rows.c.rank, rows.c.row_id.desc())
    placed = select(
        rows,
        func.count().over(partition_by=rows.c.kind).label("total"),
        func.row_number().over(partition_by=rows.c.kind, order_by=by_rank).label("place"),
    ).subquery()
    return (
        select(placed.c.kind, placed.c.row_id, placed.c.total)
        .where(placed.c.place <= limit)
        .order_by(placed.c.rank, placed.c.kind, placed.c.row_id.desc())
    )


def _of_team(table: str, team: Team, found: CTE) -> Select[Any]:
    model = _MODELS[table]
    query = (
        select(_kind(table).label("kind"), model.id.label("row_id"), found.c.rank)
        .join(found, model.id == row_of(found.c.rowid))
        .where(is_of(table, found.c.rowid), model.team_id == team.id)
    )
    return query if table == "plan" else query.where(model.deleted_at.is_(None))


def _kind(table: str) -> ColumnElement[str]:
    said = literal(_SAID.get(table, table), String)
    return case((Post.state == "idea", "idea"), else_="post") if table == "post" else said


def _details(session: Session, wanted: Sequence[tuple[str, int]]) -> list[Hit]:
    if not wanted:
        return []
    ids: dict[str, list[int]] = {table: [] for table in _MODELS}
    tables = {_SAID.get(table, table): table for table in _MODELS} | {"idea": "post"}
    for kind, row_id in wanted:
        ids[tables[kind]].append(row_id)
    query = union_all(*(_told(table, ids[table]) for table in _MODELS))
    return [Hit(*row) for row in session.execute(query)]


def _told(table: str, ids: Sequence[int]) -> Select[Any]:
    """What a hit of these rows says, in the order of `Hit`."""
    model, source = _MODELS[table], source_of(table)
    has_plan, is_post = hasattr(model, "plan_id"), table == "post"
    of_plan = (Plan.id, Plan.name) if has_plan or table == "plan" else (_NOTHING, _NO_WORDS)
    of_post = (Post.state, Post.starts_at) if is_post else (_NO_WORDS, _NO_MOMENT)
    query = (
        select(_kind(table), model.id, source.c.title, source.c.names, source.c.text)
        .add_columns(*of_plan, *of_post)
        .select_from(model)
        .join(source, source.c.row_id == model.id)
        .where(model.id.in_(ids))
    )
    return query.outerjoin(Plan, Plan.id == model.plan_id) if has_plan else query
