"""`make bench`: measure, print a table, write results.json; status 0 only if every figure holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks import browser, feed, live, month, query, reminders, start

RESULTS = Path(__file__).parent / "results.json"
ALL = {
    "month": month,
    "query": query,
    "browser": browser,
    "live": live,
    "feed": feed,
    "reminders": reminders,
    "start": start,
}


def main(wanted: list[str]) -> int:
    """Run the benchmarks named in `wanted`, or all."""
    rows = []
    for name, benchmark in ALL.items():
        if not wanted or name in wanted:
            print(f"{name} …", file=sys.stderr)
            rows += benchmark.run()
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print_table(rows)
    return 0 if all(row["holds"] for row in rows) else 1


def print_table(rows: list[dict[str, object]]) -> None:
    """One line a figure."""
    heads = ("name", "value", "unit", "against", "ratio", "at_least", "aim", "holds")
    lines = [heads, *(tuple(shown(row[head]) for head in heads) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def shown(value: object) -> str:
    """A cell of the table."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
