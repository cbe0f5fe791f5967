"""The platform as people start it: real processes on loopback, a data folder of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

READY_S = 60.0
# One client for all: each new one would read the certificate store again.
CLIENT = httpx.Client(timeout=5)


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """Return the processes below `pid`, deepest last."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found += [int(entry.name), *children_of(int(entry.name))]
    return found


def alive(pid: int) -> bool:
    """Whether `pid` runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def until(what: Callable[[], object], seconds: float = READY_S) -> None:
    """Wait until `what` is true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@dataclass(slots=True)
class Started:
    """One `chanjiao` process and its address."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    @property
    def words(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return CLIENT.get(f"{self.url}/health/ready").status_code == 200
        return False

    def wait_ready(self) -> None:
        until(lambda: self.is_ready() or self.process.poll() is not None)
        assert self.process.poll() is None, self.words

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@dataclass(slots=True)
class Launcher:
    """Starts `chanjiao` commands and ends them all at the end of a test."""

    folder: Path
    started: list[Started] = field(default_factory=list)

    def __call__(self, *words: str, port: int | None = None, **environment: str) -> Started:
        log = self.folder / f"{len(self.started)}.log"
        address = ["--port", str(port)] if port else []
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "gateway.commands", *words, *address],
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "CHANJIAO_LOG_LEVEL": "WARNING", **environment},
            )
        started = Started(process, f"http://127.0.0.1:{port}", log)
        self.started.append(started)
        return started


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path)
    yield launcher
    for started in reversed(launcher.started):
        if started.process.poll() is None:
            started.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.process.wait(20)
        started.process.kill()
        started.process.wait(10)
