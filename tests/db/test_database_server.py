"""The embedded server starts, survives, cleans up after itself and lets nobody else in."""

# ruff: noqa: ASYNC220, ASYNC221, ASYNC240
# One test at a time has the event loop to itself: nothing waits while it looks at files.

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import asyncpg
import pytest
from server_processes import REPOSITORY, ROOT, alive, ask, kill, said, until

from shared.db.binaries import SYSTEM
from shared.db.children import Account
from shared.db.errors import DataFolderHeldError
from shared.db.server import Server


async def test_an_empty_folder_answers_queries_and_keeps_its_promises_on_disk(tmp_path):
    with Server.start(tmp_path / "data") as server:
        dsn = server.admin_dsn
        assert await ask(dsn, "SELECT current_setting('fsync')") == "on"
        assert await ask(dsn, "SELECT current_setting('synchronous_commit')") == "on"
        assert await ask(dsn, "SELECT current_setting('full_page_writes')") == "on"
        assert await ask(dsn, "SELECT current_setting('listen_addresses')") == ""
        assert await ask(dsn, "SELECT current_setting('server_encoding')") == "UTF8"
        assert await ask(dsn, "SELECT lower('ÄB') || ('a' < 'B')::text") == "äbfalse"


async def test_a_stopped_server_leaves_no_process_no_socket_and_no_address(data):
    with Server.start(data) as server:
        socket_folder = Path(server.address.socket)
        pid = server.address.pid
        assert socket_folder.is_dir()
    assert not alive(pid)
    assert not socket_folder.parent.exists()
    assert not (data / "postgres.json").exists()
    assert not (data / "postgres" / "postmaster.pid").exists()


async def test_acknowledged_rows_survive_kills_of_the_server(data):
    with Server.start(data) as server:
        await ask(server.admin_dsn, "CREATE TABLE kept (round int)")
        for round_number in range(4):
            await ask(server.admin_dsn, "INSERT INTO kept VALUES ($1)", round_number)
            kill(server.address.pid)
            assert until(lambda: server.poll() is not None)
            server.restart()
            kept = await ask(server.admin_dsn, "SELECT count(*) FROM kept")
            assert kept == round_number + 1


async def test_a_killed_owner_leaves_no_server_and_no_row_behind(data, begin):
    with Server.start(data) as server:
        await ask(server.admin_dsn, "CREATE TABLE kept (round int)")
    for round_number in range(3):
        owner = begin(data)
        address = said(owner)
        dsn = f"postgresql://postgres@/postgres?host={address['socket']}"
        await ask(dsn, "INSERT INTO kept VALUES ($1)", round_number)
        kill(owner.pid)
        assert until(lambda pid=address["pid"]: not alive(pid))
    with Server.start(data) as server:
        assert await ask(server.admin_dsn, "SELECT count(*) FROM kept") == 3
        assert not Path(address["socket"]).parent.exists(), "the killed owner's socket is removed"


async def test_the_next_owner_may_come_while_the_killed_one_is_still_ending(data, begin):
    owner = begin(data)
    said(owner)
    kill(owner.pid)
    owner.wait()
    with Server.start(data) as server:  # no wait in between
        assert await ask(server.admin_dsn, "SELECT 1") == 1


async def test_a_second_start_names_the_process_that_holds_the_folder(data, begin):
    owner = begin(data)
    said(owner)
    with pytest.raises(DataFolderHeldError) as refused:
        Server.start(data)
    assert refused.value.facts["pid"] == str(owner.pid)
    assert str(owner.pid) in refused.value.detail("zh")
    assert str(data) in str(refused.value)


async def test_a_start_may_wait_for_a_short_command_to_end(data, begin):
    owner = begin(data)
    said(owner)
    owner.stdin.close()
    with Server.start(data, wait_s=20.0) as server:
        assert server.owned


async def test_of_many_first_comers_one_starts_and_the_others_attach(tmp_path, begin):
    everyone = [begin(tmp_path / "data", "attach_or_start") for _ in range(4)]
    heard = [said(process) for process in everyone]
    assert sorted(one["owned"] for one in heard) == [False, False, False, True]
    assert len({one["socket"] for one in heard}) == 1
    assert len({one["pid"] for one in heard}) == 1


async def test_who_attaches_uses_the_server_and_leaves_it_running(data, begin):
    owner = begin(data)
    address = said(owner)
    with Server.attach_or_start(data) as attached:
        assert not attached.owned
        assert await ask(attached.admin_dsn, "SELECT 1") == 1
    assert alive(address["pid"])


async def test_who_would_attach_starts_its_own_after_the_holder_was_killed(data, begin):
    owner = begin(data)
    said(owner)
    kill(owner.pid)
    owner.wait()
    with Server.attach_or_start(data) as server:
        assert await ask(server.admin_dsn, "SELECT 1") == 1


async def test_a_pid_file_whose_number_belongs_to_another_process_does_not_stop_a_start(data):
    account = Account.of_uid((data / "postgres").stat().st_uid)
    as_server = {"user": account.uid, "group": account.gid, "extra_groups": []} if ROOT else {}
    other = subprocess.Popen(["sleep", "60"], cwd="/", **as_server)
    pid_file = data / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{other.pid}\n{data / 'postgres'}\n0\n5432\n\n\n0 0\n")
    pid_file.chmod(0o644)
    try:
        with Server.start(data) as server:
            assert await ask(server.admin_dsn, "SELECT 1") == 1
        assert other.poll() is None, "the other process is none of ours"
    finally:
        other.kill()
        other.wait()


async def test_a_start_killed_in_the_middle_of_making_the_cluster_is_made_good(tmp_path):
    half = tmp_path / "data" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Server.start(tmp_path / "data", settings={"fsync": "off"}) as server:
        assert await ask(server.admin_dsn, "SELECT 1") == 1
    assert not half.exists()


async def test_a_failed_statement_leaves_no_personal_data_in_the_log(data):
    with Server.start(data) as server:
        await ask(server.admin_dsn, "CREATE TABLE people (name text PRIMARY KEY)")
        await ask(server.admin_dsn, "INSERT INTO people VALUES ('王小明')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(server.admin_dsn, "INSERT INTO people VALUES ('王小明')")
    log = (data / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "王小明" not in log


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_the_server_does_not_see_the_secrets_of_its_owner(data, monkeypatch):
    monkeypatch.setenv("CHANJIAO_SECRET", "a secret that stays here")
    with Server.start(data) as server:
        seen = Path(f"/proc/{server.address.pid}/environ").read_bytes()
    assert b"a secret that stays here" not in seen
    assert b"PATH=" in seen


def test_a_server_is_not_started_from_another_thread(data):
    """The kernel ties the server's life to the thread: it would die with it."""
    refused: list[BaseException] = []

    def start() -> None:
        try:
            Server.start(data).stop()
        except AssertionError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(refused[0])
    Server.start(data).stop()  # the refusal gave the lock back


@pytest.mark.skipif(not ROOT, reason="needs root, which starts the server as another user")
async def test_root_runs_the_server_as_another_user_in_a_private_home(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with Server.start(home / "data", settings={"fsync": "off"}) as server:
        status = Path(f"/proc/{server.address.pid}/status").read_text()
        uid = int(status.partition("Uid:")[2].split()[0])
        assert uid == Account.named("nobody").uid
        assert await ask(server.admin_dsn, "SELECT 1") == 1
    assert home.stat().st_mode & 0o777 == 0o700, "nothing above the cluster is opened"


@pytest.mark.skipif(not ROOT, reason="needs root, to knock as another user")
async def test_another_user_cannot_reach_the_socket_not_even_the_server_s_own(data):
    knock = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX)\n"
        "try: s.connect(sys.argv[1])\n"
        "except PermissionError: sys.exit(7)"
    )
    nobody = Account.named("nobody")
    python = "/usr/bin/python3"
    if not Path(python).exists():
        pytest.skip("no Python that the user nobody may run")
    with Server.start(data) as server:
        path = f"{server.address.socket}/.s.PGSQL.5432"
        as_root = subprocess.run([python, "-c", knock, path], check=False, cwd="/")
        as_nobody = subprocess.run(
            [python, "-c", knock, path],
            check=False,
            cwd="/",
            user=nobody.uid,
            group=nobody.gid,
            extra_groups=[],
        )
    assert (as_root.returncode, as_nobody.returncode) == (0, 7)


async def test_an_ordinary_user_starts_the_server_as_himself(open_folder, begin, ordinary):
    folder = open_folder / "his"
    folder.mkdir()
    if ROOT:
        os.chown(folder, ordinary["user"], ordinary["group"])
    owner = begin(folder / "data", **ordinary)
    address = said(owner)
    assert Path(f"/proc/{address['pid']}").stat().st_uid == folder.stat().st_uid
    assert len(f"{address['socket']}/.s.PGSQL.5432") <= 107
    kill(owner.pid)
    assert until(lambda: not alive(address["pid"])), "no orphan for an ordinary user either"


@pytest.mark.skipif(not ROOT, reason="needs root, who takes over another user's folder")
async def test_root_runs_an_ordinary_user_s_cluster_as_its_owner(open_folder, begin, ordinary):
    folder = open_folder / "his"
    folder.mkdir()
    os.chown(folder, ordinary["user"], ordinary["group"])
    owner = begin(folder / "data", **ordinary)
    said(owner)
    owner.stdin.close()
    owner.wait()
    with Server.start(folder / "data", wait_s=10.0) as server:
        assert await ask(server.admin_dsn, "SELECT 1") == 1


@pytest.mark.skipif(
    not (SYSTEM / "15" / "bin" / "postgres").exists(), reason="PostgreSQL 15 is not installed"
)
async def test_the_system_s_postgresql_15_serves_too(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANJIAO_PG_BIN", str(SYSTEM / "15" / "bin"))
    with Server.start(tmp_path / "data", settings={"fsync": "off"}) as server:
        assert server.address.version.startswith("15.")
        assert await ask(server.admin_dsn, "SELECT lower('ÄB') || ('a' < 'B')::text") == "äbfalse"
        kill(server.address.pid)
        assert until(lambda: server.poll() is not None)
        server.restart()
        assert await ask(server.admin_dsn, "SELECT 1") == 1


async def test_a_long_temporary_folder_does_not_lengthen_the_socket(data, tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    monkeypatch.setattr("tempfile.tempdir", None)
    with Server.start(data) as server:
        assert len(f"{server.address.socket}/.s.PGSQL.5432") <= 107
        assert await ask(server.admin_dsn, "SELECT 1") == 1


async def test_ctrl_c_at_the_terminal_does_not_reach_the_server(data):
    """It sits in a session of its own: its owner decides when it stops."""
    with Server.start(data) as server:
        assert os.getsid(server.address.pid) != os.getsid(0)
        os.kill(server.address.pid, signal.SIGHUP)  # a vanished terminal: it only reloads
        assert await ask(server.admin_dsn, "SELECT 1") == 1


def test_the_door_of_the_server_is_a_socket_in_a_folder_only(data):
    with Server.start(data) as server:
        listening = subprocess.run(
            ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=False
        ).stdout
        owner = (data / "postgres").stat().st_uid
        doors = [
            line.split()[1]
            for line in listening.splitlines()
            if line.split()[3:4] == ["0A"] and line.split()[7] == str(owner) and ROOT
        ]
        assert doors == []
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{server.address.socket}/.s.PGSQL.{server.address.port}")


def test_the_supervisor_needs_nothing_but_the_standard_library():
    """A start must not pay for drivers or frameworks that it does not use."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import shared.db.server, sys; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"asyncpg", "sqlalchemy", "pydantic", "fastapi", "structlog", "numpy"} & set(loaded)
