"""Row-level security, hashes only, and silent logs."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.accounts.adapters import passwords
from services.accounts.store.tables import metadata
from shared.db.session import PLATFORM, Database, Scope
from tests.accounts.conftest import PASSWORD, Found

KERNEL = {"outbox", "inbox", "jobs", "answers"}
TABLES = sorted(metadata.tables)


@pytest.mark.parametrize("table", TABLES)
async def test_the_app_role_without_context_sees_no_row(
    database: Database, found: Found, table: str
) -> None:
    await found()
    async with database.engine.begin() as tx:
        assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


@pytest.mark.parametrize("table", TABLES)
async def test_every_table_stands_behind_a_wall_that_binds_its_owner(
    database: Database, table: str
) -> None:
    async with database.engine.begin() as tx:
        query = text(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = CAST(:t AS"
            " regclass)"
        )
        assert (await tx.execute(query, {"t": table})).scalar_one() is True


async def test_the_app_role_is_bound_by_the_walls(database: Database) -> None:
    async with database.engine.begin() as tx:
        row = (
            await tx.execute(
                text(
                    "SELECT rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_tables"
                    " WHERE tableowner = current_user) FROM pg_roles WHERE rolname = current_user"
                )
            )
        ).one()
    assert tuple(row) == (False, False, False)


@pytest.mark.parametrize(
    "table", ["people", "memberships", "sessions", "clients", "consents", "verifications"]
)
async def test_one_organisation_never_sees_the_rows_of_another(
    database: Database, found: Found, table: str
) -> None:
    theirs = await found()
    await theirs.admin.post("/v1/clients", {"name": "x", "scopes": ["posts:write"]})
    async with database.begin(PLATFORM) as tx:
        everything = (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
    async with database.begin(Scope(org_id=uuid4(), subject=uuid4())) as tx:
        assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0
    assert everything > 0 or table in {"consents", "verifications"}


@pytest.mark.parametrize("table", ["signing_keys", "attempts", "grants", "provider_visits"])
async def test_what_is_nobodys_is_seen_by_the_platform_only(
    database: Database, found: Found, table: str
) -> None:
    company = await found()
    for reach in ("own", "authority"):
        scope = Scope(org_id=UUID(company.id), subject=uuid4(), reach=reach)
        async with database.begin(scope) as tx:
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


async def test_an_organisation_does_not_approve_itself_even_in_sql(
    database: Database, found: Found
) -> None:
    company = await found()
    own = Scope(org_id=UUID(company.id), subject=uuid4())
    async with database.begin(own) as tx:
        changed = await tx.execute(text("UPDATE verifications SET status = 'approved'"))
        assert changed.rowcount == 0


async def test_passwords_sessions_and_codes_are_stored_as_hashes_only(
    found: Found, database: Database
) -> None:
    school = await found("school")
    row = {"login": f"s-{uuid4().hex[:8]}", "name": "学生", "roles": ["student"]}
    made = (await school.admin.post("/v1/people", row)).json()
    secrets = [PASSWORD, school.admin.session, made["activation_code"]]
    async with database.begin(PLATFORM) as tx:
        for table in TABLES:
            for stored in (await tx.execute(text(f"SELECT t::text FROM {table} t"))).scalars():
                for secret in secrets:
                    assert secret not in stored, table
                    assert secret.encode().hex() not in stored, table
        query = text("SELECT password_hash FROM people WHERE password_hash IS NOT NULL")
        for stored in (await tx.execute(query)).scalars():
            assert stored.startswith("$argon2id$v=19$")


async def test_a_hash_that_is_kept_costs_what_it_must() -> None:
    # Read anew: in the tests' own copy of the module hashes are cheap.
    spec = find_spec(passwords.__name__)
    assert spec is not None
    assert spec.loader is not None
    as_written = module_from_spec(spec)
    spec.loader.exec_module(as_written)
    stored = await as_written.Passwords().hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await as_written.Passwords().holds(stored, PASSWORD)


async def test_no_personal_data_reaches_the_log(
    found: Found, client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    school = await found("school")
    mark = uuid4().hex[:8]
    row = {
        "login": f"login{mark}",
        "name": f"欧阳{mark}",
        "roles": ["student"],
        "member_no": f"G{mark}",
        "phone": "13912340000",
        "email": f"{mark}@example.cn",
        "password": f"password {mark}",
    }
    made = await school.admin.post("/v1/people", row)
    assert made.status_code == 201
    await school.admin.get("/v1/people", params={"q": row["name"]})
    await client.post("/v1/sessions", json={"login": row["login"], "password": "wrong one"})
    await client.post("/v1/sessions", json={"login": row["login"], "password": row["password"]})
    written = "".join(capfd.readouterr())
    assert "request.answered" in written
    assert mark not in written
    assert "13912340000" not in written
