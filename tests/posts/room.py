"""A team with a plan and people, for the tests of the posts room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from tests.builders import a_person, a_plan, a_team

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.people.models import Person, Team
    from calendar_app.plans.models import Audience, BrandValue, Channel, Plan

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
DAY = datetime(2026, 11, 12, 8, tzinfo=UTC)


@dataclass
class Room:
    """A team in Amsterdam with one plan, a writer and an editor."""

    session: Session
    team: Team
    plan: Plan
    writer: Person
    editor: Person

    @property
    def value(self) -> BrandValue:
        return self.plan.values[0]

    @property
    def audience(self) -> Audience:
        return self.plan.audiences[0]

    @property
    def channel(self) -> Channel:
        return self.plan.channels[0]

    def whole(self, **changes: Any) -> Content:
        """A post with everything that a day asks for."""
        content = Content(
            "Rooster in eigen hand",
            text="Zelf je rooster maken.",
            plan=self.plan,
            values=((self.value, "laat zien wat een collega zelf bepaalt"),),
            audiences=(self.audience,),
            channels=(self.channel,),
            owner=self.writer,
            reviewer=self.editor,
            starts_at=DAY,
        )
        return replace(content, **changes)

    def post(self, state: str = "draft", **changes: Any) -> Post:
        """A kept post that came to `state` by its verbs."""
        post = Post.new(self.team, self.whole(**changes), self.writer, NOW)
        self.session.add(post)
        self.session.flush()
        for verb in WAYS[state]:
            take(post, verb, self)
        return post


# The verbs that lead from a draft to each state.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "in_review": ("send_to_review",),
    "changes_asked": ("send_to_review", "ask_changes"),
    "approved": ("send_to_review", "approve"),
    "published": ("send_to_review", "approve", "publish"),
    "cancelled": ("cancel",),
}


def take(post: Post, verb: str, room: Room) -> None:
    """One step of `post` by the editor, kept."""
    words = {"ask_changes": ("Kan het korter?",), "publish": ("https://linkedin.example/1",)}
    getattr(post, verb)(*words.get(verb, ()), room.editor, NOW)
    room.session.flush()


def a_room(session: Session) -> Room:
    team = a_team(session)
    writer = a_person(session, team, "writer", name="Anouk de Vries")
    editor = a_person(session, team, "editor", name="Sanne Bakker")
    return Room(session, team, a_plan(session, team), writer, editor)
