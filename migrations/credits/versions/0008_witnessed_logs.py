"""What is remembered of another platform's log moves by one function, forward only."""

from __future__ import annotations

from alembic import context

from shared.db.migrations import run_all
from shared.db.tables import REACH

revision = "0008"
down_revision = "0007"

# Requests of add-checkpoint carry no caller, so the wall let anyone change these rows. The
# signature and the proof are checked before the call; what SQL can check as well, it does: the
# move starts from what the check has read, goes forward, and its note is that checkpoint's.
_MOVE = """
CREATE FUNCTION ledger_move_log(p_origin text, p_old_size bigint, p_old_root bytea,
  p_size bigint, p_root bytea, p_note text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE ledger_logs SET size = p_size, root = p_root, note = p_note, version = version + 1
  WHERE origin = p_origin AND size = p_old_size AND root = p_old_root
    AND (p_size > size OR p_size = size AND p_root = root)
    AND starts_with(p_note, format(E'%s\\n%s\\n%s\\n', origin, p_size, encode(p_root, 'base64')));
  RETURN FOUND;
END
$$
"""
_ANYONE = f"USING ({REACH} IN ('own', 'authority', 'all'))"
_SIGNATURE = "ledger_move_log(text, bigint, bytea, bigint, bytea, text)"


def upgrade() -> None:
    """Take the right to change these rows from everyone but the function's owner."""
    readers = [f'"{role}"' for role in context.config.attributes.get("readers", ())]
    run_all(
        [
            "DROP POLICY ledger_logs_change ON ledger_logs",
            f"CREATE POLICY ledger_logs_change ON ledger_logs FOR UPDATE TO CURRENT_USER {_ANYONE}",
            _MOVE,
            f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC",
            *(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {role}" for role in readers),
            *(f"REVOKE UPDATE ON ledger_logs FROM {role}" for role in readers),
        ]
    )


def downgrade() -> None:
    """Give the right back."""
    readers = [f'"{role}"' for role in context.config.attributes.get("readers", ())]
    run_all(
        [
            f"DROP FUNCTION {_SIGNATURE}",
            "DROP POLICY ledger_logs_change ON ledger_logs",
            f"CREATE POLICY ledger_logs_change ON ledger_logs FOR UPDATE {_ANYONE}",
            *(f"GRANT UPDATE ON ledger_logs TO {role}" for role in readers),
        ]
    )
