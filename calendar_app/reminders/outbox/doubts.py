"""What becomes of a mail of which nobody knows whether it arrived, as the operator wants it.

A message is held whatever the operator wants, until its reader has it sent again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from calendar_app.config import Config
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.routes import EMAIL
from calendar_app.reminders.together import share_end


def hold_doubts(session: Session, config: Config, now: datetime) -> None:
    """End the mails that are in doubt, shown as that, where they are not to be repeated.

    To be asked wherever something comes into doubt, in the same transaction.
    """
    if config.mail_in_doubt == "repeat":
        return
    held = session.scalars(
        update(Delivery)
        .where(Delivery.state == "in_doubt", Delivery.ended_at.is_(None))
        .where(Delivery.route == EMAIL)
        .values(reason=due.IN_DOUBT, ended_at=now)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    share_end(session, held.all())
