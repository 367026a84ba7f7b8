"""The audit log, the attempts and the history of posts only grow: the database refuses the rest."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A history row goes when its post leaves the bin for good, so only its change is refused.
_REFUSED = {
    "audit_entry": ("UPDATE", "DELETE"),
    "attempt": ("UPDATE",),
    "post_change": ("UPDATE",),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def _upgrade_sqlite() -> None:
    for table, verbs in _REFUSED.items():
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _upgrade_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    for table, verbs in _REFUSED.items():
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE {' OR '.join(verbs)} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_grows()"
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, verbs in _REFUSED.items():
        if sqlite:
            for verb in verbs:
                op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}")
        else:
            op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
    if not sqlite:
        op.execute("DROP FUNCTION only_grows()")
