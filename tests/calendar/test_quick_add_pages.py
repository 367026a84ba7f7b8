"""Quick add on its page: the preview, what is asked, what is saved, and who may."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.calendar.quick_add import (
    ChannelFact,
    Completed,
    Hook,
    PlanFact,
    Vocabulary,
    complete,
    understand,
)
from calendar_app.calendar.vocabulary import vocabulary_of
from calendar_app.people.models import AuditEntry, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests import builders
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from calendar_app.people.models import Person

# Monday 9 November 2026, 09:18 in Amsterdam.
NOW = datetime(2026, 11, 9, 8, 18, tzinfo=UTC)
EXAMPLE = "di 9:30 LinkedIn Vacature verpleegkundige #Nabij @Anouk"


@pytest.fixture(autouse=True)
def _monday_morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class World:
    """A team with a plan, a writer who is signed in, and what was kept of posts."""

    def __init__(self, database: Database, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.database = database
        self.app = app
        with database.writing() as session:
            session.expire_on_commit = False
            self.team: Team = builders.a_team(session)
            self.plan: Plan = builders.a_plan(session, self.team, name="Verpleegkundigen werven")
            self.plan.values[0].name = "Nabij"
            self.plan.channels[0].name = "LinkedIn"
            self.plan.audiences[0].name = "Verpleegkundigen"
        self.writer: Person = self.person("writer", "Anouk de Vries")

    def person(self, role: str, name: str, **facts: Any) -> Person:
        with self.database.writing() as session:
            session.expire_on_commit = False
            return builders.a_person(
                session, self.team, role, name=name, **{"language": "nl", **facts}
            )

    def visitor(self, person: Person | None = None) -> FlaskClient:
        client = self.app.test_client()
        builders.sign_in(client, person or self.writer)
        return client

    def add(self, row: Callable[..., Any], *owners: Any, **facts: Any) -> None:
        with self.database.writing() as session:
            row(session, *(session.get_one(type(one), one.id) for one in owners), **facts)

    def add_audience(self, name: str) -> None:
        """An audience of which something is known: else the plan would not be ready."""
        with self.database.writing() as session:
            plan = session.get_one(Plan, self.plan.id)
            builders.a_fact(session, builders.an_audience(session, plan, name=name))

    def posts(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            return [
                {
                    "title": post.title,
                    "text": post.text,
                    "state": post.state,
                    "starts_at": post.starts_at,
                    "values": [one.name for one in post.values],
                    "audiences": [one.name for one in post.audiences],
                    "channels": [one.name for one in post.channels],
                    "owner": post.owner.name if post.owner else None,
                }
                for post in session.scalars(select(Post).order_by(Post.id))
            ]


@pytest.fixture
def world(database: Database, app: Flask) -> World:
    return World(database, app)


def asked(page: str) -> list[str]:
    """The names of the questions on the page."""
    return list(dict.fromkeys(re.findall(r'type="radio"[^>]* name="(answer-[^"]*)"', page)))


def chips(page: str) -> dict[str, str]:
    found = re.findall(r'quick-label">(.*?)</span> <span>(.*?)</span>', page)
    return {html.unescape(label): html.unescape(words) for label, words in found}


def test_the_preview_says_what_the_line_means_and_changes_nothing(world: World) -> None:
    page = world.visitor().get("/quick-add", query_string={"text": EXAMPLE})

    assert page.status_code == 200
    assert "<html" in page.text
    found = list(chips(page.text).values())
    for words in ("di 10 nov", "09:30", "LinkedIn", "Nabij", "Verpleegkundigen", "Anouk de Vries"):
        assert words in found
    assert "Vacature verpleegkundige" in found
    assert asked(page.text) == []
    assert "data-ready" in page.text
    assert world.posts() == []


def test_the_script_gets_the_preview_alone(world: World) -> None:
    headers = {"HX-Request": "true"}

    page = world.visitor().get("/quick-add", query_string={"text": EXAMPLE}, headers=headers)
    nothing = world.visitor().get("/quick-add", query_string={"text": ""}, headers=headers)

    assert "<html" not in page.text
    assert 'name="creation_key"' in page.text
    assert nothing.text.strip() == ""


def test_the_line_becomes_a_planned_draft(world: World) -> None:
    answer = world.visitor().post("/quick-add", data={"text": EXAMPLE, "creation_key": "k" * 32})

    assert answer.status_code == 303
    assert re.fullmatch(r"/posts/\d+", answer.location)
    assert world.posts() == [
        {
            "title": "Vacature verpleegkundige",
            "text": "",
            "state": "draft",
            "starts_at": datetime(2026, 11, 10, 8, 30, tzinfo=UTC),
            "values": ["Nabij"],
            "audiences": ["Verpleegkundigen"],
            "channels": ["LinkedIn"],
            "owner": "Anouk de Vries",
        }
    ]
    with world.database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action)))
    assert "post.added" in actions


def test_it_leads_back_to_where_it_was_typed_but_never_elsewhere(world: World) -> None:
    client = world.visitor()
    back = "/calendar?view=list&date=2026-11-09"

    home = client.post("/quick-add", data={"text": "Een idee", "next": back})
    away = client.post("/quick-add", data={"text": "Een idee", "next": "https://evil.example/"})

    assert home.location == back
    assert away.location.startswith("/posts/")
    assert "Een idee" in client.get(back).text


def test_a_title_alone_becomes_an_idea(world: World) -> None:
    world.visitor().post("/quick-add", data={"text": "Een dag op de spoed #Nabij"})

    [post] = world.posts()
    assert (post["title"], post["state"]) == ("Een dag op de spoed", "idea")
    assert (post["starts_at"], post["values"]) == (None, ["Nabij"])


def test_the_same_form_sent_twice_makes_one_post(world: World) -> None:
    client = world.visitor()
    form = {"text": EXAMPLE, "creation_key": "k" * 32}

    first, second = (client.post("/quick-add", data=form) for _ in range(2))

    assert first.location == second.location
    assert len(world.posts()) == 1


@pytest.mark.parametrize(
    "text",
    ["volgende dinsdag LinkedIn Vacature #Nabij", "di 9:30 of 10:00 Vacature #Nabij", "di 9:30"],
)
def test_what_is_unsure_is_never_saved(world: World, text: str) -> None:
    answer = world.visitor().post("/quick-add", data={"text": text})

    assert answer.status_code == 422
    assert html.escape(text) in answer.text
    assert world.posts() == []


def test_an_answer_saves_what_was_asked(world: World) -> None:
    client = world.visitor()
    text = "volgende dinsdag 10u Vacature #Nabij"
    [name] = asked(client.post("/quick-add", data={"text": text}).text)

    preview = client.get("/quick-add", query_string={"text": text, name: "2026-11-17"}).text
    answer = client.post("/quick-add", data={"text": text, name: "2026-11-17"})

    # The question stays, so that the answer can be another one.
    assert asked(preview) == [name]
    assert re.search(rf'name="{name}" value="2026-11-17" checked', preview)
    assert "data-ready" in preview
    assert answer.status_code == 303
    assert world.posts()[0]["starts_at"] == datetime(2026, 11, 17, 9, tzinfo=UTC)


def test_of_several_audiences_one_is_asked(world: World) -> None:
    world.add_audience("Leerlingen")
    client = world.visitor()
    text = "di 10u Rooster in eigen hand #Nabij"
    page = client.post("/quick-add", data={"text": text}).text

    assert asked(page) == ["answer-needed-audience"]
    chosen = re.findall(r'value="([^"]+)"><span>Leerlingen', page)
    client.post("/quick-add", data={"text": text, "answer-needed-audience": chosen[0]})

    assert world.posts()[0]["audiences"] == ["Leerlingen"]


def test_a_line_with_a_day_can_be_kept_as_an_idea_and_nothing_typed_is_lost(world: World) -> None:
    world.add_audience("Leerlingen")
    text = "di 10u Rooster in eigen hand #Nabij"

    world.visitor().post("/quick-add", data={"text": text, "answer-needed-audience": "idea"})

    [post] = world.posts()
    assert (post["state"], post["starts_at"], post["text"]) == ("idea", None, text)


def test_on_a_plan_that_is_not_ready_it_becomes_an_idea_and_says_so(world: World) -> None:
    with world.database.writing() as session:
        session.merge(world.plan).story = ""
    client = world.visitor()

    page = client.get("/quick-add", query_string={"text": EXAMPLE}).text
    answer = client.post("/quick-add", data={"text": EXAMPLE})

    assert "Verpleegkundigen werven" in page
    assert "Idee" in chips(page).values()
    assert answer.status_code == 303
    [post] = world.posts()
    assert (post["state"], post["text"]) == ("idea", EXAMPLE)


def test_who_does_not_want_to_be_seen_is_not_known(world: World) -> None:
    hidden = world.person("writer", "Fatima Drissi")
    with world.database.writing() as session:
        session.merge(hidden).memberships[0].stop_taking_part()

    page = world.visitor().get("/quick-add", query_string={"text": "Rooster @Fatima"}).text
    stranger = world.visitor().get("/quick-add", query_string={"text": "Rooster @Fatimah"}).text

    assert "Drissi" not in page
    assert len(asked(page)) == len(asked(stranger)) == 1


def test_an_unseen_writer_makes_a_post_without_an_owner(world: World) -> None:
    with world.database.writing() as session:
        session.merge(world.writer).memberships[0].stop_taking_part()

    world.visitor().post("/quick-add", data={"text": "Rooster"})

    assert world.posts()[0]["owner"] is None


def test_all_posts_of_a_rule_are_made_some_weeks_ahead(world: World) -> None:
    client = world.visitor()

    answer = client.post("/quick-add", data={"text": "elke dinsdag 9:30 Tip #Nabij"})

    assert answer.location.startswith("/series/")
    first = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
    made = [post["starts_at"] for post in world.posts()]
    assert made == [first + timedelta(weeks=number) for number in range(13)]


def test_a_viewer_can_do_none_of_it(world: World) -> None:
    client = world.visitor(world.person("viewer", "Henk Mulder"))

    assert client.get("/quick-add?text=x").status_code == 403
    assert client.post("/quick-add", data={"text": "x"}).status_code == 403
    assert "data-quick-add" not in client.get("/calendar").text
    assert "data-quick-add" in world.visitor().get("/calendar").text


@pytest.mark.parametrize(
    "text",
    ["x" * 201, "woord " * 200, "<script>alert(1)</script> di"],
    ids=["a long word", "many words", "a script"],
)
def test_long_and_hostile_lines_are_shown_as_they_are(world: World, text: str) -> None:
    page = world.visitor().post("/quick-add", data={"text": text})

    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert world.posts() == []


def test_the_preview_asks_as_few_queries_with_ten_plans_as_with_one(world: World) -> None:
    def cost() -> int:
        with world.database.reading() as session, statements(world.database) as asked_for:
            vocabulary_of(session, session.get_one(Team, world.team.id), date(2026, 11, 9))
        return len(asked_for)

    before = cost()
    for _ in range(9):
        world.add(builders.a_plan, world.team)

    assert cost() == before


class TestCompleting:
    """What a line lacks for a day, without a database."""

    team = Vocabulary(
        plans=(PlanFact(1, "Werven"),),
        channels=(
            ChannelFact(1, "LinkedIn", 1, audience_ids=(2,), slots=((1, time(16)),)),
            ChannelFact(2, "Facebook", 1, audience_ids=(1, 2)),
        ),
        values=(Hook(1, "Nabij", 1), Hook(2, "Trots", 1)),
        audiences=(Hook(1, "Verpleegkundigen", 1), Hook(2, "Leerlingen", 1)),
    )
    monday = datetime(2026, 11, 9, 9, 18)  # noqa: DTZ001 - on the wall

    def completed(self, text: str, **changes: Any) -> Completed:
        team = replace(self.team, **changes)
        return complete(understand(text, self.monday, "nl", team), self.monday, team)

    def test_the_only_audience_of_a_channel_is_taken(self) -> None:
        done = self.completed("di LinkedIn Rooster #Nabij")

        assert [one.name for one in done.understood.audiences] == ["Leerlingen"]
        assert done.is_ready

    def test_of_several_the_audience_in_the_title_is_taken(self) -> None:
        done = self.completed("di 10u Facebook Vacature verpleegkundige #Nabij")

        assert [one.name for one in done.understood.audiences] == ["Verpleegkundigen"]

    def test_the_time_is_the_channels_own_hour_else_the_usual_one(self) -> None:
        own = self.completed("di LinkedIn Rooster #Nabij")
        usual = self.completed("wo LinkedIn Rooster #Nabij")

        assert (own.understood.time, usual.understood.time) == (time(16), time(9))

    def test_a_time_that_is_over_today_is_asked(self) -> None:
        done = self.completed("vandaag Facebook Rooster #Nabij +Leerlingen")

        assert [question.about for question in done.questions] == ["time"]

    def test_a_time_without_a_day_asks_the_day(self) -> None:
        done = self.completed("14u Rooster #Nabij +Leerlingen")

        [question] = done.questions
        assert [one.value for one in question.alternatives] == ["2026-11-09", "2026-11-10", "idea"]

    def test_without_a_plan_it_becomes_an_idea(self) -> None:
        done = self.completed("di Rooster", plans=(), channels=(), values=(), audiences=())

        assert (done.state, done.keeps_line, done.is_ready) == ("idea", True, True)

    def test_of_several_plans_one_is_asked(self) -> None:
        done = self.completed("di Rooster", plans=(PlanFact(1, "Werven"), PlanFact(2, "Boeien")))

        assert [question.about for question in done.questions] == ["plan"]

    def test_a_line_without_a_title_is_refused(self) -> None:
        assert self.completed("di 9:30 #Nabij").refusals
