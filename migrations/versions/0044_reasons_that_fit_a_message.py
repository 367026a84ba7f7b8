"""Why a reminder was not sent by itself, in words that fit a chat message as well as a mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_WORDS = {
    "It stood in one mail with others of its kind.": (
        "It was told together with others of its kind."
    ),
    "More mails were due than the mail server takes in a minute.": (
        "More reminders were due than can be sent in a minute."
    ),
}


def upgrade() -> None:
    _say(_WORDS)


def downgrade() -> None:
    _say({now: before for before, now in _WORDS.items()})


def _say(words: dict[str, str]) -> None:
    delivery = sa.table("delivery", sa.column("reason"))
    for before, now in words.items():
        op.execute(delivery.update().where(delivery.c.reason == before).values(reason=now))
