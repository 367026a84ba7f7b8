"""Inside a value, on its edge or outside: a reason, somebody who agrees, and a share less."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from calendar_app import schema
from calendar_app.calendar.filters import Filters
from calendar_app.calendar.queries import newest_ideas
from calendar_app.errors import Refused
from calendar_app.people.models import Team
from calendar_app.posts import places, workflow
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post, PostChange
from calendar_app.posts.playing_field import remarks
from calendar_app.posts.queries import content_of
from calendar_app.posts.undo import as_edited
from tests import builders
from tests.posts.room import NOW, Room
from tests.posts.test_autosave import fields
from tests.posts.test_guests import answer, asked, link_in
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, ask, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

WHY = "De staking raakt ons allemaal."


def outside(room: Room, reason: str = WHY, **changes: Any) -> Content:
    return room.whole(
        values=((room.value, reason),), places=((room.value, places.OUTSIDE),), **changes
    )


def in_review(room: Room) -> Post:
    post = room.post("in_review")
    post.edit(outside(room), room.writer, NOW)
    room.session.flush()
    return post


# The rule


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([], [], "as it was"),
        ([], [(1, "a")], "anew"),
        ([(1, "a")], [(1, "a")], "as it was"),
        ([(1, "a")], [], "as it was"),
        ([(1, "a")], [(1, "b")], "anew"),
        ([(1, "a")], [(2, "a")], "anew"),
        ([(1, "a")], [(1, "a"), (2, "b")], "anew"),
        ([(1, "a"), (2, "b")], [(2, "b")], "as it was"),
    ],
)
def test_only_what_nobody_could_agree_with_before_is_anew(
    before: list[object], after: list[object], found: str
) -> None:
    assert places.is_anew(before, after) is (found == "anew")


@pytest.mark.parametrize("reason", ["", "   "])
def test_outside_without_a_reason_is_refused_at_that_reason(reason: str) -> None:
    with pytest.raises(Refused) as refused:
        places.check([(7, "Nabij", "omdat"), (8, "Vakwerk", reason)])

    assert (refused.value.field, refused.value.values) == ("reason-8", {"value": "Vakwerk"})


def test_what_a_form_sends_that_is_no_place_counts_as_inside() -> None:
    assert [places.known(typed) for typed in ("edge", "outside", "inside", "", "<b>")] == [
        "edge",
        "outside",
        "inside",
        "inside",
        "inside",
    ]


@pytest.mark.parametrize("state", ["draft", "in_review", "approved"])
def test_only_an_approved_post_goes_back_when_it_goes_outside(state: str) -> None:
    becomes = workflow.state_after_edit(state, {"places"}, has_day=True, goes_outside=True)

    assert becomes == ("in_review" if state == "approved" else state)


@pytest.mark.parametrize(
    ("place", "reason", "agreed", "tone", "words"),
    [
        ("inside", "omdat", None, "good", "Fits: %(value)s."),
        ("inside", "", None, "warn", "No reason yet: %(value)s."),
        ("edge", "omdat", None, "info", "Reason: %(reason)s"),
        ("edge", "", None, "info", "It helps to say in one line why it still belongs."),
        ("outside", "", None, "warn", "Say in one line why it goes out all the same."),
        ("outside", "", "Sanne", "warn", "Say in one line why it goes out all the same."),
        ("outside", "omdat", None, "info", "An editor has to agree with that. Reason: %(reason)s"),
        ("outside", "omdat", "Sanne", "good", "Agreed by %(name)s. Reason: %(reason)s"),
    ],
)
def test_the_check_tells_where_it_falls(
    place: str, reason: str, agreed: str | None, tone: str, words: str
) -> None:
    value = cast("Any", SimpleNamespace(id=1, name="Nabij"))
    told = () if place == "inside" else ((value, place),)
    found = remarks(Content("Titel", values=((value, reason),), places=told), "en", agreed)[0]

    assert found.tone == tone
    assert words in (found.title, found.text)
    assert "Nabij" in found.title % found.facts
    assert found.text % found.facts


# The verbs


def test_a_new_post_and_an_edit_need_the_reason_and_change_nothing_without(room: Room) -> None:
    post = room.post()
    for act in (
        lambda: Post.new(room.team, outside(room, ""), room.writer, NOW),
        lambda: post.edit(outside(room, ""), room.writer, NOW),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == f"reason-{room.value.id}"

    assert post.content.outside == ()


def test_on_the_edge_needs_no_reason(room: Room) -> None:
    post = room.post(values=((room.value, ""),), places=((room.value, places.EDGE),))
    room.session.expire(post)

    assert post.content.place(room.value) == "edge"


def test_approving_waits_for_somebody_who_agrees(room: Room) -> None:
    post = in_review(room)

    with pytest.raises(Refused) as refused:
        post.approve(room.editor, NOW)
    assert (refused.value.field, post.state) == ("agrees_outside", "in_review")

    post.agree_outside(room.editor, NOW)
    post.approve(room.editor, NOW)

    assert post.state == "approved"
    assert (post.outside_agreed_at, post.outside_agreed_by) == (NOW, room.editor)


def test_agreeing_is_for_a_post_in_review_and_means_nothing_when_all_is_inside(room: Room) -> None:
    with pytest.raises(Refused):
        room.post("draft").agree_outside(room.editor, NOW)

    inside = room.post("in_review")
    inside.agree_outside(room.editor, NOW)
    assert inside.outside_agreed_at is None


@pytest.mark.parametrize("change", ["reason", "back"])
def test_an_agreement_ends_when_it_falls_outside_anew(room: Room, change: str) -> None:
    post = in_review(room)
    post.agree_outside(room.editor, NOW)
    post.approve(room.editor, NOW)
    room.session.flush()
    if change == "back":
        post.edit(replace(post.content, places=()), room.writer, NOW)
        assert post.state == "approved"

    post.edit(outside(room, "Iets anders." if change == "reason" else WHY), room.writer, NOW)

    assert (post.state, post.outside_agreed_at, post.outside_agreed_by) == ("in_review", None, None)


def test_an_agreement_holds_for_another_text(room: Room) -> None:
    post = in_review(room)
    post.agree_outside(room.editor, NOW)
    post.approve(room.editor, NOW)
    room.session.flush()

    post.edit(replace(post.content, text="Andere woorden."), room.writer, NOW)
    assert post.state == "in_review"

    post.approve(room.editor, NOW)
    assert post.state == "approved"


def test_a_copy_a_template_and_undoing_keep_the_places(room: Room) -> None:
    post = in_review(room)
    post.agree_outside(room.editor, NOW)
    room.session.flush()

    kept = as_edited(post)
    again = content_of(room.session, room.team, kept["content"])

    assert again.place(room.value) == "outside"
    assert kept["outside_agreed_by"] == room.editor.id
    copy = Post.new(room.team, again, room.writer, NOW)
    assert copy.outside_agreed_at is None


def test_the_history_keeps_both_places(room: Room) -> None:
    post = room.post()
    post.edit(outside(room), room.writer, NOW)
    post.edit(replace(post.content, places=((room.value, places.EDGE),)), room.writer, NOW)
    room.session.flush()

    told = room.session.scalars(
        select(PostChange.fields).where(PostChange.post_id == post.id).order_by(PostChange.id)
    ).all()

    name = f"place-{room.value.id} {room.value.name}"
    assert [fields.get(name) for fields in told] == [None, ["", "outside"], ["outside", "edge"]]


# The pages


def number_of(pair: str) -> int:
    return int(pair.partition(":")[0])


def value_id(site: Site, post_id: int) -> int:
    with site.database.reading() as session:
        return session.get_one(Post, post_id).value_links[0].value_id


def at(site: Site, post_id: int) -> str:
    with site.database.reading() as session:
        return session.get_one(Post, post_id).value_links[0].place


def agreed_by(site: Site, post_id: int) -> int | None:
    with site.database.reading() as session:
        return session.get_one(Post, post_id).outside_agreed_by_id


def error_at(page: TestResponse, field: str) -> str:
    found = re.search(rf'id="{field}-error">(.*?)</p>', page.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def save(client: FlaskClient, post_id: int, step: str = "", **typed: Any) -> TestResponse:
    path = f"/posts/{post_id}"
    return client.post(f"{path}{step}", data={**fields(client, path), **typed})


@pytest.fixture
def post_id(site: Site) -> int:
    """A post in review that falls outside its value."""
    number = number_of(site.post(state="in_review", title="De staking", text="Wat er speelt."))
    with site.database.writing() as session:
        link = session.get_one(Post, number).value_links[0]
        link.place, link.reason = places.OUTSIDE, WHY
    return number


def test_a_place_is_chosen_beside_the_reason_and_kept(site: Site) -> None:
    number = number_of(site.post())
    place, reason = (f"{name}-{value_id(site, number)}" for name in ("place", "reason"))

    saved = save(site.visitor(), number, **{place: "edge", reason: ""})

    assert saved.status_code == 303
    assert at(site, number) == "edge"
    page = site.visitor().get(f"/posts/{number}").text
    assert '<option value="edge" selected>On the edge</option>' in page
    assert "On the edge: " in page


def test_a_form_without_the_field_leaves_the_place(site: Site, post_id: int) -> None:
    client = site.visitor()
    typed = fields(client, f"/posts/{post_id}")
    del typed[f"place-{value_id(site, post_id)}"]

    client.post(f"/posts/{post_id}", data={**typed, "title": "Nieuw"})

    assert at(site, post_id) == "outside"


def test_without_a_reason_it_is_refused_there_and_what_was_typed_stays(site: Site) -> None:
    number = number_of(site.post())
    value = value_id(site, number)

    page = save(
        site.visitor(),
        number,
        title="Getypt",
        **{f"place-{value}": "outside", f"reason-{value}": ""},
    )

    assert page.status_code == 422
    assert "Say in one line why it goes out all the same." in error_at(page, f"reason-{value}")
    assert 'value="Getypt"' in page.text
    assert '<option value="outside" selected>' in page.text
    assert at(site, number) == "inside"


def test_a_new_post_outside_without_a_reason_is_refused_there(site: Site) -> None:
    value = value_id(site, number_of(site.post()))
    client = site.visitor()
    typed = {**fields(client, "/posts/new"), "title": "Nieuw", "values": str(value)}

    page = client.post("/posts/new", data={**typed, f"place-{value}": "outside"})

    assert page.status_code == 422
    assert error_at(page, f"reason-{value}")
    assert '<option value="outside" selected>' in page.text


@pytest.mark.parametrize(
    ("role", "agrees", "status", "state"),
    [
        ("viewer", "y", 403, "in_review"),
        ("writer", "y", 403, "in_review"),
        ("editor", "", 422, "in_review"),
        ("editor", "y", 303, "approved"),
    ],
)
def test_who_may_approve_approves_by_agreeing(
    site: Site, post_id: int, role: str, agrees: str, status: int, state: str
) -> None:
    version = {"version": "1", **({"agrees_outside": agrees} if agrees else {})}

    page = site.visitor(role).post(f"/posts/{post_id}/approval", data=version)

    assert page.status_code == status
    assert site.row(f"{post_id}:1").state == state
    assert agreed_by(site, post_id) == (site.people["editor"] if status == 303 else None)
    assert ("Tick on the page of the post" in error_at(page, "agrees_outside")) is (status == 422)


def test_the_box_is_there_for_who_may_approve_and_only_while_it_is_asked(
    site: Site, post_id: int
) -> None:
    path = f"/posts/{post_id}"
    assert 'name="agrees_outside"' not in site.visitor("writer").get(path).text
    assert "an editor has to agree with this" in site.visitor("viewer").get(path).text
    editor = site.visitor("editor")
    assert 'name="agrees_outside"' in editor.get(path).text
    inside = number_of(site.post(state="in_review"))
    assert 'name="agrees_outside"' not in editor.get(f"/posts/{inside}").text

    save(editor, post_id, "/approval", agrees_outside="y")

    page = unescape(site.visitor("viewer").get(path).text)
    assert 'name="agrees_outside"' not in editor.get(path).text
    assert "Editor Bos agreed with this on" in page
    assert "agreed that it falls outside" in page
    assert WHY in page


def test_an_editor_who_puts_it_outside_while_approving_is_asked_too(site: Site) -> None:
    number = number_of(site.post(state="in_review"))
    value = value_id(site, number)
    typed = {f"place-{value}": "outside", f"reason-{value}": WHY}

    page = save(site.visitor("editor"), number, "/approval", **typed)

    assert page.status_code == 422
    assert error_at(page, "agrees_outside")
    assert (at(site, number), site.row(f"{number}:1").state) == ("inside", "in_review")


def test_a_guest_gives_advice_and_no_approval(site: Site, post_id: int) -> None:
    answer(site, link_in(asked(site, f"{post_id}:1", "editor")), verdict="agreed")

    assert site.row(f"{post_id}:1").state == "in_review"
    page = site.visitor("editor").get(f"/posts/{post_id}").text
    assert "agrees" in page
    assert "what they say is advice: you agree yourself" in page


def test_several_at_once_are_not_approved_with_one_outside(site: Site, post_id: int) -> None:
    other = site.post(state="in_review")

    refused = ask(
        site.visitor("editor"), "/calendar/edits", post=[other, f"{post_id}:1"], step="approve"
    )

    assert refused.status_code == 422
    assert refused.json is not None
    assert "De staking" in refused.json["message"]
    assert {site.row(one).state for one in (other, f"{post_id}:1")} == {"in_review"}


def test_what_is_typed_of_a_place_is_back_and_no_agreement_with_it(
    site: Site, post_id: int
) -> None:
    editor, place = site.visitor("editor"), f"place-{value_id(site, post_id)}"
    typed = {**fields(editor, f"/posts/{post_id}"), place: "edge", "agrees_outside": "y"}

    ask(editor, f"/posts/{post_id}/autosave", **typed)

    page = editor.get(f"/posts/{post_id}").text
    assert "You typed this" in page
    assert '<option value="edge" selected>' in page
    assert at(site, post_id) == "outside"


def test_a_place_and_a_title_of_two_people_go_together(site: Site) -> None:
    number = number_of(site.post())
    place = f"place-{value_id(site, number)}"
    mine, hers = site.visitor("writer"), site.visitor("editor")
    my_form, her_form = (fields(one, f"/posts/{number}") for one in (mine, hers))
    hers.post(f"/posts/{number}", data={**her_form, place: "edge"})

    saved = mine.post(f"/posts/{number}", data={**my_form, "title": "Mijn titel"})

    assert saved.status_code == 303
    assert (at(site, number), site.row(f"{number}:1").title) == ("edge", "Mijn titel")


def test_two_places_of_two_people_are_both_shown_with_who(site: Site) -> None:
    number = number_of(site.post())
    value = value_id(site, number)
    mine, hers = site.visitor("writer"), site.visitor("editor")
    my_form, her_form = (fields(one, f"/posts/{number}") for one in (mine, hers))
    hers.post(f"/posts/{number}", data={**her_form, f"place-{value}": "edge"})
    typed = {**my_form, f"place-{value}": "outside", f"reason-{value}": WHY}

    page = mine.post(f"/posts/{number}", data=typed)

    assert page.status_code == 409
    [sides] = re.findall(r"<legend>Place at [^<]*</legend>(.*?)</fieldset>", page.text, re.DOTALL)
    assert re.findall(r'<div class="conflict-text">([^<]*)</div>', sides) == [
        "Outside",
        "On the edge",
    ]
    assert "Saved by editor Bos" in sides

    again = {**typed, "version": re.findall(r'name="version"[^>]*value="(\d+)"', page.text)[0]}
    again |= {"shown": fields(mine, f"/posts/{number}")["shown"]}
    mine.post(f"/posts/{number}", data={**again, f"choice-place-{value}": "theirs"})
    assert at(site, number) == "edge"


def test_the_check_beside_the_text_hears_of_the_place_and_the_agreement(
    site: Site, post_id: int
) -> None:
    editor = site.visitor("editor")
    value = value_id(site, post_id)

    def found(**typed: str) -> str:
        form = {**fields(editor, f"/posts/{post_id}"), **typed}
        sent = {**form, "checked_post": str(post_id)}
        return unescape(editor.post("/posts/check", data=sent).text)

    assert "An editor has to agree with that." in found()
    save(editor, post_id, "/approval", agrees_outside="y")
    assert "Agreed by editor Bos." in found()
    assert "An editor has to agree with that." in found(**{f"reason-{value}": "Iets anders."})
    assert "Agreed by" not in found(**{f"place-{value}": "edge"})


def test_the_history_tells_the_place_in_words(site: Site) -> None:
    number = number_of(site.post())
    save(site.visitor(), number, **{f"place-{value_id(site, number)}": "edge"})

    page = site.visitor("viewer").get(f"/posts/{number}").text

    assert "Place on the playing field: " in page
    assert "<ins>On the edge</ins>" in page
    assert "<del>Inside</del>" in page


def test_what_falls_outside_a_value_adds_nothing_to_its_share(site: Site) -> None:
    numbers = [number_of(site.post(state="idea", starts_at=None)) for _time in range(3)]
    with site.database.writing() as session:
        for number, place in zip(numbers, places.PLACE_NAMES, strict=True):
            session.get_one(Post, number).value_links[0].place = place

    with site.database.reading() as session:
        rows = newest_ideas(session, session.get_one(Team, site.team_id), Filters(), 9)
        counted = {row.id: len(row.value_ids) for row in rows}
        banded = [len(row.values) for row in rows]

    assert [counted[number] for number in numbers] == [1, 1, 0]
    assert banded == [1, 1, 1]


def test_undoing_an_edit_of_several_brings_place_and_agreement_back(
    site: Site, post_id: int
) -> None:
    editor = site.visitor("editor")
    save(editor, post_id, "/approval", agrees_outside="y")
    value, version = value_id(site, post_id), site.row(f"{post_id}:1").version
    with site.database.writing() as session:
        plan = session.get_one(Post, post_id).plan
        assert plan is not None
        other = builders.a_value(session, plan, name="Vakwerk").id
    changed = ask(
        editor,
        "/calendar/edits",
        post=[f"{post_id}:{version}"],
        add_value=str(other),
        drop_value=str(value),
    )
    assert changed.status_code == 200, changed.text
    assert changed.json is not None
    assert at(site, post_id) == "inside"

    ask(editor, f"/undo/{changed.json['undo']}")

    assert at(site, post_id) == "outside"
    assert site.row(f"{post_id}:1").state == "approved"
    assert agreed_by(site, post_id) == site.people["editor"]


def test_the_columns_go_and_come_back_and_every_post_is_inside(site: Site, post_id: int) -> None:
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("_playing_field.py")]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")

    assert schema.differences(site.database) == []
    assert (at(site, post_id), agreed_by(site, post_id)) == ("inside", None)
    assert value_id(site, post_id)
