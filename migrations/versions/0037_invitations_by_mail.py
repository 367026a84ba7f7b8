"""Meet-ups in people's calendars as invitations by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetups_by_mail",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name="fk_meetups_by_mail_person_id_person",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meetups_by_mail"),
        sa.UniqueConstraint("person_id", name="uq_meetups_by_mail_person_id"),
    )
    op.create_table(
        "invitation",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("meetup_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_invitation_team_id_team"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_invitation_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["meetup_id"], ["meetup.id"], name="fk_invitation_meetup_id_meetup"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("person_id", "uid", name="uq_invitation_person_id_uid"),
    )
    op.create_index("ix_invitation_meetup_id", "invitation", ["meetup_id"])
    op.create_table(
        "invitation_version",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(7), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.Column("stamped_at", UtcDateTime(), nullable=False),
        sa.Column("changing_since", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "method IN ('REQUEST', 'CANCEL')", name=op.f("ck_invitation_version_method")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name="fk_invitation_version_invitation_id_invitation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation_version"),
        sa.UniqueConstraint("subject", name="uq_invitation_version_subject"),
        sa.UniqueConstraint(
            "invitation_id", "sequence", name="uq_invitation_version_invitation_id_sequence"
        ),
    )


def downgrade() -> None:
    op.drop_table("invitation_version")
    op.drop_table("invitation")
    op.drop_table("meetups_by_mail")
