"""Whom the role matrix proposes for a post: the rules, and the form that shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from calendar_app.errors import Refused
from calendar_app.people.models import Person
from calendar_app.plans.models import Plan
from calendar_app.plans.roles import Choice, Matrix, matrix
from calendar_app.posts import history
from calendar_app.posts.models import Post
from calendar_app.posts.suggestions import Around, suggestions
from tests.builders import a_person, a_plan, a_team, an_absence, sign_in
from tests.posts.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database
    from tests.posts.room import Room

ANOUK, JORIS, MO, SANNE = range(1, 5)
EVERYBODY = {ANOUK, JORIS, MO, SANNE}
ROLES = matrix(
    [
        ("writing", ANOUK, "does"),
        ("writing", JORIS, "does"),
        ("writing", MO, "deputy"),
        ("review", MO, "does"),
        ("review", SANNE, "deputy"),
        ("publishing", JORIS, "does"),
        ("publishing", ANOUK, "deputy"),
        ("monitoring", SANNE, "does"),
    ]
)
USUAL = {
    "owner": Choice(ANOUK),
    "reviewer": Choice(MO),
    "publisher": Choice(JORIS),
    "watcher": Choice(SANNE),
}


def around(
    today: dict[int, int | None] | None = None,
    then: dict[int, int | None] | None = None,
    **able: set[int],
) -> Around:
    may = {"owner": EVERYBODY, "reviewer": {MO, SANNE}, "publisher": EVERYBODY}
    return Around(today or {}, then or {}, {**may, "watcher": EVERYBODY, **able})


@pytest.mark.parametrize(
    ("surroundings", "writer", "proposed"),
    [
        (around(), None, USUAL),
        (around(), JORIS, {**USUAL, "owner": Choice(JORIS)}),
        # A deputy who fills in the form does not go before who does it.
        (around(), SANNE, USUAL),
        # Writing and reviewing are asked now, placing and watching on the day of the post.
        (around(today={MO: None}), None, {**USUAL, "reviewer": Choice(SANNE, MO)}),
        (around(then={MO: None}), None, USUAL),
        (around(then={JORIS: None}), None, {**USUAL, "publisher": Choice(ANOUK, JORIS)}),
        (around(then={SANNE: MO}), None, {**USUAL, "watcher": Choice(MO, SANNE)}),
        # Nobody reviews what is theirs.
        (
            around(today={ANOUK: None, JORIS: None}),
            MO,
            {**USUAL, "owner": Choice(MO, ANOUK), "reviewer": Choice(SANNE)},
        ),
        # Whoever may not do it is not proposed.
        (around(publisher={ANOUK}), None, {**USUAL, "publisher": Choice(ANOUK)}),
    ],
)
def test_the_matrix_proposes_people_for_a_post(
    surroundings: Around, writer: int | None, proposed: dict[str, Choice]
) -> None:
    assert suggestions(ROLES, surroundings, writer) == proposed


def test_who_writes_alone_is_not_proposed_as_reviewer() -> None:
    alone = matrix([("review", MO, "does")])

    assert suggestions(alone, around(), MO) == {}
    assert suggestions(alone, around(), ANOUK) == {"reviewer": Choice(MO)}


def test_an_empty_matrix_proposes_nobody() -> None:
    assert suggestions(Matrix(), around(), ANOUK) == {}


# What a post keeps of it


def test_a_post_keeps_its_publisher_and_watcher_with_their_history(room: Room) -> None:
    post = room.post(publisher=room.writer)

    post.edit(room.whole(publisher=room.editor, watcher=room.writer), room.editor, NOW)
    room.session.flush()

    assert (post.publisher, post.watcher) == (room.editor, room.writer)
    assert post.content.publisher is room.editor
    change = list(room.session.scalars(post.changes.select()))[-1]
    names = [somebody["name"] for somebody in change.fields["publisher"]]
    assert names == [room.writer.name, room.editor.name]
    words = history.Words({}, lambda person: person.first_name, lambda _id, name: name)
    [entry] = history.entries([change], words)
    assert [one.label for one in entry.differences] == ["Publisher", "Watcher"]


def test_who_may_not_publish_is_no_publisher_but_may_watch(room: Room) -> None:
    viewer = a_person(room.session, room.team, "viewer")
    stranger = a_person(room.session, a_team(room.session))

    assert room.post(watcher=viewer).watcher is viewer
    wrong: list[dict[str, Any]] = [
        {"publisher": viewer},
        {"publisher": stranger},
        {"watcher": stranger},
    ]
    for named in wrong:
        with pytest.raises(Refused) as caught:
            room.post(**named)
        assert caught.value.field in named


# The form


@dataclass
class Desk:
    """A team whose two plans have different people, at its browsers."""

    app: Flask
    database: Database
    plans: list[int]
    people: dict[str, int]

    def visitor(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        with self.database.reading() as session:
            sign_in(client, session.get_one(Person, self.people[name]))
        return client

    def away(self, name: str, day: date, deputy: str | None = None) -> None:
        with self.database.writing() as session:
            person = session.get_one(Person, self.people[name])
            absence = an_absence(session, person.memberships[0].team, person, day, day)
            absence.deputy_id = self.people[deputy] if deputy else None

    def name(self, person_id: int | str) -> str:
        found = [name for name, each in self.people.items() if str(each) == str(person_id)]
        return found[0] if found else ""


@pytest.fixture
def desk(app: Flask, database: Database) -> Iterator[Desk]:
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(NOW, tick=False):
        with database.writing() as session:
            team = a_team(session)
            roles = {"anouk": "writer", "joris": "writer", "mo": "editor", "sanne": "editor"}
            people = {n: a_person(session, team, r, name=n) for n, r in roles.items()}
            plans = [a_plan(session, team), a_plan(session, team)]
            plans[0].set_roles(
                [
                    ("writing", people["joris"], "does"),
                    ("review", people["mo"], "does"),
                    ("review", people["sanne"], "deputy"),
                    ("publishing", people["joris"], "does"),
                    ("publishing", people["anouk"], "deputy"),
                    ("monitoring", people["anouk"], "does"),
                ]
            )
            plans[1].set_roles(
                [
                    ("writing", people["anouk"], "does"),
                    ("review", people["sanne"], "does"),
                    ("monitoring", people["joris"], "does"),
                ]
            )
            desk = Desk(
                app,
                database,
                [plan.id for plan in plans],
                {name: person.id for name, person in people.items()},
            )
        yield desk


FIELDS = ("owner", "reviewer", "publisher", "watcher")


def chosen(desk: Desk, page: str) -> dict[str, str]:
    """Whom the form shows in each field, by name."""
    found = {}
    for name in FIELDS:
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
        assert select
        marked = re.search(r'<option selected value="(\d+)"', select[0])
        found[name] = desk.name(marked[1]) if marked else ""
    return found


def sent(page: str) -> dict[str, Any]:
    """The people and what was proposed, as a browser would send them again."""
    fields: dict[str, Any] = {"title": "Een dag op de spoed", "form": "text", "intent": "inform"}
    for name in FIELDS:
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
        marked = re.search(r'<option selected value="(\d+)"', select[0]) if select else None
        fields[name] = marked[1] if marked else ""
        proposed = re.search(rf'name="suggested-{name}" value="(\d*)"', page)
        if proposed:
            fields[f"suggested-{name}"] = proposed[1]
    return fields


def test_a_new_post_shows_whom_the_matrix_proposes_and_says_so(desk: Desk) -> None:
    page = desk.visitor("sanne").get("/posts/new").text

    assert chosen(desk, page) == {
        "owner": "joris",
        "reviewer": "mo",
        "publisher": "joris",
        "watcher": "anouk",
    }
    assert page.count("Suggested from the role matrix.") == 4


def test_on_absence_the_deputy_is_proposed_and_it_says_for_whom(desk: Desk) -> None:
    desk.away("mo", date(2026, 11, 10))
    desk.away("joris", date(2026, 11, 12))
    desk.away("anouk", date(2026, 11, 12), deputy="sanne")

    page = desk.visitor("anouk").get("/posts/new?day=2026-11-12").text

    assert chosen(desk, page) == {
        "owner": "joris",
        "reviewer": "sanne",
        "publisher": "",
        "watcher": "sanne",
    }
    assert "Suggested from the role matrix: mo is away." in page
    assert "Suggested from the role matrix: anouk is away." in page


def test_another_plan_brings_its_own_people_but_leaves_what_a_person_chose(desk: Desk) -> None:
    client = desk.visitor("sanne")
    fields = sent(client.get(f"/posts/new?plan={desk.plans[0]}").text)
    fields |= {"plan": desk.plans[1], "choose_plan": "1"}

    untouched = client.post("/posts/new", data=fields).text
    touched = client.post(
        "/posts/new", data={**fields, "owner": desk.people["mo"], "watcher": ""}
    ).text

    assert chosen(desk, untouched) == {
        "owner": "anouk",
        "reviewer": "sanne",
        "publisher": "",
        "watcher": "joris",
    }
    assert chosen(desk, touched) == {
        "owner": "mo",
        "reviewer": "sanne",
        "publisher": "",
        "watcher": "",
    }
    assert touched.count("Suggested from the role matrix.") == 1
    # And back again: what the form proposed is still nobody's choice.
    back = {**sent(untouched), "plan": desk.plans[0], "choose_plan": "1"}
    assert chosen(desk, client.post("/posts/new", data=back).text)["publisher"] == "joris"


def test_without_a_matrix_whoever_makes_a_post_is_its_owner(desk: Desk) -> None:
    with desk.database.writing() as session:
        for plan_id in desk.plans:
            session.get_one(Plan, plan_id).set_roles([])

    client = desk.visitor("sanne")
    page = client.get("/posts/new").text
    again = client.post(
        "/posts/new", data={**sent(page), "plan": desk.plans[1], "choose_plan": "1"}
    ).text

    for shown in (page, again):
        assert chosen(desk, shown) == {**dict.fromkeys(FIELDS, ""), "owner": "sanne"}
        assert "Suggested" not in shown


def test_what_is_refused_keeps_the_proposals_and_their_mark(desk: Desk) -> None:
    client = desk.visitor("sanne")
    page = client.get("/posts/new").text

    answer = client.post("/posts/new", data={**sent(page), "title": "", "plan": desk.plans[0]})

    assert answer.status_code == 422
    assert chosen(desk, answer.text) == chosen(desk, page)
    assert answer.text.count("Suggested from the role matrix.") == 4


def made(client: FlaskClient, fields: dict[str, Any]) -> TestResponse:
    answer = client.post("/posts/new", data=fields)
    assert answer.status_code == 303, answer.text
    return client.get(answer.location)


def test_a_saved_post_shows_its_people_as_chosen_and_to_readers_too(desk: Desk) -> None:
    client = desk.visitor("sanne")
    fields = {**sent(client.get("/posts/new").text), "plan": desk.plans[0]}

    page = made(client, fields).text

    assert chosen(desk, page)["publisher"] == "joris"
    assert "Suggested" not in page
    with desk.database.reading() as session:
        post = session.query(Post).one()
        assert (post.publisher_id, post.watcher_id) == (desk.people["joris"], desk.people["anouk"])


def test_an_existing_post_gets_proposals_only_for_another_plan_and_only_where_nobody_is(
    desk: Desk,
) -> None:
    client = desk.visitor("sanne")
    fields: dict[str, Any] = {"title": "Idee", "form": "text", "intent": "inform"}
    fields |= {"plan": desk.plans[0], "owner": desk.people["mo"]}
    page = made(client, fields).text
    address = re.search(r'action="(/posts/\d+)"', page)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert address
    assert version
    assert chosen(desk, page) == {**dict.fromkeys(FIELDS, ""), "owner": "mo"}

    again = {**sent(page), "plan": desk.plans[1], "version": version[1], "choose_plan": "1"}
    other = client.post(address[1], data=again).text

    assert chosen(desk, other) == {
        "owner": "mo",
        "reviewer": "sanne",
        "publisher": "",
        "watcher": "joris",
    }
    assert other.count("Suggested from the role matrix.") == 2


def test_who_does_not_want_to_be_seen_is_not_proposed(desk: Desk) -> None:
    desk.away("joris", date(2026, 11, 10), deputy="mo")
    with desk.database.writing() as session:
        for name in ("anouk", "mo"):
            session.get_one(Person, desk.people[name]).memberships[0].takes_part = False

    page = desk.visitor("sanne").get("/posts/new").text

    assert chosen(desk, page) == {
        "owner": "sanne",
        "reviewer": "",
        "publisher": "",
        "watcher": "",
    }


def test_the_form_asks_as_often_for_many_people_as_for_few(desk: Desk) -> None:
    client, asked = desk.visitor("sanne"), []
    for size in (2, 9):
        with desk.database.writing() as session:
            plan = session.get_one(Plan, desk.plans[0])
            people = [a_person(session, plan.team) for _ in range(size)]
            plan.set_roles([("writing", person, "does") for person in people])
        client.get("/posts/new")
        with statements(desk.database) as statements_sent:
            client.get("/posts/new")
        asked.append(len(statements_sent))

    assert asked[0] == asked[1]
