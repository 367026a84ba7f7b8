"""The audit log: every action has a name that people read, and shows what it was done to."""

from __future__ import annotations

import ast
import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.models import Base
from calendar_app.people.audit import ACTION_NAMES, OBJECT_NAMES, record
from calendar_app.people.models import Person
from tests import builders
from tests.repository import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database

# What records, and at which place the action stands.
RECORDERS = {"audit": 0, "record": 1, "_note": 1}
PASSED_ON = {"people/door.py", "cli.py", "calendar/quick_telling.py", "calendar/views/undo.py"}
# What only entries of an older Kapstok have, which stay.
OLD = {"routine.made"}
# The quotation marks of Dutch.
OPEN, CLOSE = "\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"
PARTS = ("brand_value", "audience", "channel", "actor", "experiment")
WRITTEN = (*PARTS, "audience_fact", "plan", "precondition")


def recorded() -> Iterator[tuple[str, ast.expr]]:
    """Each place in the source where something is recorded, and its action."""
    for file in sorted((ROOT / "calendar_app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in RECORDERS:
                where = f"{file.relative_to(ROOT / 'calendar_app')}:{node.lineno}"
                yield where, node.args[RECORDERS[name]]


def actions(where: str, action: ast.expr) -> set[str]:
    """The actions that one place can record: one, or one for each kind of part of a plan."""
    if isinstance(action, ast.Constant):
        return {str(action.value)}
    if isinstance(action, ast.JoinedStr):
        last = action.values[-1]
        assert isinstance(last, ast.Constant), where
        verb = str(last.value)
        kinds = {".added": {*WRITTEN} - {"plan", "precondition"}, ".changed": WRITTEN}.get(
            verb, PARTS
        )
        return {f"{kind}{verb}" for kind in kinds}
    assert where.rpartition(":")[0] in PASSED_ON, where
    return set()


def test_every_action_that_is_or_was_recorded_has_a_name_and_no_name_is_idle() -> None:
    found = {action for where, node in recorded() for action in actions(where, node)}

    assert found == set(ACTION_NAMES) - OLD
    assert set(ACTION_NAMES) >= OLD


def test_every_action_is_a_thing_and_what_befell_it() -> None:
    odd = [action for action in ACTION_NAMES if not re.fullmatch(r"[a-z_]+\.[a-z_]+", action)]

    assert not odd


def test_every_kind_of_row_that_an_action_names_has_a_word() -> None:
    things = {action.partition(".")[0] for action in ACTION_NAMES} & set(Base.metadata.tables)

    assert things - set(OBJECT_NAMES) == {"membership"}  # its entries are about the person
    assert set(OBJECT_NAMES) <= set(Base.metadata.tables)


@pytest.fixture
def admin(database: Database, now: datetime) -> Person:
    """An administrator who reads Dutch, in a team where something happened to each kind of row."""
    with database.writing() as session:
        session.expire_on_commit = False
        team, other = builders.a_team(session, name="Communicatie"), builders.a_team(session)
        admin = builders.a_person(session, team, "admin", language="nl", name="Sanne Bos")
        plan = builders.a_plan(session, team, name="Zorg")
        post = builders.a_post(session, team, plan, title="Een dag op de spoed")
        foreign = builders.a_post(session, other, builders.a_plan(session, other), title="Geheim")
        stranger = builders.a_person(session, other, name="Vreemde Vogel")
        absence = builders.an_absence(session, team, admin, date(2027, 1, 4), date(2027, 1, 5))
        fact = builders.a_fact(session, plan.audiences[0], text="Leest in de pauze.")
        told: dict[str, Any] = {"at": now, "origin": "127.0.0.1", "team": team, "actor": admin}
        for action, row in (
            ("plan.changed", plan),
            ("post.approved", post),
            ("publication.taken_back", foreign),
            ("person.invited", stranger),
            ("role.changed", admin),
            ("absence.entered", absence),
            ("audience_fact.added", fact),
            ("team.changed", team),
            ("routine.made", post),
        ):
            record(session, action, subject=row, **told)
        record(session, "of_an_older_kapstok", **told)
        return admin


def test_the_log_says_in_dutch_what_was_done_to_what(client: FlaskClient, admin: Person) -> None:
    builders.sign_in(client, admin)

    page = unescape(client.get("/settings/log").get_data(as_text=True))

    assert "Plan gewijzigd" in page
    assert "Berichten van een vaste gewoonte gemaakt" in page
    for thing, name in (
        ("Plan", "Zorg"),
        ("Bericht", "Een dag op de spoed"),
        ("Collega", "Sanne Bos"),
        ("Afwezigheid", "Sanne Bos, 2027-01-04"),
        ("Feit", "Leest in de pauze."),
        ("Team", "Communicatie"),
    ):
        assert f"{thing} {OPEN}{name}{CLOSE}" in page
    assert not any(action in page for action in ACTION_NAMES)
    assert "of_an_older_kapstok" in page


def test_the_log_tells_no_name_of_another_team(client: FlaskClient, admin: Person) -> None:
    builders.sign_in(client, admin)

    page = client.get("/settings/log").get_data(as_text=True)

    assert "Geheim" not in page
    assert "Vreemde Vogel" not in page


def test_a_row_that_is_gone_leaves_its_word(app: Flask, client: FlaskClient, admin: Person) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    builders.sign_in(client, admin)
    days = {"first_day": "2027-02-01", "last_day": "2027-02-02", "deputy": 0}
    client.post("/team/absences", data={"person": admin.id, **days})
    shown = client.get("/team/").get_data(as_text=True)
    newest = max(int(found) for found in re.findall(r'id="absence-(\d+)"', shown))

    client.post(f"/team/absences/{newest}/deletion")
    page = unescape(client.get("/settings/log").get_data(as_text=True))

    assert "Afwezigheid teruggenomen" in page
    assert "2027-02-01" not in page
