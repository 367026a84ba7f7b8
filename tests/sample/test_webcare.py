"""What the sample shows of webcare, results, and a meet-up that was held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app.meetups.actions import Action
from calendar_app.meetups.sittings import Attendance, Sitting
from calendar_app.monitoring.models import PostResult, WebcareItem, WebcareReply
from calendar_app.people.models import Person
from calendar_app.posts.checklist import ChecklistPoint
from calendar_app.posts.models import Post
from calendar_app.reminders.outcome_reminders import wanted_of_outcomes
from tests.sample.conftest import LOADED_AT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.people.models import Team


def test_one_question_waits_too_long_and_two_are_answered(hospital: Session) -> None:
    items = list(hospital.scalars(select(WebcareItem).order_by(WebcareItem.id)))

    late = [one for one in items if one.is_overdue(LOADED_AT)]
    assert [one.owner for one in late] == [None]
    assert len([one for one in items if not one.is_open]) == 2
    assert all(one.received_at <= LOADED_AT for one in items)
    assert all(one.answer_by for one in items)
    for one in items:
        assert one.created_at == one.received_at
        if one.answered_at is not None:
            assert one.received_at < one.answered_at < LOADED_AT
    assert len(list(hospital.scalars(select(WebcareReply)))) == 2


def test_some_posts_have_results_counted_the_day_after(hospital: Session) -> None:
    results = list(hospital.scalars(select(PostResult)))

    assert len(results) >= 4
    for one in results:
        post = hospital.get_one(Post, one.post_id)
        assert post.state == "published"
        assert post.published_at is not None
        assert post.published_at < one.noted_at <= LOADED_AT
        assert one.channel in post.channels
    without = select(Post).where(
        Post.state == "published", Post.id.not_in([one.post_id for one in results])
    )
    assert hospital.scalars(without).first() is not None


def test_a_meetup_was_held_and_its_actions_return(hospital: Session) -> None:
    [sitting] = hospital.scalars(select(Sitting))
    there = {
        hospital.get_one(Person, one.person_id).first_name: one.is_present
        for one in hospital.scalars(select(Attendance))
    }
    actions = list(hospital.scalars(select(Action).order_by(Action.id)))

    assert sitting.closed_at is not None
    assert sitting.closed_at < LOADED_AT
    assert len(sitting.agenda["blocks"]) == 4
    assert there["Mo"] is False
    assert list(there.values()).count(True) >= 3
    assert [one.is_open for one in actions] == [False, True, True]
    assert [one.is_overdue(LOADED_AT.date()) for one in actions] == [False, False, True]
    assert len(list(hospital.scalars(select(ChecklistPoint)))) == 2


def test_nobody_is_mailed_what_was_agreed_before_the_sample_was_there(
    hospital: Session, team: Team
) -> None:
    wanted = wanted_of_outcomes(hospital, LOADED_AT, LOADED_AT)

    assert team.meeting_revision > 1
    assert wanted == {}
