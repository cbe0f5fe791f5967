"""Data folders, other processes and other users for the tests of the database server."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_processes import OWNER, REPOSITORY, ROOT

from shared.db.binaries import find_binaries
from shared.db.children import Account
from shared.db.server import Server


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose cluster is made, to be copied: initdb is the slow part."""
    folder = tmp_path_factory.mktemp("made") / "data"
    Server.start(folder, settings={"fsync": "off"}).stop()
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A data folder of this test's own, with a cluster that was stopped well."""
    subprocess.run(["cp", "-a", made, tmp_path / "data"], check=True)
    yield tmp_path / "data"
    shutil.rmtree(tmp_path / "data")  # forty megabytes a test would pile up under /tmp


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can walk into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="cjtest-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def begin() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process that owns or attaches to a server; all of them are ended afterwards."""
    begun: list[subprocess.Popen[str]] = []

    def begin(
        data: Path, how: str = "start", *, python: str = sys.executable, **more
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [python, "-c", OWNER, str(data), how],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **more,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture
def ordinary() -> dict[str, object]:
    """How to start a Python process as a user who is not root, with programs it can read."""
    if not ROOT:
        return {"python": sys.executable}
    nobody = Account.named("nobody")
    for python in (sys.executable, "/usr/bin/python3"):
        as_nobody = {"user": nobody.uid, "group": nobody.gid, "extra_groups": []}
        try:
            able = subprocess.run(
                [python, "-c", "import sys, shared; assert sys.version_info >= (3, 11)"],
                cwd=REPOSITORY,
                capture_output=True,
                check=False,
                **as_nobody,
            )
        except PermissionError:
            continue
        if able.returncode == 0:
            binaries = find_binaries(os.environ, account=nobody)
            # Its own TMPDIR would be root's; the programs are named, as the wheel is not its own.
            env = {"CHANJIAO_PG_BIN": str(binaries.folder), "PATH": os.environ["PATH"]}
            return {"python": python, "env": env, **as_nobody}
    pytest.skip("no Python that the user nobody may run, or the checkout is private to root")
