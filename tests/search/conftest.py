"""A team with something to find, and an editor in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from calendar_app.search.queries import Found, find
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.people.models import Team
    from calendar_app.plans.models import Plan
    from calendar_app.posts.models import Post


@dataclass
class Room:
    """A team with a plan; `session` writes, and what it flushed can be found."""

    session: Session
    team: Team
    plan: Plan

    def post(self, title: str, **facts: object) -> Post:
        """A post with this title and, unless told, no text."""
        told = {"title": title, "text": "", **facts}
        return builders.a_post(self.session, self.team, self.plan, **told)

    def find(self, query: str) -> Found:
        """What the team finds by `query`."""
        self.session.flush()
        return find(self.session, self.team, query)

    def titles(self, query: str) -> list[str]:
        """The titles of the same, best first."""
        return [hit.title for hit in self.find(query).hits]


@pytest.fixture
def room(session: Session) -> Room:
    team = builders.a_team(session)
    plan = builders.a_plan(session, team, name="Zorgplan", story="", question_group="")
    return Room(session, team, plan)
