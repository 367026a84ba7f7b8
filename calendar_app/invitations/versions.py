"""What is to be mailed about one invitation: a new version, nothing, or what waits taken back.

Each mail is a version with a number that only rises (RFC 5546 §2.1.4). What a person's calendar
holds is what the newest version says that has left, or may have. Nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

REQUEST = "REQUEST"
CANCEL = "CANCEL"
# Changes rest so long, so that those of one sitting become one mail, and one undone none.
SETTLES = timedelta(minutes=3)
# But whoever goes on changing does not keep everybody waiting.
WAITS_AT_MOST = timedelta(minutes=15)
# A mail server that takes nothing for a month is not asked for ever.
IS_OF_USE = timedelta(days=30)

WAITING = frozenset({"pending", "retry"})
# Out of the house, or about to be: it may be in the person's calendar.
LEFT = frozenset({"claimed", "in_flight", "sent", "in_doubt"})
# What was refused for good is not sent again until there is something else to say.
_STANDS = WAITING | LEFT | {"dead"}

Step: TypeAlias = Literal["nothing", "take back", "tell"]


@dataclass(frozen=True)
class Version:
    """One mail about an invitation, and the state of its delivery."""

    sequence: int
    method: str
    state: str
    changing_since: datetime


def next_step(versions: Sequence[Version], shows_wanted: Callable[[Version | None], bool]) -> Step:
    """What to do, given all `versions`, the oldest first.

    `shows_wanted` says whether a version shows what the calendar should, of None whether it should
    show nothing.
    """
    newest = versions[-1] if versions else None
    if newest is not None and newest.state in _STANDS and shows_wanted(newest):
        return "nothing"
    if shows_wanted(held(versions)):
        return "take back" if newest is not None and newest.state in WAITING else "nothing"
    return "tell"


def held(versions: Sequence[Version]) -> Version | None:
    """The version that the person's calendar holds, or may; None: it holds nothing."""
    return next((one for one in reversed(versions) if one.state in LEFT), None)


def is_first(versions: Sequence[Version]) -> bool:
    """Whether the calendar knows nothing of it, so that the next mail is an invitation."""
    known = held(versions)
    return known is None or known.method == CANCEL


def changing_since(versions: Sequence[Version], now: datetime) -> datetime:
    """Since when there is something to tell that has not been told."""
    newest = versions[-1] if versions else None
    return newest.changing_since if newest is not None and newest.state in WAITING else now


def due_at(since: datetime, now: datetime) -> datetime:
    """When what changed at `now`, after other changes `since` that moment, is told."""
    return max(now, min(now + SETTLES, since + WAITS_AT_MOST))
