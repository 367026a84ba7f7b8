"""A post as the calendar shows it: a card with marks for its values, its state and its channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

OVER = frozenset({"published", "cancelled"})


@dataclass(frozen=True)
class PostRow:
    """A post as the database tells it, without more than a calendar needs."""

    id: int
    title: str
    state: str
    # Aware UTC; None for an idea without a day.
    starts_at: datetime | None
    owner_id: int | None = None
    owner_name: str = ""
    # (hook, name) of each value, most important first.
    values: tuple[tuple[int, str], ...] = ()
    # (short, name) of each channel.
    channels: tuple[tuple[str, str], ...] = ()
    # The one that a change must name, so that nothing is written over.
    version: int = 1
    plan_id: int | None = None
    by_ambassador: bool = False
    value_ids: tuple[int, ...] = ()
    audience_ids: tuple[int, ...] = ()
    channel_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Card:
    """One post, ready to be drawn wherever it stands (templates/_post.html)."""

    id: int
    title: str
    href: str
    state: str
    state_label: str
    time_text: str
    late: bool
    date_text: str = ""
    value_hooks: list[int] = field(default_factory=list)
    value_names: list[str] = field(default_factory=list)
    channel_short: str = ""
    # How many there are beside the one whose short name stands on the card.
    more_channels: int = 0
    channel_names: list[str] = field(default_factory=list)
    owner_initials: str = ""
    owner_name: str = ""
    version: int = 1
    # YYYY-MM-DD on the same clocks; empty without a day.
    day: str = ""
    # Whether it may still change: nothing that is over does.
    is_open: bool = True

    @property
    def pair(self) -> str:
        """How a form names it as it was seen."""
        return f"{self.id}:{self.version}"


def card(
    row: PostRow, zone: ZoneInfo, now: datetime, state_words: Mapping[str, str], date_text: str = ""
) -> Card:
    """`row` as a card on the clocks of `zone`; `state_words` names each state for the reader."""
    starts = None if row.starts_at is None else row.starts_at.astimezone(zone)
    return Card(
        id=row.id,
        title=row.title,
        href=f"/posts/{row.id}",
        state=row.state,
        state_label=state_words[row.state],
        time_text="" if starts is None else f"{starts:%H:%M}",
        date_text=date_text,
        late=is_late(row, now),
        value_hooks=[hook for hook, _name in row.values],
        value_names=[name for _hook, name in row.values],
        channel_short=row.channels[0][0] if row.channels else "",
        more_channels=max(0, len(row.channels) - 1),
        channel_names=[name for _short, name in row.channels],
        owner_initials=initials(row.owner_name),
        owner_name=row.owner_name,
        version=row.version,
        day="" if starts is None else starts.date().isoformat(),
        is_open=row.state not in OVER,
    )


def is_late(row: PostRow, now: datetime) -> bool:
    """Whether its moment has passed and nobody marked it published."""
    return row.starts_at is not None and row.starts_at < now and row.state not in OVER


def initials(name: str) -> str:
    """Two letters for a small badge; empty for nobody."""
    words = name.split()
    if not words:
        return ""
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])
    return letters.upper()
