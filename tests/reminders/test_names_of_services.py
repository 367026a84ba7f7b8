"""The names of services through the life of a database: as long everywhere as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from sqlalchemy import insert, select, update

from calendar_app import schema
from calendar_app.reminders.models import Relay
from calendar_app.reminders.routes import Route, new_route
from tests.builders import a_person, a_team
from tests.search.test_migration import migrate

if TYPE_CHECKING:
    from calendar_app.config import Config
    from calendar_app.db import Database

LONGEST = f"https://{'.'.join(['a' * 63] * 3 + ['a' * 61])}:65535"
MAIL = "mail.example:25"


def test_what_is_known_of_services_is_widened_and_what_no_host_can_be_called_is_cut(
    database: Database, config: Config
) -> None:
    with database.writing() as session:
        person = a_person(session, a_team(session))
        session.flush()
        session.add(new_route(config, person.id, "slack", f"{LONGEST}/services/x"))
        session.execute(insert(Relay).values(name=MAIL, failures=2))
    migrate(database, command.downgrade, "0042")
    if database.is_sqlite:
        # It let all in, whatever the model said.
        with database.writing() as session:
            session.execute(update(Route).values(name="b" * 900, origin=f"https://{'b' * 900}"))
            session.execute(insert(Relay).values(name=f"https://{'b' * 900}", failures=0))

    migrate(database, command.upgrade, "head")

    assert schema.differences(database) == []
    with database.writing() as session:
        route = session.scalars(select(Route)).one()
        assert len(route.name) <= 200
        assert len(route.origin) <= 300
        assert session.execute(select(Relay.name, Relay.failures)).all() == [(MAIL, 2)]
        session.execute(insert(Relay).values(name=LONGEST, failures=0))
