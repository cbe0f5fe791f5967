"""The platform as the demonstration starts it: `chanjiao run` on a data folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from gateway.settings import ROOMS
from shared.db.children import spawn
from shared.kernel.errors import DomainError, Text

READY_S = 90.0
STOP_S = 30.0
LOG = "demo.log"


class PlatformNotStartedError(DomainError):
    """The platform of the demonstration did not start."""

    code = "demo_platform_not_started"
    title_zh = "演示平台未能启动"
    mend = Text("{reason}", "{reason}")


@contextmanager
def running_platform(data: Path, port: int) -> Generator[str]:
    """Start the platform on `data`, wait until it is ready, give its address, stop it."""
    data.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    with (data / LOG).open("wb") as log:
        words = ("run", "--data", str(data.absolute()), "--port", str(port))
        process = spawn(
            (sys.executable, "-m", "gateway.commands", *words),
            env=own_environment(url),
            death=signal.SIGTERM,
            output=log,
        )
        try:
            _wait(url, process, data / LOG)
            yield url
        finally:
            _stop(process)


def own_environment(url: str) -> Mapping[str, str]:
    """Return the shell's environment without what it says of another platform."""
    foreign = {"DATABASE_URL", "CHANJIAO_DATA", "CHANJIAO_PUBLIC_URL", "CHANJIAO_DEMO"}
    foreign |= {f"{room.upper()}_{what}" for room in ROOMS for what in ("URL", "DATABASE_URL")}
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    return {
        **own,
        "CHANJIAO_LOG_FORMAT": "console",
        "CHANJIAO_LOG_LEVEL": "WARNING",
        "CHANJIAO_PUBLIC_URL": url,
    }


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health/ready", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise PlatformNotStartedError(reason=log.read_text(errors="replace")[-800:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
