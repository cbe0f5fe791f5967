"""A copy of the small world, with what its loading told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from gateway.demo.door import Door
from tests.small_world import Told, at_the_door, small_world


@dataclass(frozen=True, slots=True)
class OwnPlatform:
    """A platform with the small world in this process, and what its loading told."""

    http: httpx.AsyncClient
    told: Told

    @property
    def door(self) -> Door:
        return Door(self.http)


@pytest.fixture(scope="module")
async def own_platform(
    admin_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OwnPlatform]:
    """The whole platform with its workers and the small world, for this module alone."""
    data = tmp_path_factory.mktemp("demo")
    async with (
        small_world(admin_dsn, f"demo_{worker_id}", data) as (platform, told),
        at_the_door(platform) as http,
    ):
        yield OwnPlatform(http, told)
