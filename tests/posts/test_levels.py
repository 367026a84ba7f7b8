"""Several approvals of a post: whose turn it is, who may give which, and that no way skips one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import Membership
from calendar_app.posts import approvals, workflow
from calendar_app.posts.guests import AGREED, ask
from calendar_app.posts.levels import Level, Standing, same_again
from calendar_app.posts.models import PostChange
from calendar_app.posts.undo import EDITED, as_edited, remember, take_back
from tests import builders
from tests.posts.room import NOW, Room
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post

SOON = NOW + timedelta(hours=1)
CONTENTS, LAW, END = Level(1, "Inhoud", (7,)), Level(2, "Juridisch", (8, 9)), Level(3, "Slot")
TEAM = (7, 8, 9)


@pytest.mark.parametrize(
    ("levels", "given", "open_one", "may"),
    [
        ((), {}, None, ()),
        ((CONTENTS, LAW), {}, CONTENTS, (7,)),
        ((CONTENTS, LAW), {1: 7}, LAW, (8, 9)),
        ((CONTENTS, LAW), {1: 7, 2: 8}, None, ()),
        # Who is named and may not approve any more is not asked; then everybody may.
        ((Level(4, "Weg", (6,)),), {}, Level(4, "Weg", (6,)), TEAM),
        # Who gave another one does not give this one too …
        ((CONTENTS, END), {1: 7}, END, (8, 9)),
        # … unless nobody else may.
        ((CONTENTS, Level(5, "Nog eens", (7,))), {1: 7}, Level(5, "Nog eens", (7,)), (7,)),
        ((LAW, CONTENTS, END), {2: 8, 1: 7}, END, (9,)),
        # A level that was put before it is asked first.
        ((END, CONTENTS), {1: 7}, END, (8, 9)),
    ],
)
def test_whose_turn_it_is(
    levels: tuple[Level, ...], given: dict[int, int], open_one: Level | None, may: tuple[int, ...]
) -> None:
    now = Standing(levels, given, TEAM)

    assert now.open == open_one
    assert (now.may_give(now.open) if now.open else ()) == may


@pytest.mark.parametrize(
    ("level", "given", "current", "asked"),
    [
        (CONTENTS, {}, None, 7),
        (CONTENTS, {}, 8, 7),
        (LAW, {}, 9, 9),
        (LAW, {}, None, 8),
        (LAW, {1: 8}, 8, 9),
        # A post that asks nobody in particular goes on so, where everybody may.
        (END, {}, None, None),
        (END, {}, 9, 9),
        (END, {1: 9}, 9, 7),
        (END, {1: 9, 2: 8}, None, 7),
    ],
)
def test_who_is_asked(
    level: Level, given: dict[int, int], current: int | None, asked: int | None
) -> None:
    assert Standing((level,), given, TEAM).reviewer(current) == asked


def test_who_does_not_want_to_be_seen_is_asked_by_nobody() -> None:
    now = Standing((END,), {1: 9}, TEAM, frozenset({7}))

    assert now.reviewer(9) == 8
    assert now.reviewer(7) == 8
    assert Standing((END,), {}, TEAM, frozenset({7})).reviewer(7) == 8
    assert now.may_give(END) == (7, 8)


def test_a_level_waits_for_more_than_who_does_not_want_to_be_seen() -> None:
    now = Standing((CONTENTS, LAW, END), {1: 7, 2: 8}, TEAM, frozenset({9}))

    assert set(now.may_give(END)) == {7, 8, 9}
    assert (now.reviewer(8), now.reviewer(None)) == (8, 7)
    # The lawyer who is left is unseen: the other one is asked again.
    both = Standing((LAW, END), {3: 8}, TEAM, frozenset({9}))
    assert (both.may_give(LAW), both.reviewer(7)) == ((8, 9), 8)


def test_nobody_is_left_where_all_who_may_do_not_want_to_be_seen() -> None:
    for level in (END, CONTENTS):
        now = Standing((level,), {}, (7,), frozenset({7}))
        assert (now.reviewer(7), now.reviewer(None), now.is_stuck(level)) == (None, None, True)
        # They may give it by themselves; nobody asks them.
        assert now.may_give(level) == (7,)
    assert not Standing((END,), {1: 8}, (7, 8), frozenset({7})).is_stuck(END)
    assert Standing((END,), {}, ()).is_stuck(END)


def test_nobody_is_asked_where_nobody_may() -> None:
    assert Standing((END,), {}, ()).reviewer(7) is None
    assert Standing((), {}, TEAM).reviewer(7) == 7


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ([("Inhoud", (7,)), ("Juridisch", (8, 9))], [1, 2]),
        ([("Juridisch", ()), ("INHOUD", (9,))], [2, 1]),
        # Another name for the same people, in whatever order …
        ([("Tekst", (7,)), ("Juridisch", (8, 9))], [1, 2]),
        ([("Inhoud", (7,)), ("Recht", (9, 8))], [1, 2]),
        # … and another approval, by others.
        ([("Merk", (9,)), ("Juridisch", (8, 9))], [None, 2]),
        ([("Merk", ()), ("Juridisch", (8, 9))], [None, 2]),
        ([("Juridisch", (8, 9))], [2]),
        ([("Nieuw", (7,)), ("Inhoud", (7,)), ("Juridisch", ())], [None, 1, 2]),
        ([], []),
    ],
)
def test_a_level_goes_on_under_its_name_or_in_its_place_with_its_people(
    wanted: list[tuple[str, tuple[int, ...]]], kept: list[int | None]
) -> None:
    assert same_again((CONTENTS, LAW), wanted) == kept


@pytest.fixture
def lawyer(room: Room) -> Person:
    return builders.a_person(room.session, room.team, "editor", name="Mo Haddad")


@pytest.fixture
def levels(room: Room, lawyer: Person) -> Room:
    """The team wants a look by its editor at what it says, and one by its lawyer."""
    approvals.want_levels(room.team, [("Inhoud", [room.editor]), ("Juridisch", [lawyer])])
    room.session.flush()
    room.session.expire_all()
    return room


def given(post: Post) -> list[tuple[str, str]]:
    return [(one.level.name, one.person.first_name) for one in post.approvals]


def actions(session: Session, post: Post) -> list[str]:
    wanted = select(PostChange.action).where(PostChange.post_id == post.id)
    return list(session.scalars(wanted.order_by(PostChange.id)))


def test_each_level_in_order_and_the_last_lets_it_go_out(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    assert post.reviewer is levels.editor

    post.approve(levels.editor, SOON, "Mooi.")
    levels.session.flush()

    assert (post.state, post.approved_at, given(post)) == (
        "in_review", None, [("Inhoud", "Sanne")],
    )  # fmt: skip
    assert (post.reviewer, post.sent_to_review_at, post.sent_to_review_by_id) == (
        lawyer, SOON, levels.editor.id,
    )  # fmt: skip

    post.approve(lawyer, SOON)
    levels.session.flush()

    assert (post.state, post.approved_by) == ("approved", lawyer)
    assert given(post) == [("Inhoud", "Sanne"), ("Juridisch", "Mo")]
    assert actions(levels.session, post)[-2:] == ["approve_level", "approve"]
    last = levels.session.scalars(
        select(PostChange).where(PostChange.action == "approve_level")
    ).one()
    assert last.note == "Mooi."
    assert last.fields["level"] == ["", "Inhoud"]
    assert last.fields["reviewer"][1]["name"] == "Mo Haddad"


def test_only_who_is_named_gives_a_level(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")

    with pytest.raises(Refused, match="Others give the approval"):
        post.approve(lawyer, SOON)

    assert (post.state, post.approvals) == ("in_review", [])


def test_one_colleague_gives_one_level_unless_nobody_else_may(room: Room, lawyer: Person) -> None:
    approvals.want_levels(room.team, [("Inhoud", []), ("Juridisch", [])])
    room.session.flush()
    post = room.post("in_review")
    post.approve(room.editor, SOON)
    assert post.reviewer is lawyer

    with pytest.raises(Refused, match="You gave another approval"):
        post.approve(room.editor, SOON)

    # The lawyer leaves, and the team has one editor again.
    membership = room.session.scalars(select(Membership).filter_by(person_id=lawyer.id)).one()
    membership.end(SOON, admins=2)
    room.session.flush()
    post.approve(room.editor, SOON)
    room.session.flush()

    assert post.state == "approved"


@pytest.mark.parametrize(("days", "may"), [(0, True), (1, False)])
def test_who_stands_in_that_day_gives_the_level(
    levels: Room, lawyer: Person, days: int, *, may: bool
) -> None:
    deputy = builders.a_person(levels.session, levels.team, "editor", name="Zoë Vos")
    day = SOON.date() + timedelta(days=days)
    away = builders.an_absence(levels.session, levels.team, levels.editor, day, day)
    away.deputy_id = deputy.id
    levels.session.flush()
    levels.session.expire_all()
    post = levels.post("in_review")

    if may:
        post.approve(deputy, SOON)
        levels.session.flush()
        assert given(post) == [("Inhoud", "Zoë")]
        assert post.reviewer is lawyer
    else:
        with pytest.raises(Refused, match="Others give"):
            post.approve(deputy, SOON)


def test_who_gave_a_level_does_not_stand_in_for_the_next(levels: Room, lawyer: Person) -> None:
    away = builders.an_absence(levels.session, levels.team, lawyer, SOON.date(), SOON.date())
    away.deputy_id = levels.editor.id
    levels.session.flush()
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()

    with pytest.raises(Refused, match="You gave another approval"):
        post.approve(levels.editor, SOON)


def test_who_alone_can_give_the_next_does_not_stand_in(levels: Room, lawyer: Person) -> None:
    away = builders.an_absence(levels.session, levels.team, levels.editor, SOON.date(), SOON.date())
    away.deputy_id = lawyer.id
    levels.session.flush()
    levels.session.expire_all()
    post = levels.post("in_review")

    with pytest.raises(Refused, match="Others give the approval"):
        post.approve(lawyer, SOON)

    other = builders.a_person(levels.session, levels.team, "editor", name="Zoë Vos")
    approvals.want_levels(
        levels.team, [("Inhoud", [levels.editor]), ("Juridisch", [lawyer, other])]
    )
    levels.session.flush()
    levels.session.expire_all()
    post.approve(lawyer, SOON)
    levels.session.flush()
    assert (given(post), post.reviewer) == ([("Inhoud", "Mo")], other)


def test_asking_changes_takes_all_levels_away(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    post.ask_changes("Korter.", lawyer, SOON)
    levels.session.flush()

    assert (post.state, given(post)) == ("changes_asked", [])

    post.back_to_draft(levels.writer, SOON)
    post.send_to_review(levels.writer, SOON)
    assert post.reviewer is levels.editor
    with pytest.raises(Refused):
        post.approve(lawyer, SOON)


@pytest.mark.parametrize(
    ("change", "stays"),
    [({"text": "Anders."}, []), ({"intent": "ask"}, [("Inhoud", "Sanne")])],
)
def test_what_readers_read_begins_the_approvals_again(
    levels: Room, change: dict[str, Any], stays: list[tuple[str, str]]
) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    later = SOON + timedelta(hours=1)

    post.edit(replace(post.content, **change), levels.writer, later)
    levels.session.flush()

    assert (post.state, given(post)) == ("in_review", stays)
    assert (post.reviewer is levels.editor) == (not stays)
    assert (post.sent_to_review_at == later) == (not stays)


def test_an_image_begins_the_approvals_again(levels: Room) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)

    post.tell_of_media("media_added", {"media": ["", "hal.png"]}, levels.writer, SOON)

    assert (post.state, given(post), post.reviewer) == ("in_review", [], levels.editor)


def test_an_edit_of_an_approved_post_needs_every_level_again(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    post.approve(lawyer, SOON)

    post.edit(replace(post.content, text="Anders."), levels.writer, SOON)
    levels.session.flush()

    assert (post.state, given(post), post.reviewer) == ("in_review", [], levels.editor)


def test_a_reviewer_who_may_not_give_the_level_is_refused(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")

    with pytest.raises(Refused, match="may not give") as refused:
        post.edit(replace(post.content, reviewer=lawyer), levels.writer, SOON)

    assert refused.value.field == "reviewer"


@pytest.mark.parametrize("change", [{}, {"intent": "ask"}, {"text": "Anders."}])
def test_a_level_of_some_is_never_asked_of_nobody(levels: Room, change: dict[str, Any]) -> None:
    post = levels.post("in_review")

    post.edit(replace(post.content, reviewer=None, **change), levels.writer, SOON)
    levels.session.flush()

    assert post.reviewer is levels.editor
    assert actions(levels.session, post)[-1] == ("edited" if change else "send_to_review")


def test_a_level_of_everybody_may_be_asked_of_nobody(room: Room, lawyer: Person) -> None:
    approvals.want_levels(room.team, [("Inhoud", []), ("Juridisch", [lawyer])])
    room.session.flush()
    post = room.post("in_review")

    post.edit(replace(post.content, reviewer=None), room.writer, SOON)

    assert post.reviewer is None


def test_a_team_that_wants_no_levels_reads_nothing_of_its_people(
    room: Room, database: Database
) -> None:
    post = room.post("in_review")
    room.session.expire_all()
    assert (post.state, post.team.name) == ("in_review", room.team.name)

    with statements(database) as seen:
        assert post.standing.open is None

    # The levels that there are not, and the approvals that were not given.
    assert 0 < len(seen) <= 2


def test_taking_the_levels_away_strands_nothing(levels: Room) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()

    approvals.want_levels(levels.team, [])
    levels.session.flush()
    levels.session.expire_all()
    post.ask_who_may(levels.editor, SOON)
    post.approve(levels.editor, SOON)

    assert post.state == "approved"


def test_a_level_that_only_others_may_give_asks_them(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")

    approvals.want_levels(levels.team, [("Juridisch", [lawyer])])
    levels.session.flush()
    post.ask_who_may(levels.editor, SOON)
    levels.session.flush()

    assert (post.reviewer, post.sent_to_review_at) == (lawyer, SOON)
    assert actions(levels.session, post)[-1] == "approve_asked"


def test_another_level_in_its_place_was_not_given(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()
    brand = builders.a_person(levels.session, levels.team, "editor", name="Zoë Vos")

    approvals.want_levels(levels.team, [("Merk", [brand]), ("Juridisch", [lawyer])])
    levels.session.flush()
    levels.session.expire_all()
    post.ask_who_may(levels.editor, SOON)

    assert (given(post), post.reviewer) == ([], brand)


def test_who_is_not_seen_stays_named(levels: Room, lawyer: Person) -> None:
    membership = levels.session.scalars(select(Membership).filter_by(person_id=lawyer.id)).one()
    membership.stop_taking_part()

    approvals.want_levels(levels.team, [("Tekst", [levels.editor]), ("Recht", [])])
    levels.session.flush()
    levels.session.expire_all()

    assert [level.people for level in levels.team.review_levels] == [[levels.editor], [lawyer]]
    assert [level.people for level in approvals.levels_of(levels.team)] == [
        (levels.editor.id,), (),
    ]  # fmt: skip


def test_a_level_that_goes_takes_only_its_own_approval(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()

    approvals.want_levels(levels.team, [("Juridisch", [lawyer]), ("Slot", [])])
    levels.session.flush()
    levels.session.expire_all()

    assert given(post) == []
    assert post.standing.open is not None
    assert post.standing.open.name == "Juridisch"


def test_all_levels_given_and_still_in_review_can_be_approved(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()
    approvals.want_levels(levels.team, [("Inhoud", [levels.editor])])
    levels.session.flush()
    levels.session.expire_all()

    post.approve(lawyer, SOON)

    assert post.state == "approved"


def test_undoing_takes_back_one_level(levels: Room) -> None:
    post = levels.post("in_review")
    before = as_edited(post)
    post.approve(levels.editor, SOON)
    levels.session.flush()
    undoable = remember(levels.session, EDITED, [(post, before)], levels.editor, SOON)
    levels.session.flush()
    assert undoable is not None

    take_back(levels.session, undoable, levels.editor, SOON)
    levels.session.flush()

    assert (post.state, given(post), post.reviewer) == ("in_review", [], levels.editor)
    assert actions(levels.session, post)[-1] == "taken_back"


def test_undoing_the_last_level_keeps_those_before(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    levels.session.flush()
    before = as_edited(post)
    post.approve(lawyer, SOON)
    levels.session.flush()
    undoable = remember(levels.session, EDITED, [(post, before)], lawyer, SOON)
    levels.session.flush()
    assert undoable is not None

    take_back(levels.session, undoable, lawyer, SOON)
    levels.session.flush()

    assert (post.state, given(post)) == ("in_review", [("Inhoud", "Sanne")])
    assert post.reviewer is lawyer


def test_undoing_an_edit_brings_the_approvals_back(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.approve(levels.editor, SOON)
    post.approve(lawyer, SOON)
    levels.session.flush()
    before = as_edited(post)
    value = builders.a_value(levels.session, levels.plan)
    levels.session.refresh(levels.plan)
    outside: dict[str, Any] = {"values": ((value, "Feest."),), "places": ((value, "outside"),)}
    post.edit(replace(post.content, **outside), levels.editor, SOON)
    levels.session.flush()
    assert (post.state, given(post)) == ("in_review", [])
    undoable = remember(levels.session, EDITED, [(post, before)], levels.editor, SOON)
    levels.session.flush()
    assert undoable is not None

    take_back(levels.session, undoable, levels.editor, SOON)
    levels.session.flush()

    assert post.state == "approved"
    assert given(post) == [("Inhoud", "Sanne"), ("Juridisch", "Mo")]


def test_undoing_asks_who_may_give_it_now(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    before = as_edited(post)
    post.edit(replace(post.content, intent="ask"), levels.editor, SOON)
    levels.session.flush()
    undoable = remember(levels.session, EDITED, [(post, before)], levels.editor, SOON)
    assert undoable is not None
    approvals.want_levels(levels.team, [("Juridisch", [lawyer])])
    levels.session.flush()

    take_back(levels.session, undoable, levels.editor, SOON)
    levels.session.flush()

    assert (post.reviewer, post.sent_to_review_at) == (lawyer, SOON)
    assert "approve_passed_on" in actions(levels.session, post)


def test_what_comes_out_of_the_bin_asks_who_may_give_it_now(levels: Room, lawyer: Person) -> None:
    post = levels.post("in_review")
    post.delete(levels.writer, SOON)
    approvals.want_levels(levels.team, [("Juridisch", [lawyer])])
    levels.session.flush()

    post.restore(levels.writer, SOON)
    levels.session.flush()

    assert (post.state, post.reviewer, post.sent_to_review_at) == ("in_review", lawyer, SOON)
    assert actions(levels.session, post)[-1] == "restored"


def test_a_guest_who_agrees_gives_no_level(levels: Room) -> None:
    post = levels.post("in_review")
    review, _secret = ask(levels.session, post, ("Ria", "ria@elders.example"), levels.editor, SOON)
    levels.session.flush()

    assert not review.answer(AGREED, "Prima.", SOON)

    assert (post.state, post.approvals) == ("in_review", [])
    assert review.verdict == AGREED


# Kinds of posts that need no approval


@pytest.mark.parametrize(
    ("form", "free", "outside", "needs"),
    [
        ("text", (), (), True),
        ("text", ("image",), (), True),
        ("image", ("image", "video"), (), False),
        ("image", ("image",), ("Nabij",), True),
    ],
)
def test_what_needs_an_approval(
    form: str, free: tuple[str, ...], outside: tuple[str, ...], *, needs: bool
) -> None:
    assert workflow.needs_approval(form, free, outside) is needs


@pytest.mark.parametrize(
    ("changed", "needs", "needed", "goes_outside", "state"),
    [
        ({"text"}, False, False, False, "approved"),
        ({"text"}, True, True, False, "in_review"),
        ({"form"}, True, False, False, "in_review"),
        ({"form"}, True, True, False, "approved"),
        ({"form"}, False, True, False, "approved"),
        # The old text was approved, and the new one nobody saw.
        ({"form", "text"}, False, True, False, "in_review"),
        ({"reasons"}, True, False, True, "in_review"),
        # Agreed with outside, it needs one for each new text.
        ({"text"}, True, False, False, "in_review"),
        ({"starts_at"}, True, True, False, "approved"),
    ],
)
def test_what_an_edit_makes_of_an_approved_post_without_a_review(
    changed: set[str], *, needs: bool, needed: bool, goes_outside: bool, state: str
) -> None:
    found = workflow.state_after_edit(
        "approved",
        changed,
        has_day=True,
        goes_outside=goes_outside,
        needs_approval=needs,
        needed_approval=needed,
    )

    assert found == state


@pytest.fixture
def free(room: Room) -> Room:
    room.team.forms_without_approval = "image"
    return room


def test_a_writer_approves_what_needs_no_approval(free: Room) -> None:
    post = free.post(form="image")

    post.approve_own(free.writer, SOON)
    free.session.flush()

    assert (post.state, post.approved_by, post.approved_at) == ("approved", free.writer, SOON)
    assert actions(free.session, post)[-1] == "approve_own"

    post.edit(replace(post.content, text="Anders."), free.writer, SOON)
    assert post.state == "approved"

    post.edit(replace(post.content, form="text"), free.writer, SOON)
    assert (post.state, post.approved_by) == ("in_review", None)


def test_an_image_of_what_needs_no_approval_keeps_it_approved(free: Room) -> None:
    post = free.post(form="image")
    post.approve_own(free.writer, SOON)

    post.tell_of_media("media_added", {"media": ["", "hal.png"]}, free.writer, SOON)

    assert post.state == "approved"


def test_another_form_hides_no_new_text_from_who_approved(free: Room, lawyer: Person) -> None:
    approvals.want_levels(free.team, [("Inhoud", [free.editor]), ("Juridisch", [lawyer])])
    free.session.flush()
    post = free.post("in_review")
    post.approve(free.editor, SOON)
    post.approve(lawyer, SOON)

    post.edit(replace(post.content, form="image", text="Anders."), free.writer, SOON)

    assert (post.state, given(post), post.approved_by) == ("in_review", [], None)


def test_who_changes_what_needs_no_approval_answers_for_it(free: Room, lawyer: Person) -> None:
    approvals.want_levels(free.team, [("Inhoud", [free.editor]), ("Juridisch", [lawyer])])
    free.session.flush()
    post = free.post("in_review", form="image")
    post.approve(free.editor, SOON)
    post.approve(lawyer, SOON)
    later = SOON + timedelta(hours=1)

    post.edit(replace(post.content, intent="ask"), free.writer, later)
    assert (post.approved_by, post.approved_at) == (lawyer, SOON)
    free.session.flush()
    post.edit(replace(post.content, text="Anders."), free.writer, later)
    free.session.flush()

    assert (post.state, post.approved_by, post.approved_at) == ("approved", free.writer, later)
    assert given(post) == []
    told = list(free.session.scalars(select(PostChange).order_by(PostChange.id)))
    assert told[-1].fields["levels"] == [["Inhoud", "Juridisch"], []]


def test_moving_a_post_never_changes_its_state(free: Room) -> None:
    outside: dict[str, Any] = {"places": ((free.value, "outside"),)}
    post = free.post("in_review", form="image", **outside)
    post.agree_outside(free.editor, SOON)
    post.approve(free.editor, SOON)

    post.move_to(SOON.date() + timedelta(days=9), free.writer, SOON)

    assert (post.state, post.approved_by) == ("approved", free.editor)


def test_what_goes_outside_needs_an_approval_all_the_same(free: Room) -> None:
    outside: dict[str, Any] = {"places": ((free.value, "outside"),)}
    post = free.post(form="image", **outside)

    with pytest.raises(Refused, match="needs an approval"):
        post.approve_own(free.writer, SOON)

    other = free.post(form="image")
    other.approve_own(free.writer, SOON)
    other.edit(replace(other.content, **outside), free.writer, SOON)
    assert other.state == "in_review"


@pytest.mark.parametrize("state", ["in_review", "changes_asked", "approved", "cancelled"])
def test_only_a_draft_is_approved_without_a_review(free: Room, state: str) -> None:
    post = free.post(state, form="image")

    with pytest.raises(Refused, match="Only a draft"):
        post.approve_own(free.writer, SOON)


def test_without_the_kind_in_the_list_nobody_approves_a_draft(free: Room) -> None:
    with pytest.raises(Refused, match="needs an approval"):
        free.post(form="text").approve_own(free.editor, SOON)


@pytest.mark.parametrize("change", [{}, {"text": "Anders."}])
def test_what_was_sent_back_needs_an_approval(free: Room, change: dict[str, Any]) -> None:
    post = free.post("changes_asked", form="image")
    if change:
        post.edit(replace(post.content, **change), free.writer, SOON)
    else:
        post.back_to_draft(free.writer, SOON)
    free.session.flush()

    assert post.state == "draft"
    assert post.needs_approval
    with pytest.raises(Refused, match="needs an approval"):
        post.approve_own(free.writer, SOON)

    post.send_to_review(free.writer, SOON)
    post.approve(free.editor, SOON)
    post.cancel(free.writer, SOON)
    free.session.flush()
    post.revive(free.editor, SOON)
    free.session.flush()
    post.approve_own(free.writer, SOON)
    assert post.state == "approved"
