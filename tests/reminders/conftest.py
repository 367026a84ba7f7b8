"""A worker's desk for tests: a real database, a real relay, and a clock that the test holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from calendar_app.post_office import post_office
from calendar_app.reminders import outbox
from calendar_app.reminders.processes import this_process
from tests.reminders.scenes import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_app.config import Config
    from calendar_app.db import Database
    from tests.support.smtp_sink import SmtpSink


@pytest.fixture
def scene(config: Config, database: Database, sink: SmtpSink, now: datetime) -> Iterator[Scene]:
    """A team whose meet-up begins at 09:30 in Amsterdam, and a worker that sends to `sink`."""
    config = replace(
        config,
        smtp_url=f"{sink.url}?timeout=3",
        mail_from="Kapstok <kapstok@delinde.example>",
        mail_rate=6000,
    )
    office = post_office(config)
    worker_id = outbox.begin_work(database, this_process(), now)
    scene = Scene(database, config, office, worker_id, now)
    yield scene
    office.close()
