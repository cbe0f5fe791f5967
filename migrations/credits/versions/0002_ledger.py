"""The ledger: append-only rows, what follows from them, and the functions that alone write."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import context

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH, SUBJECT

revision = "0002"
down_revision = "0001"

_TABLES = (
    """
    CREATE TABLE ledger_transactions (
      id uuid CONSTRAINT pk_ledger_transactions PRIMARY KEY,
      kind varchar(16) NOT NULL,
      at timestamptz NOT NULL,
      school_id uuid NOT NULL,
      holder varchar(80) NOT NULL,
      subject uuid,
      scope varchar(200) NOT NULL,
      key varchar(200) NOT NULL,
      request_sha256 bytea NOT NULL,
      reservation_id uuid,
      reverses uuid,
      expires_on date,
      facts jsonb NOT NULL,
      nonce uuid NOT NULL,
      commitment bytea NOT NULL,
      CONSTRAINT uq_ledger_transactions_school_id_key UNIQUE (school_id, key)
    )
    """,
    (
        "CREATE UNIQUE INDEX uq_ledger_transactions_reverses ON ledger_transactions (reverses)"
        " WHERE reverses IS NOT NULL"
    ),
    (
        "CREATE INDEX ix_ledger_transactions_school_id_holder"
        " ON ledger_transactions (school_id, holder)"
    ),
    (
        "CREATE INDEX ix_ledger_transactions_due ON ledger_transactions (expires_on)"
        " WHERE expires_on IS NOT NULL"
    ),
    # No foreign keys from here on: only the functions write, they make what they name in the same
    # call, and each key would cost every posting a look-up and a lock.
    """
    CREATE TABLE ledger_entries (
      transaction_id uuid NOT NULL,
      n smallint NOT NULL,
      account_id uuid NOT NULL,
      amount bigint NOT NULL CONSTRAINT ck_ledger_entries_moves CHECK (amount <> 0),
      CONSTRAINT pk_ledger_entries PRIMARY KEY (transaction_id, n)
    )
    """,
    """
    CREATE TABLE ledger_accounts (
      id uuid CONSTRAINT pk_ledger_accounts PRIMARY KEY,
      school_id uuid NOT NULL,
      holder varchar(80) NOT NULL,
      subject uuid,
      scope varchar(200) NOT NULL,
      kind varchar(16) NOT NULL,
      label varchar(80) NOT NULL,
      opened_by uuid NOT NULL,
      debits bigint NOT NULL DEFAULT 0,
      credits bigint NOT NULL DEFAULT 0,
      pending bigint NOT NULL DEFAULT 0,
      balance_min bigint,
      balance_max bigint,
      CONSTRAINT ck_ledger_accounts_totals
        CHECK (debits >= 0 AND credits >= 0 AND pending >= 0),
      CONSTRAINT ck_ledger_accounts_minimum CHECK (credits - debits >= balance_min),
      CONSTRAINT ck_ledger_accounts_maximum CHECK (credits - debits + pending <= balance_max)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_ledger_accounts_subject ON ledger_accounts (subject)",
    "CREATE INDEX ix_ledger_accounts_school_id_holder ON ledger_accounts (school_id, holder)",
    """
    CREATE TABLE ledger_reservations (
      id uuid CONSTRAINT pk_ledger_reservations PRIMARY KEY,
      school_id uuid NOT NULL,
      expires_at timestamptz NOT NULL,
      account_ids uuid[] NOT NULL,
      amounts bigint[] NOT NULL,
      settled_by uuid
    )
    """,
    (
        "CREATE INDEX ix_ledger_reservations_open ON ledger_reservations (expires_at)"
        " WHERE settled_by IS NULL"
    ),
    """
    CREATE TABLE ledger_uses (
      taken_by uuid NOT NULL,
      claim varchar(200) NOT NULL,
      scope varchar(200) NOT NULL,
      school_id uuid NOT NULL,
      released_by uuid,
      CONSTRAINT pk_ledger_uses PRIMARY KEY (taken_by, claim)
    )
    """,
    (
        "CREATE UNIQUE INDEX uq_ledger_uses_live ON ledger_uses (scope, claim)"
        " WHERE released_by IS NULL"
    ),
    # Filled and emptied all day: vacuumed by count, not by share.
    """
    CREATE TABLE ledger_queue (
      number bigint GENERATED ALWAYS AS IDENTITY,
      transaction_id uuid NOT NULL,
      commitment bytea NOT NULL,
      at timestamptz NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
    """,
    """
    CREATE TABLE ledger_leaves (
      seq bigint CONSTRAINT pk_ledger_leaves PRIMARY KEY,
      transaction_id uuid NOT NULL CONSTRAINT uq_ledger_leaves_transaction_id UNIQUE
    )
    """,
    """
    CREATE TABLE ledger_tiles (
      level smallint NOT NULL,
      position bigint NOT NULL,
      hashes bytea NOT NULL,
      CONSTRAINT pk_ledger_tiles PRIMARY KEY (level, position)
    )
    """,
    """
    CREATE TABLE ledger_checkpoints (
      size bigint CONSTRAINT pk_ledger_checkpoints PRIMARY KEY,
      root bytea NOT NULL,
      note text NOT NULL
    )
    """,
    """
    CREATE TABLE ledger_head (
      one boolean CONSTRAINT pk_ledger_head PRIMARY KEY,
      origin varchar(200) NOT NULL,
      size bigint NOT NULL
    )
    """,
    """
    CREATE TABLE ledger_witnesses (
      id uuid CONSTRAINT pk_ledger_witnesses PRIMARY KEY,
      org_id uuid NOT NULL,
      vkey varchar(300) NOT NULL CONSTRAINT uq_ledger_witnesses_vkey UNIQUE,
      url varchar(300),
      size bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz
    )
    """,
    "CREATE INDEX ix_ledger_witnesses_org_id ON ledger_witnesses (org_id)",
    """
    CREATE TABLE ledger_cosignatures (
      size bigint NOT NULL
        CONSTRAINT fk_ledger_cosignatures_size REFERENCES ledger_checkpoints (size),
      witness_id uuid NOT NULL
        CONSTRAINT fk_ledger_cosignatures_witness_id REFERENCES ledger_witnesses (id),
      line varchar(400) NOT NULL,
      CONSTRAINT pk_ledger_cosignatures PRIMARY KEY (size, witness_id)
    )
    """,
    """
    CREATE TABLE ledger_logs (
      origin varchar(200) CONSTRAINT pk_ledger_logs PRIMARY KEY,
      vkey varchar(300) NOT NULL,
      size bigint NOT NULL DEFAULT 0,
      root bytea NOT NULL,
      note text NOT NULL DEFAULT '',
      version integer NOT NULL DEFAULT 1
    )
    """,
)

# Opening keeps the limits of an account in a transaction of its own, so that the audit knows them.
_OPEN = """
CREATE FUNCTION ledger_open(p_transaction uuid, p_id uuid[], p_kind text[], p_label text[],
  p_min bigint[], p_max bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_accounts AS a (id, school_id, holder, subject, scope, kind, label, opened_by,
    balance_min, balance_max)
  SELECT w.id, t.school_id, t.holder, t.subject, t.scope, w.kind, w.label, t.id, w.low, w.high
  FROM ledger_transactions t, unnest(p_id, p_kind, p_label, p_min, p_max)
    AS w(id, kind, label, low, high)
  WHERE t.id = p_transaction AND t.kind = 'open'
  ORDER BY w.id
  ON CONFLICT (id) DO UPDATE SET balance_min = excluded.balance_min,
    balance_max = excluded.balance_max, opened_by = excluded.opened_by
$$
"""

# One call writes many transactions: keys first, then uses, then accounts, each in one order for
# everyone, so that two calls never wait for each other in a ring.
_WRITE = """
CREATE FUNCTION ledger_write(
  p_id uuid[], p_kind text, p_at timestamptz, p_school uuid, p_holder text[], p_subject uuid[],
  p_scope text[], p_key text[], p_request bytea[], p_reservation uuid[], p_reverses uuid[],
  p_expires date[], p_facts jsonb[], p_nonce uuid[], p_commitment bytea[],
  p_entry_of uuid[], p_entry_n smallint[], p_account uuid[], p_amount bigint[],
  p_claim_of uuid[], p_claim_scope text[], p_claim text[],
  p_hold_of uuid[], p_hold_account uuid[], p_hold bigint[], p_until timestamptz)
RETURNS TABLE (id uuid, key text, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Planned once: the arrays are small, and every table is reached by an index in nested loops.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  fresh uuid[];
  moved integer;
BEGIN
  WITH written AS (
    INSERT INTO ledger_transactions (id, kind, at, school_id, holder, subject, scope, key,
      request_sha256, reservation_id, reverses, expires_on, facts, nonce, commitment)
    SELECT w.id, p_kind, p_at, p_school, w.holder, w.subject, w.scope, w.key, w.request,
      w.reservation, w.reverses, w.expires, w.facts, w.nonce, w.commitment
    FROM unnest(p_id, p_holder, p_subject, p_scope, p_key, p_request, p_reservation, p_reverses,
      p_expires, p_facts, p_nonce, p_commitment) AS w(id, holder, subject, scope, key, request,
      reservation, reverses, expires, facts, nonce, commitment)
    ORDER BY w.key
    ON CONFLICT (school_id, key) DO NOTHING
    RETURNING ledger_transactions.id)
  SELECT coalesce(array_agg(written.id), '{}') INTO fresh FROM written;
  IF cardinality(fresh) < cardinality(p_id) AND EXISTS (
    SELECT 1 FROM unnest(p_key, p_request) AS w(key, request)
    JOIN ledger_transactions t ON t.school_id = p_school AND t.key = w.key
    WHERE t.request_sha256 <> w.request) THEN
    RAISE EXCEPTION 'another request under this key' USING ERRCODE = 'CJ001';
  END IF;

  IF EXISTS (SELECT 1 FROM unnest(p_entry_of, p_amount) AS e(t, amount)
    GROUP BY e.t HAVING sum(e.amount) <> 0) THEN
    RAISE EXCEPTION 'unbalanced' USING ERRCODE = 'CJ002';
  END IF;

  IF p_kind IN ('reverse', 'expiry') THEN
    IF EXISTS (SELECT 1 FROM unnest(p_id, p_reverses) AS r(id, t)
      LEFT JOIN ledger_transactions o ON o.id = r.t AND o.school_id = p_school
      WHERE r.id = ANY (fresh) AND o.kind IS DISTINCT FROM 'post') THEN
      RAISE EXCEPTION 'only a posting is reversed' USING ERRCODE = 'CJ003';
    END IF;
    IF p_kind = 'reverse' THEN
      UPDATE ledger_uses u SET released_by = r.id
      FROM unnest(p_id, p_reverses) AS r(id, t) JOIN ledger_transactions o ON o.id = r.t
      WHERE r.id = ANY (fresh) AND u.taken_by IN (o.id, o.reservation_id)
        AND u.released_by IS NULL;
    END IF;
  END IF;

  IF num_nonnulls(VARIADIC p_reservation) > 0 THEN
    -- A posting comes before the deadline; a release may come at any time, once.
    UPDATE ledger_reservations v SET settled_by = r.id
    FROM unnest(p_id, p_reservation) AS r(id, reservation)
    WHERE r.id = ANY (fresh) AND v.id = r.reservation AND v.school_id = p_school
      AND v.settled_by IS NULL AND (p_kind = 'release' OR v.expires_at > p_at);
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> (SELECT count(*) FROM unnest(p_id, p_reservation) AS r(id, reservation)
      WHERE r.id = ANY (fresh) AND r.reservation IS NOT NULL) THEN
      RAISE EXCEPTION 'the reservation is gone' USING ERRCODE = 'CJ004';
    END IF;
    IF p_kind = 'release' THEN
      UPDATE ledger_uses u SET released_by = r.id
      FROM unnest(p_id, p_reservation) AS r(id, reservation)
      WHERE r.id = ANY (fresh) AND u.taken_by = r.reservation AND u.released_by IS NULL;
    END IF;
  END IF;

  IF p_kind = 'reserve' THEN
    INSERT INTO ledger_reservations (id, school_id, expires_at, account_ids, amounts)
    SELECT r.id, p_school, p_until, coalesce(h.accounts, '{}'), coalesce(h.amounts, '{}')
    FROM unnest(fresh) AS r(id) LEFT JOIN (
      SELECT w.t, array_agg(w.account ORDER BY w.account) AS accounts,
        array_agg(w.amount ORDER BY w.account) AS amounts
      FROM unnest(p_hold_of, p_hold_account, p_hold) AS w(t, account, amount) GROUP BY w.t) h
      ON h.t = r.id;
  END IF;

  INSERT INTO ledger_uses (taken_by, claim, scope, school_id)
  SELECT c.t, c.claim, c.scope, p_school
  FROM unnest(p_claim_of, p_claim_scope, p_claim) AS c(t, scope, claim)
  WHERE c.t = ANY (fresh)
  ORDER BY c.scope, c.claim;

  -- Locked in the order of their ids, which the nested loop takes from the sorted side.
  WITH moves AS MATERIALIZED (
    SELECT m.account, sum(m.debit) AS debit, sum(m.credit) AS credit, sum(m.hold) AS hold
    FROM (SELECT e.account, greatest(e.amount, 0) AS debit, greatest(-e.amount, 0) AS credit,
        0 AS hold
      FROM unnest(p_entry_of, p_account, p_amount) AS e(t, account, amount)
      WHERE e.t = ANY (fresh)
      UNION ALL
      SELECT h.account, 0, 0, h.amount
      FROM unnest(p_hold_of, p_hold_account, p_hold) AS h(t, account, amount)
      WHERE h.t = ANY (fresh)) m
    GROUP BY m.account
    ORDER BY m.account),
  changed AS (
    UPDATE ledger_accounts a SET debits = a.debits + moves.debit,
      credits = a.credits + moves.credit, pending = a.pending + moves.hold
    FROM moves WHERE a.id = moves.account
    RETURNING a.id)
  SELECT (SELECT count(*) FROM moves) - (SELECT count(*) FROM changed) INTO moved;
  IF moved <> 0 THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'CJ005';
  END IF;

  INSERT INTO ledger_entries (transaction_id, n, account_id, amount)
  SELECT e.t, e.n, e.account, e.amount
  FROM unnest(p_entry_of, p_entry_n, p_account, p_amount) AS e(t, n, account, amount)
  WHERE e.t = ANY (fresh);

  INSERT INTO ledger_queue (transaction_id, commitment, at)
  SELECT w.id, w.commitment, clock_timestamp()
  FROM unnest(p_id, p_commitment) AS w(id, commitment) WHERE w.id = ANY (fresh);

  IF cardinality(fresh) = cardinality(p_id) THEN
    RETURN QUERY SELECT w.id, w.key, false FROM unnest(p_id, p_key) AS w(id, key);
    RETURN;
  END IF;
  RETURN QUERY
    SELECT t.id, w.key, NOT t.id = ANY (fresh)
    FROM unnest(p_key) AS w(key)
    JOIN ledger_transactions t ON t.school_id = p_school AND t.key = w.key;
END
$$
"""

# The queue is emptied and the leaves are numbered in one statement. What a transaction depends on
# was committed, hence visible, and numbered before it: its leaf stands before it.
_SEQUENCE = """
CREATE FUNCTION ledger_sequence(p_size bigint)
RETURNS TABLE (seq bigint, transaction_id uuid, commitment bytea, at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH taken AS (DELETE FROM ledger_queue RETURNING number, transaction_id, commitment, at),
  numbered AS (
    SELECT p_size + row_number() OVER (ORDER BY number) - 1 AS seq, transaction_id, commitment, at
    FROM taken),
  kept AS (INSERT INTO ledger_leaves (seq, transaction_id)
    SELECT seq, transaction_id FROM numbered)
  SELECT seq, transaction_id, commitment, at FROM numbered ORDER BY seq
$$
"""

_SEAL = """
CREATE FUNCTION ledger_seal(p_size bigint, p_level smallint[], p_position bigint[],
  p_hashes bytea[], p_root bytea, p_note text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_tiles AS t (level, position, hashes)
  SELECT * FROM unnest(p_level, p_position, p_hashes)
  ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes;
  INSERT INTO ledger_checkpoints (size, root, note) VALUES (p_size, p_root, p_note);
  UPDATE ledger_head SET size = p_size;
$$
"""

# Two sequencers never work at once: the second one sees that the head is held and goes home.
_BEGIN = """
CREATE FUNCTION ledger_begin(p_origin text) RETURNS TABLE (origin text, size bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO ledger_head (one, origin, size) VALUES (true, p_origin, 0) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT h.origin::text, h.size FROM ledger_head h FOR UPDATE SKIP LOCKED;
END
$$
"""

_COSIGN = """
CREATE FUNCTION ledger_cosign(p_witness uuid, p_size bigint, p_line text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_cosignatures (size, witness_id, line) VALUES (p_size, p_witness, p_line)
  ON CONFLICT DO NOTHING;
  UPDATE ledger_witnesses SET size = greatest(size, p_size) WHERE id = p_witness;
$$
"""

_FUNCTIONS = {
    "ledger_open(uuid, uuid[], text[], text[], bigint[], bigint[])": _OPEN,
    "ledger_write(uuid[], text, timestamptz, uuid, text[], uuid[], text[], text[], bytea[],"
    " uuid[], uuid[], date[], jsonb[], uuid[], bytea[], uuid[], smallint[], uuid[], bigint[],"
    " uuid[], text[], text[], uuid[], uuid[], bigint[], timestamptz)": _WRITE,
    "ledger_sequence(bigint)": _SEQUENCE,
    "ledger_seal(bigint, smallint[], bigint[], bytea[], bytea, text)": _SEAL,
    "ledger_begin(text)": _BEGIN,
    "ledger_cosign(uuid, bigint, text)": _COSIGN,
}

_OWN = f"school_id = {ORG} OR {PLATFORM_REACH}"
_OWN_OR_MINE = f"subject = {SUBJECT} OR {_OWN}"
_ANY_CALLER = f"{REACH} IN ('own', 'authority', 'all')"
# Whom a policy lets see, add and change. Rows that carry no person are for everyone: the public
# data of the log.
_WALLS = {
    "ledger_transactions": (_OWN_OR_MINE, _OWN, None),
    "ledger_accounts": (_OWN_OR_MINE, _OWN, _OWN),
    "ledger_entries": (
        "EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.id = ledger_entries.account_id)",
        _ANY_CALLER,
        None,
    ),
    "ledger_reservations": (_OWN, _OWN, _OWN),
    "ledger_uses": (_OWN, _OWN, _OWN),
    "ledger_queue": (PLATFORM_REACH, _ANY_CALLER, None),
    "ledger_leaves": (_ANY_CALLER, PLATFORM_REACH, None),
    "ledger_tiles": (_ANY_CALLER, PLATFORM_REACH, PLATFORM_REACH),
    "ledger_checkpoints": (_ANY_CALLER, PLATFORM_REACH, None),
    "ledger_head": (_ANY_CALLER, PLATFORM_REACH, PLATFORM_REACH),
    "ledger_cosignatures": (_ANY_CALLER, _ANY_CALLER, None),
    "ledger_witnesses": (
        _ANY_CALLER,
        f"org_id = {ORG} OR {PLATFORM_REACH}",
        f"org_id = {ORG} OR {PLATFORM_REACH}",
    ),
    "ledger_logs": (_ANY_CALLER, PLATFORM_REACH, _ANY_CALLER),
}
_APPENDED = (
    "ledger_transactions",
    "ledger_entries",
    "ledger_leaves",
    "ledger_checkpoints",
    "ledger_cosignatures",
)
_NEVER_REMOVED = ("ledger_accounts", "ledger_reservations", "ledger_uses", "ledger_head")

_REFUSE = """
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    """Create tables, functions, walls; take every right to write that is no function's."""
    run_all([*_TABLES, *_walls(), _REFUSE, *_triggers(), *_FUNCTIONS.values(), *_grants()])


def _walls() -> Iterator[str]:
    for table, (see, add, change) in _WALLS.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {table}_see ON {table} FOR SELECT USING ({see})"
        yield f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({add})"
        if change is not None:
            yield f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({change})"
    # Only what the sequencer has taken leaves the queue.
    yield f"CREATE POLICY ledger_queue_take ON ledger_queue FOR DELETE USING ({PLATFORM_REACH})"


def _triggers() -> Iterator[str]:
    for table in (*_APPENDED, *_NEVER_REMOVED):
        verbs = "UPDATE OR DELETE" if table in _APPENDED else "DELETE"
        for when, each in ((verbs, "ROW"), ("TRUNCATE", "STATEMENT")):
            yield (
                f"CREATE TRIGGER {table}_stays_{each.lower()} BEFORE {when} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION refuse_ledger_change()"
            )


def _grants() -> Iterator[str]:
    readers = [f'"{role}"' for role in context.config.attributes.get("readers", ())]
    # Members and logs are registered by a plain INSERT; their rows stand behind the walls above.
    kept = {"ledger_witnesses": "DELETE, TRUNCATE", "ledger_logs": "DELETE, TRUNCATE"}
    for role in readers:
        for table in _WALLS:
            taken = kept.get(table, "INSERT, UPDATE, DELETE, TRUNCATE")
            yield f"REVOKE {taken} ON {table} FROM {role}"
    for signature in _FUNCTIONS:
        yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
        for role in readers:
            yield f"GRANT EXECUTE ON FUNCTION {signature} TO {role}"


def downgrade() -> None:
    """Refuse: what is appended for ever is not taken back."""
    refuse_downgrade("what is appended for ever is not taken back")
