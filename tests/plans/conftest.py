"""A team with a plan, and its people at their browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.plans.room import NOW, Room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from calendar_app.db import Database


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, its forms without the token that other tests look at."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def room(app: Flask, database: Database) -> Iterator[Room]:
    """A team with one whole plan, on Tuesday 10 November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield Room(app, database)
