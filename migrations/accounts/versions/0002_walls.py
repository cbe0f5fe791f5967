"""Row-level security of the room's tables, and an audit log that nobody can change."""

from __future__ import annotations

from alembic import context, op

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH, SUBJECT, secure

revision = "0002"
down_revision = "0001"

# Public facts: whoever came through a transaction of ours, and nobody who did not.
_ANY_CALLER = f"{REACH} IN ('own', 'authority', 'all')"
_NOBODY = "false"

_WALLS = (
    # A reviewer marks an organisation that has asked to be verified, and no other.
    *secure(
        "organisations",
        see=_ANY_CALLER,
        change=(
            f"id = {ORG} OR ({REACH} = 'authority' AND EXISTS (SELECT 1 FROM verifications v"
            " WHERE v.org_id = organisations.id))"
        ),
    ),
    *secure("sites", see=_ANY_CALLER, change=f"org_id = {ORG}"),
    *secure(
        "people",
        see=(
            f"id = {SUBJECT} OR home_org_id = {ORG} OR EXISTS (SELECT 1 FROM memberships m"
            f" WHERE m.person_id = people.id AND m.org_id = {ORG})"
        ),
        change=f"id = {SUBJECT} OR home_org_id = {ORG}",
    ),
    *secure(
        "memberships", see=f"org_id = {ORG} OR person_id = {SUBJECT}", change=f"org_id = {ORG}"
    ),
    # Who keeps an account may end its sessions: a blocked person is out at once.
    *secure(
        "sessions",
        see=(
            f"person_id = {SUBJECT} OR EXISTS (SELECT 1 FROM people p"
            f" WHERE p.id = sessions.person_id AND p.home_org_id = {ORG})"
        ),
    ),
    *secure("attempts", see=_NOBODY),
    *secure("clients", see=f"org_id = {ORG}"),
    *secure("signing_keys", see=_NOBODY),
    *secure("grants", see=_NOBODY),
    *secure("identities", see=f"person_id = {SUBJECT}"),
    *secure("provider_visits", see=_NOBODY),
    # The school of a student and the enterprise that a consent names may read it; only the
    # person concerned writes it.
    *secure(
        "consents",
        see=f"person_id = {SUBJECT} OR home_org_id = {ORG} OR to_org_id = {ORG}",
        change=f"person_id = {SUBJECT}",
    ),
    # The applicant adds, a reviewer of an authority decides: neither can do the other's part.
    "ALTER TABLE verifications ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE verifications FORCE ROW LEVEL SECURITY",
    (
        "CREATE POLICY verifications_see ON verifications FOR SELECT"
        f" USING (org_id = {ORG} OR {REACH} = 'authority' OR {PLATFORM_REACH})"
    ),
    (
        "CREATE POLICY verifications_add ON verifications FOR INSERT"
        f" WITH CHECK ((org_id = {ORG} AND status = 'submitted') OR {PLATFORM_REACH})"
    ),
    (
        "CREATE POLICY verifications_change ON verifications FOR UPDATE"
        f" USING ({REACH} = 'authority' OR {PLATFORM_REACH})"
        f" WITH CHECK ({REACH} = 'authority' OR {PLATFORM_REACH})"
    ),
    # Everyone's acts are written; a row is read by who did it and by whom it concerns. There is
    # no policy for changing or removing one: nobody can, not even the platform.
    "ALTER TABLE audit ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE audit FORCE ROW LEVEL SECURITY",
    (
        "CREATE POLICY audit_see ON audit FOR SELECT"
        f" USING (org_id = {ORG} OR object_org_id = {ORG} OR {PLATFORM_REACH})"
    ),
    f"CREATE POLICY audit_add ON audit FOR INSERT WITH CHECK ({_ANY_CALLER})",
    "ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE audit_head FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY audit_head_see ON audit_head FOR SELECT USING ({_ANY_CALLER})",
    (
        "CREATE POLICY audit_head_move ON audit_head FOR UPDATE"
        f" USING ({_ANY_CALLER}) WITH CHECK ({_ANY_CALLER})"
    ),
)

_REFUSE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    """Raise the walls, begin the chain, take the rights to change it away."""
    # The head is written before its wall stands: the owner is bound by it too.
    op.execute(
        "INSERT INTO audit_head (one, seq, hash) VALUES (true, 0, decode(repeat('00', 32), 'hex'))"
    )
    run_all(_WALLS)
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    for role in context.config.attributes.get("readers", ()):
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM "{role}"')
        op.execute(f'REVOKE INSERT, DELETE, TRUNCATE ON audit_head FROM "{role}"')


def downgrade() -> None:
    """Refuse: what has been walled in stays so."""
    refuse_downgrade("what has been walled in stays so")
