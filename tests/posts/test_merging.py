"""Two people at one post: what each changed goes together; what both did is theirs to decide."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.errors import Stale
from calendar_app.people.models import Person
from calendar_app.posts.merging import Merged, digests, merge, read, written
from calendar_app.posts.models import Post, PostChange
from tests import builders
from tests.posts.room import NOW
from tests.posts.test_autosave import fields
from tests.support.sent_forms import forms_of
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["_tuesday_morning", "site"]

BASE = {"title": "Rooster", "text": "Oud", "plan": 1, "values": [1, 2], "link": "", "reason-1": ""}
WRITERS = 8


@pytest.mark.parametrize(
    ("theirs", "yours", "merged"),
    [
        ({}, {}, Merged((), ())),
        ({}, {"text": "Nieuw"}, Merged((), ())),
        ({"text": "Nieuw"}, {}, Merged(("text",), ())),
        ({"title": "Nu"}, {"text": "Nieuw"}, Merged(("title",), ())),
        ({"text": "Nieuw"}, {"text": "Nieuw"}, Merged((), ())),
        ({"text": "Van haar"}, {"text": "Van mij"}, Merged((), ("text",))),
        ({"text": "Van haar", "link": "x"}, {"text": "Van mij"}, Merged(("link",), ("text",))),
        # The order in which boxes stand is nothing that somebody changed.
        ({"values": [2, 1]}, {"text": "Nieuw"}, Merged((), ())),
        ({"values": [1]}, {"values": [1, 2, 3]}, Merged((), ("values",))),
        # What hangs on a plan goes with the plan.
        ({"plan": 2, "values": [9]}, {"title": "Nu"}, Merged(("plan", "values"), ())),
        ({"plan": 2, "values": [9]}, {"values": [1]}, Merged((), ("plan", "values"))),
        (
            {"reason-1": "omdat"},
            {"plan": 2, "values": [9]},
            Merged((), ("plan", "values", "reason-1")),
        ),
        ({"values": [1]}, {"reason-1": "omdat"}, Merged(("values",), ())),
        # Of another plan's values nobody had seen a reason yet.
        ({"title": "Nu"}, {"plan": 2, "values": [9], "reason-9": "past"}, Merged(("title",), ())),
        # Nothing is nothing, as a form sends it or as a row has it.
        ({"link": None}, {"text": "Nieuw"}, Merged((), ())),
    ],
)
def test_whose_a_field_is(theirs: Any, yours: Any, merged: Merged) -> None:
    assert merge(digests(BASE), {**BASE, **theirs}, {**BASE, **yours}) == merged


def test_what_the_page_did_not_tell_may_be_of_both() -> None:
    assert merge({}, {**BASE, "text": "Van haar"}, BASE) == Merged((), ("text",))


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", '{"text": 1}', '"x"'])
def test_what_is_no_record_tells_nothing(broken: str) -> None:
    assert read(broken) == {}


def test_what_is_written_is_read_back() -> None:
    assert read(written(BASE)) == digests(BASE)


CHANGES = st.dictionaries(st.sampled_from(["title", "text", "link"]), st.text(max_size=3))


@given(CHANGES, CHANGES)
def test_nothing_that_one_of_them_wrote_is_lost_or_undone(theirs: Any, yours: Any) -> None:
    saved, typed = {**BASE, **theirs}, {**BASE, **yours}

    merged = merge(digests(BASE), saved, typed)

    result = {**typed, **{name: saved[name] for name in merged.theirs}}
    for name, base in BASE.items():
        if name in merged.both:
            assert len({str(base), str(saved[name]), str(typed[name])}) == 3
        elif saved[name] != base:
            assert result[name] == saved[name]
        else:
            assert result[name] == typed[name]


@pytest.fixture
def post(site: Site) -> int:
    return int(site.post(title="Rooster", text="Zelf je rooster maken.").partition(":")[0])


def save(client: FlaskClient, post_id: int, form: dict[str, str], /, **typed: str) -> Any:
    return client.post(f"/posts/{post_id}", data={**form, **typed})


def test_fields_that_do_not_overlap_are_saved_together(site: Site, post: int) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    form = fields(writer, f"/posts/{post}")
    save(editor, post, fields(editor, f"/posts/{post}"), title="Rooster in eigen hand")

    answer = save(writer, post, form, text="Wie maakt jouw rooster?")

    assert answer.status_code == 303
    kept = site.row(f"{post}:1")
    assert (kept.title, kept.text) == ("Rooster in eigen hand", "Wie maakt jouw rooster?")
    assert "is in it too" in writer.get(f"/posts/{post}").text


def test_of_what_both_changed_both_texts_are_shown_with_who_and_when(site: Site, post: int) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    form = fields(writer, f"/posts/{post}")
    theirs = fields(editor, f"/posts/{post}")
    save(editor, post, theirs, text="Van de redacteur", title="Nieuwe titel")

    refused = save(writer, post, form, text="Van de schrijver")

    assert refused.status_code == 409
    assert "Van de redacteur" in refused.text
    assert "Saved by editor Bos" in refused.text
    [own] = [one for one in _forms(refused.text) if "text" in one]
    assert (own["text"], own["title"]) == ("Van de schrijver", "Nieuwe titel")
    assert "choice-title" not in refused.text
    assert site.row(f"{post}:1").text == "Van de redacteur"


@pytest.mark.parametrize(
    ("choice", "text"), [("mine", "Van de schrijver"), ("theirs", "Van de redacteur")]
)
def test_the_chosen_text_is_saved(site: Site, post: int, choice: str, text: str) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    form = fields(writer, f"/posts/{post}")
    save(editor, post, fields(editor, f"/posts/{post}"), text="Van de redacteur")
    refused = save(writer, post, form, text="Van de schrijver")

    [own] = [one for one in _forms(refused.text) if "text" in one]
    answer = save(writer, post, own, **{"choice-text": choice, "link": "https://example.org/"})

    assert answer.status_code == 303
    kept = site.row(f"{post}:1")
    assert (kept.text, kept.link) == (text, "https://example.org/")


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"day": "2026-11-19"}, {"owner": ""}),
        ({"reviewer": ""}, {"day": "2026-11-20", "time": "10:15"}),
        ({"intent": "ask"}, {"form": "video"}),
    ],
)
def test_days_people_and_choices_go_together_too(
    site: Site, post: int, theirs: dict[str, str], mine: dict[str, str]
) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    form = fields(writer, f"/posts/{post}")
    save(editor, post, fields(editor, f"/posts/{post}"), **theirs)

    assert save(writer, post, form, **mine).status_code == 303

    now = fields(writer, f"/posts/{post}")
    assert {name: now[name] for name in {**theirs, **mine}} == {**theirs, **mine}


def test_a_colleagues_other_plan_comes_with_its_reasons(site: Site, post: int) -> None:
    writer = site.visitor("writer")
    form = fields(writer, f"/posts/{post}")
    with site.database.writing() as session:
        team = session.get_one(Post, post).team
        plan = builders.a_plan(session, team, name="Ander plan")
        value, audience = plan.values[0].id, plan.audiences[0].id
        writer_of_it = session.get_one(Person, site.people["editor"])
        kept = session.get_one(Post, post)
        content = replace(
            kept.content,
            plan=plan,
            values=((plan.values[0], "omdat het past"),),
            audiences=(plan.audiences[0],),
            channels=(),
        )
        kept.edit(content, writer_of_it, NOW)

    assert save(writer, post, form, text="Andere tekst").status_code == 303

    with site.database.reading() as session:
        kept = session.get_one(Post, post)
        assert [(one.value_id, one.reason) for one in kept.value_links] == [
            (value, "omdat het past")
        ]
        assert [one.id for one in kept.audiences] == [audience]
        assert kept.text == "Andere tekst"


def test_a_step_on_what_nobody_of_them_has_read_is_not_taken(site: Site, post: int) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    form = fields(writer, f"/posts/{post}")
    save(editor, post, fields(editor, f"/posts/{post}"), title="Nieuwe titel")

    refused = writer.post(f"/posts/{post}/review", data={**form, "text": "Van de schrijver"})

    assert refused.status_code == 409
    assert site.row(f"{post}:1").state == "draft"
    [own] = [one for one in _forms(refused.text) if "text" in one]
    assert (own["text"], own["title"]) == ("Van de schrijver", "Nieuwe titel")


def test_of_many_writers_every_accepted_text_is_in_the_history(
    site: Site,
    post: int,
    whole: bool,  # noqa: FBT001 - a fixture
) -> None:
    """Eight people write at once; who is told of another text tries again, knowing it."""
    each = 200 if whole else 20

    def write(number: int) -> list[str]:
        return [
            text
            for turn in range(each)
            if accepted_at_last(site, post, text := f"Schrijver {number}, keer {turn}")
        ]

    with ThreadPoolExecutor(WRITERS) as threads:
        accepted = [text for texts in threads.map(write, range(WRITERS)) for text in texts]

    assert len(accepted) == WRITERS * each
    with site.database.reading() as session:
        changes = session.scalars(
            select(PostChange).where(PostChange.post_id == post).order_by(PostChange.version)
        )
        told = [one.fields["text"][1] for one in changes if "text" in one.fields]
        assert session.get_one(Post, post).text == told[-1]
    assert sorted(told) == sorted(accepted)


def accepted_at_last(site: Site, post_id: int, text: str) -> bool:
    """Read the post, and save `text` as somebody who read that; again when somebody was first."""
    for _try in range(1000):
        with site.database.reading() as session:
            version = session.get_one(Post, post_id).version
        try:
            with site.database.writing() as session:
                post = session.get_one(Post, post_id)
                post.expect(version)
                writer = session.get_one(Person, site.people["writer"])
                post.edit(replace(post.content, text=text), writer, NOW)
        except (Stale, StaleDataError):
            continue
        return True
    return False


def _forms(page: str) -> list[dict[str, str]]:
    return [form.fields for form in forms_of(page, "/")]
