"""Data folders, other processes and other users for the tests of the database server."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_processes import OWNER, REPOSITORY, ROOT, sweep

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
    folders: set[Path] = set()

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
        folders.add(data)
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
    for folder in folders:
        sweep(folder)


@pytest.fixture
def ordinary() -> dict[str, object]:
    """How to start a Python process as a user who is not root, with programs it can read."""
    if not ROOT:
        return {"python": sys.executable}
    nobody = Account.named("nobody")
    as_nobody = {"user": nobody.uid, "group": nobody.gid, "extra_groups": []}
    binaries = find_binaries(os.environ, account=nobody)
    env = {
        "CHANJIAO_PG_BIN": str(binaries.folder),
        "PATH": os.environ["PATH"],
        # Another Python of the same version finds our libraries, where he may read them.
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    version = f"assert sys.version_info[:2] == {sys.version_info[:2]}"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            able = subprocess.run(
                [python, "-c", f"import sys, shared.db.server; {version}"],
                cwd=REPOSITORY,
                capture_output=True,
                check=False,
                env=env,
                **as_nobody,
            )
        except (PermissionError, FileNotFoundError):
            continue
        if able.returncode == 0:
            return {"python": python, "env": env, **as_nobody}
    pytest.skip("no Python that the user nobody may run, or the checkout is private to root")
