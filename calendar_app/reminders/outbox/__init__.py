"""The transactional outbox: every reminder is a row first, and each row comes to a known end.

Four functions drive it, each safe to run again at any moment and by several workers at once:
`plan` makes the rows (and `invite`, after it, those that bring meet-ups into calendars), `claim`
takes those that are due on a lease, `deliver` hands them over and `sweep` heals what crashed
workers left and settles what came too late.

    pending → claimed → in_flight → sent
    claimed or in_flight → retry (4xx) | dead (5xx) | in_doubt (no answer after the final dot)
    pending or retry → cancelled (no longer wanted) | missed (too late)

Only between the final dot and the relay's answer can nobody know (RFC 1047). Such a mail is sent
again byte for byte, and stays in doubt, not dead or missed, when the repetition fails. A message to
another service is held instead, until its reader says that it is to be sent again.

Where several workers share the work, one claims and another delivers: `hand_out` is a claim that is
passed on in its own transaction, `receive` puts the name of who delivers on it.
"""

from __future__ import annotations

from calendar_app.reminders.invitation_mails import invite
from calendar_app.reminders.outbox.claiming import (
    Defer,
    Ticket,
    anything_due,
    claim,
    hand_out,
    receive,
)
from calendar_app.reminders.outbox.delivering import deliver, desk_for
from calendar_app.reminders.outbox.desk import LEASE, PLANNED, Claimed, Desk
from calendar_app.reminders.outbox.noting import origins_due, send_again
from calendar_app.reminders.outbox.planning import changes_so_far, plan
from calendar_app.reminders.outbox.sweeping import sweep
from calendar_app.reminders.outbox.working import beat, begin_work, end_work, hands_are_full

__all__ = [
    "LEASE",
    "PLANNED",
    "Claimed",
    "Defer",
    "Desk",
    "Ticket",
    "anything_due",
    "beat",
    "begin_work",
    "changes_so_far",
    "claim",
    "deliver",
    "desk_for",
    "end_work",
    "hand_out",
    "hands_are_full",
    "invite",
    "origins_due",
    "plan",
    "receive",
    "send_again",
    "sweep",
]
