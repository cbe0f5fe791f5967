"""Small datasets for tests: four monthly series that come from a seed, sent as files."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import numpy as np

from tests.forecasting.conftest import ForecastingRoom

CSV = {"content-type": "text/csv; charset=utf-8"}
MONTHS = 40
PLACES = (
    ("330106", "6-18-01-01"),
    ("330106", "4-04-05-01"),
    ("330203", "6-18-01-01"),
    ("330203", "6-18-01-02"),
)


def month(step: int) -> str:
    """Return a month as text, counted from January 2023."""
    return f"{2023 + step // 12}-{step % 12 + 1:02d}"


def counts(place: int) -> list[float]:
    """Return the counts of one of the places."""
    rng = np.random.default_rng(place)
    level = 20 * (place + 1) * (1 + 0.3 * np.sin(np.arange(MONTHS) * np.pi / 6))
    return rng.poisson(level).astype(float).tolist()


async def new_dataset(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Set up a dataset of monthly vacancies, or of what `changes` say."""
    body = {
        "measure": "vacancies_public",
        "name": "公共招聘需求",
        "source": f"公共就业服务机构 {uuid4()}",
        "definition": "当月登记的需求人数",
        "frequency": "month",
        **changes,
    }
    answer = await client.post("/v1/datasets", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send_file(
    room: ForecastingRoom, client: httpx.AsyncClient, told: dict[str, Any], body: str
) -> dict[str, Any]:
    """Upload a file and follow its job."""
    path = f"/v1/datasets/{told['id']}/imports"
    answer = await client.post(path, content=body.encode(), headers=CSV)
    return await room.job(client, answer)


async def filled(
    room: ForecastingRoom, client: httpx.AsyncClient, *, upto: int = MONTHS, **changes: Any
) -> dict[str, Any]:
    """Set up a dataset and fill it with the counts of the four places."""
    told = await new_dataset(client, **changes)
    rows = [
        f"{region},{occupation},{month(step)},{value:g}"
        for place, (region, occupation) in enumerate(PLACES)
        for step, value in enumerate(counts(place)[:upto])
    ]
    job = await send_file(room, client, told, "region,occupation,month,value\n" + "\n".join(rows))
    assert job["state"] == "done", job["error"]
    return told


async def run_now(
    room: ForecastingRoom, client: httpx.AsyncClient, told: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    """Run a forecast of a dataset to its end."""
    body = {"dataset_id": told["id"], "corrects": False, **changes}
    return await room.done(client, await client.post("/v1/forecasts/runs", json=body))
