"""The page of search, what the palette asks, the shortcuts and the switch that turns them off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Person, Team
from tests import builders
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from calendar_app.plans.models import Plan

Enter = Callable[..., Person]


@pytest.fixture
def world(database: Database) -> Iterator[tuple[Session, Team, Plan]]:
    with database.writer() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        yield session, team, builders.a_plan(session, team, name="Zorgplan")


@pytest.fixture
def enter(world: Any, client: FlaskClient) -> Enter:
    """Call it with a role: all is committed, and the client is somebody's with that role."""
    session, team, _plan = world

    def entered(role: str = "editor", language: str = "en") -> Person:
        person = builders.a_person(session, team, role, language=language)
        session.commit()
        builders.sign_in(client, person)
        return person

    return entered


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_results_stand_by_kind_with_what_was_looked_for_marked(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    session, team, plan = world
    post = builders.a_post(session, team, plan, title="Nachtdienst", text="Op de spoed.")
    audience = builders.an_audience(session, plan, name="Nachtploeg")
    enter()

    shown = page(client, "/search?q=nacht")

    assert f'<a href="/posts/{post.id}"><mark>Nachtdienst</mark></a>' in shown
    assert f'<a href="/plans/{plan.id}/who#audience-{audience.id}"><mark>' in shown
    assert "2 things found" in shown
    assert shown.index("<h2>Posts") < shown.index("<h2>Audiences")
    assert 'value="nacht"' in shown


def test_markup_in_titles_and_in_the_query_is_only_text(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    session, team, plan = world
    builders.a_post(session, team, plan, title="<b>Vac</b>&amp;", text="<script>vac()</script>")
    enter()

    shown = page(client, '/search?q="><img src=x> vac')
    both = page(client, "/search?q=vac")

    assert "<img src" not in shown
    assert "&lt;b&gt;<mark>Vac</mark>&lt;/b&gt;&amp;amp;" in both
    assert "&lt;script&gt;<mark>vac</mark>()" in both


@pytest.mark.parametrize("query", ["%00", "%ed%a0%80", "%22" * 3_000, "", "*", "a" * 7_000])
def test_every_query_is_answered(world: Any, client: FlaskClient, enter: Enter, query: str) -> None:
    assert world
    enter()

    assert "<h1>Search</h1>" in page(client, f"/search?q={query}")
    assert client.get(f"/search/found?q={query}").status_code == 200


def test_every_hit_leads_to_a_page_that_a_viewer_may_read(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    session, team, plan = world
    builders.a_post(session, team, plan, title="Zorg")
    builders.a_post(session, team, plan, title="Zorgidee", state="idea", starts_at=None)
    builders.an_audience(session, plan, name="Zorgers")
    builders.a_value(session, plan, name="Zorgzaam")
    builders.a_channel(session, plan, name="Zorgnet")
    builders.a_meetup(session, team, name="Zorgoverleg")
    enter("viewer")

    answer = client.get("/search/found?q=zorg")

    assert answer.json is not None
    hits = answer.json["found"]
    assert {hit["kind"] for hit in hits} == {
        "Post",
        "Idea",
        "Plan",
        "Audience",
        "Brand value",
        "Channel",
        "Meet-up",
    }
    for hit in hits:
        path, _, part = hit["href"].partition("#")
        assert not part or f'id="{part}"' in page(client, path), hit
        assert client.get(path).status_code == 200, hit


def test_the_palette_gets_the_pieces_of_a_title_and_its_own_query_back(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    session, team, plan = world
    builders.a_post(session, team, plan, title="De nachtdienst", state="approved")
    enter()

    answer = client.get("/search/found?q=Nacht")

    assert answer.json is not None
    assert answer.json["query"] == "Nacht"
    assert answer.json["total"] == 1
    (hit,) = answer.json["found"]
    assert hit["title"] == [["De ", False], ["nachtdienst", True]]
    assert hit["detail"] == "Tue 10 Nov 10:30 · Approved"


def test_commands_are_those_of_the_role_and_are_known_in_both_languages(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    assert world
    enter("writer", language="nl")

    answer = client.get("/search/commands")

    assert answer.json is not None
    named = {command["name"]: command for command in answer.json}
    assert named["Nieuw bericht"]["href"] == "/posts/new"
    assert named["Nieuw bericht"]["keys"] == "c"
    assert named["Nieuw bericht"]["names"] == ["Nieuw bericht", "New post"]
    assert "/plans/new" not in {command["href"] for command in answer.json}


@pytest.mark.parametrize("address", ["/search?q=nacht", "/search/found?q=nacht"])
def test_more_results_cost_no_more_queries(
    database: Database, world: Any, client: FlaskClient, enter: Enter, address: str
) -> None:
    session, team, plan = world
    builders.a_post(session, team, plan, title="Nachtdienst")
    enter()
    page(client, address)
    with statements(database) as few:
        page(client, address)
    for number in range(5):
        builders.a_post(session, team, plan, title=f"Nachtdienst {number}")
        builders.an_audience(session, plan, name=f"Nachtploeg {number}")
        builders.a_value(session, plan, name=f"Nacht {number}")
    session.commit()

    with statements(database) as many:
        page(client, address)

    assert len(many) == len(few)


@pytest.mark.parametrize("address", ["/shortcuts", "/search/commands"])
def test_shortcuts_and_commands_ask_the_database_nothing_of_their_own(
    database: Database, world: Any, client: FlaskClient, enter: Enter, address: str
) -> None:
    assert world
    enter()
    with statements(database) as of_search:
        page(client, "/search")

    with statements(database) as sent:
        page(client, address)

    assert len(sent) <= len(of_search)


def test_the_page_of_shortcuts_shows_the_keys_of_the_role(
    world: Any, client: FlaskClient, enter: Enter
) -> None:
    assert world
    enter("viewer")

    shown = page(client, "/shortcuts")

    assert "<kbd>g</kbd>" in shown
    assert "The next month or week" in shown
    assert "New post" not in shown


def test_links_carry_their_keys(world: Any, client: FlaskClient, enter: Enter) -> None:
    assert world
    enter()

    shown = page(client, "/calendar?date=2026-11-10&q=vac")

    assert 'data-single-keys="on"' in shown
    assert 'data-shortcut="c" aria-keyshortcuts="c"' in shown
    assert 'data-shortcut="j ArrowRight" aria-keyshortcuts="j ArrowRight"' in shown
    of_list = shown.split('data-shortcut="l"')[0].rsplit("<a ", 1)[1]
    assert "view=list&amp;date=2026-11-10&amp;q=vac" in of_list
    assert "&#34;g h&#34;: &#34;/&#34;" in shown


def test_who_switches_the_keys_off_gets_none_until_they_are_on_again(
    world: Any, client: FlaskClient, enter: Enter, database: Database
) -> None:
    assert world
    person = enter()
    client.get("/settings/")

    answer = client.post("/settings/single-keys/ending", data=token(client))

    assert answer.status_code == 303
    for address in ("/", "/calendar", "/ideas", "/search", "/settings/"):
        shown = page(client, address)
        assert 'data-single-keys="off"' in shown, address
        assert "data-shortcut" not in shown, address
        assert "data-palette-open" in shown, address
    assert kept(database, person) is False

    client.post("/settings/single-keys", data=token(client))

    assert 'data-single-keys="on"' in page(client, "/")
    assert kept(database, person) is True


def test_who_is_not_signed_in_finds_nothing(client: FlaskClient) -> None:
    for address in ("/search?q=a", "/search/found?q=a", "/search/commands", "/shortcuts"):
        assert client.get(address).status_code == 303


def token(client: FlaskClient) -> dict[str, str]:
    shown = page(client, "/settings/")
    return {"csrf_token": shown.split('name="csrf_token" value="')[1].split('"')[0]}


def kept(database: Database, person: Person) -> bool:
    with database.reading() as session:
        return session.get_one(Person, person.id).single_keys
