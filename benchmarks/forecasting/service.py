"""The room as a service of its own: how long it takes to start."""

from __future__ import annotations

import http.client
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure, within
from gateway.demo.platform_process import free_port, own_environment
from gateway.settings import keep_secret
from shared.db.server import Server

START_S = 2.0
_ROUNDS = 3
_GIVE_UP_S = 60.0


def start_figure(data: Path) -> Figure:
    """Measure `serve --room forecasting` until it is ready, its database being migrated."""
    seconds: list[float] = []
    with Server.start(data) as server:
        environment = _environment(data, server.admin_dsn)
        _run_command(environment, "migrate", "--quiet")
        for _ in range(_ROUNDS):
            with _serving(environment) as (_, taken):
                seconds.append(taken)
    value = statistics.median(seconds)
    unit = "s until /health/ready of the room alone, database migrated"
    note = f"median of {_ROUNDS}"
    goal = f"<= {START_S:g} s"
    return Figure("forecasting.start", value, unit, "", None, goal, within(value, START_S), note)


def _environment(data: Path, admin: str) -> Mapping[str, str]:
    own = own_environment("http://127.0.0.1:8000")
    return {
        **own,
        "CHANJIAO_DATA": str(data),
        "CHANJIAO_SECRET": keep_secret(data),
        "DATABASE_URL": admin,
    }


def _run_command(environment: Mapping[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "gateway.commands", *words]
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _serving(environment: Mapping[str, str]) -> Generator[tuple[int, float]]:
    """Start the room alone; give its port and the seconds until it was ready; stop it."""
    port = free_port()
    command = [sys.executable, "-m", "gateway.commands", "serve", "--room", "forecasting"]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--port", str(port)], env=dict(environment), stdout=subprocess.DEVNULL
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.perf_counter() - begin > _GIVE_UP_S:
                raise RuntimeError("the room did not start")
            time.sleep(0.01)
        yield port, time.perf_counter() - begin
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
