"""What each row of a table says of a post, by the names of a team; no database, no rule of a post.

Whether a post may be so is for `posts.models.Post` alone: `importing` asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as a_field
from datetime import date, datetime, time
from typing import Any

from calendar_app.calendar.quick_add import (
    Hook,
    Named,
    PlanFact,
    Vocabulary,
    lookup,
    near,
    plans_of,
)
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.posts.content import check_day
from calendar_app.text import clean_line, safe_link
from calendar_app.transfer.cells import day_and_time, parts, time_of
from calendar_app.transfer.columns import Line, squeezed

# How long a text may be, as the form of a post has it.
LONGEST = {"title": 200, "text": 20_000, "link": 500}
_HOOKS = ("channels", "values", "audiences")
# A long text in the wrong column is no list of names, and each unknown one is compared with all.
MOST_UNKNOWN = 10
MOST_GUESSED = 200
IDEA, DRAFT = "idea", "draft"
# The states by their names in both languages, as `columns.squeezed` makes them.
STATES = {
    IDEA: "idea idee",
    DRAFT: "draft concept",
    "in_review": "inreview terbeoordeling",
    "changes_asked": "changesasked wijziginggevraagd",
    "approved": "approved akkoord",
    "published": "published geplaatst",
    "cancelled": "cancelled geschrapt",
}
_STATE_OF = {name: state for state, names in STATES.items() for name in names.split()}
_DECIDED_HERE = frozenset({"in_review", "changes_asked", "approved"})


@dataclass(frozen=True)
class Remark:
    """Something to say of a row: an English msgid with its values, and the column it is about."""

    field: str
    message: str
    values: Mapping[str, object] = a_field(default_factory=dict)
    # Whether the row cannot come in because of it.
    is_wrong: bool = True


@dataclass
class Row:
    """What one row says. Names are those of one plan, when its plan is known."""

    number: int
    title: str = ""
    text: str = ""
    link: str = ""
    day: date | None = None
    at: time | None = None
    # IDEA, DRAFT, or "": as its day makes it.
    state: str = ""
    plan: PlanFact | None = None
    channels: tuple[Any, ...] = ()
    values: tuple[Any, ...] = ()
    audiences: tuple[Any, ...] = ()
    owner: Named | None = None
    remarks: list[Remark] = a_field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot come in."""
        return any(remark.is_wrong for remark in self.remarks)

    def say(self, about: str, message: str, *, is_wrong: bool = True, **values: object) -> None:
        """Add a remark about a column."""
        self.remarks.append(Remark(about, message, values, is_wrong))


class Reader:
    """Reads rows by the columns `fields`, the names of a team and its local moment (naive)."""

    def __init__(
        self, fields: Sequence[str], names: Vocabulary, wall: datetime, language: str
    ) -> None:
        self._place = {name: place for place, name in enumerate(fields) if name}
        self._names = names
        self._wall, self._language = wall, language
        self._called: dict[str, Callable[[str], tuple[Named, ...]]] = {
            **{name: lookup(getattr(names, name)) for name in _HOOKS},
            "plan": lookup(names.plans),
            "owner": lookup(names.people, with_first_names=True),
        }
        self._near: dict[str, Callable[[str], str]] = {
            **{name: near(getattr(names, name)) for name in _HOOKS},
            "plan": near(names.plans),
            "owner": near(names.people),
        }
        # What was meant, by the column and the unknown name.
        self._meant: dict[tuple[str, str], str] = {}

    @property
    def names_owners(self) -> bool:
        """Whether a column says whose each post is."""
        return "owner" in self._place

    def rows(self, lines: Iterable[Line]) -> list[Row]:
        """What each line says, in their order."""
        return [self._row(line) for line in lines]

    def _row(self, line: Line) -> Row:
        said = {name: line.cells[place] for name, place in self._place.items()}
        row = Row(line.number)
        self._read_texts(row, said)
        self._read_when(row, said.get("date", ""), said.get("time", ""))
        self._read_state(row, said.get("state", ""))
        self._read_names(row, said)
        return row

    def _read_texts(self, row: Row, said: Mapping[str, str]) -> None:
        row.title = clean_line(said.get("title", ""))
        row.text = said.get("text", "")
        row.link = clean_line(said.get("link", ""))
        if not row.title:
            row.say("title", N_("Give the post a title."))
        for name, most in LONGEST.items():
            if len(getattr(row, name)) > most:
                row.say(name, N_("Use at most %(max)d characters."), max=most)
        if row.link and safe_link(row.link) is None:
            row.say("link", N_("Give an address that begins with https:// or http://."))

    def _read_when(self, row: Row, day: str, at: str) -> None:
        if day:
            self._read_day(row, day)
        if at:
            row.at = time_of(at, self._wall, self._language)
            if row.at is None:
                row.say("time", N_("“%(text)s” is no time. Write it like 9:30."), text=_short(at))
        if not day and row.at is not None:
            row.say("time", N_("There is no day, so the time does not come along."), is_wrong=False)

    def _read_day(self, row: Row, text: str) -> None:
        found = day_and_time(text, self._wall, self._language)
        if found is None:
            words = N_("“%(text)s” is no day. Write it like 24-12-2026.")
            row.say("date", words, text=_short(text))
            return
        row.day, row.at = found
        try:
            check_day(row.day)
        except Refused as refused:
            row.remarks.append(Remark("date", refused.message, refused.values))
            return
        if row.day < self._wall.date():
            row.say("date", N_("This day has passed."), is_wrong=False)

    def _read_state(self, row: Row, text: str) -> None:
        if not text:
            return
        state = _STATE_OF.get(squeezed(text))
        if state is None:
            words = N_("“%(text)s” is no state. Write Idea or Draft, or nothing.")
            row.say("state", words, text=_short(text))
        elif state in {IDEA, DRAFT}:
            row.state = state
        elif state in _DECIDED_HERE:
            row.state = DRAFT
            row.say(
                "state",
                N_("It comes in as a draft: whether it is good is decided in Kapstok."),
                is_wrong=False,
            )
        else:
            row.say("state", N_("What is over does not come in. Leave this row out."))

    def _read_names(self, row: Row, said: Mapping[str, str]) -> None:
        found = {name: self._hooks(row, name, said.get(name, "")) for name in _HOOKS}
        named = self._named(row, "plan", said.get("plan", ""))
        self._choose_plan(row, named, [group for name in _HOOKS for group in found[name]])
        for name, groups in found.items():
            setattr(row, name, tuple(_of_plan(group, row.plan) for group in groups))
        owners = self._named(row, "owner", said.get("owner", ""))
        if len(owners) > 1:
            words = N_("More colleagues are called “%(text)s”. Write the whole name.")
            row.say("owner", words, text=_short(said["owner"]))
        row.owner = owners[0] if len(owners) == 1 else None

    def _hooks(self, row: Row, name: str, text: str) -> list[tuple[Any, ...]]:
        """For each name in the cell all that is called so, of whatever plan."""
        if not text:
            return []
        called = self._called[name]
        whole = called(text)
        if whole:
            return [whole]
        found, unknown = [], 0
        for one, group in self._each(called, text):
            if group:
                found.append(group)
                continue
            unknown += 1
            if unknown > MOST_UNKNOWN:
                row.say(name, N_("More names here are not known."))
                break
            self._say_unknown(row, name, one)
        return list(dict.fromkeys(found))

    @staticmethod
    def _each(
        called: Callable[[str], tuple[Any, ...]], text: str
    ) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Each name in the cell `text`, with what is called so; a name may hold a comma."""
        for part in parts(text):
            group = called(part)
            if group:
                yield part, group
            else:
                yield from ((one, called(one)) for one in parts(part, ",\n"))

    def _named(self, row: Row, name: str, text: str) -> tuple[Any, ...]:
        """All that is called as the cell says, where it is one name."""
        found = self._called[name](text) if text else ()
        if text and not found:
            self._say_unknown(row, name, text)
        return found

    def _say_unknown(self, row: Row, name: str, text: str) -> None:
        meant = self._guessed(name, text)
        if meant:
            words = N_("“%(text)s” is not known here. Is it “%(near)s”?")
            row.say(name, words, text=_short(text), near=meant)
        else:
            row.say(name, N_("“%(text)s” is not known here."), text=_short(text))

    def _guessed(self, name: str, text: str) -> str:
        """What an unknown name was probably meant to be; "": nothing, or too many were asked."""
        asked = (name, text)
        if asked not in self._meant:
            if len(self._meant) >= MOST_GUESSED:
                return ""
            self._meant[asked] = self._near[name](text)
        return self._meant[asked]

    def _choose_plan(
        self, row: Row, named: Sequence[PlanFact], groups: list[Sequence[Hook]]
    ) -> None:
        """The plan that is named, else the one of all names, else the only one there is."""
        plans = {plan.id: plan for plan in self._names.plans}
        able = plans_of(groups) if groups else list(plans)
        if named:
            able = [plan.id for plan in named if not groups or plan.id in able]
        if groups and not able:
            row.say("plan", N_("These names are not all of one plan. Choose those of one plan."))
        elif len(able) == 1:
            row.plan = plans[able[0]]
        elif groups or named:
            row.say(
                "plan", N_("More plans have these names. Say which plan in a column of its own.")
            )


def _of_plan(group: Sequence[Any], plan: PlanFact | None) -> Any:
    """The one of `plan` among what has the same name."""
    return next((one for one in group if plan is not None and one.plan_id == plan.id), group[0])


def _short(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= 60 else f"{line[:59]}…"
