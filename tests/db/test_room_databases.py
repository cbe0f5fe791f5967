"""Each room gets its database and three roles without power, and nobody reaches a neighbour's."""

import asyncio
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from server_processes import ask
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.cluster import clone_database, drop_database, ensure_rooms
from shared.db.dsn import Dsn
from shared.db.errors import (
    DatabaseAddressError,
    RolePowerError,
    RoomCreationForbiddenError,
    SecretMissingError,
    ServerUnreachableError,
    TemplateMissingError,
)
from shared.db.server import Server

ROOMS = ("accounts", "internships")
SECRET = "a secret of the tests"


@pytest.fixture(scope="module")
def server(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for this file, open on loopback too, where roles need their passwords."""
    data = tmp_path_factory.mktemp("rooms") / "data"
    subprocess.run(["cp", "-a", made, data], check=True)
    hba = data / "postgres" / "pg_hba.conf"
    hba.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "port": port}
    with Server.start(data, settings=settings) as running:
        yield running
    shutil.rmtree(data)


@pytest.fixture
def admin(server: Server) -> str:
    return server.admin_dsn


@pytest.fixture
async def name(admin: str) -> AsyncIterator[str]:
    """A platform of this test's own in the shared cluster."""
    name = f"p{secrets.token_hex(4)}"
    yield name
    connection = await asyncpg.connect(admin)
    for row in await connection.fetch(
        "SELECT datname FROM pg_database WHERE datname LIKE $1", f"{name}%"
    ):
        await connection.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    for row in await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE $1", f"{name}%"
    ):
        await connection.execute(f"DROP OWNED BY {row['rolname']}")
        await connection.execute(f"DROP ROLE {row['rolname']}")
    await connection.close()


async def make_boss(admin: str, name: str, powers: str) -> None:
    """Make an administrator who is no superuser."""
    await ask(admin, f"CREATE ROLE {name}_boss LOGIN {powers} PASSWORD 'boss password'")


def over_network(admin: str, user: str, password: str, database: str = "postgres") -> str:
    port = dict(Dsn.parse(admin).options)["port"]
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"


async def test_each_room_gets_its_own_database_and_roles_that_reach_it(admin, name):
    rooms = await ensure_rooms(admin, name, ROOMS)
    assert set(rooms) == set(ROOMS)
    for room, database in rooms.items():
        for dsn in (database.owner_dsn, database.app_dsn, database.relay_dsn):
            who = "SELECT current_user || '@' || current_database()"
            assert await ask(dsn.url, who) == f"{dsn.user}@{name}_{room}"


async def test_no_role_of_a_room_can_switch_row_security_off(admin, name):
    rooms = await ensure_rooms(admin, name, ROOMS)
    for database in rooms.values():
        for dsn in (database.owner_dsn, database.app_dsn, database.relay_dsn):
            assert not await ask(
                dsn.url,
                "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
                " FROM pg_roles WHERE rolname = current_user",
            )


async def test_the_app_role_without_context_sees_no_row(admin, name):
    """The wall that the rooms stand on: row-level security binds the app and even the owner."""
    room = (await ensure_rooms(admin, name, ROOMS))["accounts"]
    owner = await asyncpg.connect(room.owner_dsn.url)
    await owner.execute(
        "CREATE TABLE things (org text); INSERT INTO things VALUES ('a'), ('b');"
        " ALTER TABLE things ENABLE ROW LEVEL SECURITY;"
        " ALTER TABLE things FORCE ROW LEVEL SECURITY;"
        " CREATE POLICY own ON things USING (org = current_setting('app.org', true));"
        f" GRANT SELECT ON things TO {room.app_dsn.user}"
    )
    assert await owner.fetchval("SELECT count(*) FROM things") == 0
    await owner.close()
    app = await asyncpg.connect(room.app_dsn.url)
    assert await app.fetchval("SELECT count(*) FROM things") == 0
    async with app.transaction():
        await app.execute("SELECT set_config('app.org', 'a', true)")
        assert await app.fetchval("SELECT count(*) FROM things") == 1
    assert await app.fetchval("SELECT count(*) FROM things") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("ALTER TABLE things DISABLE ROW LEVEL SECURITY")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("CREATE TABLE mine (i int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(f"SET ROLE {room.owner_dsn.user}")
    await app.close()


async def test_a_room_cannot_open_its_neighbour_s_database(admin, name):
    rooms = await ensure_rooms(admin, name, ROOMS)
    for role in (rooms["accounts"].app_dsn, rooms["accounts"].owner_dsn):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(replace(role, database=f"{name}_internships").url, "SELECT 1")


async def test_many_processes_may_ensure_the_same_rooms_at_once(admin, name):
    everyone = await asyncio.gather(*(ensure_rooms(admin, name, ROOMS) for _ in range(6)))
    assert all(rooms == everyone[0] for rooms in everyone)
    made = await ask(admin, "SELECT count(*) FROM pg_database WHERE datname LIKE $1", f"{name}%")
    assert made == 2


async def test_ensuring_again_keeps_what_is_there(admin, name):
    room = (await ensure_rooms(admin, name, ROOMS))["accounts"]
    await ask(room.owner_dsn.url, "CREATE TABLE kept AS SELECT 7 AS i")
    again = (await ensure_rooms(admin, name, ROOMS))["accounts"]
    assert again == room
    assert await ask(again.owner_dsn.url, "SELECT i FROM kept") == 7


async def test_over_a_network_the_roles_log_in_by_passwords_derived_from_the_secret(admin, name):
    await make_boss(admin, name, "CREATEDB CREATEROLE")
    url = over_network(admin, f"{name}_boss", "boss%20password")
    rooms = await ensure_rooms(url, name, ROOMS, secret=SECRET)
    for room, database in rooms.items():
        for dsn in (database.owner_dsn, database.app_dsn, database.relay_dsn):
            assert await ask(dsn.url, "SELECT current_database()") == f"{name}_{room}"
            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask(replace(dsn, password="a guess").url, "SELECT 1")
    passwords = {dsn.password for r in rooms.values() for dsn in (r.app_dsn, r.owner_dsn)}
    assert len(passwords) == 4, "every role has a password of its own"
    assert not any(password in repr(rooms) for password in passwords)


async def test_a_changed_secret_is_carried_over_to_the_roles(admin, name):
    await make_boss(admin, name, "CREATEDB CREATEROLE")
    url = over_network(admin, f"{name}_boss", "boss%20password")
    before = await ensure_rooms(url, name, ROOMS, secret=SECRET)
    after = await ensure_rooms(url, name, ROOMS, secret="another secret")
    assert await ask(after["accounts"].app_dsn.url, "SELECT 1") == 1
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(before["accounts"].app_dsn.url, "SELECT 1")


async def test_without_a_secret_no_role_is_made_on_a_network(admin, name):
    await make_boss(admin, name, "CREATEDB CREATEROLE")
    with pytest.raises(SecretMissingError) as refused:
        await ensure_rooms(over_network(admin, f"{name}_boss", "boss%20password"), name, ROOMS)
    assert "boss%20password" not in str(refused.value)


@pytest.mark.parametrize("powers", ["", "CREATEDB", "CREATEROLE"])
async def test_who_may_not_create_gets_the_sql_for_an_administrator_which_works(
    admin, name, powers
):
    await make_boss(admin, name, powers)
    url = over_network(admin, f"{name}_boss", "boss%20password")
    for _ in ROOMS:  # each room says what it lacks
        with pytest.raises(RoomCreationForbiddenError) as refused:
            await ensure_rooms(url, name, ROOMS, secret=SECRET)
        script = str(refused.value.facts["sql"])
        assert script in refused.value.detail("zh")
        assert "password" not in script.lower() or "SCRAM-SHA-256$" in script
        for statement in script.split(";\n"):
            await ask(admin, statement)
    rooms = await ensure_rooms(url, name, ROOMS, secret=SECRET)
    for database in rooms.values():
        assert await ask(database.app_dsn.url, "SELECT 1") == 1
        await ask(database.owner_dsn.url, "CREATE TABLE works (i int)")


async def test_a_role_that_could_switch_row_security_off_is_refused(admin, name):
    await ensure_rooms(admin, name, ROOMS)
    await ask(admin, f"ALTER ROLE {name}_accounts_app BYPASSRLS")
    with pytest.raises(RolePowerError, match=f"{name}_accounts_app"):
        await ensure_rooms(admin, name, ROOMS)
    await ask(admin, f"ALTER ROLE {name}_accounts_app NOBYPASSRLS")
    await ask(admin, f"GRANT {name}_accounts_owner TO {name}_accounts_relay")
    with pytest.raises(RolePowerError, match=f"{name}_accounts_relay"):
        await ensure_rooms(admin, name, ROOMS)


async def test_one_room_may_live_on_another_server(admin, name):
    await make_boss(admin, name, "CREATEDB CREATEROLE")
    elsewhere = over_network(admin, f"{name}_boss", "boss%20password")
    rooms = await ensure_rooms(
        admin, name, ROOMS, secret=SECRET, overrides={"internships": elsewhere}
    )
    assert rooms["accounts"].app_dsn.by_socket
    assert not rooms["internships"].app_dsn.by_socket
    assert await ask(rooms["internships"].app_dsn.url, "SELECT 1") == 1


async def test_a_clone_has_the_rows_the_owner_and_the_walls_of_its_template(admin, name):
    rooms = await ensure_rooms(admin, name, ROOMS)
    template = rooms["accounts"]
    await ask(template.owner_dsn.url, "CREATE TABLE kept AS SELECT 7 AS i")
    await clone_database(admin, f"{name}_accounts", f"{name}_clone")
    clone = template.in_database(f"{name}_clone")
    assert await ask(clone.owner_dsn.url, "SELECT i FROM kept") == 7
    assert await ask(clone.app_dsn.url, "SELECT 1") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(replace(rooms["internships"].app_dsn, database=f"{name}_clone").url, "SELECT 1")
    await drop_database(admin, f"{name}_clone")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await ask(clone.app_dsn.url, "SELECT 1")
    await drop_database(admin, f"{name}_clone")  # it may be gone already


async def test_a_template_that_does_not_exist_is_named(admin, name):
    with pytest.raises(TemplateMissingError, match=f"{name}_nothing"):
        await clone_database(admin, f"{name}_nothing", f"{name}_clone")


async def test_a_server_that_does_not_answer_is_named_without_its_password(name):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://boss:a%20password@127.0.0.1:{port}/postgres"
    with pytest.raises(ServerUnreachableError, match=str(port)) as refused:
        await ensure_rooms(url, name, ROOMS, secret=SECRET)
    assert "a%20password" not in str(refused.value)


async def test_both_forms_of_an_address_lead_to_the_same_place(admin, name):
    rooms = await ensure_rooms(admin, name, ROOMS)
    engine = create_async_engine(rooms["accounts"].app_dsn.sqlalchemy)
    async with engine.connect() as connection:
        by_sqlalchemy = (await connection.execute(text("SELECT current_user"))).scalar_one()
    await engine.dispose()
    by_asyncpg = await ask(rooms["accounts"].app_dsn.url, "SELECT current_user")
    assert by_sqlalchemy == by_asyncpg == f"{name}_accounts_app"


def test_an_address_keeps_odd_characters_and_hides_its_password():
    dsn = Dsn.parse("postgresql+asyncpg://a%40b:p%2Fw%3A%20@db.example:6432/x%20y?sslmode=require")
    assert (dsn.user, dsn.password, dsn.database) == ("a@b", "p/w: ", "x y")
    assert Dsn.parse(dsn.url) == dsn
    assert dsn.sqlalchemy.endswith("?ssl=require")
    assert not dsn.by_socket
    assert "p/w" not in repr(dsn)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "", "/var/run", "http://a/b"])
def test_what_is_no_address_of_postgresql_is_refused(url):
    with pytest.raises(DatabaseAddressError, match="postgresql://"):
        Dsn.parse(url)
