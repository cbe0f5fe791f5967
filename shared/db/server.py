"""The embedded PostgreSQL of one data folder: one process owns it, the others attach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from shared.db.binaries import find_binaries
from shared.db.children import Account
from shared.db.errors import (
    DataFolderForbiddenError,
    DataFolderHeldError,
    ServerNotReadyError,
    reading_folder,
)
from shared.db.lock import FolderLock
from shared.db.postmaster import (
    SETTINGS,
    Plan,
    check_version,
    end,
    give_to,
    initialise,
    launch,
    sync_to_disk,
)
from shared.db.ready import answers

_PREFIX = "cj-"
_POLL_S = 0.01
# sun_path holds 108 bytes with its closing zero; the server's own file name takes its part.
_SOCKET_BYTES_MAX = 107 - len("/s/.s.PGSQL.65535.lock") - len(_PREFIX) - 8


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server answers, as its owner has written it for those who attach."""

    socket: str
    port: int
    pid: int
    version: str

    @property
    def admin_dsn(self) -> str:
        """The superuser's address, for asyncpg (and, with another scheme, SQLAlchemy)."""
        return f"postgresql://postgres@/postgres?host={quote(self.socket)}&port={self.port}"


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of the server in the platform's data folder."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def address(self) -> Path:
        return self.data / "postgres.json"

    @property
    def lock(self) -> Path:
        return self.data / "postgres.lock"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    def read_address(self) -> Address | None:
        try:
            return Address(**json.loads(self.address.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write_address(self, address: Address) -> None:
        aside = self.address.with_suffix(".new")
        aside.write_text(json.dumps(asdict(address)))
        aside.replace(self.address)


class Server:
    """A running PostgreSQL; as a context manager its owner stops it at the end.

    Everyone who can walk into the socket folder is let in without a password, and that is the user
    who started the server, and root: the folder around it is private to that user.
    """

    def __init__(self, files: _Files, address: Address, running: _Running | None) -> None:
        self._files = files
        self._running = running
        self.address = address

    @classmethod
    def start(
        cls, data: Path, *, settings: Mapping[str, str] | None = None, wait_s: float = 0.0
    ) -> Self:
        """Start the server of the folder `data` and own it, from the main thread.

        `settings` are PostgreSQL's own and win over ours. A holder of the folder is waited for
        `wait_s` seconds; then DataFolderHeldError names it.
        """
        files = _Files(data.absolute())
        lock = _lock_folder(files, wait_s)
        if lock is None:
            raise DataFolderHeldError(folder=str(files.data), pid=_holder(files))
        try:
            running = _Running.begin(files, lock, {**SETTINGS, **(settings or {})})
        except BaseException:
            lock.release()
            raise
        return cls(files, running.address, running)

    @classmethod
    def attach_or_start(
        cls, data: Path, *, settings: Mapping[str, str] | None = None, wait_s: float = 30.0
    ) -> Self:
        """Use the server that another process runs on `data`, or start one and own it.

        A holder that is only just starting its server is waited for `wait_s` seconds.
        """
        files = _Files(data.absolute())
        until = time.monotonic() + wait_s
        while True:
            address = files.read_address()
            if address is not None and answers(Path(address.socket), address.port):
                return cls(files, address, None)
            lock = _lock_folder(files, 0.0)
            if lock is not None:
                lock.release()
                try:
                    return cls.start(data, settings=settings)
                except DataFolderHeldError:
                    continue  # another one was quicker: attach to it
            if time.monotonic() > until:
                raise ServerNotReadyError(waited_s=int(wait_s), log=f"pid {_holder(files)}")
            time.sleep(_POLL_S)

    @property
    def owned(self) -> bool:
        """Whether this process started the server and will stop it."""
        return self._running is not None

    @property
    def admin_dsn(self) -> str:
        """The superuser's address; superusers are not bound by row-level security."""
        return self.address.admin_dsn

    def poll(self) -> int | None:
        """Return the exit status of a server that we own and that has ended, else None."""
        return self._running.process.poll() if self._running else None

    def restart(self) -> None:
        """Start an owned server again at the same address after it ended."""
        assert self._running is not None, "only the owner restarts"
        self._running.relaunch()
        self.address = self._running.address

    def stop(self) -> None:
        """Stop an owned server; leave an attached one alone."""
        if self._running is not None:
            self._running.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Running:
    """The owner's side: the lock, the process and the private socket folder."""

    def __init__(self, files: _Files, lock: FolderLock, plan: Plan) -> None:
        self._files = files
        self._lock = lock
        self._plan = plan
        self._syncing: subprocess.Popen[bytes] | None = None
        self.process = launch(plan)
        self.address = self._announce()

    @classmethod
    def begin(cls, files: _Files, lock: FolderLock, settings: Mapping[str, str]) -> Self:
        account = _account(files.cluster)
        with reading_folder(files.data, owner=_owner(files.data), user=_user()):
            _refuse_foreign(files.cluster, account)
            _remove_socket(files.read_address())
            binaries = find_binaries(os.environ, account=account)
            socket = _make_socket(account)
            try:
                # PostgreSQL 18 would start three I/O workers that our small reads never need.
                own = {"io_method": "sync"} if binaries.major >= 18 else {}
                plan = Plan(
                    binaries=binaries,
                    account=account,
                    cluster=files.cluster,
                    socket=socket,
                    log=files.log,
                    settings={**own, **settings},
                )
                fresh = not files.cluster.exists()
                if fresh:
                    initialise(plan)
                check_version(plan)
                running = cls(files, lock, plan)
            except BaseException:
                shutil.rmtree(socket.parent, ignore_errors=True)
                raise
            if fresh and settings.get("fsync") != "off":
                running._syncing = sync_to_disk(plan)
        return running

    def relaunch(self) -> None:
        self.process = launch(self._plan)
        self.address = self._announce()

    def finish(self) -> None:
        if self._syncing is not None:
            self._syncing.wait()
            self._syncing = None
        end(self.process)
        self._files.address.unlink(missing_ok=True)
        shutil.rmtree(self._plan.socket.parent, ignore_errors=True)
        self._lock.release()

    def _announce(self) -> Address:
        address = Address(
            socket=str(self._plan.socket),
            port=self._plan.port,
            pid=self.process.pid,
            version=self._plan.binaries.version,
        )
        self._files.write_address(address)
        return address


def _lock_folder(files: _Files, wait_s: float) -> FolderLock | None:
    with reading_folder(files.data, owner=_owner(files.data), user=_user()):
        files.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FolderLock(files.lock)
        return lock if lock.acquire(wait_s) else None


def _holder(files: _Files) -> str:
    return str(FolderLock(files.lock).holder() or "?")


def _account(cluster: Path) -> Account | None:
    """Return as whom root runs the server: the cluster's owner, or nobody for a new one."""
    if os.geteuid() != 0:
        return None
    owner = cluster.stat().st_uid if cluster.exists() else 0
    return Account.of_uid(owner) if owner else Account.named("nobody")


def _refuse_foreign(cluster: Path, account: Account | None) -> None:
    wanted = os.geteuid() if account is None else account.uid
    if cluster.exists() and cluster.stat().st_uid != wanted:
        raise DataFolderForbiddenError(
            folder=str(cluster), owner=_owner(cluster), user=_user(), reason="other owner"
        )


def _make_socket(account: Account | None) -> Path:
    """Make a new private folder, and in it the one which the server may write to."""
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp inside, mode 0700
        if len(os.fsencode(base)) <= _SOCKET_BYTES_MAX:
            socket = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)) / "s"
            socket.mkdir(mode=0o755)
            give_to(account, socket)
            return socket
    raise AssertionError("the second base is short")


def _remove_socket(address: Address | None) -> None:
    """Remove the folder of a server that was killed; the lock says that it is not in use."""
    if address is not None:
        private = Path(address.socket).parent
        if private.name.startswith(_PREFIX) and private.is_dir():
            shutil.rmtree(private, ignore_errors=True)


def _owner(folder: Path) -> str:
    """Return the name of the owner of `folder` or of the nearest folder above that exists."""
    for path in (folder, *folder.parents):
        try:
            return Account.of_uid(path.stat().st_uid).name
        except OSError:
            continue
    return "?"


def _user() -> str:
    return Account.of_uid(os.geteuid()).name
