"""The bin keeps a deleted post for thirty days; then it is gone with all that hung on it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from calendar_app.models import PostAudience, PostChange, PostChannel, PostValue
from calendar_app.post_office import post_office
from calendar_app.posts.models import Post
from calendar_app.posts.queries import empty_bin
from calendar_app.reminders.outbox import Desk
from calendar_app.worker import Rounds
from tests import builders

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from calendar_app.config import Config
    from calendar_app.db import Database


def test_the_bin_keeps_a_post_for_thirty_days_and_no_longer(
    session: Session, now: datetime
) -> None:
    team = builders.a_team(session)
    plan = builders.a_plan(session, team)
    author = builders.a_person(session, team)
    kept = builders.a_post(session, team, plan)
    young = builders.a_post(session, team, plan, deleted_at=now - timedelta(days=29, hours=23))
    old = builders.a_post(session, team, plan, deleted_at=now - timedelta(days=30, minutes=1))
    session.add(
        PostChange(post_id=old.id, at=now, by_id=author.id, action="deleted", version=1, fields={})
    )
    session.flush()

    removed = empty_bin(session, now)

    assert removed == 1
    assert set(session.scalars(select(Post.id))) == {kept.id, young.id}
    for part in (PostValue, PostAudience, PostChannel, PostChange):
        left = select(func.count()).select_from(part).where(part.post_id == old.id)
        assert session.scalar(left) == 0
    assert empty_bin(session, now) == 0


def test_the_worker_empties_the_bin(database: Database, config: Config, now: datetime) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        builders.a_post(session, team, plan, deleted_at=now - timedelta(days=31))
    desk = Desk(database, config, post_office(config), 1, lambda: now, threading.Event())

    Rounds(desk).tidy()

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == 0
