"""What the fault tests share: a whole installation of real processes, and the table at the end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from calendar_app.db import Database
from tests.faults import tally
from tests.reminders.houses import House
from tests.support.environment import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.smtp_sink import SmtpSink

REPORT = REPOSITORY / "tests/artifacts/faults.txt"


@pytest.fixture
def house(sqlite_url: str, sink: SmtpSink, tmp_path: Path) -> Iterator[House]:
    database = Database(sqlite_url)
    with ExitStack() as stack:
        yield House(database, sink, tmp_path, stack)
    database.dispose()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of a whole run, and keep it in a file."""
    if not (terminalreporter.config.getoption("--whole") and tally.LINES):
        return
    report = tally.report()
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report, encoding="utf-8")
    terminalreporter.write_sep("=", f"faults ({REPORT.relative_to(REPOSITORY)})")
    terminalreporter.write(report)
