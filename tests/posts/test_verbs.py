from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused, Stale
from calendar_app.posts.content import Content
from calendar_app.posts.models import STATES, Post, PostChange
from tests.builders import a_person, a_plan, a_team, a_value
from tests.posts.room import DAY, NOW, Room, take

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

VERBS = {
    "back_to_draft": {"idea", "changes_asked"},
    "send_to_review": {"draft"},
    "approve": {"in_review"},
    "ask_changes": {"in_review"},
    "publish": {"approved"},
    "take_back_publication": {"published"},
    "cancel": {"idea", "draft", "in_review", "changes_asked", "approved"},
    "revive": {"cancelled"},
}
LEADS_TO = {
    "back_to_draft": "draft",
    "send_to_review": "in_review",
    "approve": "approved",
    "ask_changes": "changes_asked",
    "publish": "published",
    "take_back_publication": "approved",
    "cancel": "cancelled",
    "revive": "draft",
}


def changes(room: Room, post: Post) -> list[PostChange]:
    room.session.flush()
    rows = select(PostChange).where(PostChange.post_id == post.id).order_by(PostChange.id)
    return list(room.session.scalars(rows))


def but(post: Post, field: str, value: Any) -> Content:
    """What `post` says, with another `value` of `field`."""
    other: dict[str, Any] = {field: value}
    return replace(post.content, **other)


def in_state(room: Room, state: str) -> Post:
    if state != "idea":
        return room.post(state)
    idea = Post.new(room.team, room.whole(starts_at=None), room.writer, NOW)
    room.session.add(idea)
    room.session.flush()
    return idea


# States


@pytest.mark.parametrize("state", STATES)
def test_each_step_goes_where_it_leads_or_is_refused_and_changes_nothing(
    room: Room, state: str
) -> None:
    for verb, origins in VERBS.items():
        post = in_state(room, state)
        told, sequence, version = len(changes(room, post)), post.sequence, post.version

        if state in origins:
            take(post, verb, room)

            assert post.state == LEADS_TO[verb]
            assert len(changes(room, post)) == told + 1
            assert changes(room, post)[-1].fields["state"] == [state, LEADS_TO[verb]]
            assert changes(room, post)[-1].version == post.version == version + 1
            assert post.sequence == sequence + 1
        else:
            with pytest.raises(Refused):
                take(post, verb, room)
            room.session.flush()
            assert (post.state, post.sequence, post.version) == (state, sequence, version)
            assert len(changes(room, post)) == told


def test_an_approval_says_who_and_when(room: Room) -> None:
    post = room.post("approved")

    assert (post.approved_by, post.approved_at) == (room.editor, NOW)
    assert (post.sent_to_review_by_id, post.sent_to_review_at) == (room.editor.id, NOW)


def test_a_publication_says_who_when_and_where_and_can_be_taken_back(room: Room) -> None:
    post = room.post("published")
    assert (post.published_by, post.published_at) == (room.editor, NOW)
    assert post.published_address == "https://linkedin.example/1"

    post.take_back_publication(room.writer, NOW)

    assert (post.state, post.published_by, post.published_at) == ("approved", None, None)
    assert post.published_address == ""
    assert changes(room, post)[-1].fields["published_address"] == ["https://linkedin.example/1", ""]


def test_a_post_that_went_out_without_a_day_gets_the_moment_it_went_out(room: Room) -> None:
    post = room.post("approved")
    post.take_off_calendar(room.writer, NOW)

    post.publish("", room.writer, NOW)

    assert post.starts_at == NOW


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "linkedin"])
def test_the_address_of_a_publication_is_a_link(room: Room, address: str) -> None:
    post = room.post("approved")

    with pytest.raises(Refused) as refused:
        post.publish(address, room.writer, NOW)

    assert refused.value.field == "address"
    assert post.state == "approved"


def test_asking_for_changes_says_which(room: Room) -> None:
    post = room.post("in_review")

    with pytest.raises(Refused) as refused:
        post.ask_changes("  ", room.editor, NOW)

    assert refused.value.field == "note"
    post.ask_changes("Kan het korter?", room.editor, NOW)
    assert changes(room, post)[-1].note == "Kan het korter?"


@pytest.mark.parametrize("field", ["title", "text", "link"])
def test_changing_what_was_approved_takes_the_approval_away(room: Room, field: str) -> None:
    post = room.post("approved")

    post.edit(but(post, field, "https://example.org/anders"), room.writer, NOW)

    assert (post.state, post.approved_at, post.approved_by) == ("in_review", None, None)
    assert changes(room, post)[-1].fields["state"] == ["approved", "in_review"]


def test_moving_in_time_keeps_the_approval(room: Room) -> None:
    post = room.post("approved")

    post.move_to(date(2026, 11, 20), room.writer, NOW)

    assert (post.state, post.approved_by) == ("approved", room.editor)


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_what_is_over_cannot_be_changed_or_moved(room: Room, state: str) -> None:
    post = room.post(state)

    with pytest.raises(Refused):
        post.edit(replace(post.content, text="Anders"), room.writer, NOW)
    with pytest.raises(Refused):
        post.move_to(date(2026, 11, 20), room.writer, NOW)


def test_a_cancelled_post_that_is_taken_up_again_has_no_approval(room: Room) -> None:
    post = room.post("approved")
    take(post, "cancel", room)

    take(post, "revive", room)

    assert (post.state, post.approved_at, post.cancelled_at) == ("draft", None, None)


# The rule


@pytest.mark.parametrize(("field", "gone"), [("values", ()), ("audiences", ())])
def test_a_day_needs_a_value_and_an_audience(room: Room, field: str, gone: tuple[()]) -> None:
    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(**{field: gone}), room.writer, NOW)

    assert refused.value.field == field


@pytest.mark.parametrize("field", ["values", "audiences"])
def test_a_post_with_a_day_cannot_lose_its_last_hook(room: Room, field: str) -> None:
    post = room.post()

    with pytest.raises(Refused) as refused:
        post.edit(but(post, field, ()), room.writer, NOW)

    assert refused.value.field == field
    assert post.values == [room.value]
    assert post.audiences == [room.audience]


@pytest.mark.parametrize("field", ["values", "audiences"])
def test_a_post_cannot_be_scheduled_without_a_hook(room: Room, field: str) -> None:
    content = room.whole(starts_at=None, **{field: ()})
    post = Post.new(room.team, content, room.writer, NOW)
    room.session.add(post)

    with pytest.raises(Refused) as refused:
        post.schedule(date(2026, 11, 12), time(9), room.writer, NOW)

    assert refused.value.field == field
    assert post.starts_at is None


@pytest.mark.parametrize("field", ["values", "audiences"])
def test_a_post_cannot_be_reviewed_without_a_hook(room: Room, field: str) -> None:
    content = room.whole(starts_at=None, **{field: ()})
    post = Post.new(room.team, content, room.writer, NOW)
    room.session.add(post)
    post.back_to_draft(room.writer, NOW)

    with pytest.raises(Refused) as refused:
        post.send_to_review(room.writer, NOW)

    assert refused.value.field == field


def test_an_idea_needs_only_a_title(room: Room) -> None:
    idea = Post.new_idea(room.team, "Interview met de nachtploeg", room.writer, NOW)
    room.session.add(idea)
    room.session.flush()

    assert (idea.state, idea.plan, idea.starts_at) == ("idea", None, None)
    with pytest.raises(Refused) as refused:
        Post.new_idea(room.team, "  ", room.writer, NOW)
    assert refused.value.field == "title"


def test_an_idea_that_gets_a_day_is_a_draft(room: Room) -> None:
    idea = in_state(room, "idea")

    idea.schedule(date(2026, 11, 12), time(9), room.writer, NOW)

    assert idea.state == "draft"
    assert changes(room, idea)[-1].fields["state"] == ["idea", "draft"]


@pytest.mark.parametrize("field", ["values", "audiences", "channels"])
def test_a_hook_of_another_plan_is_refused_at_its_field(room: Room, field: str) -> None:
    other = a_plan(room.session, room.team)
    foreign = {
        "values": ((other.values[0], ""),),
        "audiences": tuple(other.audiences),
        "channels": tuple(other.channels),
    }[field]

    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(**{field: foreign}), room.writer, NOW)

    assert refused.value.field == field


def test_another_plan_is_refused_while_the_post_hangs_on_the_old_one(room: Room) -> None:
    post = room.post()
    other = a_plan(room.session, room.team)

    with pytest.raises(Refused) as refused:
        post.edit(replace(post.content, plan=other), room.writer, NOW)

    assert refused.value.field == "plan"
    assert post.plan is room.plan


def test_another_plan_with_its_own_hooks_is_fine(room: Room) -> None:
    post = room.post()
    other = a_plan(room.session, room.team)
    content = replace(
        post.content,
        plan=other,
        values=((other.values[0], "past"),),
        audiences=tuple(other.audiences),
        channels=tuple(other.channels),
    )

    post.edit(content, room.writer, NOW)
    room.session.flush()

    assert post.values == other.values
    assert changes(room, post)[-1].fields["plan"] == [room.plan.name, other.name]


def test_an_archived_plan_takes_no_new_posts_and_keeps_its_own(room: Room) -> None:
    post = room.post()
    room.plan.archived_at = NOW

    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(), room.writer, NOW)
    post.edit(replace(post.content, text="Nog een regel."), room.writer, NOW)

    assert refused.value.field == "plan"
    assert post.text == "Nog een regel."


# People


@pytest.mark.parametrize("field", ["owner", "reviewer", "sender"])
def test_only_members_are_named(room: Room, field: str) -> None:
    stranger = a_person(room.session, a_team(room.session), "admin")

    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(**{field: stranger}), room.writer, NOW)

    assert refused.value.field == field


@pytest.mark.parametrize("field", ["owner", "reviewer", "sender"])
def test_somebody_who_left_is_not_named_anew_but_stays_where_they_were(
    room: Room, field: str
) -> None:
    leaver = a_person(room.session, room.team, "editor")
    leaver.memberships[0].agree_as_ambassador(NOW)
    named: dict[str, Any] = {field: leaver}
    post = room.post(**named)
    leaver.memberships[0].ended_at = NOW

    post.edit(replace(post.content, text="Nieuw"), room.writer, NOW)
    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(**{field: leaver}), room.writer, NOW)

    assert getattr(post, field) is leaver
    assert refused.value.field == field


def test_a_reviewer_may_approve(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        Post.new(room.team, room.whole(reviewer=room.writer), room.writer, NOW)

    assert refused.value.field == "reviewer"
    assert room.writer.name in str(refused.value)


# Time


def test_a_post_is_scheduled_at_the_local_time_of_the_team(room: Room) -> None:
    post = room.post(starts_at=None)

    post.schedule(date(2026, 11, 12), time(9, 30), room.writer, NOW)

    assert post.starts_at == datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
    assert post.zone == "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("start", "day", "there"),
    [
        (
            datetime(2026, 10, 23, 7, 30, tzinfo=UTC),
            date(2026, 10, 26),
            datetime(2026, 10, 26, 8, 30, tzinfo=UTC),
        ),
        (
            datetime(2027, 3, 26, 8, 30, tzinfo=UTC),
            date(2027, 3, 29),
            datetime(2027, 3, 29, 7, 30, tzinfo=UTC),
        ),
        (
            datetime(2026, 10, 24, 7, 30, tzinfo=UTC),
            date(2026, 10, 25),
            datetime(2026, 10, 25, 8, 30, tzinfo=UTC),
        ),
        (
            datetime(2027, 3, 27, 8, 30, tzinfo=UTC),
            date(2027, 3, 28),
            datetime(2027, 3, 28, 7, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_move_keeps_the_time_of_day_when_the_clocks_change(
    room: Room, start: datetime, day: date, there: datetime
) -> None:
    post = room.post(starts_at=start)
    before = post.local_start

    post.move_to(day, room.writer, NOW)

    assert post.starts_at == there
    assert before is not None
    assert post.local_start is not None
    assert post.local_start.time() == before.time() == time(9, 30)


def test_a_move_keeps_the_zone_in_which_the_time_was_chosen(room: Room) -> None:
    post = room.post()
    room.team.zone = "America/New_York"

    post.move_to(date(2026, 11, 20), room.writer, NOW)

    assert post.zone == "Europe/Amsterdam"
    assert post.starts_at == DAY + timedelta(days=8)


def test_a_new_time_is_one_of_the_zone_the_team_lives_in_now(room: Room) -> None:
    post = room.post()
    room.team.zone = "America/New_York"

    post.schedule(date(2026, 11, 12), time(9), room.writer, NOW)

    assert post.zone == "America/New_York"
    assert post.starts_at == datetime(2026, 11, 12, 14, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(9999, 12, 31)])
def test_a_day_that_no_calendar_reaches_is_refused_at_the_day(room: Room, day: date) -> None:
    post = room.post()

    for verb in (
        lambda: post.move_to(day, room.writer, NOW),
        lambda: post.schedule(day, time(9), room.writer, NOW),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert refused.value.field == "day"


def test_a_post_without_a_day_cannot_move(room: Room) -> None:
    post = room.post(starts_at=None)

    with pytest.raises(Refused) as refused:
        post.move_to(date(2026, 11, 20), room.writer, NOW)

    assert refused.value.field == "day"


def test_a_post_taken_off_the_calendar_keeps_all_the_rest(room: Room) -> None:
    post = room.post("approved")
    before = post.content

    post.take_off_calendar(room.writer, NOW)

    assert post.content == replace(before, starts_at=None)
    assert post.state == "approved"


# Versions, history, sequence


def test_a_version_that_is_not_the_last_is_stale(room: Room) -> None:
    post = room.post()
    seen = post.version
    post.edit(replace(post.content, text="Van een ander"), room.editor, NOW)
    room.session.flush()

    with pytest.raises(Stale):
        post.expect(seen)
    post.expect(post.version)


def test_a_change_of_only_the_values_is_a_new_version_too(room: Room) -> None:
    post = room.post()
    second = a_value(room.session, room.plan)
    version = post.version

    post.edit(
        replace(post.content, values=((second, "nieuw"), *post.content.values)), room.writer, NOW
    )
    room.session.flush()

    assert post.version == version + 1
    assert post.values == [second, room.value]
    told = changes(room, post)[-1].fields
    assert told["values"] == [[room.value.name], [second.name, room.value.name]]
    assert f"{second.name}: nieuw" in told["reasons"][1]


def test_values_keep_the_order_in_which_they_were_given(room: Room) -> None:
    second = a_value(room.session, room.plan)
    post = room.post(values=((second, "eerst"), (room.value, "dan")))

    room.session.expire(post)

    assert [(link.value, link.reason) for link in post.value_links] == [
        (second, "eerst"),
        (room.value, "dan"),
    ]


def test_saving_the_same_again_is_no_change(room: Room) -> None:
    post = room.post()
    version, told = post.version, len(changes(room, post))

    post.edit(post.content, room.writer, NOW)
    room.session.flush()

    assert (post.version, len(changes(room, post))) == (version, told)


def test_every_text_that_was_ever_accepted_is_in_the_history(room: Room) -> None:
    texts = ["Zelf je rooster maken.", "Tweede.", "", "Derde, met 'aanhaling' & <b>."]
    post = room.post(text=texts[0])
    for text in texts[1:]:
        post.edit(replace(post.content, text=text), room.writer, NOW)
        room.session.flush()

    told = [change.fields["text"] for change in changes(room, post) if "text" in change.fields]

    assert [after for _before, after in told] == texts
    assert [before for before, _after in told] == ["", *texts[:-1]]


def test_a_refused_change_leaves_the_post_as_it_was(room: Room) -> None:
    post = room.post()
    before = post.content

    with pytest.raises(Refused):
        post.edit(replace(before, text="Nieuw", title="Nieuw", audiences=()), room.writer, NOW)

    assert post.content == before
    assert not room.session.is_modified(post)


def test_the_sequence_rises_with_time_and_state_and_not_with_text(room: Room) -> None:
    post = room.post()

    post.edit(replace(post.content, text="Nieuw"), room.writer, NOW)
    assert post.sequence == 0

    post.move_to(date(2026, 11, 20), room.writer, NOW)
    assert post.sequence == 1

    take(post, "send_to_review", room)
    assert post.sequence == 2


def test_a_post_goes_to_the_bin_and_comes_back_as_it_was(room: Room) -> None:
    post = room.post("approved")
    before, sequence = post.content, post.sequence

    post.delete(room.writer, NOW)
    assert (post.deleted_at, post.deleted_by_id) == (NOW, room.writer.id)
    post.restore(room.editor, NOW)

    assert (post.deleted_at, post.deleted_by_id, post.state) == (None, None, "approved")
    assert post.content == before
    assert post.sequence > sequence
    assert [change.action for change in changes(room, post)][-2:] == ["deleted", "restored"]


def test_a_post_is_late_after_its_moment_until_it_is_published_or_cancelled(room: Room) -> None:
    after = DAY + timedelta(minutes=1)

    assert room.post("approved").is_late(after)
    assert not room.post("approved").is_late(DAY)
    assert not room.post("published").is_late(after)
    assert not room.post("cancelled").is_late(after)
    assert not room.post(starts_at=None).is_late(after)


def test_a_post_that_is_removed_takes_its_history_along(room: Room, session: Session) -> None:
    post = room.post("approved")

    session.delete(post)
    session.flush()

    assert session.scalars(select(PostChange)).all() == []


def test_the_empty_content_is_what_a_new_post_is_compared_with(room: Room) -> None:
    post = room.post(starts_at=None)

    first = changes(room, post)[0]

    assert first.action == "created"
    assert first.fields["title"] == ["", "Rooster in eigen hand"]
    assert "starts_at" not in first.fields
    assert Content("").told()["values"] == []
