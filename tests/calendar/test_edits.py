"""Several posts changed at once, all or none, and undone with one key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests import builders
from tests.support.site import Site, _tuesday_morning, ask, site
from tests.support.statements import statements

__all__ = ["_tuesday_morning", "site"]
PATH = "/calendar/edits"


def hooks(site: Site) -> dict[str, str]:
    """Another value and another channel of the plan, and the id of a colleague."""
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        value = builders.a_value(session, plan, name="Vakmanschap")
        channel = builders.a_channel(session, plan, name="Facebook")
        return {
            "value": str(value.id),
            "channel": str(channel.id),
            "first_value": str(plan.values[0].id),
            "owner": str(site.people["editor"]),
        }


def told(site: Site, pair: str) -> dict[str, Any]:
    with site.database.reading() as session:
        post = session.get_one(Post, int(pair.partition(":")[0]))
        return {
            "owner": post.owner_id,
            "values": [str(value.id) for value in post.values],
            "channels": [str(channel.id) for channel in post.channels],
            "state": post.state,
            "starts_at": post.starts_at,
            "text": post.text,
            "approved_by": post.approved_by_id,
            "approved_at": post.approved_at,
        }


def test_owner_channel_value_and_state_of_several_change_and_are_undone(site: Site) -> None:
    editor = site.visitor("editor")
    pairs = [site.post(title=title) for title in ("Een", "Twee", "Drie")]
    found = hooks(site)
    before = [told(site, pair) for pair in pairs]

    answer = ask(
        editor,
        PATH,
        post=pairs,
        owner=found["owner"],
        add_channel=found["channel"],
        add_value=found["value"],
        step="send_to_review",
    )

    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["message"] == "3 posts changed."
    for pair, was in zip(pairs, before, strict=True):
        now = told(site, pair)
        assert now["owner"] == site.people["editor"]
        assert now["values"] == [*was["values"], found["value"]]
        assert found["channel"] in now["channels"]
        assert now["state"] == "in_review"
        assert (now["starts_at"], now["text"]) == (was["starts_at"], was["text"])

    assert ask(editor, "/undo").status_code == 200
    assert [told(site, pair) for pair in pairs] == before


def test_an_approval_and_a_cancellation_of_several_are_undone(site: Site) -> None:
    editor = site.visitor("editor")
    pairs = [site.post(title=title) for title in ("Een", "Twee")]
    ask(editor, PATH, post=pairs, step="send_to_review")
    pairs = [f"{pair.partition(':')[0]}:{site.row(pair).version}" for pair in pairs]
    assert ask(editor, PATH, post=pairs, step="approve").status_code == 200
    approved = [told(site, pair) for pair in pairs]
    assert {one["state"] for one in approved} == {"approved"}
    pairs = [f"{pair.partition(':')[0]}:{site.row(pair).version}" for pair in pairs]

    assert ask(editor, PATH, post=pairs, step="cancel").status_code == 200
    assert {told(site, pair)["state"] for pair in pairs} == {"cancelled"}
    ask(editor, "/undo")
    assert [told(site, pair) for pair in pairs] == approved
    ask(editor, "/undo")
    assert {told(site, pair)["state"] for pair in pairs} == {"in_review"}
    assert {told(site, pair)["approved_by"] for pair in pairs} == {None}


def test_undoing_keeps_what_was_taken_off_the_plan_since(site: Site) -> None:
    editor, pair = site.visitor("editor"), site.post(title="Rooster")
    ask(editor, PATH, post=[pair], owner=str(site.people["editor"]))
    before = told(site, pair)
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        plan.values[0].deleted_at = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)

    assert ask(editor, "/undo").status_code == 200

    now = told(site, pair)
    assert now["values"] == before["values"]
    assert now["owner"] is None


def test_all_or_none(site: Site) -> None:
    editor, found = site.visitor("editor"), hooks(site)
    good, idea = site.post(title="Met dag"), site.post(title="Zonder", state="idea", starts_at=None)
    before = [told(site, pair) for pair in (good, idea)]

    answer = ask(editor, PATH, post=[good, idea], owner=found["owner"], step="approve")

    assert answer.status_code == 422
    assert answer.json is not None
    assert "“" in answer.json["message"]
    assert [told(site, pair) for pair in (good, idea)] == before


def test_the_last_value_of_a_planned_post_stays(site: Site) -> None:
    editor = site.visitor("editor")
    pair = site.post(title="Rooster")
    found = hooks(site)

    answer = ask(editor, PATH, post=[pair], drop_value=found["first_value"])

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["message"] == "“Rooster”: Choose at least one value of the plan."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose what should change."),
        ({"post": []}, "Choose at least one post first."),
        ({"owner": "999999"}, "Not a valid choice."),
        ({"step": "publish"}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    site: Site, fields: dict[str, Any], words: str
) -> None:
    sent = {"post": [site.post()], **fields}

    answer = ask(site.visitor("editor"), PATH, **sent)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["message"] == words


def test_a_writer_cannot_approve_several(site: Site) -> None:
    pair = site.post(state="in_review")

    answer = ask(site.visitor("writer"), PATH, post=[pair], step="approve")

    assert answer.status_code == 422
    assert told(site, pair)["state"] == "in_review"


def free_images(site: Site) -> None:
    with site.database.writing() as session:
        session.get_one(Team, site.team_id).forms_without_approval = "image"


def test_a_writer_approves_drafts_that_need_no_review_and_undoes_that(site: Site) -> None:
    free_images(site)
    writer = site.visitor("writer")
    pairs = [site.post(title=title, form="image") for title in ("Een", "Twee")]
    before = [told(site, pair) for pair in pairs]
    page = writer.post("/calendar/move", data={"post": pairs}).text
    assert '<option value="approve">' in page

    answer = ask(writer, PATH, post=pairs, step="approve")

    assert answer.status_code == 200, answer.text
    assert {told(site, pair)["state"] for pair in pairs} == {"approved"}
    assert {told(site, pair)["approved_by"] for pair in pairs} == {site.people["writer"]}
    with site.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert [one for one in actions if one.startswith("post.appr")] == ["post.approved_own"] * 2
    assert ask(writer, "/undo").status_code == 200
    assert [told(site, pair) for pair in pairs] == before


def test_an_editor_approves_what_was_reviewed_and_what_needs_no_review_at_once(site: Site) -> None:
    free_images(site)
    pairs = [site.post(title="Een", form="image"), site.post(title="Twee", state="in_review")]

    answer = ask(site.visitor("editor"), PATH, post=pairs, step="approve")

    assert answer.status_code == 200, answer.text
    with site.database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"post.approved_own", "post.approved"} <= actions
    assert {told(site, pair)["state"] for pair in pairs} == {"approved"}


def test_a_writer_gets_no_other_post_approved_along_with_a_free_one(site: Site) -> None:
    free_images(site)
    free = site.post(title="Een", form="image")
    outside = site.post(title="Buiten", form="image")
    with site.database.writing() as session:
        [link] = session.get_one(Post, int(outside.partition(":")[0])).value_links
        link.place, link.reason = "outside", "Een knipoog."
    others = [outside, site.post(title="Twee"), site.post(title="Drie", state="in_review")]
    writer = site.visitor("writer")
    for other in others:
        assert (
            '<option value="approve">'
            not in writer.post("/calendar/move", data={"post": [other]}).text
        )

        answer = ask(writer, PATH, post=[free, other], step="approve")

        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["message"].endswith("Your role does not allow this.")
        assert told(site, free)["state"] == "draft"
        assert told(site, other)["approved_by"] is None


def test_one_that_a_colleague_changed_is_told(site: Site) -> None:
    pair = site.post(title="Rooster")
    with site.database.writing() as session:
        post = session.get_one(Post, int(pair.partition(":")[0]))
        editor = session.get_one(Person, site.people["editor"])
        post.move_to(
            datetime(2026, 11, 20, tzinfo=UTC).date(),
            editor,
            datetime(2026, 11, 10, 8, 18, tzinfo=UTC),
        )

    answer = ask(site.visitor("writer"), PATH, post=[pair], owner="nobody")

    assert answer.status_code == 409
    assert answer.json is not None
    assert "editor Bos" in answer.json["message"]


def test_a_value_of_another_plan_is_refused(site: Site) -> None:
    with site.database.writing() as session:
        other = builders.a_plan(session, session.get_one(Plan, site.plan_id).team)
        value = str(other.values[0].id)
        there = builders.a_post(session, other.team, other, title="Elders").id
    pairs = [site.post(title="Hier"), f"{there}:1"]

    answer = ask(site.visitor("editor"), PATH, post=pairs, add_value=value)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["message"].startswith("“Hier”: ")


def test_the_page_offers_it_and_keeps_what_was_chosen(site: Site) -> None:
    editor = site.visitor("editor")
    pair = site.post(title="Rooster")
    found = hooks(site)
    page = editor.post("/calendar/move", data={"post": [pair]}).text
    assert "Add a brand value" in page

    refused = editor.post(
        PATH, data={"post": [pair], "owner": found["owner"], "drop_value": found["first_value"]}
    )
    assert refused.status_code == 422
    assert f'<option selected value="{found["owner"]}">' in refused.text

    done = editor.post(PATH, data={"post": [pair], "owner": found["owner"]})
    assert done.status_code == 303
    assert told(site, pair)["owner"] == site.people["editor"]


def test_the_page_asks_no_more_for_thirty_posts(site: Site) -> None:
    editor = site.visitor("editor")
    pairs = [site.post(title=f"Bericht {number}") for number in range(30)]
    editor.post("/calendar/move", data={"post": pairs[:1]})

    with statements(site.database) as one:
        editor.post("/calendar/move", data={"post": pairs[:1]})
    with statements(site.database) as thirty:
        editor.post("/calendar/move", data={"post": pairs})

    assert len(thirty) == len(one)
