"""The compose file and the Dockerfile are well formed; no container can be run where we build."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from gateway.settings import ROOMS

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_it_follows_the_compose_specification() -> None:
    # The reader knows no YAML merge keys: it gets the document with them resolved.
    resolved = json.dumps(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
    assert set(PyCompose.from_yaml(resolved).to_dict()["services"]) >= set(ROOMS)


def test_every_service_and_volume_that_is_named_exists(compose: dict[str, Any]) -> None:
    services, volumes = compose["services"], compose["volumes"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(volumes), name
        assert "image" in service, name


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_a_process_of_its_own_with_a_worker(
    compose: dict[str, Any], room: str
) -> None:
    assert compose["services"][room]["command"][:4] == ["chanjiao", "serve", "--room", room]
    worker = compose["services"][f"{room}-worker"]["command"]
    assert worker == ["chanjiao", "worker", "--room", room]
    environment = compose["services"]["gateway"]["environment"]
    assert environment[f"{room.upper()}_URL"] == f"http://{room}:8000"


def test_everything_that_the_dockerfile_copies_is_in_the_tree() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "deploy/Dockerfile"],
        ["compose-lint", "--fail-on", "high", "docker-compose.yml"],
    ],
    ids=["hadolint", "compose-lint"],
)
def test_the_linters_have_nothing_to_say(command: list[str]) -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
