"""What a plan wishes of its audiences and of its ambassadors, in percent of its posts."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out: SQLite adds a column with its check, and a batch would drop the search's triggers.
    op.execute(
        "ALTER TABLE audience ADD COLUMN wanted_share INTEGER "
        "CONSTRAINT ck_audience_wanted_share CHECK (wanted_share BETWEEN 0 AND 100)"
    )
    op.execute(
        "ALTER TABLE plan ADD COLUMN ambassador_share INTEGER "
        "CONSTRAINT ck_plan_ambassador_share CHECK (ambassador_share BETWEEN 0 AND 100)"
    )


def downgrade() -> None:
    op.drop_column("plan", "ambassador_share")
    op.drop_column("audience", "wanted_share")
