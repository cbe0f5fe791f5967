"""What the tests of the database server say to other processes and ask of them."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

REPOSITORY = Path(__file__).parents[2]
ROOT = os.geteuid() == 0

# Says where the server answers, then waits to be told to end (or killed).
OWNER = """
import sys
from dataclasses import asdict
from json import dumps
from pathlib import Path
from shared.db.errors import DatabaseServerError
from shared.db.server import Server
try:
    with getattr(Server, sys.argv[2])(Path(sys.argv[1])) as server:
        print(dumps({"owned": server.owned, **asdict(server.address)}), flush=True)
        sys.stdin.read()
except DatabaseServerError as error:
    print(dumps({"code": error.code, "text": str(error)}), flush=True)
"""


def said(process: subprocess.Popen[str]) -> dict:
    """Return what the other process says of its server."""
    return json.loads(process.stdout.readline())


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Return whether it came true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def alive(pid: int) -> bool:
    """Return whether the process runs (a zombie that nobody has reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


async def ask(dsn: str, sql: str, *values: object) -> object:
    """Return the first value of the first row."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql, *values)
    finally:
        await connection.close()


def sweep(data: Path) -> None:
    """Remove the socket folder of an owner that was killed; the next start would have done it."""
    address = data / "postgres.json"
    if address.exists():
        shutil.rmtree(Path(json.loads(address.read_text())["socket"]).parent, ignore_errors=True)
