"""Where a post falls towards each value that it hangs on: inside, on the edge, or outside.

The values of a plan are a playing field. What falls outside of one is not forbidden: its writer
says why, and somebody who may approve agrees with exactly that.
"""

from __future__ import annotations

from collections.abc import Iterable

from calendar_app.errors import Refused
from calendar_app.language import N_

INSIDE, EDGE, OUTSIDE = "inside", "edge", "outside"
PLACE_NAMES = {INSIDE: N_("Inside"), EDGE: N_("On the edge"), OUTSIDE: N_("Outside")}
# What forms and history call the place at one value, with its id behind it.
PLACE = "place-"
# What forms call the reason of one value, with its id behind it.
REASON = "reason-"


def place_name(value_id: int) -> str:
    """What forms and history call the place at one value."""
    return f"{PLACE}{value_id}"


def value_of(name: str) -> int | None:
    """The id of the value whose place `name` is; None for every other name.

    The history has the value's name of then behind it.
    """
    number = name.removeprefix(PLACE).partition(" ")[0]
    return int(number) if name.startswith(PLACE) and number.isdecimal() else None


def known(typed: str) -> str:
    """The place that a form sent; what is none counts as inside."""
    return typed if typed in PLACE_NAMES else INSIDE


def is_anew(before: Iterable[object], after: Iterable[object]) -> bool:
    """Whether anything falls outside now that nobody could agree with before.

    Both hold (id of the value, reason) of each value that the post falls outside of: another reason
    is another thing to agree with.
    """
    return not set(after) <= set(before)


def check(outside: Iterable[tuple[int, str, str]]) -> None:
    """Raise Refused at the first of (id, name, reason) without a reason, at its reason field."""
    for value_id, name, reason in outside:
        if not reason.strip():
            raise Refused(
                N_(
                    "The post falls outside %(value)s. Say in one line why it goes out all "
                    "the same."
                ),
                field=f"{REASON}{value_id}",
                value=name,
            )


def check_agreed(outside: Iterable[object], *, is_agreed: bool) -> None:
    """Raise Refused when something falls outside and nobody agreed with that."""
    if list(outside) and not is_agreed:
        raise Refused(
            N_(
                "This falls outside a value. Tick on the page of the post that you agree, and "
                "approve it then."
            ),
            field="agrees_outside",
        )
