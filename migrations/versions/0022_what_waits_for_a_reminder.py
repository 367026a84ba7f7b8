"""What a reminder is about is found by its state and moment, in all teams at once."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_post_state_starts_at", "post", ["state", "starts_at"])
    op.create_index("ix_post_state_sent_to_review_at", "post", ["state", "sent_to_review_at"])
    op.create_index("ix_post_change_action_at", "post_change", ["action", "at"])


def downgrade() -> None:
    op.drop_index("ix_post_change_action_at", "post_change")
    op.drop_index("ix_post_state_sent_to_review_at", "post")
    op.drop_index("ix_post_state_starts_at", "post")
