"""`kapstok quick-add`: what it prints, what it saves, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.db import Database
from calendar_app.people.models import AuditEntry, Team
from calendar_app.posts.models import Post
from tests import builders
from tests.support.servers import kapstok, settings_for

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = "di 9:30 LinkedIn Vacature verpleegkundige #Nabij @Anouk"
MONDAY = ("--now", "2026-11-09T09:18")


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> dict[str, str]:
    """An installation with one team, on both databases."""
    with database.writing() as session:
        team = builders.a_team(session, name="Communicatie")
        plan = builders.a_plan(session, team, name="Werven")
        plan.values[0].name, plan.channels[0].name = "Nabij", "LinkedIn"
        plan.audiences[0].name = "Verpleegkundigen"
        builders.a_person(session, team, "admin", name="Sanne Bos", email="sanne@example.org")
        builders.a_person(session, team, "viewer", name="Henk Mulder", email="henk@example.org")
        builders.a_person(session, team, "writer", name="Anouk Visser", email="anouk@example.org")
    return {**settings_for(tmp_path / "data"), "KAPSTOK_DATABASE_URL": database.url}


def told(settings: dict[str, str], *words: str) -> dict[str, Any]:
    answer = kapstok("quick-add", *words, *MONDAY, "--json", settings=settings)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_it_tells_what_it_understood_and_saves_nothing(
    settings: dict[str, str], database: Database
) -> None:
    found = told(settings, EXAMPLE)

    assert len(found.pop("notes")) == 1
    assert found == {
        "date": "2026-11-10",
        "time": "09:30",
        "title": "Vacature verpleegkundige",
        "channels": ["LinkedIn"],
        "values": ["Nabij"],
        "audiences": [],
        "person": "Anouk Visser",
        "plan": "Werven",
        "recurrence": None,
        "unsure": [],
        "needed": [],
    }
    with database.reading() as session:
        assert session.scalars(select(Post)).all() == []


def test_what_is_unsure_has_its_alternatives(settings: dict[str, str]) -> None:
    [question] = told(settings, "3/4 News", "--language", "en")["unsure"]

    assert question["about"] == "date"
    assert question["alternatives"] == ["2027-04-03", "2027-03-04"]
    assert "3/4" in question["question"]


def test_saving_makes_the_post_by_who_is_named(
    settings: dict[str, str], database: Database
) -> None:
    saved = told(settings, EXAMPLE, "--save")["post"]

    with database.reading() as session:
        post = session.get_one(Post, saved["id"])
        assert (post.state, post.title) == ("draft", "Vacature verpleegkundige")
        assert post.starts_at == datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "post.added")).one()
        assert (entry.origin, entry.object_id) == ("command line", post.id)
        assert entry.actor is not None
        assert entry.actor.name == "Anouk Visser"


def test_a_line_that_comes_back_is_saved_as_a_series(
    settings: dict[str, str], database: Database
) -> None:
    line = ("elke dinsdag 9:30 LinkedIn Tip #Nabij", "--now", "2098-11-10T09:18")
    answer = kapstok("quick-add", *line, "--json", "--save", settings=settings)

    assert answer.returncode == 0, answer.stderr
    saved = json.loads(answer.stdout)
    with database.reading() as session:
        post = session.get_one(Post, saved["post"]["id"])
        assert post.starts_at == datetime(2098, 11, 11, 8, 30, tzinfo=UTC)
        assert post.series_id == saved["series"]["id"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "series.begun")).one()
        assert entry.origin == "command line"


def test_what_lacks_something_for_a_day_is_saved_as_an_idea(
    settings: dict[str, str], database: Database
) -> None:
    saved = told(settings, "14u Rooster", "--save")["post"]

    with database.reading() as session:
        assert session.get_one(Post, saved["id"]).text == "14u Rooster"
    assert saved["state"] == "idea"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("volgende dinsdag Rooster", "--save"), "Not saved"),
        (("di 9:30", "--save"), "Not saved"),
        (("100% zeker", "--now", "morgen"), "no moment"),
        (("Rooster", "--team", "Nergens"), "no team Nergens"),
        (("Rooster", "--save", "--by", "henk@example.org"), "may not write"),
    ],
    ids=["unsure", "no title", "no moment", "no team", "a viewer"],
)
def test_what_cannot_be_is_refused_in_one_line(
    settings: dict[str, str], database: Database, words: tuple[str, ...], why: str
) -> None:
    answer = kapstok("quick-add", *MONDAY, *words, settings=settings)

    assert answer.returncode == 1
    [line] = answer.stderr.strip().splitlines()
    assert why in line
    with database.reading() as session:
        assert session.scalars(select(Post)).all() == []


def test_with_more_teams_it_asks_which(settings: dict[str, str], database: Database) -> None:
    with database.writing() as session:
        session.add(Team(name="Zorg"))

    answer = kapstok("quick-add", "Rooster", settings=settings)
    chosen = told(settings, "do Rooster", "--team", "zorg")

    assert answer.returncode == 1
    assert "--team" in answer.stderr
    assert chosen["date"] == "2026-11-12"
