"""The team's checklist: the list itself, ticking it for a post, and what it never holds up."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from calendar_app import schema
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.posts import checklist
from calendar_app.posts.checklist import (
    MOST_POINTS,
    ChecklistPoint,
    EarlierPoint,
    PostCheck,
    checklist_of,
)
from calendar_app.posts.models import Post
from tests import builders
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

PAGE = "/settings/checklist"
MOMENT = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
PHOTO, LINK, NAME = "Toestemming van wie op de foto staat", "Link getest", "Naam klopt"


@pytest.fixture
def points(site: Site) -> list[int]:
    """The ids of three points, in order."""
    return make(site, PHOTO, LINK, NAME)


@pytest.fixture
def post_id(site: Site) -> int:
    return int(site.post(state="draft").partition(":")[0])


def make(site: Site, *texts: str, **facts: Any) -> list[int]:
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        return [
            builders.a_point(session, team, text=text, position=place, **facts).id
            for place, text in enumerate(texts)
        ]


def listed(site: Site) -> list[str]:
    """The words of the list, in order."""
    with site.database.reading() as session:
        return [
            one.text for one in checklist.points_of(session, session.get_one(Team, site.team_id))
        ]


def point(site: Site, point_id: int) -> ChecklistPoint:
    with site.database.reading() as session:
        return session.get_one(ChecklistPoint, point_id)


def ticks(site: Site, post_id: int) -> dict[int, int | None]:
    """Who ticked, by the point."""
    with site.database.reading() as session:
        found = session.scalars(select(PostCheck).where(PostCheck.post_id == post_id))
        return {one.point_id: one.by_id for one in found}


def over(site: Site, post_id: int, state: str, at: datetime) -> None:
    """Let the post be over since then."""
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        post.state, post.published_at, post.cancelled_at = state, at, at


def said_on(site: Site, post_id: int) -> list[str]:
    """The words of the list as the post shows it, in order."""
    with site.database.reading() as session:
        return [one.text for one in checklist_of(session, session.get_one(Post, post_id)).lines]


def send(
    client: FlaskClient,
    post_id: int,
    ticked: Sequence[object],
    were: Sequence[object] = (),
    **headers: str,
) -> TestResponse:
    data = {"ticked": [str(one) for one in ticked], "were": [str(one) for one in were]}
    return client.post(f"/posts/{post_id}/checks", data=data, headers=headers)


def card(page: str) -> str:
    """What a person reads of the card; "" when it is not there."""
    found = re.search(r'<section class="card" id="checklist">.*?</section>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def check(page: str) -> str:
    """What a person reads of the playing field check."""
    found = re.search(r'<section[^>]*id="check".*?</section>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def boxes(page: str) -> list[tuple[bool, bool]]:
    """Of each box, in order: whether it is ticked, and whether it can be changed."""
    found = re.findall(r'<input type="checkbox" id="tick-[^>]*>', page)
    return [(" checked" in one, " disabled" not in one) for one in found]


# The list


def test_an_editor_makes_a_list_in_order(site: Site) -> None:
    editor = site.visitor("editor")

    for text in (PHOTO, f"  {LINK}\x00 ", NAME):
        assert editor.post(f"{PAGE}/points", data={"text": text}).status_code == 303

    assert listed(site) == [PHOTO, LINK, NAME]
    assert LINK in editor.get(PAGE).text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Fill this in."),
        ("x" * 121, "Use at most 120 characters."),
        ("link GETEST", "This point is on the list already."),
    ],
)
def test_a_point_that_is_none_is_refused_at_its_field(
    site: Site, points: list[int], text: str, words: str
) -> None:
    page = site.visitor("editor").post(f"{PAGE}/points", data={"text": text})

    assert page.status_code == 422
    assert words in re.findall(r'id="text-new-error">(.*?)</p>', page.text, re.DOTALL)[0]
    assert len(listed(site)) == len(points)


def test_a_list_is_no_longer_than_twelve(site: Site) -> None:
    make(site, *(f"Punt {number}" for number in range(MOST_POINTS)))
    editor = site.visitor("editor")

    refused = editor.post(f"{PAGE}/points", data={"text": "Nog een"})

    assert refused.status_code == 422
    assert len(listed(site)) == MOST_POINTS
    assert 'value="Nog een"' in refused.text
    assert "The list has 12 points." in editor.get(PAGE).text
    assert f'action="{PAGE}/points"' not in editor.get(PAGE).text


def test_two_editors_at_one_moment_make_the_list_no_longer_than_twelve(site: Site) -> None:
    make(site, *(f"Punt {number}" for number in range(MOST_POINTS - 1)))
    both = Barrier(2)

    def add(number: int) -> int:
        client = site.visitor("editor")
        both.wait()
        return client.post(f"{PAGE}/points", data={"text": f"Nieuw {number}"}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, (1, 2))) == [303, 422]
    assert len(listed(site)) == MOST_POINTS


def test_a_point_gets_other_words_and_keeps_its_ticks(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, [points[1]])
    editor = site.visitor("editor")

    changed = editor.post(f"{PAGE}/points/{points[1]}", data={"text": "Link werkt", "version": 1})

    assert changed.status_code == 303
    assert listed(site) == [PHOTO, "Link werkt", NAME]
    assert ticks(site, post_id) == {points[1]: site.people["writer"]}
    assert "Link werkt writer Bos, Tue 10 Nov 09:18" in card(editor.get(f"/posts/{post_id}").text)


def test_who_comes_second_sees_both_texts(site: Site, points: list[int]) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[1]}", data={"text": "Link werkt", "version": 1})

    page = editor.post(f"{PAGE}/points/{points[1]}", data={"text": "Link klopt", "version": 1})

    assert page.status_code == 409
    assert "Somebody was before you" in page.text
    assert '<div class="conflict-text">Link werkt</div>' in page.text
    assert 'value="Link klopt"' in page.text
    again = editor.post(f"{PAGE}/points/{points[1]}", data={"text": "Link klopt", "version": 2})
    assert again.status_code == 303
    assert listed(site)[1] == "Link klopt"


def test_what_was_typed_for_a_point_that_is_gone_can_become_a_new_one(
    site: Site, points: list[int]
) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[1]}/removal", data={"version": 1})

    for version in (1, 2):
        data = {"text": "Link klopt", "version": version}
        page = editor.post(f"{PAGE}/points/{points[1]}", data=data)

        assert page.status_code == 409
        assert 'value="Link klopt"' in page.text
        assert "Somebody took this point off the list." in page.text
    assert listed(site) == [PHOTO, NAME]


@pytest.mark.parametrize(
    ("place", "to", "order"),
    [
        (0, "down", [LINK, PHOTO, NAME]),
        (2, "up", [PHOTO, NAME, LINK]),
        (0, "up", [PHOTO, LINK, NAME]),
        (2, "down", [PHOTO, LINK, NAME]),
    ],
)
def test_a_point_goes_up_and_down_and_stays_at_the_end(
    site: Site, points: list[int], place: int, to: str, order: list[str]
) -> None:
    moved = site.visitor("editor").post(f"{PAGE}/points/{points[place]}/place", data={"to": to})

    assert moved.status_code == 303
    assert listed(site) == order
    assert point(site, points[place]).version == 1


def test_a_removed_point_comes_back_last_with_what_was_ticked(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, points[:2])
    editor = site.visitor("editor")

    editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": 1})
    without = editor.get(f"/posts/{post_id}").text
    assert listed(site) == [LINK, NAME]
    editor.post(f"{PAGE}/points/{points[0]}/restoration")

    assert PHOTO not in card(without) + check(without)
    assert "1 of 2 done" in card(without)
    assert listed(site) == [LINK, NAME, PHOTO]
    assert boxes(editor.get(f"/posts/{post_id}").text) == [
        (True, True),
        (False, True),
        (True, True),
    ]


def test_a_point_that_changed_meanwhile_is_not_removed(site: Site, points: list[int]) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[0]}", data={"text": "Iets anders", "version": 1})

    assert editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": 1}).status_code == 409
    assert listed(site)[0] == "Iets anders"


def test_what_would_stand_there_twice_does_not_come_back(site: Site, points: list[int]) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[1]}/removal", data={"version": 1})
    editor.post(f"{PAGE}/points", data={"text": LINK})

    page = editor.post(f"{PAGE}/points/{points[1]}/restoration")

    assert page.status_code == 422
    assert '<p role="alert">This point is on the list already.</p>' in page.text
    assert listed(site).count(LINK) == 1


def test_every_change_of_the_list_is_in_the_log(site: Site, points: list[int]) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points", data={"text": "Nieuw"})
    editor.post(f"{PAGE}/points/{points[0]}", data={"text": "Anders", "version": 1})
    editor.post(f"{PAGE}/points/{points[0]}/place", data={"to": "down"})
    editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": 2})
    editor.post(f"{PAGE}/points/{points[0]}/restoration")

    with site.database.reading() as session:
        ours = select(AuditEntry.action).where(AuditEntry.object_kind == "checklist_point")
        actions = session.scalars(ours.order_by(AuditEntry.id)).all()

    kinds = ("added", "changed", "moved", "removed", "put_back")
    assert actions == [f"checklist_point.{kind}" for kind in kinds]


def test_the_list_of_another_team_is_not_there(site: Site) -> None:
    with site.database.writing() as session:
        foreign = builders.a_point(session, builders.a_team(session), text="Van een ander").id
    editor = site.visitor("editor")

    assert (
        editor.post(f"{PAGE}/points/{foreign}", data={"text": "x", "version": 1}).status_code == 404
    )
    assert "Van een ander" not in editor.get(PAGE).text


def test_a_writer_does_not_keep_the_list(site: Site) -> None:
    writer = site.visitor()

    assert writer.get(PAGE).status_code == 403
    assert writer.post(f"{PAGE}/points", data={"text": "x"}).status_code == 403
    assert PAGE not in writer.get("/settings/").text
    assert PAGE in site.visitor("editor").get("/settings/").text


# On a post


def test_a_team_without_points_sees_no_list(site: Site, post_id: int) -> None:
    page = site.visitor().get(f"/posts/{post_id}").text

    assert "checklist-" not in page.replace("checklist-changed", "")
    assert card(page) == ""


def test_a_list_costs_no_more_questions_than_none(site: Site, post_id: int) -> None:
    writer = site.visitor()
    with statements(site.database) as none:
        writer.get(f"/posts/{post_id}")
    points = make(site, *(f"Punt {number}" for number in range(MOST_POINTS)))
    send(writer, post_id, points[:6])
    send(site.visitor("editor"), post_id, points[6:])

    with statements(site.database) as whole:
        assert "12 of 12 done" in card(writer.get(f"/posts/{post_id}").text)

    assert len(whole) == len(none) <= 32


def test_a_writer_ticks_points_with_who_and_when(
    site: Site, points: list[int], post_id: int
) -> None:
    writer, before = site.visitor(), site.row(f"{post_id}:1")

    answer = send(writer, post_id, [points[0], points[2]])

    page = writer.get(f"/posts/{post_id}").text
    assert (answer.status_code, answer.location) == (303, f"/posts/{post_id}#checklist")
    assert boxes(page) == [(True, True), (False, True), (True, True)]
    assert card(page).count("writer Bos, Tue 10 Nov 09:18") == 2
    after = site.row(f"{post_id}:1")
    assert (after.version, after.state, after.updated_at) == (
        before.version,
        before.state,
        before.updated_at,
    )


def test_what_is_open_is_named_as_a_hint_and_beside_the_step(
    site: Site, points: list[int], post_id: int
) -> None:
    writer = site.visitor()
    send(writer, post_id, [points[0]])
    page = writer.get(f"/posts/{post_id}").text

    assert "2 points of the list are open" in page
    assert (
        f"Still open on the checklist. Tick them below the post once you have looked. {LINK} {NAME}"
        in check(page)
    )
    typed = writer.post("/posts/check", data={"checked_post": post_id, "title": "x"}).text
    assert f"{LINK} {NAME}" in check(typed)
    assert "Still open" not in check(writer.post("/posts/check", data={"title": "x"}).text)

    send(writer, post_id, points, points[:1])
    page = writer.get(f"/posts/{post_id}").text
    assert "points of the list" not in page
    assert "Still open" not in check(page)


@pytest.mark.usefixtures("points")
def test_an_open_point_holds_nothing_up(site: Site, post_id: int) -> None:
    writer, editor = site.visitor(), site.visitor("editor")

    version = site.row(f"{post_id}:1").version
    writer.post(f"/posts/{post_id}/review", data={"version": version})
    assert site.row(f"{post_id}:1").state == "in_review"
    assert "3 points of the list are open" in editor.get(f"/posts/{post_id}").text


def test_two_who_tick_different_points_both_keep_theirs(
    site: Site, points: list[int], post_id: int
) -> None:
    """Both saw a list without ticks; the second form does not say what the first ticked."""
    send(site.visitor("writer"), post_id, [points[0]])
    send(site.visitor("editor"), post_id, [points[1]])

    people = site.people
    assert ticks(site, post_id) == {points[0]: people["writer"], points[1]: people["editor"]}


def test_ticking_twice_is_ticking_once_and_who_was_first_stays(
    site: Site, points: list[int], post_id: int
) -> None:
    for role in ("writer", "editor", "editor"):
        assert send(site.visitor(role), post_id, [points[0]]).status_code == 303

    assert ticks(site, post_id) == {points[0]: site.people["writer"]}


def test_many_who_tick_at_one_moment_tick_once(site: Site, points: list[int], post_id: int) -> None:
    start = Barrier(6)

    def act(number: int) -> int:
        client = site.visitor("writer" if number % 2 else "editor")
        start.wait()
        return send(client, post_id, [points[0], points[1 + number % 2]]).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(act, range(6))) == {303}
    assert set(ticks(site, post_id)) == set(points)


def test_a_tick_is_taken_back(site: Site, points: list[int], post_id: int) -> None:
    writer = site.visitor()
    send(writer, post_id, points)

    send(writer, post_id, points[1:], points)

    assert set(ticks(site, post_id)) == set(points[1:])


def test_what_is_no_point_of_ours_is_let_be(site: Site, points: list[int], post_id: int) -> None:
    with site.database.writing() as session:
        foreign = builders.a_point(session, builders.a_team(session)).id
    site.visitor("editor").post(f"{PAGE}/points/{points[2]}/removal", data={"version": 1})

    answer = send(site.visitor(), post_id, [foreign, points[2], points[0], "²", "-1", "x", 2**40])

    assert answer.status_code == 303
    assert set(ticks(site, post_id)) == {points[0]}


def test_a_viewer_reads_the_list_and_ticks_nothing(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, points[:1])
    viewer = site.visitor("viewer")

    assert send(viewer, post_id, points).status_code == 403
    page = viewer.get(f"/posts/{post_id}").text
    assert boxes(page) == [(True, False), (False, False), (False, False)]
    assert "Save what is ticked" not in page
    assert set(ticks(site, post_id)) == set(points[:1])


def test_a_script_gets_the_parts_that_changed(site: Site, points: list[int], post_id: int) -> None:
    answer = send(site.visitor(), post_id, points[:1], **{"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.headers["HX-Trigger-After-Swap"] == "checklist-changed"
    assert re.findall(r'name="were" value="(\d+)"', answer.text) == [str(points[0])]
    assert 'id="tick-' not in answer.text
    assert '<div id="checklist-done">1 of 3 done</div>' in answer.text
    assert "2 points of the list are open" in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_a_post_that_is_over_shows_the_list_of_then_and_takes_no_tick(
    site: Site, points: list[int], post_id: int, state: str
) -> None:
    send(site.visitor(), post_id, points[:1])
    over = MOMENT + timedelta(minutes=5)
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        post.state, post.published_at, post.cancelled_at = state, over, over
        later = session.get_one(ChecklistPoint, points[0])
        later.text = "Heel iets anders"
        later.removed_at = session.get_one(ChecklistPoint, points[1]).removed_at = over + timedelta(
            1
        )
        session.get_one(ChecklistPoint, points[2]).removed_at = MOMENT
    make(site, "Van later", created_at=over + timedelta(1))

    page = site.visitor().get(f"/posts/{post_id}").text
    refused = send(site.visitor(), post_id, points)

    assert f"{PHOTO} writer Bos, Tue 10 Nov 09:18 {LINK}" in card(page)
    assert NAME not in page
    assert "Van later" not in page
    assert boxes(page) == [(True, False), (False, False)]
    assert "of the list" not in page
    assert refused.status_code == 422
    assert set(ticks(site, post_id)) == set(points[:1])


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_a_point_that_came_back_later_stands_on_no_post_that_was_over_before(
    site: Site, points: list[int], post_id: int, state: str, time_machine: Any
) -> None:
    """Removed, then the post is over, then put back: it was not on the list at that moment."""
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": 1})
    over(site, post_id, state, MOMENT + timedelta(hours=1))

    time_machine.move_to(MOMENT + timedelta(hours=2))
    editor.post(f"{PAGE}/points/{points[0]}/restoration")

    assert listed(site) == [LINK, NAME, PHOTO]
    assert said_on(site, post_id) == [LINK, NAME]
    over(site, post_id, state, MOMENT + timedelta(hours=3))
    assert said_on(site, post_id) == [LINK, NAME, PHOTO]


def test_a_point_that_went_and_came_back_stays_on_a_post_that_was_over_before_both(
    site: Site, points: list[int], post_id: int, time_machine: Any
) -> None:
    editor = site.visitor("editor")
    for hours, version in ((2, 1), (4, 3)):
        time_machine.move_to(MOMENT + timedelta(hours=hours))
        editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": version})
        time_machine.move_to(MOMENT + timedelta(hours=hours + 1))
        editor.post(f"{PAGE}/points/{points[0]}/restoration")

    shown = []
    for minutes in (60, 150, 210, 270, 330):
        over(site, post_id, "published", MOMENT + timedelta(minutes=minutes))
        shown.append(PHOTO in said_on(site, post_id))

    assert shown == [True, False, True, False, True]


def test_a_post_that_is_over_keeps_the_words_of_then(
    site: Site, points: list[int], post_id: int, time_machine: Any
) -> None:
    over(site, post_id, "published", MOMENT + timedelta(hours=1))
    editor = site.visitor("editor")
    for hours, text in ((2, "Link werkt"), (3, "Link klopt")):
        time_machine.move_to(MOMENT + timedelta(hours=hours))
        version = point(site, points[1]).version
        editor.post(f"{PAGE}/points/{points[1]}", data={"text": text, "version": version})

    assert listed(site)[1] == "Link klopt"
    assert said_on(site, post_id) == [PHOTO, LINK, NAME]
    over(site, post_id, "published", MOMENT + timedelta(hours=2))
    assert said_on(site, post_id) == [PHOTO, "Link werkt", NAME]


def test_a_post_that_is_over_asks_once_for_its_list(
    site: Site, points: list[int], post_id: int
) -> None:
    editor = site.visitor("editor")
    editor.post(f"{PAGE}/points/{points[0]}/removal", data={"version": 1})
    editor.post(f"{PAGE}/points/{points[0]}/restoration")
    over(site, post_id, "published", MOMENT + timedelta(hours=1))

    with site.database.reading() as session:
        post = session.get_one(Post, post_id)
        with statements(site.database) as asked:
            assert len(checklist_of(session, post).lines) == len(points)

    assert len(asked) == 1


def test_two_who_put_the_same_point_back_put_it_back_once(site: Site, points: list[int]) -> None:
    site.visitor("editor").post(f"{PAGE}/points/{points[0]}/removal", data={"version": 1})
    both = Barrier(2)

    def act(_number: int) -> int:
        client = site.visitor("editor")
        both.wait()
        return client.post(f"{PAGE}/points/{points[0]}/restoration").status_code

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(act, range(2))) == {303}
    assert listed(site) == [LINK, NAME, PHOTO]
    with site.database.reading() as session:
        assert len(session.scalars(select(EarlierPoint)).all()) == 1


def test_a_colleague_who_does_not_want_to_be_seen_is_not_named(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, points[:1])
    with site.database.writing() as session:
        session.get_one(Person, site.people["writer"]).memberships[0].stop_taking_part()

    shown = card(site.visitor("editor").get(f"/posts/{post_id}").text)

    assert "writer Bos" not in shown
    assert "a colleague, Tue 10 Nov" in shown


def test_a_copy_begins_without_ticks(site: Site, points: list[int], post_id: int) -> None:
    send(site.visitor(), post_id, points)
    with site.database.writing() as session:
        post, by = session.get_one(Post, post_id), session.get_one(Person, site.people["writer"])
        at = datetime(2026, 12, 1, 9, tzinfo=UTC)
        copy = post.repeat(at.date(), at.time(), by, MOMENT, creation_key="again")
        session.add(copy)
        session.flush()

        assert checklist_of(session, copy).open == [PHOTO, LINK, NAME]


def test_the_bin_keeps_the_ticks_and_emptying_it_takes_them(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, points)
    with site.database.writing() as session:
        post, by = session.get_one(Post, post_id), session.get_one(Person, site.people["writer"])
        post.delete(by, MOMENT)
    assert send(site.visitor(), post_id, [], points).status_code == 409
    with site.database.writing() as session:
        session.get_one(Post, post_id).restore(by, MOMENT)
    assert set(ticks(site, post_id)) == set(points)

    with site.database.writing() as session:
        session.delete(session.get_one(Post, post_id))

    assert ticks(site, post_id) == {}
    assert listed(site) == [PHOTO, LINK, NAME]


def test_the_tables_go_and_come_back_and_the_posts_stay(
    site: Site, points: list[int], post_id: int
) -> None:
    send(site.visitor(), post_id, points)
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("_checklist.py")]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")

    assert schema.differences(site.database) == []
    assert ticks(site, post_id) == {}
    assert site.row(f"{post_id}:1").title
