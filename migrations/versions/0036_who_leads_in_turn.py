"""Who leads a series of meet-ups in turn, who leads one of them, and which series goes on with which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "meetup", sa.Column("rotates", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # Written out: SQLite adds a column with its key.
    op.execute(
        "ALTER TABLE meetup ADD COLUMN root_id INTEGER "
        "CONSTRAINT fk_meetup_root_id_meetup REFERENCES meetup (id)"
    )
    op.add_column(
        "team", sa.Column("region", sa.String(length=40), nullable=False, server_default="")
    )
    op.add_column("sitting", sa.Column("told_at", UtcDateTime(), nullable=True))
    op.create_table(
        "meetup_turn",
        sa.Column("meetup_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meetup_id"], ["meetup.id"], name="fk_meetup_turn_meetup_id_meetup", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_meetup_turn_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meetup_turn"),
        sa.UniqueConstraint("meetup_id", "person_id", name="uq_meetup_turn_meetup_id_person_id"),
    )
    op.create_index("ix_meetup_turn_person_id", "meetup_turn", ["person_id"])
    op.create_table(
        "host_of_day",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_host_of_day_team_id_team"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_host_of_day_occurrence_id_occurrence"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_host_of_day_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by_id"], ["person.id"], name="fk_host_of_day_chosen_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_host_of_day"),
        sa.UniqueConstraint("occurrence_id", name="uq_host_of_day_occurrence_id"),
    )
    op.create_index("ix_host_of_day_person_id", "host_of_day", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_host_of_day_person_id", table_name="host_of_day")
    op.drop_table("host_of_day")
    op.drop_index("ix_meetup_turn_person_id", table_name="meetup_turn")
    op.drop_table("meetup_turn")
    op.drop_column("sitting", "told_at")
    op.drop_column("team", "region")
    op.drop_column("meetup", "root_id")
    op.drop_column("meetup", "rotates")
