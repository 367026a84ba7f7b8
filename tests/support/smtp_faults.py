"""What goes wrong between a mailer and its relay: what a relay may do at each point.

The points follow RFC 5321 §3: connection, greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA
(answered 354), the body, the final dot, the acceptance, the answer to it.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

Point = Literal[
    "connect",  # before the greeting
    "greeted",  # after the greeting
    "ehlo",
    "starttls",
    "auth",
    "mail",
    "rcpt",
    "data",  # before the 354
    "body",  # after the first bytes of the body
    "dot",  # the final dot has come, the message is not accepted yet
    "accepted",  # the message is accepted and logged, the mailer does not know it yet
    "answered",  # after the 250
]
Action = Literal["answer", "close", "reset", "wait"]
SILENT_POINTS = {"greeted", "body", "answered"}


@dataclass(frozen=True)
class Fault:
    """One thing the relay does at `point` instead of, or before, its usual answer.

    `times` it happens (None: always), after letting `after` visits of the point pass; with
    `recipient`, only where that text is in a recipient's address (points rcpt to answered).
    `seconds` of None waits until the sink is told to go on or the mailer leaves.
    """

    point: Point
    action: Action
    reply: str = ""
    seconds: float | None = None
    times: int | None = 1
    after: int = 0
    recipient: str = ""

    def __post_init__(self) -> None:
        """Refuse a fault that could never happen."""
        if self.point not in get_args(Point) or self.action not in get_args(Action):
            raise ValueError(f"No such point or action: {self.point}, {self.action}.")
        if self.action == "answer" and self.point in SILENT_POINTS:
            raise ValueError(f"A relay says nothing at the point {self.point}.")
        if (self.action == "answer") != bool(self.reply):
            raise ValueError("An answer, and nothing else, needs a reply.")

    def as_json(self) -> dict[str, Any]:
        """The fault as a JSON object; `Fault(**object)` makes it again."""
        return asdict(self)


def answer(point: Point, reply: str, **when: Any) -> Fault:
    """Answer `reply`, such as "451 4.3.0 Try later"; a 421 also closes the connection."""
    return Fault(point, "answer", reply=reply, **when)


def close(point: Point, **when: Any) -> Fault:
    """Close the connection without a word."""
    return Fault(point, "close", **when)


def reset(point: Point, **when: Any) -> Fault:
    """Break the connection off with a TCP reset."""
    return Fault(point, "reset", **when)


def wait(point: Point, seconds: float | None = None, **when: Any) -> Fault:
    """Say nothing for `seconds`, or until released, then go on as usual."""
    return Fault(point, "wait", seconds=seconds, **when)


class Program:
    """The faults still to come, in order; safe to change and to ask from several threads."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Begin with `faults`."""
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Forget all faults and take these."""
        steps = [_Step(fault) for fault in faults]
        with self._lock:
            self._steps = steps

    def visit(self, point: Point, recipients: Iterable[str] = ()) -> list[Fault]:
        """The faults of this visit of `point`, in order; only the last is not a wait."""
        addresses = list(recipients)
        with self._lock:
            steps = [step for step in self._steps if step.concerns(point, addresses)]
            return _until_the_end(step.fault for step in steps if step.happens())


class _Step:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.visits = 0

    def concerns(self, point: Point, addresses: list[str]) -> bool:
        wanted = self.fault.recipient
        return self.fault.point == point and (
            not wanted or any(wanted in address for address in addresses)
        )

    def happens(self) -> bool:
        turn = self.visits - self.fault.after
        last = self.fault.times
        if last is not None and turn >= last:
            return False
        self.visits += 1
        return turn >= 0


def _until_the_end(faults: Iterable[Fault]) -> list[Fault]:
    chosen: list[Fault] = []
    for fault in faults:
        chosen.append(fault)
        if fault.action != "wait":
            break
    return chosen
