"""Rows become posts, by the rules that each new post obeys; what they refuse, the row says.

The preview and the import itself ask the same rules in the same way (`Post.new`): what the preview
promises comes in, unless somebody changed the plan meanwhile, and then it is refused once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from calendar_app.calendar.quick_add import Completed, Understood
from calendar_app.calendar.quick_saving import content as content_of
from calendar_app.calendar.quick_saving import desk_of
from calendar_app.calendar.vocabulary import vocabulary
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.posts.content import Content
from calendar_app.posts.forms import USUAL_TIME, Desk
from calendar_app.posts.models import Post
from calendar_app.posts.queries import keys_used
from calendar_app.posts.undo import IMPORTED, Undoable, remember
from calendar_app.transfer.columns import Table
from calendar_app.transfer.rows import DRAFT, IDEA, Reader, Remark, Row

# What a form of a post calls otherwise.
_COLUMN_OF = {"day": "date", "title": "title", "plan": "plan"} | {
    name: name for name in ("values", "audiences", "channels", "owner")
}


@dataclass(frozen=True)
class Brought:
    """A row, and the post that it becomes; None while something in it is wrong."""

    row: Row
    post: Post | None


@dataclass(frozen=True)
class Bringing:
    """Who brings posts, with what they may be about."""

    session: Session
    desk: Desk
    now: datetime
    language: str

    def brought(
        self,
        table: Table,
        fields: Sequence[str],
        *,
        as_ideas: bool,
        key_of: Callable[[int], str],
    ) -> list[Brought]:
        """What each row of `table` becomes; nothing is kept yet.

        `fields` say what its columns are about, `key_of` gives each row number its creation key.
        `as_ideas`: a row whose day is refused becomes an idea.
        """
        desk = self.desk
        wall = local(self.now, desk.team.zone).replace(tzinfo=None)
        names = vocabulary(desk.plans, desk.members, desk.today)
        reader = Reader(fields, names, wall, self.language)
        # Whether somebody may have a part is asked of each person; the session holds them.
        everybody = self._with_memberships()
        found = [
            self._brought(row, reader, as_ideas=as_ideas, key=key_of(row.number))
            for row in reader.rows(table.rows)
        ]
        del everybody
        return found

    def keep(self, found: Iterable[Brought]) -> Undoable | None:
        """Keep their posts, but for rows that came in before; remembers them to be undone."""
        posts = [one.post for one in found if one.post is not None]
        used = keys_used(self.session, self.desk.team, [post.creation_key or "" for post in posts])
        new = [post for post in posts if post.creation_key not in used]
        self.session.add_all(new)
        made: list[tuple[Post, dict[str, Any]]] = [(post, {}) for post in new]
        return remember(self.session, IMPORTED, made, self.desk.writer, self.now)

    def _brought(self, row: Row, reader: Reader, *, as_ideas: bool, key: str) -> Brought:
        if row.is_wrong:
            return Brought(row, None)
        content = self._content(row, names_owners=reader.names_owners)
        try:
            return Brought(row, self._post(row, content, key, as_ideas=as_ideas))
        except Refused as refused:
            row.remarks.append(_remark(refused))
            return Brought(row, None)

    def _post(self, row: Row, content: Content, key: str, *, as_ideas: bool) -> Post:
        """The post, not kept yet. Raises Refused."""
        try:
            _expect_no_day(row)
            return self._new(content, key, is_draft=row.state == DRAFT)
        except Refused as refused:
            if not as_ideas or (content.starts_at is None and row.state != DRAFT):
                raise
            idea = self._new(replace(content, starts_at=None), key, is_draft=False)
            if row.state != IDEA:
                row.remarks.append(replace(_remark(refused), is_wrong=False))
            row.say("state", N_("So it becomes an idea, without a day."), is_wrong=False)
            return idea

    def _new(self, content: Content, key: str, *, is_draft: bool) -> Post:
        by = self.desk.writer
        post = Post.new(self.desk.team, content, by, self.now, creation_key=key)
        if is_draft and post.state == IDEA:
            post.back_to_draft(by, self.now)
        return post

    def _content(self, row: Row, *, names_owners: bool) -> Content:
        """As quick add fills in a line: who reviews and publishes comes from the role matrix."""
        said = Understood(
            text="",
            title=row.title,
            date=row.day,
            time=(row.at or USUAL_TIME) if row.day else None,
            channels=row.channels,
            values=row.values,
            audiences=row.audiences,
            person=row.owner,
            plan=row.plan,
        )
        content = content_of(self.desk, Completed(said, DRAFT if row.day else IDEA))
        if names_owners and row.owner is None:
            content = replace(content, owner=None)
        return replace(content, text=row.text, link=row.link)

    def _with_memberships(self) -> Sequence[Person]:
        wanted = {membership.person_id for membership in self.desk.members}
        people = select(Person).where(Person.id.in_(wanted | {self.desk.writer.id}))
        return self.session.scalars(people.options(selectinload(Person.memberships))).all()


def bringing(
    session: Session, team: Team, writer: Person, now: datetime, language: str
) -> Bringing:
    """What `writer` needs to bring posts into `team`, in a fixed number of queries."""
    return Bringing(session, desk_of(session, team, writer, now), now, language)


def _expect_no_day(row: Row) -> None:
    """Raise Refused for what is called an idea and has a day: which of the two is meant?"""
    if row.state == IDEA and row.day is not None:
        raise Refused(N_("An idea has no day. Leave out the day, or make it a draft."))


def _remark(refused: Refused) -> Remark:
    return Remark(_COLUMN_OF.get(refused.field or "", "state"), refused.message, refused.values)
