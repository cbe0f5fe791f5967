"""`chanjiao run`: one command starts everything, watches it, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Launcher, Started, alive, children_of, free_port, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of who starts again and again: to make a cluster takes longest."""
    return tmp_path_factory.mktemp("run") / "data"


def _run(launch: Launcher, data: Path) -> Started:
    return launch("run", "--data", str(data), port=free_port())


def _named(pids: list[int], word: str) -> list[int]:
    found: list[int] = []
    for pid in pids:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if word in line:
            found.append(pid)
    return found


def test_one_command_starts_the_platform_and_a_signal_stops_it(
    launch: Launcher, tmp_path: Path
) -> None:
    started = _run(launch, tmp_path / "data")
    started.wait_ready()
    until(lambda: "ready" in started.words)
    family = children_of(started.process.pid)
    assert len(family) >= 3
    assert httpx.get(f"{started.url}/").status_code == 200
    assert started.stop() == 0
    until(lambda: not [pid for pid in family if alive(pid)], 15)


def test_a_second_start_on_the_same_folder_says_who_holds_it(
    launch: Launcher, folder: Path
) -> None:
    first = _run(launch, folder)
    first.wait_ready()
    second = _run(launch, folder)
    assert second.process.wait(30) == os.EX_CONFIG
    assert str(first.process.pid) in second.words
    assert "Traceback" not in second.words
    assert first.is_ready()


def test_a_killed_part_comes_back(launch: Launcher, folder: Path) -> None:
    started = _run(launch, folder)
    started.wait_ready()
    for word in (" worker", " serve", "postgres -D"):
        family = children_of(started.process.pid)
        (victim, *_) = _named(family, word) or [0]
        assert victim, f"no process with {word!r}"
        os.kill(victim, signal.SIGKILL)
        until(lambda pid=victim: not alive(pid))
        started.wait_ready()
        until(lambda w=word: _named(children_of(started.process.pid), w))
    assert started.stop() == 0


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_recovers(
    launch: Launcher, folder: Path
) -> None:
    started = _run(launch, folder)
    started.wait_ready()
    family = children_of(started.process.pid)
    started.process.kill()
    started.process.wait(10)
    until(lambda: not [pid for pid in family if alive(pid)], 15)
    again = _run(launch, folder)
    again.wait_ready()
    assert again.stop() == 0
