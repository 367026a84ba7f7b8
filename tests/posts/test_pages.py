from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from calendar_app.people.models import AuditEntry, Person
from calendar_app.posts import queries
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post, PostChange
from tests.builders import a_channel, a_person, a_plan, a_team, sign_in
from tests.posts.room import NOW, a_room
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database

HOSTILE = "<script>alert('x')</script> & \"quoted\" {{ 7*7 }} %(name)s %s"


@dataclass
class Site:
    """The pages of one team, and who can open them."""

    app: Flask
    database: Database
    team_id: int
    plan_id: int
    value_id: int
    audience_id: int
    channel_id: int
    people: dict[str, int]

    def visitor(self, role: str, language: str = "nl") -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        with self.database.reading() as session:
            sign_in(client, session.get_one(Person, self.people[role]))
        return client

    def post(self, state: str = "draft", **changes: Any) -> int:
        with self.database.writing() as session:
            room = a_room(session)
            room.team = session.get_one(Person, self.people["writer"]).memberships[0].team
            room.writer = session.get_one(Person, self.people["writer"])
            room.editor = session.get_one(Person, self.people["editor"])
            room.plan = queries.open_plans(session, room.team)[0]
            return room.post(state, **changes).id

    def read(self, post_id: int) -> tuple[Post, Content]:
        with self.database.reading() as session:
            post = session.get_one(Post, post_id)
            return post, post.content

    def filled(self, **changes: Any) -> dict[str, Any]:
        """The form of a post, filled in whole."""
        return {
            "title": "Rooster in eigen hand",
            "text": "Zelf je rooster maken.",
            "plan": self.plan_id,
            "values": [self.value_id],
            f"reason-{self.value_id}": "zelf bepalen",
            "audiences": [self.audience_id],
            "channels": [self.channel_id],
            "form": "text",
            "intent": "inform",
            "link": "",
            "day": "2026-11-12",
            "time": "09:00",
            "sender": "",
            "owner": self.people["writer"],
            "reviewer": self.people["editor"],
            **changes,
        }

    def count(self) -> int:
        with self.database.reading() as session:
            ours = select(func.count()).select_from(Post).where(Post.team_id == self.team_id)
            return session.scalar(ours) or 0


@pytest.fixture
def site(app: Flask, database: Database) -> Site:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        team = a_team(session)
        people = {role: a_person(session, team, role) for role in ("viewer", "writer", "editor")}
        plan = a_plan(session, team)
        return Site(
            app,
            database,
            team.id,
            plan.id,
            plan.values[0].id,
            plan.audiences[0].id,
            plan.channels[0].id,
            {role: person.id for role, person in people.items()},
        )


@pytest.fixture
def writer(site: Site) -> FlaskClient:
    return site.visitor("writer")


@pytest.fixture
def editor(site: Site) -> FlaskClient:
    return site.visitor("editor")


def version_in(page: TestResponse) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
    assert found, page.text
    return found[1]


def error_at(page: TestResponse, field: str) -> str:
    """The words that stand at `field`, "" when there are none."""
    found = re.search(rf'id="{field}-error">(.*?)</p>', page.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


# Addresses that leave the house


def test_the_address_in_a_feed_leads_to_the_post(site: Site, writer: FlaskClient) -> None:
    post_id = site.post("approved")
    uuid = site.read(post_id)[0].uuid

    answer = writer.get(f"/posts/{uuid}")

    assert (answer.status_code, answer.location) == (302, f"/posts/{post_id}")
    assert writer.get(f"/posts/{uuid4()}").status_code == 404


# Making a post


def test_a_new_post_comes_from_a_form_for_the_day_that_was_asked(
    site: Site, writer: FlaskClient
) -> None:
    page = writer.get(f"/posts/new?day=2026-11-12&plan={site.plan_id}")
    key = re.search(r'name="creation_key"[^>]*value="(\w+)"', page.text)

    assert page.status_code == 200
    assert 'value="2026-11-12"' in page.text
    assert key
    answer = writer.post("/posts/new", data=site.filled(creation_key=key[1]))
    assert answer.status_code == 303
    post, content = site.read(int(answer.location.rsplit("/", 1)[1]))
    assert post.state == "draft"
    assert post.starts_at == datetime(2026, 11, 12, 8, tzinfo=UTC)
    assert [(value.id, why) for value, why in content.values] == [(site.value_id, "zelf bepalen")]
    assert writer.get(answer.location).status_code == 200


@pytest.mark.parametrize("query", ["?day=31-12-2026", "?day=", "?plan=x", "?plan=999999999999999"])
def test_an_address_that_makes_no_sense_gives_an_empty_form(
    writer: FlaskClient, query: str
) -> None:
    assert writer.get(f"/posts/new{query}").status_code == 200


def test_the_same_form_twice_makes_one_post(site: Site, writer: FlaskClient) -> None:
    first = writer.post("/posts/new", data=site.filled(creation_key="k" * 32))
    second = writer.post("/posts/new", data=site.filled(creation_key="k" * 32, title="Anders"))

    assert first.location == second.location
    assert site.count() == 1


def test_the_same_form_from_four_windows_at_one_moment_makes_one_post(site: Site) -> None:
    windows = [site.visitor("writer") for _ in range(4)]
    filled = site.filled(creation_key="k" * 32)
    together = Barrier(len(windows))

    def send(window: FlaskClient) -> str:
        together.wait(timeout=30)
        return window.post("/posts/new", data=filled).location

    with ThreadPoolExecutor(len(windows)) as threads:
        places = set(threads.map(send, windows))

    assert len(places) == 1
    assert site.count() == 1


def test_the_same_form_after_the_post_was_deleted_leads_to_the_bin(
    site: Site, writer: FlaskClient
) -> None:
    first = writer.post("/posts/new", data=site.filled(creation_key="k" * 32))
    writer.post(f"{first.location}/deletion", data={"version": "1"})

    again = writer.post("/posts/new", data=site.filled(creation_key="k" * 32))

    assert again.location == "/posts/bin"


def test_two_teams_may_have_the_same_key(site: Site, writer: FlaskClient) -> None:
    with site.database.writing() as session:
        team = a_team(session)
        stranger = a_person(session, team, "writer")
        session.add(Post.new(team, Content("Ergens"), stranger, NOW, creation_key="k" * 32))

    assert writer.post("/posts/new", data=site.filled(creation_key="k" * 32)).status_code == 303
    assert site.count() == 1


@pytest.mark.parametrize(
    ("language", "value", "audience"),
    [
        (
            "nl",
            "Kies minstens één merkwaarde van het plan.",
            "Kies minstens één doelgroep van het plan.",
        ),
        (
            "en",
            "Choose at least one value of the plan.",
            "Choose at least one audience of the plan.",
        ),
    ],
)
def test_a_day_without_hooks_is_refused_at_both_fields(
    site: Site, language: str, value: str, audience: str
) -> None:
    answer = site.visitor("writer", language).post(
        "/posts/new", data=site.filled(values=[], audiences=[], text="Niet kwijtraken")
    )

    assert answer.status_code == 422
    assert error_at(answer, "values") == value
    assert error_at(answer, "audiences") == audience
    assert "Niet kwijtraken" in answer.text
    assert site.count() == 0


def test_what_cannot_be_is_refused_at_its_field(site: Site, writer: FlaskClient) -> None:
    wrong: list[tuple[str, Any]] = [
        ("title", ""),
        ("title", "x" * 201),
        ("day", "0001-01-01"),
        ("day", "9999-12-31"),
        ("day", "morgen"),
        ("time", ""),
        ("time", "25:00"),
        ("link", "javascript:alert(1)"),
        ("form", "hologram"),
        ("owner", "999999"),
        ("values", ["999999"]),
        ("values", ["x"]),
        ("audiences", ["999999"]),
        ("channels", ["999999"]),
    ]

    for field, value in wrong:
        answer = writer.post("/posts/new", data=site.filled(**{field: value}))

        assert answer.status_code == 422, (field, value)
        assert error_at(answer, field), (field, value)
    assert site.count() == 0


def test_a_plan_of_nobody_is_refused(site: Site, writer: FlaskClient) -> None:
    answer = writer.post("/posts/new", data=site.filled(plan="999999"))

    assert answer.status_code == 422
    assert site.count() == 0


def test_a_reason_is_one_short_line(site: Site, writer: FlaskClient) -> None:
    long = {f"reason-{site.value_id}": "x" * 301}

    assert error_at(writer.post("/posts/new", data=site.filled(**long)), f"reason-{site.value_id}")


def test_a_reviewer_that_may_not_approve_is_not_offered(site: Site, writer: FlaskClient) -> None:
    answer = writer.post("/posts/new", data=site.filled(reviewer=site.people["writer"]))

    assert answer.status_code == 422
    assert error_at(answer, "reviewer")


def test_hooks_of_another_plan_are_refused_at_their_field(site: Site, writer: FlaskClient) -> None:
    with site.database.writing() as session:
        team = session.get_one(Person, site.people["writer"]).memberships[0].team
        other = a_plan(session, team)
        value_id, plan_id = other.values[0].id, other.id

    foreign_value = writer.post("/posts/new", data=site.filled(values=[value_id]))
    only_the_plan = writer.post("/posts/new", data=site.filled(plan=plan_id))

    assert error_at(foreign_value, "values")
    assert error_at(only_the_plan, "values")
    assert site.count() == 0


def test_choosing_another_plan_shows_its_hooks_and_keeps_what_was_typed(
    site: Site, writer: FlaskClient
) -> None:
    with site.database.writing() as session:
        team = session.get_one(Person, site.people["writer"]).memberships[0].team
        other = a_plan(session, team)
        plan_id, value = other.id, other.values[0].name
    post_id = site.post()

    for address in ("/posts/new", f"/posts/{post_id}"):
        filled = site.filled(plan=plan_id, text="Niet kwijt", choose_plan="1", version="1")
        page = writer.post(address, data=filled)

        assert page.status_code == 200
        assert value in page.text
        assert "Niet kwijt" in page.text
    assert site.count() == 1
    assert site.read(post_id)[1].text == "Zelf je rooster maken."


def test_a_team_without_a_plan_can_only_have_ideas(app: Flask, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        person_id = a_person(session, a_team(session), "writer").id
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    with database.reading() as session:
        sign_in(client, session.get_one(Person, person_id))
    idea = {"title": "Een idee", "plan": "", "form": "text", "intent": "inform", "time": "09:00"}

    assert "/plans/" in client.get("/posts/new").text
    assert client.post("/posts/new", data={**idea, "day": "2026-11-12"}).status_code == 422
    assert client.post("/posts/new", data=idea).status_code == 303


# Reading and writing


def test_a_viewer_reads_and_does_not_write(site: Site) -> None:
    post_id = site.post()
    viewer = site.visitor("viewer")

    page = viewer.get(f"/posts/{post_id}")

    assert page.status_code == 200
    assert "Zelf je rooster maken." in page.text
    assert 'id="post-form"' not in page.text
    assert viewer.post(f"/posts/{post_id}", data=site.filled(version="1")).status_code == 403


def test_an_edit_is_kept_with_its_history(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()
    page = writer.get(f"/posts/{post_id}")

    answer = writer.post(
        f"/posts/{post_id}",
        data=site.filled(version=version_in(page), text="Een nieuwe tekst.", time="10:30"),
    )

    post, content = site.read(post_id)
    assert answer.status_code == 303
    assert content.text == "Een nieuwe tekst."
    assert post.starts_at == datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
    after = unescape(writer.get(f"/posts/{post_id}").text)
    assert "paste de tekst aan" in after
    assert "Zelf je rooster maken." in after


def test_an_empty_day_takes_a_post_off_the_calendar(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()

    writer.post(f"/posts/{post_id}", data=site.filled(version="1", day=""))

    assert site.read(post_id)[0].starts_at is None


def test_the_second_half_of_the_october_night_survives_a_save(
    site: Site, writer: FlaskClient
) -> None:
    """02:30 comes twice that night; saving the form unchanged must not move it to the first."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    post_id = site.post(starts_at=second)

    writer.post(
        f"/posts/{post_id}",
        data=site.filled(version="1", day="2026-10-25", time="02:30", text="Nieuw"),
    )

    assert site.read(post_id)[0].starts_at == second
    assert site.read(post_id)[1].text == "Nieuw"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_stale_save_shows_both_texts_and_a_second_save_is_a_knowing_choice(
    site: Site, editor: FlaskClient, language: str
) -> None:
    post_id = site.post()
    writer = site.visitor("writer", language)
    seen = version_in(writer.get(f"/posts/{post_id}"))
    theirs = site.filled(version=seen, text="De tekst van Sanne.", title="Haar titel")
    editor.post(f"/posts/{post_id}", data=theirs)

    mine = site.filled(version=seen, text="Mijn tekst.", day="2026-11-13")
    refused = writer.post(f"/posts/{post_id}", data=mine)

    assert refused.status_code == 409
    for text in ("De tekst van Sanne.", "Mijn tekst.", "Haar titel", "12", "13"):
        assert text in refused.text
    assert site.read(post_id)[1].text == "De tekst van Sanne."
    assert version_in(refused) != seen
    again = writer.post(f"/posts/{post_id}", data={**mine, "version": version_in(refused)})
    assert again.status_code == 303
    assert site.read(post_id)[1].text == "Mijn tekst."


def test_both_texts_of_a_conflict_are_in_the_history(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()
    writer.post(f"/posts/{post_id}", data=site.filled(version="1", text="Eerste."))
    refused = writer.post(f"/posts/{post_id}", data=site.filled(version="1", text="Tweede."))
    again = site.filled(version=version_in(refused), text="Tweede.")
    writer.post(f"/posts/{post_id}", data=again)

    with site.database.reading() as session:
        told = session.scalars(select(PostChange.fields).where(PostChange.post_id == post_id))
        texts = [fields["text"][1] for fields in told if "text" in fields]

    assert texts == ["Zelf je rooster maken.", "Eerste.", "Tweede."]


def test_of_two_who_save_at_one_moment_the_second_keeps_both_texts(site: Site) -> None:
    post_id = site.post()
    together = Barrier(2)

    def send(window: FlaskClient, text: str) -> TestResponse:
        together.wait(timeout=30)
        return window.post(f"/posts/{post_id}", data=site.filled(version="1", text=text))

    with ThreadPoolExecutor(2) as threads:
        windows = site.visitor("writer"), site.visitor("editor")
        answers = list(threads.map(send, windows, ["Tekst van Anouk.", "Tekst van Sanne."]))

    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Tekst van Anouk." in second.text
    assert "Tekst van Sanne." in second.text


def test_a_differing_reason_is_part_of_the_conflict(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()
    reason = f"reason-{site.value_id}"
    writer.post(f"/posts/{post_id}", data=site.filled(version="1", **{reason: "haar reden"}))

    refused = writer.post(
        f"/posts/{post_id}", data=site.filled(version="1", **{reason: "mijn reden"})
    )

    assert refused.status_code == 409
    assert "haar reden" in refused.text
    assert "mijn reden" in refused.text


def test_an_approved_post_with_a_new_text_says_that_it_goes_back_to_review(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post("approved")
    version = version_in(writer.get(f"/posts/{post_id}"))

    answer = writer.post(
        f"/posts/{post_id}", data=site.filled(version=version, text="Anders"), follow_redirects=True
    )

    assert site.read(post_id)[0].state == "in_review"
    assert "opnieuw beoordeeld" in answer.text


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_what_is_over_is_only_read(site: Site, writer: FlaskClient, state: str) -> None:
    post_id = site.post(state)
    page = writer.get(f"/posts/{post_id}")

    answer = writer.post(
        f"/posts/{post_id}", data=site.filled(version=version_in(page), text="Anders")
    )

    assert 'id="post-form"' not in page.text
    assert answer.status_code == 422
    assert site.read(post_id)[1].text == "Zelf je rooster maken."


def test_hostile_texts_are_shown_as_text(site: Site, writer: FlaskClient) -> None:
    hostile = site.filled(title=HOSTILE, text=HOSTILE, **{f"reason-{site.value_id}": HOSTILE})
    post = writer.post("/posts/new", data=hostile).location

    for page in (writer.get(post), site.visitor("viewer").get(post), writer.get(f"{post}/move")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "{{ 7*7 }}" in page.text
        assert "%(name)s" in page.text


def test_controls_and_directions_are_taken_out_at_the_door(site: Site, writer: FlaskClient) -> None:
    post = writer.post("/posts/new", data=site.filled(title="Ti\u202etel\x00", text="a\r\nb\x07"))

    content = site.read(int(post.location.rsplit("/", 1)[1]))[1]
    assert (content.title, content.text) == ("Titel", "a\nb")


def test_a_text_over_the_limit_of_a_channel_and_a_word_to_avoid_are_named(
    site: Site, writer: FlaskClient
) -> None:
    with site.database.writing() as session:
        team = session.get_one(Person, site.people["writer"]).memberships[0].team
        plan = queries.open_plans(session, team)[0]
        plan.words_to_avoid = "topzorg, talent"
        short = a_channel(session, plan, name="Kort", character_limit=10)
        session.flush()
        short_id = short.id
    post = writer.post(
        "/posts/new", data=site.filled(text="Wij bieden Topzorg.", channels=[short_id])
    )

    page = unescape(writer.get(post.location).text)

    assert "Te lang voor Kort." in page
    assert "Kort telt 19 tekens en er passen er 10: 9 te veel." in page
    assert "Liever niet: topzorg." in page
    assert "talent" not in page


# Steps


STEPS: list[tuple[str, str, str, dict[str, str]]] = [
    ("review", "draft", "in_review", {}),
    ("approval", "in_review", "approved", {}),
    ("changes", "in_review", "changes_asked", {"note": "Kan het korter?"}),
    ("draft", "changes_asked", "draft", {}),
    ("publication", "approved", "published", {"address": "https://linkedin.example/1"}),
    ("publication/undo", "published", "approved", {}),
    ("cancellation", "approved", "cancelled", {}),
    ("cancellation/undo", "cancelled", "draft", {}),
]
BY_EDITORS = {"approval", "changes", "cancellation/undo"}


@pytest.mark.parametrize(("step", "before", "after", "words"), STEPS, ids=[s[0] for s in STEPS])
def test_a_step_is_for_its_role_alone_and_for_the_version_that_was_seen(
    site: Site, step: str, before: str, after: str, words: dict[str, str]
) -> None:
    post_id = site.post(before)
    address = f"/posts/{post_id}/{step}"
    seen = version_in(site.visitor("editor").get(f"/posts/{post_id}"))

    assert site.visitor("viewer").post(address, data={"version": seen}).status_code == 403
    by_writer = site.visitor("writer")
    if step in BY_EDITORS:
        assert by_writer.post(address, data={"version": seen, **words}).status_code == 403
        by_writer = site.visitor("editor")
    assert by_writer.post(address, data={"version": "0", **words}).status_code == 409
    assert by_writer.post(address, data=words).status_code == 409
    assert site.read(post_id)[0].state == before

    assert by_writer.post(address, data={"version": seen, **words}).status_code == 303
    assert site.read(post_id)[0].state == after
    now_there = version_in(by_writer.get(f"/posts/{post_id}"))
    assert by_writer.post(address, data={"version": now_there, **words}).status_code == 422


def test_what_was_typed_is_saved_with_the_step(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()

    answer = writer.post(
        f"/posts/{post_id}/review", data=site.filled(version="1", text="Nog snel iets getypt.")
    )

    post, content = site.read(post_id)
    assert answer.status_code == 303
    assert (post.state, content.text) == ("in_review", "Nog snel iets getypt.")


def test_a_refused_step_keeps_what_was_typed_on_the_screen_and_nothing_in_the_database(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post(starts_at=None)
    filled = site.filled(version="1", text="Getypt.", values=[], day="")

    answer = writer.post(f"/posts/{post_id}/draft", data={**filled})
    version = version_in(writer.get(f"/posts/{post_id}"))
    refused = writer.post(f"/posts/{post_id}/review", data={**filled, "version": version})

    assert answer.status_code == 303
    assert refused.status_code == 422
    assert error_at(refused, "values")
    assert "Getypt." in refused.text
    assert site.read(post_id)[0].state == "draft"


def test_a_stale_step_with_typed_text_shows_both_texts(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()
    writer.post(f"/posts/{post_id}", data=site.filled(version="1", text="Van een ander."))

    refused = writer.post(
        f"/posts/{post_id}/review", data=site.filled(version="1", text="Van mij.")
    )

    assert refused.status_code == 409
    assert "Van een ander." in refused.text
    assert "Van mij." in refused.text
    assert site.read(post_id)[0].state == "draft"


def test_asking_for_changes_without_words_is_refused_at_the_note(
    site: Site, editor: FlaskClient
) -> None:
    post_id = site.post("in_review")
    version = version_in(editor.get(f"/posts/{post_id}"))

    answer = editor.post(f"/posts/{post_id}/changes", data={"version": version, "note": " "})

    assert answer.status_code == 422
    assert error_at(answer, "note") == "Schrijf op wat er anders moet."


def test_the_writer_reads_what_was_asked(site: Site, writer: FlaskClient) -> None:
    post_id = site.post("changes_asked")

    page = writer.get(f"/posts/{post_id}").text

    assert "Kan het korter?" in page
    assert "Sanne" not in page


def test_an_approval_is_in_the_audit_log(site: Site, editor: FlaskClient) -> None:
    post_id = site.post("in_review")
    version = version_in(editor.get(f"/posts/{post_id}"))
    editor.post(f"/posts/{post_id}/approval", data={"version": version})

    with site.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == post_id)).one()

    assert (entry.action, entry.object_kind) == ("post.approved", "post")
    assert entry.actor_id == site.people["editor"]


# Moving


def test_a_post_moves_by_a_form_and_keeps_its_time(site: Site, writer: FlaskClient) -> None:
    post_id = site.post(starts_at=datetime(2026, 10, 23, 7, 30, tzinfo=UTC))
    page = writer.get(f"/posts/{post_id}/move?next=/calendar")
    assert "09:30" in page.text
    assert 'name="next" value="/calendar"' in page.text

    moved = {"version": version_in(page), "day": "2026-10-26", "next": "/calendar"}
    answer = writer.post(f"/posts/{post_id}/move", data=moved)

    assert answer.location == "/calendar"
    assert site.read(post_id)[0].starts_at == datetime(2026, 10, 26, 8, 30, tzinfo=UTC)


def test_a_move_after_somebody_elses_is_told_and_can_be_sent_again(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post()
    address = f"/posts/{post_id}/move"
    writer.post(address, data={"version": "1", "day": "2026-11-20"})

    refused = writer.post(address, data={"version": "1", "day": "2026-11-23"})

    assert refused.status_code == 409
    assert "20 november 2026" in refused.text
    assert 'value="2026-11-23"' in refused.text
    again = writer.post(address, data={"version": version_in(refused), "day": "2026-11-23"})
    assert again.status_code == 303
    post = site.read(post_id)[0]
    assert post.local_start is not None
    assert post.local_start.date() == date(2026, 11, 23)


def test_a_post_without_a_day_gets_a_day_and_a_time(site: Site, writer: FlaskClient) -> None:
    post_id = site.post(starts_at=None)
    page = writer.get(f"/posts/{post_id}/move")

    data = {"version": version_in(page), "day": "2026-11-20", "time": "14:15"}
    writer.post(f"/posts/{post_id}/move", data=data)

    assert site.read(post_id)[0].starts_at == datetime(2026, 11, 20, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(("day", "status"), [("", 422), ("9999-12-31", 422), ("32", 422)])
def test_a_day_that_cannot_be_is_refused_at_the_day(
    site: Site, writer: FlaskClient, day: str, status: int
) -> None:
    post_id = site.post()

    answer = writer.post(f"/posts/{post_id}/move", data={"version": "1", "day": day})

    assert answer.status_code == status
    assert error_at(answer, "day")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_move_never_leads_to_another_site(site: Site, writer: FlaskClient, target: str) -> None:
    post_id = site.post()

    data = {"version": "1", "day": "2026-11-20", "next": target}
    answer = writer.post(f"/posts/{post_id}/move", data=data)

    assert answer.location == f"/posts/{post_id}"


# Ideas and the bin


def test_an_idea_is_one_line_and_enter(site: Site, writer: FlaskClient) -> None:
    answer = writer.post("/ideas", data={"title": "Interview met de nachtploeg", "next": "/"})

    assert answer.location == "/"
    assert "Interview met de nachtploeg" in writer.get("/ideas").text
    assert writer.post("/ideas", data={"title": " "}).status_code == 422
    assert site.visitor("viewer").post("/ideas", data={"title": "x"}).status_code == 403


def test_the_same_idea_form_twice_makes_one_idea(site: Site, writer: FlaskClient) -> None:
    for _ in range(2):
        writer.post("/ideas", data={"title": "Een idee", "creation_key": "i" * 32})

    assert site.count() == 1


def test_a_deleted_post_is_gone_until_it_is_taken_out_of_the_bin(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post("approved")
    version = version_in(writer.get(f"/posts/{post_id}"))
    before = site.read(post_id)[1]

    answer = writer.post(f"/posts/{post_id}/deletion", data={"version": version})

    assert answer.location == "/posts/bin"
    assert writer.get(f"/posts/{post_id}").status_code == 404
    assert before.title in writer.get("/posts/bin").text
    restored = writer.post(f"/posts/{post_id}/restoration")
    assert restored.location == f"/posts/{post_id}"
    assert writer.get(f"/posts/{post_id}").status_code == 200
    assert site.read(post_id)[1].text == before.text
    assert writer.post(f"/posts/{post_id}/restoration").status_code == 422


def test_a_stale_deletion_is_told(site: Site, writer: FlaskClient) -> None:
    post_id = site.post()

    assert writer.post(f"/posts/{post_id}/deletion", data={"version": "9"}).status_code == 409
    assert site.read(post_id)[0].deleted_at is None


def test_another_teams_post_is_not_there(site: Site, editor: FlaskClient) -> None:
    with site.database.writing() as session:
        foreign = a_room(session).post().id

    for path in ("", "/move"):
        assert editor.get(f"/posts/{foreign}{path}").status_code == 404
    verbs = [step[0] for step in STEPS]
    for path in ("", *(f"/{verb}" for verb in (*verbs, "move", "deletion", "restoration"))):
        assert editor.post(f"/posts/{foreign}{path}", data={"version": "1"}).status_code == 404


def test_no_post_changes_anything_without_the_token_of_the_form(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post()
    site.app.config["WTF_CSRF_ENABLED"] = True

    assert writer.post(f"/posts/{post_id}/review", data={"version": "1"}).status_code == 400
    assert writer.post("/posts/new", data=site.filled()).status_code == 400
    assert writer.post("/ideas", data={"title": "x"}).status_code == 400
    assert site.read(post_id)[0].state == "draft"
    assert site.count() == 1


# How much is asked of the database


def test_a_post_page_asks_as_much_of_the_database_with_a_long_history(
    site: Site, writer: FlaskClient
) -> None:
    post_id = site.post()
    few = _asked(site, lambda: writer.get(f"/posts/{post_id}"))
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        by = session.get_one(Person, site.people["writer"])
        for place in range(40):
            post.edit(replace(post.content, text=f"Versie {place} van een lange tekst"), by, NOW)
            session.flush()
        site_team = by.memberships[0].team
        session.add_all(Post.new(site_team, Content(f"Nog {n}"), by, NOW) for n in range(200))

    many = _asked(site, lambda: writer.get(f"/posts/{post_id}"))

    assert many == few
    assert many <= 32


def _asked(site: Site, act: Callable[[], TestResponse]) -> int:
    with statements(site.database) as asked:
        assert act().status_code == 200
    return len(asked)
