"""`kapstok import`: what it prints, what it saves, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.db import Database
from calendar_app.people.models import AuditEntry
from calendar_app.posts.models import Post
from tests import builders
from tests.support.servers import kapstok, settings_for

if TYPE_CHECKING:
    from pathlib import Path

TABLE = (
    "Datum;Tijd;Titel;Kanaal;Merkwaarde;Doelgroep;Eigenaar\n"
    "24-12-2099;9:30;Kerst;LinkedIn;Nabij;Verpleegkundigen;Anouk\n"
    ";;Open dag;;;;\n"
)


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


def a_file(folder: Path, text: str = TABLE) -> str:
    file = folder / "posts.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def posts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        found = session.execute(select(Post.title, Post.state).order_by(Post.id))
        return [(title, state) for title, state in found]


def test_it_tells_what_each_row_becomes_and_saves_nothing(
    settings: dict[str, str], database: Database, tmp_path: Path
) -> None:
    answer = kapstok("import", a_file(tmp_path), "--json", settings=settings)

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["columns"][:3] == ["date", "time", "title"]
    assert found["saved"] is None
    assert found["rows"][0] == {
        "row": 2,
        "title": "Kerst",
        "becomes": "draft",
        "starts_at": "2099-12-24 09:30",
        "channels": ["LinkedIn"],
        "values": ["Nabij"],
        "audiences": ["Verpleegkundigen"],
        "plan": "Werven",
        "owner": "Anouk Visser",
        "remarks": [],
    }
    assert posts(database) == []


def test_it_saves_all_rows_and_the_same_file_once(
    settings: dict[str, str], database: Database, tmp_path: Path
) -> None:
    file = a_file(tmp_path)

    first = kapstok("import", file, "--team", "communicatie", "--save", settings=settings)
    again = kapstok("import", file, "--save", settings=settings)

    assert first.stdout.splitlines()[-1] == "Brought in 2 posts."
    assert again.stdout.splitlines()[-1] == "Brought in 0 posts."
    assert posts(database) == [("Kerst", "draft"), ("Open dag", "idea")]
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "posts.imported"))
        assert [one.details for one in entry] == [{"posts": 2}, {"posts": 0}]


def test_a_wrong_row_is_told_and_keeps_all_out(
    settings: dict[str, str], database: Database, tmp_path: Path
) -> None:
    file = a_file(tmp_path, TABLE + "ooit;;Fout;;;;\n")

    seen = kapstok("import", file, "--language", "en", settings=settings)
    refused = kapstok("import", file, "--save", settings=settings)

    assert seen.returncode == 0
    assert "4       WRONG   -                 Fout" in seen.stdout
    assert "Date: “ooit” is no day." in seen.stdout
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Nothing was brought in: something is wrong with 1 of 3 rows" in refused.stderr
    assert posts(database) == []

    assert kapstok("import", file, "--save", "--leave-out", settings=settings).returncode == 0
    assert len(posts(database)) == 2


def test_a_refused_day_can_become_an_idea(
    settings: dict[str, str], database: Database, tmp_path: Path
) -> None:
    file = a_file(tmp_path, "Titel;Datum\nKerst;24-12-2099\n")

    assert kapstok("import", file, "--save", settings=settings).returncode == 1
    assert kapstok("import", file, "--save", "--as-ideas", settings=settings).returncode == 0

    assert posts(database) == [("Kerst", "idea")]


def test_what_cannot_be_is_one_line_and_the_right_status(
    settings: dict[str, str], tmp_path: Path
) -> None:
    binary = tmp_path / "posts.xlsx"
    binary.write_bytes(b"\x89PNG\0")

    wrong = [
        kapstok("import", str(binary), settings=settings),
        kapstok("import", a_file(tmp_path), "--by", "henk@example.org", settings=settings),
        kapstok("import", a_file(tmp_path), "--team", "Elders", settings=settings),
    ]

    assert [answer.returncode for answer in wrong] == [1, 1, 1]
    assert all(len(answer.stderr.splitlines()) == 1 for answer in wrong)
    nowhere = kapstok("import", str(tmp_path / "nowhere.csv"), settings=settings)
    assert nowhere.returncode == 2
