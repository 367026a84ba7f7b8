"""Any verbs in any order: what must hold for a post after each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.posts.models import Post, PostChange
from tests.builders import a_plan
from tests.posts.room import NOW, a_room

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_app.db import Database
    from calendar_app.posts.content import Content

DAYS = st.dates(date(2026, 10, 20), date(2027, 4, 5))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
STEPS = st.sampled_from(
    ["back_to_draft", "send_to_review", "approve", "cancel", "revive", "take_back_publication"]
)


class Life(RuleBasedStateMachine):
    """One post through any verbs, refused ones too."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session = self.database.writer()
        self.room = a_room(self.session)
        self.other = a_plan(self.session, self.room.team)
        self.moment = NOW
        self.sequence = 0

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    @initialize(whole=st.booleans())
    def begin(self, whole: bool) -> None:  # noqa: FBT001 - Hypothesis passes it by name
        if whole:
            self.post = Post.new(self.room.team, self.room.whole(), self.room.writer, NOW)
        else:
            self.post = Post.new_idea(self.room.team, "Een idee", self.room.writer, NOW)
        self.session.add(self.post)
        self.session.flush()

    @rule(step=STEPS)
    def take_a_step(self, step: str) -> None:
        self._try(lambda: getattr(self.post, step)(self.room.editor, self._later()))

    @rule(note=st.sampled_from(["", "Korter graag"]))
    def ask_changes(self, note: str) -> None:
        self._try(lambda: self.post.ask_changes(note, self.room.editor, self._later()))

    @rule(address=st.sampled_from(["", "https://example.org/1", "javascript:x"]))
    def publish(self, address: str) -> None:
        self._try(lambda: self.post.publish(address, self.room.editor, self._later()))

    @rule(day=DAYS, at=TIMES)
    def schedule(self, day: date, at: time) -> None:
        self._try(lambda: self.post.schedule(day, at, self.room.writer, self._later()))

    @rule(day=DAYS)
    def move(self, day: date) -> None:
        self._try(lambda: self.post.move_to(day, self.room.writer, self._later()))

    @rule()
    def take_off_calendar(self) -> None:
        self._try(lambda: self.post.take_off_calendar(self.room.writer, self._later()))

    @rule(
        text=st.sampled_from(["", "Een tekst", "Een andere tekst"]),
        own_plan=st.booleans(),
        hooks=st.sampled_from(["none", "value", "audience", "both", "foreign"]),
    )
    def edit(self, text: str, own_plan: bool, hooks: str) -> None:  # noqa: FBT001 - as above
        plan = self.room.plan if own_plan else self.other
        values = ((plan.values[0], "past"),) if hooks in {"value", "both"} else ()
        audiences = tuple(plan.audiences) if hooks in {"audience", "both"} else ()
        if hooks == "foreign":
            values = (((self.other if own_plan else self.room.plan).values[0], ""),)
        content = replace(
            self.post.content, text=text, plan=plan, values=values, audiences=audiences, channels=()
        )
        self._try(lambda: self._edit(content))

    @rule()
    def delete_and_restore(self) -> None:
        self._try(lambda: self.post.delete(self.room.writer, self._later()))
        self._try(lambda: self.post.restore(self.room.writer, self._later()))

    @invariant()
    def a_post_with_a_day_or_under_review_hangs_on_its_own_plan(self) -> None:
        if self.post.starts_at or self.post.state in {"in_review", "approved", "published"}:
            assert self.post.values
            assert self.post.audiences
        assert all(value.plan is self.post.plan for value in self.post.values)
        assert all(audience.plan is self.post.plan for audience in self.post.audiences)

    @invariant()
    def an_idea_has_no_day(self) -> None:
        assert self.post.state != "idea" or self.post.starts_at is None

    @invariant()
    def the_sequence_never_falls(self) -> None:
        assert self.post.sequence >= self.sequence
        self.sequence = self.post.sequence

    @invariant()
    def only_what_was_approved_says_so(self) -> None:
        assert (self.post.approved_at is None) == (self.post.approved_by is None)
        if self.post.state in {"approved", "published"}:
            assert self.post.approved_by is self.room.editor
        assert (self.post.published_at is not None) == (self.post.state == "published")

    @invariant()
    def the_last_line_of_the_history_is_the_post_as_it_is(self) -> None:
        rows = self._history()
        texts = [row.fields["text"][1] for row in rows if "text" in row.fields]
        states = [row.fields["state"][1] for row in rows if "state" in row.fields]
        starts = [row.fields["starts_at"][1] for row in rows if "starts_at" in row.fields]

        assert self.post.text == (texts[-1] if texts else "")
        assert not states or self.post.state == states[-1]
        assert (self.post.starts_at.isoformat() if self.post.starts_at else "") == (
            starts[-1] if starts else ""
        )

    def _edit(self, content: Content) -> None:
        self.post.edit(content, self.room.writer, self._later())

    def _try(self, verb: Callable[[], object]) -> None:
        """Do it; a refusal must leave no trace, a change exactly one line and one version."""
        lines, version, before = len(self._history()), self.post.version, self.post.content
        state = self.post.state
        try:
            verb()
        except Refused:
            assert (self.post.content, self.post.state) == (before, state)
        self.session.flush()
        grown = len(self._history()) - lines
        assert grown in {0, 1}
        assert self.post.version == version + grown
        if (self.post.content, self.post.state) != (before, state):
            assert grown == 1

    def _history(self) -> list[PostChange]:
        mine = select(PostChange).where(PostChange.post_id == self.post.id)
        return list(self.session.scalars(mine.order_by(PostChange.id)))

    def _later(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


def test_whatever_happens_to_a_post_its_rules_hold_and_its_history_is_whole(
    database: Database,
) -> None:
    machine = type("ALife", (Life,), {"database": database})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, suppress_health_check=list(HealthCheck)
        ),
    )
