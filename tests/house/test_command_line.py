"""The `kapstok` command as an operator meets it: what it prints, and its exit status."""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.db import Database
from calendar_app.people.models import Person, Team
from calendar_app.reminders.models import Delivery
from calendar_app.schema import SchemaState, differences, state
from tests import builders
from tests.support.servers import Kapstok, free_port, kapstok, settings_for

if TYPE_CHECKING:
    import subprocess

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """An installation without a database yet."""
    return settings_for(tmp_path / "data")


@pytest.fixture
def filled(settings: dict[str, str]) -> dict[str, str]:
    """An installation with a team and a writer."""
    well(kapstok("db", "upgrade", settings=settings))
    well(kapstok("team", "add", "Communicatie", settings=settings))
    well(kapstok(*adding("anouk@delinde.example"), settings=settings, given="een lange zin\n"))
    return settings


def adding(email: str, *more: str) -> tuple[str, ...]:
    """The command that adds a writer."""
    person = ("person", "add", email, "--name", "Anouk", "--team", "Communicatie")
    return (*person, "--role", "writer", "--password-stdin", *more)


def well(answer: subprocess.CompletedProcess[str]) -> str:
    """What a command printed that must succeed."""
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def refused(answer: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of a command that must be refused."""
    assert answer.returncode == 1, answer.stdout + answer.stderr
    lines = answer.stderr.strip().splitlines()
    assert len(lines) == 1, answer.stderr
    return lines[0]


def test_a_wrong_setting_is_one_line_and_status_one(settings: dict[str, str]) -> None:
    line = refused(kapstok("doctor", settings={**settings, "KAPSTOK_LOG": "xml"}))

    assert "KAPSTOK_LOG" in line


@pytest.mark.parametrize("words", [("frob",), ("team", "add"), ("person", "add", "a@b.example")])
def test_wrong_usage_is_status_two(settings: dict[str, str], words: tuple[str, ...]) -> None:
    assert kapstok(*words, settings=settings).returncode == 2


@pytest.mark.parametrize("command", ["web", "worker"])
def test_web_and_worker_want_a_database_first(settings: dict[str, str], command: str) -> None:
    assert "kapstok db upgrade" in refused(kapstok(command, settings=settings))


COPY_HERE = "copy.sqlite"


@pytest.mark.parametrize(
    "command",
    [
        ("db", "current"),
        ("db", "check"),
        ("deliveries",),
        ("deliveries", "--json"),
        ("backup", COPY_HERE),
        ("team", "add", "X"),
        ("feed", "revoke", "a@b.example", "--name", "X"),
    ],
)
def test_no_command_but_an_upgrade_makes_a_database(
    settings: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    line = refused(kapstok(*command, settings=settings))

    assert "There is no database" in line
    assert not (tmp_path / "data/kapstok.sqlite").exists()


def test_the_doctor_makes_no_database_either(settings: dict[str, str], tmp_path: Path) -> None:
    answer = kapstok("doctor", settings=settings)

    assert answer.returncode == 1
    assert "there is none yet. Run: kapstok db upgrade" in answer.stdout
    assert not (tmp_path / "data/kapstok.sqlite").exists()


def test_the_deliveries_of_an_empty_database_are_refused_in_one_line(
    settings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/kapstok.sqlite").touch()

    line = refused(kapstok("deliveries", "--json", settings=settings))

    assert "kapstok db upgrade" in line


def test_a_file_that_is_no_database_is_refused_in_one_line(
    settings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/kapstok.sqlite").write_bytes(b"geen database " * 100)

    line = refused(kapstok("db", "current", settings=settings))

    assert "cannot be opened" in line


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_a_postgresql_that_is_away_is_one_line(settings: dict[str, str], command: str) -> None:
    nobody = f"postgresql+psycopg://kapstok@localhost:{free_port()}/kapstok"

    line = refused(kapstok(command, settings={**settings, "KAPSTOK_DATABASE_URL": nobody}))

    assert "cannot be opened" in line


def test_the_doctor_keeps_what_postgresql_says_on_one_row(settings: dict[str, str]) -> None:
    nobody = f"postgresql+psycopg://kapstok@localhost:{free_port()}/kapstok"

    answer = kapstok("doctor", settings={**settings, "KAPSTOK_DATABASE_URL": nobody})

    rows = answer.stdout.strip().splitlines()
    assert [row[7:].split(":")[0] for row in rows] == [
        *("settings", "data folder", "address", "mail", "database")
    ]


def test_a_name_that_no_form_would_take_is_refused(filled: dict[str, str]) -> None:
    too_long = refused(kapstok("team", "add", "N" * 121, settings=filled))
    in_capitals = refused(kapstok("team", "add", "COMMUNICATIE", settings=filled))
    person = ("person", "add", "x@y.example", "--team", "Communicatie", "--role", "viewer")
    long_person = refused(kapstok(*person, "--name", "N" * 121, settings=filled))
    feed = ("feed", "add", "anouk@delinde.example", "--name", "N" * 61)
    long_feed = refused(kapstok(*feed, settings=filled))

    assert "at most 120 characters" in too_long
    assert "There is a team Communicatie already" in in_capitals
    assert "at most 120 characters" in long_person
    assert "at most 60 characters" in long_feed


def test_an_address_that_no_form_would_take_is_refused(filled: dict[str, str]) -> None:
    words = ("--name", "X", "--team", "communicatie", "--role", "viewer")

    line = refused(kapstok("person", "add", "geen adres", *words, settings=filled))
    added = well(kapstok("person", "add", "x@y.example", *words, settings=filled))

    assert "no mail address" in line
    assert "/reset/" in added


def test_a_team_that_could_be_one_of_two_is_not_guessed_at(
    filled: dict[str, str],
) -> None:
    """The web lets a team take the name that another one has: it does not know of that one."""
    with Database(f"sqlite:///{filled['KAPSTOK_DATA_DIR']}/kapstok.sqlite").writing() as session:
        builders.a_team(session, name="communicatie")

    line = refused(kapstok(*adding("joris@delinde.example"), settings=filled, given="lang woord\n"))

    assert "more teams called Communicatie" in line


@pytest.mark.parametrize("option", ["--posts", "--people", "--weeks", "--seed"])
def test_any_option_of_the_larger_sample_chooses_it(settings: dict[str, str], option: str) -> None:
    said = well(kapstok("sample", "load", option, "7", settings=settings))

    assert "sanne" not in said
    sizes = {"--posts": 1000, "--people": 20, "--weeks": 26, option: 7}
    words = "Loaded {--posts} posts of {--people} people over {--weeks} weeks."
    assert words.format(**sizes) in said


@pytest.mark.parametrize(
    ("since", "count"),
    [
        ("2026-11-10", 1),
        ("2026-11-11", 0),
        ("2026-11-10T08:20", 1),
        ("2026-11-10T08:20:00", 1),
        ("2026-11-10T08:20:01", 0),
        ("2026-11-10T08:20Z", 1),
        ("2026-11-10T09:20+01:00", 1),
        ("2026-11-10T09:20", 0),
    ],
)
def test_deliveries_since_a_moment_are_meant_in_utc(
    filled: dict[str, str], since: str, count: int
) -> None:
    due = datetime(2026, 11, 10, 8, 20, tzinfo=UTC)
    with Database(f"sqlite:///{filled['KAPSTOK_DATA_DIR']}/kapstok.sqlite").writing() as session:
        person = session.scalars(select(Person)).one()
        session.add(
            Delivery(
                team_id=session.scalars(select(Team.id)).one(),
                person_id=person.id,
                kind="meetup",
                subject="occurrence:1",
                due_at=due,
                useful_until=due,
                created_at=due,
            )
        )

    found = json.loads(well(kapstok("deliveries", "--since", since, "--json", settings=filled)))

    assert len(found) == count


@pytest.mark.parametrize("since", ["gisteren", "", "2026-13-01", "0001-01-01T00:00+23:00"])
def test_a_moment_that_is_none_is_wrong_usage_in_one_line(
    filled: dict[str, str], since: str
) -> None:
    answer = kapstok("deliveries", "--since", since, settings=filled)

    lines = answer.stderr.strip().splitlines()
    assert answer.returncode == 2
    assert len(lines) == 1
    assert "2026-11-01T10:00" in lines[0]


def test_only_its_owner_can_read_the_database_and_its_copies(
    settings: dict[str, str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    well(kapstok("db", "upgrade", settings=settings))
    well(kapstok("backup", str(tmp_path / "copy.sqlite"), settings=settings))
    well(kapstok("restore", str(tmp_path / "copy.sqlite"), settings=settings))
    with Database(f"sqlite:///{data}/kapstok.sqlite").writing() as session:
        builders.a_team(session)
        modes = {file.name: mode_of(file) for file in data.glob("*.sqlite*")}

    assert {"kapstok.sqlite", "kapstok.sqlite-wal", "kapstok.sqlite-shm"} < set(modes)
    assert any("before-restore" in name for name in modes)
    assert set(modes.values()) == {0o600}
    assert mode_of(tmp_path / "copy.sqlite") == 0o600
    assert mode_of(data) == 0o700


def test_a_database_that_others_could_read_is_closed_at_the_start(
    filled: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "data/kapstok.sqlite"
    file.chmod(0o644)

    well(kapstok("db", "upgrade", settings=filled))

    assert mode_of(file) == 0o600


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_people_and_teams_are_added_once(filled: dict[str, str]) -> None:
    again = kapstok("team", "add", "Communicatie", settings=filled)
    twice = kapstok(*adding("ANOUK@delinde.example"), settings=filled, given="een lange zin\n")
    nowhere = kapstok(
        "person",
        "add",
        "x@y.example",
        "--name",
        "X",
        "--team",
        "Niets",
        "--role",
        "viewer",
        settings=filled,
    )

    assert "already" in refused(again)
    assert "already" in refused(twice)
    assert "no team Niets" in refused(nowhere)


def test_a_short_password_is_refused(filled: dict[str, str]) -> None:
    answer = kapstok(*adding("joris@delinde.example"), settings=filled, given="kort\n")

    assert "ten characters" in refused(answer)


def test_a_feed_is_printed_once_answers_and_can_be_closed(
    filled: dict[str, str], tmp_path: Path
) -> None:
    asked = ("feed", "add", "anouk@delinde.example", "--name", "Outlook")
    address = well(kapstok(*asked, settings=filled))
    assert "already" in refused(kapstok(*asked, settings=filled))
    kept = (
        sqlite3.connect(tmp_path / "data/kapstok.sqlite").execute("SELECT * FROM feed").fetchall()
    )
    token = address.rsplit("/", 1)[1].removesuffix(".ics")

    with Kapstok("web", settings=filled, log=tmp_path / "log") as running:
        running.wait_for_answer()
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
            assert answer.read().startswith(b"BEGIN:VCALENDAR")
        well(
            kapstok("feed", "revoke", "anouk@delinde.example", "--name", "Outlook", settings=filled)
        )
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(address, timeout=10)  # noqa: S310 - our own address

    assert token not in str(kept)
    assert token not in (tmp_path / "log").read_text()


def test_the_delivery_log_is_one_json_list(filled: dict[str, str]) -> None:
    assert json.loads(well(kapstok("deliveries", "--json", settings=filled))) == []


def test_a_copy_is_put_back_on_an_empty_machine(filled: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    well(kapstok("backup", str(copy), settings=filled))
    elsewhere = settings_for(tmp_path / "elsewhere")

    well(kapstok("restore", str(copy), settings=elsewhere))

    names = sqlite3.connect(tmp_path / "elsewhere/kapstok.sqlite").execute(
        "SELECT email FROM person"
    )
    assert names.fetchall() == [("anouk@delinde.example",)]
    well(kapstok("db", "check", settings=elsewhere))


def test_a_restore_keeps_what_was_there(filled: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    well(kapstok("backup", str(copy), settings=filled))
    well(kapstok("team", "add", "Later gemaakt", settings=filled))

    said = well(kapstok("restore", str(copy), settings=filled))

    kept = re.search(r"kept as (\S+\.sqlite)", said)
    assert kept is not None
    teams = "SELECT name FROM team ORDER BY id"
    before = sqlite3.connect(kept[1]).execute(teams).fetchall()
    now = sqlite3.connect(tmp_path / "data/kapstok.sqlite").execute(teams).fetchall()
    assert before == [("Communicatie",), ("Later gemaakt",)]
    assert now == [("Communicatie",)]


@pytest.mark.parametrize(
    "content", [b"", b"geen database", b"SQLite format 3\x00" + b"\x00" * 4000]
)
def test_a_damaged_copy_changes_nothing(
    filled: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(content)

    refused(kapstok("restore", str(copy), settings=filled))

    well(kapstok("db", "check", settings=filled))
    names = sqlite3.connect(tmp_path / "data/kapstok.sqlite").execute("SELECT name FROM team")
    assert names.fetchall() == [("Communicatie",)]


def test_a_damaged_database_is_what_a_restore_is_for(
    filled: dict[str, str], tmp_path: Path
) -> None:
    copy, file = tmp_path / "copy.sqlite", tmp_path / "data/kapstok.sqlite"
    well(kapstok("backup", str(copy), settings=filled))
    damaged = b"\xff" * 200 + file.read_bytes()[200:]
    file.write_bytes(damaged)

    said = well(kapstok("restore", str(copy), settings=filled))

    kept = re.search(r"kept as (\S+\.sqlite)", said)
    assert kept is not None
    assert Path(kept[1]).read_bytes() == damaged
    well(kapstok("db", "check", settings=filled))


def test_the_database_itself_is_no_place_for_its_copy(
    filled: dict[str, str], tmp_path: Path
) -> None:
    for name in ("kapstok.sqlite", "kapstok.sqlite-wal"):
        line = refused(kapstok("backup", str(tmp_path / "data" / name), settings=filled))
        assert "database itself" in line


def test_nothing_is_restored_under_a_running_kapstok(
    filled: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    well(kapstok("backup", str(copy), settings=filled))

    with Kapstok("web", settings=filled, log=tmp_path / "log") as running:
        running.wait_for_answer()
        line = refused(kapstok("restore", str(copy), settings=filled))
        # A copy can be made meanwhile.
        well(kapstok("backup", str(copy), settings=filled))

    assert "Stop it first" in line


def test_an_older_program_refuses_a_newer_database_and_changes_nothing(
    filled: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "data/kapstok.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = sqlite3.connect(file).execute(TABLES).fetchall()

    for command in (("db", "upgrade"), ("db", "check"), ("web",), ("team", "add", "X")):
        assert "newer" in refused(kapstok(*command, settings=filled))

    assert sqlite3.connect(file).execute(TABLES).fetchall() == before


def test_the_models_and_the_migrations_say_the_same(database: Database) -> None:
    assert state(database) is SchemaState.CURRENT
    assert not differences(database)


def test_run_starts_both_says_where_and_stops_both(
    settings: dict[str, str], tmp_path: Path
) -> None:
    known = {**settings, "KAPSTOK_SAMPLE_PASSWORD": "een zin voor de proef"}

    with Kapstok("run", "--sample", settings=known, log=tmp_path / "log") as running:
        running.wait_for_health(60)
        second = kapstok("run", settings=known)
        status = running.stop()

    said = (tmp_path / "log").read_text()
    assert status == 0
    assert f"http://{settings['KAPSTOK_BIND']}" in said
    assert "sanne@delinde.example" in said
    assert "een zin voor de proef" in said
    assert "already runs" in refused(second)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://{settings['KAPSTOK_BIND']}/healthz", timeout=2)


def test_a_taken_address_is_one_plain_line(settings: dict[str, str], tmp_path: Path) -> None:
    well(kapstok("db", "upgrade", settings=settings))
    other = {**settings_for(tmp_path / "other"), "KAPSTOK_BIND": settings["KAPSTOK_BIND"]}

    with Kapstok("web", settings=settings, log=tmp_path / "log") as running:
        running.wait_for_answer()
        line = refused(kapstok("run", settings=other))

    assert line.count("(") == 0
    assert "Address already in use. Stop what runs there" in line
    assert "KAPSTOK_BIND" in line


@pytest.mark.parametrize("bind", ["192.0.2.1:8000", "nergens.invalid:8000"])
def test_an_address_of_another_machine_is_one_plain_line(
    settings: dict[str, str], bind: str
) -> None:
    line = refused(kapstok("run", settings={**settings, "KAPSTOK_BIND": bind}))

    assert "while attempting" not in line
    assert "KAPSTOK_BIND" in line


def test_the_doctor_says_what_to_do(filled: dict[str, str]) -> None:
    answer = kapstok("doctor", "--json", settings=filled)

    found = {finding["about"]: finding for finding in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert list(found) == [
        "settings",
        "data folder",
        "address",
        "mail",
        "database",
        "schema",
        "engine",
        "worker",
        "reminders",
        "clock",
    ]
    assert not found["worker"]["well"]
    assert "kapstok worker" in found["worker"]["words"]
    assert all(finding["well"] for name, finding in found.items() if name != "worker")


def test_the_doctor_finds_a_meetup_with_more_people_than_the_relay_reaches_in_time(
    filled: dict[str, str],
) -> None:
    with Database(f"sqlite:///{filled['KAPSTOK_DATA_DIR']}/kapstok.sqlite").writing() as session:
        team = session.scalars(select(Team)).one()
        people = [builders.a_person(session, team) for _ in range(3)]
        builders.a_meetup(session, team, people, lead_minutes=1)
    slow = {**filled, "KAPSTOK_MAIL_RATE": "2"}

    answer = kapstok("doctor", "--json", settings=slow)

    found = {finding["about"]: finding for finding in json.loads(answer.stdout)}
    assert not found["reminders"]["well"]
    assert "2 mails a minute reach 2. Remind earlier." in found["reminders"]["words"]


def test_the_doctor_finds_a_relay_that_does_not_answer(filled: dict[str, str]) -> None:
    away = {**filled, "KAPSTOK_SMTP_URL": "smtp://127.0.0.1:9"}

    answer = kapstok("doctor", "--json", settings=away)

    found = {finding["about"]: finding for finding in json.loads(answer.stdout)}
    assert not found["mail"]["well"]
