"""From `chanjiao run` until /health/ready answers through the gateway."""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, within
from gateway.demo.platform_process import free_port

COLD_S = 4.0
WARM_S = 2.0
_GIVE_UP_S = 120.0


def figures(data: Path, *, quick: bool) -> Iterator[Figure]:
    """Measure both starts; `data` is the last empty folder, and stays for what comes after."""
    rounds = 3 if quick else 5
    cold: list[float] = []
    warm: list[float] = []
    for left in reversed(range(rounds)):
        with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
            where = Path(folder) / "data" if left else data
            cold.append(_start_once(where))
            warm.append(_start_once(where))
    for name, seconds, goal, what in (
        ("platform.1", cold, COLD_S, "an empty data folder"),
        ("platform.2", warm, WARM_S, "a data folder that was used before"),
    ):
        value = statistics.median(seconds)
        yield Figure(
            name,
            value,
            f"s until /health/ready on {what}",
            "",
            None,
            f"<= {goal} s",
            within(value, goal),
            f"median of {rounds}",
        )


def _start_once(data: Path) -> float:
    """Start the platform, wait until it is ready, stop it; return the seconds to ready."""
    port = free_port()
    environment = {**os.environ, "CHANJIAO_LOG_LEVEL": "ERROR"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "gateway.commands", "run"]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--data", str(data), "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.perf_counter() - begin > _GIVE_UP_S:
                raise RuntimeError("the platform did not start")
            time.sleep(0.01)
        return time.perf_counter() - begin
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
