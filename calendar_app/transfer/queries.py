"""The posts that go out in a file: by the calendar's filters, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from calendar_app.calendar.filters import Filters
from calendar_app.calendar.queries import chosen
from calendar_app.people.models import Team
from calendar_app.posts.models import Post, PostValue

# So many are read, to see that there are more than `most`.
_ONE_MORE = 1


def posts_to_take(
    session: Session,
    team: Team,
    filters: Filters,
    between: tuple[datetime, datetime] | None,
    most: int,
) -> Sequence[Post]:
    """The posts that `filters` leave, by moment, those without a day last; one more than `most`.

    `between` (aware, from the first up to the second) leaves out what has no day too.
    """
    wanted = select(Post).where(
        Post.team_id == team.id, Post.deleted_at.is_(None), *chosen(filters)
    )
    if between is not None:
        wanted = wanted.where(Post.starts_at >= between[0], Post.starts_at < between[1])
    whole = wanted.options(
        selectinload(Post.value_links).selectinload(PostValue.value),
        selectinload(Post.audiences),
        selectinload(Post.channels),
        selectinload(Post.owner),
        selectinload(Post.plan),
    )
    in_order = whole.order_by(Post.starts_at.is_(None), Post.starts_at, Post.id)
    return session.scalars(in_order.limit(most + _ONE_MORE)).all()
