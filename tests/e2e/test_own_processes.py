"""The main job with every room a process of its own behind the proxying gateway."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from gateway.demo.accounts_shown import demo_password
from gateway.demo.commands import load_small
from gateway.settings import keep_secret
from shared.db.server import Server
from shared.settings import PlatformSettings
from tests.e2e.conftest import Launcher, free_port

pytestmark = pytest.mark.slow
ROOMS = ("accounts", "internships")


def _start_rooms(launch: Launcher, data: Path) -> str:
    ports = {room: free_port() for room in ROOMS}
    door = free_port()
    url = f"http://127.0.0.1:{door}"
    environment = {
        "CHANJIAO_DATA": str(data),
        "CHANJIAO_PUBLIC_URL": url,
        **{f"{room.upper()}_URL": f"http://127.0.0.1:{port}" for room, port in ports.items()},
    }
    migrated = launch("migrate", **environment)
    assert migrated.process.wait(120) == 0, migrated.words
    rooms = [launch("serve", "--room", r, port=p, **environment) for r, p in ports.items()]
    gateway = launch("serve", port=door, **environment)
    workers = [launch("worker", "--room", room, **environment) for room in ROOMS]
    workers.append(launch("worker", **environment))  # of the rooms that the gateway holds itself
    for started in (*rooms, gateway):
        started.wait_ready()
    assert all(worker.process.poll() is None for worker in workers)
    return url


def test_the_main_job_runs_across_processes(
    launch: Launcher, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with Server.start(data):
        secret = keep_secret(data)
        url = _start_rooms(launch, data)
        settings = PlatformSettings(data=data, secret=secret, public_url=url, database_url=None)
        os.environ["CHANJIAO_PUBLIC_URL"] = url
        load_small(url, settings)
        os.environ.pop("CHANJIAO_PUBLIC_URL")
        told = capfd.readouterr()
        assert "demo-student-1" in told.out, told.out + told.err
        offer = _offer_of_student(url, demo_password(secret))
        assert offer["state"] in {"proposed", "accepted"}
        _nothing_broke(launch)


def _offer_of_student(url: str, password: str) -> dict[str, str]:
    with httpx.Client(base_url=url, timeout=30) as client:
        login = {"login": "demo-student-1", "password": password}
        session = client.post("/v1/sessions", json=login).json()["session"]
        token = client.post(
            "/v1/sessions/token", headers={"authorization": f"Session {session}"}
        ).json()["access_token"]
        answer = client.get("/v1/placements/me", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"][0]


def _nothing_broke(launch: Launcher) -> None:
    for started in launch.started:
        assert "request.failed" not in started.words, started.words
        assert "job.broke" not in started.words, started.words
