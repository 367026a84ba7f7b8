"""Bringing in posts at the command line: what each row becomes, and keeping them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from calendar_app.calendar.quick_telling import team_meant, writer_meant
from calendar_app.errors import Refused
from calendar_app.language import N_, say
from calendar_app.people.audit import record
from calendar_app.transfer.columns import FIELD_NAMES, LEFT_OUT, matched
from calendar_app.transfer.importing import Bringing, Brought, bringing
from calendar_app.transfer.rows import Remark
from calendar_app.transfer.tables import table_in_file


@dataclass(frozen=True)
class Asked:
    """What was asked at the command line."""

    team_name: str | None
    email: str | None
    language: str | None
    as_ideas: bool
    leave_out: bool
    save: bool


@dataclass(frozen=True)
class Told:
    """What stands in a file, and how many posts were made of it (None: nobody asked to)."""

    fields: Sequence[str]
    found: Sequence[Brought]
    language: str
    saved: int | None


def told(session: Session, raw: bytes, asked: Asked, now: datetime) -> Told:
    """What the rows of the file `raw` become, kept when that was asked. Raises Refused.

    The same file twice makes its posts once.
    """
    team = team_meant(session, asked.team_name)
    language = asked.language or team.language
    table = table_in_file(raw)
    fields = matched(table.head)
    hand = bringing(session, team, writer_meant(session, team, asked.email or ""), now, language)
    digest = hashlib.sha256(raw).hexdigest()[:32]
    found = hand.brought(
        table, fields, as_ideas=asked.as_ideas, key_of=lambda row: f"import-{digest}-{row}"
    )
    saved = _kept(hand, found, leave_out=asked.leave_out) if asked.save else None
    return Told(fields, found, language, saved)


def as_json(what: Told) -> str:
    """One JSON object: `columns`, `rows` with what each becomes, and `saved` (a number or null)."""
    rows = [_as_facts(one, what.language) for one in what.found]
    columns = [field or None for field in what.fields]
    return json.dumps({"columns": columns, "rows": rows, "saved": what.saved}, ensure_ascii=False)


def in_lines(what: Told) -> str:
    """The same for people: a line for each row, with its remarks below it."""
    return "\n".join(_lines(what))


def _lines(what: Told) -> Iterator[str]:
    names = [say(what.language, FIELD_NAMES[one]) for one in what.fields if one != LEFT_OUT]
    yield f"{'columns':8}{', '.join(names) or '-'}"
    for one in what.found:
        facts = _as_facts(one, what.language)
        when = facts["starts_at"] or "-"
        yield f"{one.row.number:<8}{facts['becomes'] or 'WRONG':8}{when:18}{facts['title']}"
        for remark in facts["remarks"]:
            yield f"{'':8}{remark}"
    if what.saved is not None:
        yield f"Brought in {what.saved} posts."


def _kept(hand: Bringing, found: Sequence[Brought], *, leave_out: bool) -> int:
    wrong = [one for one in found if one.post is None]
    if (wrong and not leave_out) or len(wrong) == len(found):
        raise Refused(
            N_(
                "Nothing was brought in: something is wrong with %(count)s of %(all)s rows, the "
                "first is row %(row)s: %(why)s"
            ),
            count=len(wrong),
            all=len(found),
            row=wrong[0].row.number,
            why=_words(next(one for one in wrong[0].row.remarks if one.is_wrong), "en"),
        )
    undoable = hand.keep(found)
    number = 0 if undoable is None else len(undoable.posts)
    record(
        hand.session,
        "posts.imported",
        at=hand.now,
        origin="command line",
        team=hand.desk.team,
        actor=hand.desk.writer,
        posts=number,
    )
    return number


def _as_facts(one: Brought, language: str) -> dict[str, Any]:
    start = None if one.post is None else one.post.local_start
    return {
        "row": one.row.number,
        "title": one.row.title,
        "becomes": None if one.post is None else one.post.state,
        "starts_at": None if start is None else f"{start:%Y-%m-%d %H:%M}",
        "channels": [channel.name for channel in one.row.channels],
        "values": [value.name for value in one.row.values],
        "audiences": [audience.name for audience in one.row.audiences],
        "plan": None if one.row.plan is None else one.row.plan.name,
        "owner": None if one.post is None or one.post.owner is None else one.post.owner.name,
        "remarks": [_words(remark, language) for remark in one.row.remarks],
    }


def _words(remark: Remark, language: str) -> str:
    words = say(language, remark.message, **remark.values)
    return f"{say(language, FIELD_NAMES[remark.field])}: {words}"
