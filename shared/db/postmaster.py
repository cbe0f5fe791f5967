"""One PostgreSQL process on one folder: made, launched, waited for, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.db.binaries import Binaries
from shared.db.children import Account, spawn
from shared.db.errors import (
    DataFolderHeldError,
    DataFolderVersionError,
    ServerNotReadyError,
    server_error,
)
from shared.db.ready import answers

# Recovery after a crash replays up to `max_wal_size` and may take minutes on a slow disk.
_READY_S = 300.0
_POLL_S = 0.003
_QUIET_S = 15.0
_LOG_BYTES_MAX = 16 * 1024 * 1024
# A full stop writes a checkpoint; after these seconds ever ruder signals follow.
_STOPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 8.0), (signal.SIGKILL, 10.0))

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # short queries: compiling costs more than it saves
    # Parallel workers need /dev/shm, which containers keep at 64 MB, and help no short query.
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    # After a crash every file is synced before recovery: one call instead of thousands (0.3 s for
    # 2.3 s on a new cluster).
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    # A failed statement carries people's data: neither it nor its detail reaches the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one server needs to run: programs, user, folders, settings."""

    binaries: Binaries
    account: Account | None
    cluster: Path
    socket: Path
    log: Path
    settings: Mapping[str, str]

    @property
    def port(self) -> int:
        """The port, which also names the socket file."""
        return int(self.settings["port"])


def initialise(plan: Plan) -> None:
    """Make the cluster beside its place and rename it there: a killed start leaves no half one."""
    fresh = plan.cluster.with_name(plan.cluster.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    give_to(plan.account, fresh)
    # PostgreSQL 17 brought a C.UTF-8 of its own, equal on every system.
    provider = ["--locale-provider=builtin"] if plan.binaries.major >= 17 else []
    offset = _rotate(plan.log)
    with _as_seen(plan.account, fresh) as (paths, descriptors), plan.log.open("ab") as log:
        made = spawn(
            [
                plan.binaries.program("initdb"),
                "-D",
                paths[0],
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--lc-messages=C",
                *provider,
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-sync",
                "--no-instructions",
            ],
            env=_environment(),
            account=plan.account,
            output=log,
            pass_fds=descriptors,
            cwd="/",
        )
        status = made.wait()
    if status != 0:
        raise server_error(_log_since(plan.log, offset), plan.cluster, plan.port)
    fresh.rename(plan.cluster)


def check_version(plan: Plan) -> None:
    """Refuse a cluster of another major version before PostgreSQL does, and in plain words."""
    found = (plan.cluster / "PG_VERSION").read_text().strip()
    if found != str(plan.binaries.major):
        raise DataFolderVersionError(
            folder=str(plan.cluster),
            found=found,
            wanted=str(plan.binaries.major),
            binaries=str(plan.binaries.folder),
        )


def sync_to_disk(plan: Plan) -> subprocess.Popen[bytes]:
    """Write a fresh cluster's files through to the disk, beside the running server.

    `initdb` skips it to start sooner; WAL alone would not bring these files back after a power cut.
    """
    with _as_seen(plan.account, plan.cluster) as (paths, descriptors):
        return spawn(
            [plan.binaries.program("initdb"), "--sync-only", "-D", paths[0]],
            env=_environment(),
            account=plan.account,
            output=subprocess.DEVNULL,
            pass_fds=descriptors,
            cwd="/",
        )


def launch(plan: Plan) -> subprocess.Popen[bytes]:
    """Start the server and return when it answers; what an earlier one left is cleared first."""
    _wait_until_quiet(plan.cluster)
    for left in plan.socket.glob(".s.PGSQL.*"):
        left.unlink()
    offset = _rotate(plan.log)
    settings = {**plan.settings}
    with (
        _as_seen(plan.account, plan.cluster, plan.socket) as (paths, descriptors),
        plan.log.open("ab") as log,
    ):
        settings["unix_socket_directories"] = paths[1]
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        # SIGQUIT: whoever kills the parent gets an immediate end, and recovery at the next start.
        process = spawn(
            [plan.binaries.program("postgres"), "-D", paths[0], *flags],
            env=_environment(),
            account=plan.account,
            death=signal.SIGQUIT,
            output=log,
            pass_fds=descriptors,
            cwd="/",
        )
    try:
        _wait_until_ready(plan, process, offset)
    except BaseException:
        end(process)
        raise
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the server: with a checkpoint, or at once where that takes too long."""
    for signum, patience_s in _STOPS:
        if process.poll() is not None:
            return
        process.send_signal(signum)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


def give_to(account: Account | None, folder: Path) -> None:
    """Make the server's user the owner of `folder`."""
    if account is not None:
        os.chown(folder, account.uid, account.gid)


@contextmanager
def _as_seen(
    account: Account | None, *folders: Path
) -> Generator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Yield the paths by which the server reaches `folders`, and the descriptors to pass on.

    A server under another user's id may not walk through the folders above its own (a private home,
    our private socket folder). An open descriptor leads straight to each one: nothing above them
    has to be opened to that user, who on many systems is shared with other services.
    """
    if account is None or sys.platform != "linux":
        yield tuple(str(folder) for folder in folders), ()
        return
    descriptors = tuple(os.open(folder, os.O_PATH | os.O_DIRECTORY) for folder in folders)
    try:
        yield tuple(f"/proc/self/fd/{number}" for number in descriptors), descriptors
    finally:
        for number in descriptors:
            os.close(number)


def _environment() -> dict[str, str]:
    """Return only what the server needs: our own environment holds secrets."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def _wait_until_ready(plan: Plan, process: subprocess.Popen[bytes], offset: int) -> None:
    until = time.monotonic() + _READY_S
    while not (_says_ready(plan.cluster) and answers(plan.socket, plan.port)):
        if process.poll() is not None:
            raise server_error(_log_since(plan.log, offset), plan.cluster, plan.port)
        if time.monotonic() > until:
            log = _log_since(plan.log, offset)[-1500:]
            raise ServerNotReadyError(waited_s=int(_READY_S), log=log)
        time.sleep(_POLL_S)


def _says_ready(cluster: Path) -> bool:
    """Read the state that the server writes; asking it while it starts would fill its log."""
    try:
        return "ready" in (cluster / "postmaster.pid").read_text().splitlines()[7:8][0]
    except (OSError, IndexError):
        return False


def _wait_until_quiet(cluster: Path) -> None:
    """Wait for an earlier server's last processes, then remove the pid file that it left.

    We hold the folder's lock, so a living server here has lost its parent and is ending. Its pid
    file must not survive it: PostgreSQL refuses to start when the number belongs to anyone else.
    """
    left = cluster / "postmaster.pid"
    if not left.exists():
        return
    until = time.monotonic() + _QUIET_S
    while living := _processes_in(cluster):
        if time.monotonic() > until:
            raise DataFolderHeldError(folder=str(cluster), pid=", ".join(map(str, living)))
        time.sleep(_POLL_S)
    if sys.platform == "linux":
        left.unlink(missing_ok=True)


def _processes_in(cluster: Path) -> Sequence[int]:
    """Return the processes that work in `cluster`, as every process of its server does."""
    here = cluster.stat()
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            there = (entry / "cwd").stat()
        except OSError:  # it ended, or it is none of ours
            continue
        if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino):
            found.append(int(entry.name))
    return found


def _rotate(log: Path) -> int:
    """Keep one older log when this one has grown; return where the new words will begin."""
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(log.with_name(log.name + ".1"))
    log.touch(mode=0o600)
    return log.stat().st_size


def _log_since(log: Path, offset: int) -> str:
    with log.open("rb") as words:
        words.seek(offset)
        return words.read().decode("utf-8", "replace")
