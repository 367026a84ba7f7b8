"""The table of a run of the fault tests: what was done, and what came of it, counted from outside.

Counted from what the relay took and from the rows, asked in plain SQL: nothing of what plans,
claims or delivers is used here, so that it cannot excuse itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.reminders.houses import address_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.reminders.houses import House

ROWS = """
SELECT person.email, delivery.state,
       (SELECT count(*) FROM attempt
        WHERE attempt.delivery_id = delivery.id AND attempt.outcome = 'in_doubt') AS doubts
FROM delivery JOIN person ON person.id = delivery.person_id
WHERE delivery.kind = 'meetup'
"""
# A reminder that did not arrive is not lost when the log says so.
REPORTED = {"missed", "dead", "cancelled", "in_doubt"}


@dataclass(frozen=True)
class Line:
    """What came of one fault; `messages` are all that the relay took over.

    lost: nobody was told of it. raw_duplicates: taken over more than once. collapsed: those of them
    that are the first mail byte for byte, Message-ID and all, which a mail program shows once.
    """

    fault: str
    kills: int
    messages: int
    lost: int
    raw_duplicates: int
    collapsed: int
    in_doubt: int
    missed: int
    dead: int

    @property
    def is_kept(self) -> bool:
        """Whether the promise was kept: nothing lost, and repeated only what was in doubt."""
        is_same = self.collapsed == self.raw_duplicates
        return self.lost == 0 and is_same and self.raw_duplicates <= self.in_doubt


LINES: list[Line] = []
# What was wrong, and the seconds until /healthz said so and until it was well again.
ALARMS: list[tuple[str, float, float]] = []


def tally(house: House, fault: str, names: Collection[str], *, kills: int = 0) -> Line:
    """Count what came of `fault` for people with these names, one reminder each; kept for the end.

    Raises AssertionError when the promise was not kept.
    """
    wanted = {address_of(name) for name in names}
    rows = _rows_of(house, wanted)
    accepted = {address: mails for address, mails in house.accepted().items() if address in wanted}
    repeated = [(mails[0], mail) for mails in accepted.values() for mail in mails[1:]]
    states = Counter(state for state, _doubts in rows.values())
    silent = [
        address
        for address in wanted - accepted.keys()
        if rows.get(address, ("not planned", 0))[0] not in REPORTED
    ]
    line = Line(
        fault=fault,
        kills=kills,
        messages=sum(len(mails) for mails in accepted.values()),
        lost=len(silent),
        raw_duplicates=len(repeated),
        collapsed=sum(first.raw == again.raw for first, again in repeated),
        in_doubt=sum(doubts for _state, doubts in rows.values()),
        missed=states["missed"],
        dead=states["dead"],
    )
    LINES.append(line)
    assert line.is_kept, (line, silent)
    return line


def _rows_of(house: House, wanted: Collection[str]) -> dict[str, tuple[str, int]]:
    """The state of each one's reminder, and how often it was in doubt."""
    with house.database.engine.connect() as connection:
        found = connection.execute(text(ROWS)).all()
    rows = [row for row in found if row.email in wanted]
    assert len({row.email for row in rows}) == len(rows), "somebody has more than one reminder"
    return {row.email: (row.state, row.doubts) for row in rows}


def report() -> str:
    """The tables as text."""
    heads = [field.name.replace("_", " ") for field in fields(Line)]
    tables = [_aligned(heads, [[str(cell) for cell in astuple(line)] for line in LINES])]
    if ALARMS:
        told = [[what, f"{wrong:.1f}", f"{well:.1f}"] for what, wrong, well in ALARMS]
        tables.append(_aligned(["/healthz", "503 after s", "200 again after s"], told))
    return "\n\n".join(tables) + "\n"


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (heads, *rows)
    )
