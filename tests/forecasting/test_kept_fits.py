"""Fits that are kept: a new month moves their states, to the bytes that a reproduction finds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from services.forecasting.adapters.fit_files import bring_fit, keep_fit
from services.forecasting.domain import forecast_run
from services.forecasting.domain.cell import Cell
from services.forecasting.domain.forecast_fit import cut_leaves
from services.forecasting.domain.forecast_leaves import Leaves
from services.forecasting.domain.forecast_plan import Plan
from services.forecasting.domain.forecast_run import run_on, run_plan
from services.forecasting.flows import run_forecast
from shared.files import FolderStore
from tests.forecasting.conftest import ForecastingRoom
from tests.forecasting.series_files import month, new_dataset, run_now, send_file

PLAN = Plan(horizon=3, season=12, absent="zero", everywhere=False, corrects=False)
MONTHS = 66
KNOWN = 62
CELLS = tuple(
    Cell(region, "", job)
    for region in ("330106", "330203")
    for job in ("6-18-01-01", "6-18-01-02", "4-04-05-01")
)


def course(place: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    rng = np.random.default_rng(place)
    season = 1 + 0.3 * np.sin(np.arange(MONTHS) * np.pi / 6)
    return rng.poisson(20 * (place + 1) * season).astype(np.float64)


def leaves_of(until: int, cells: tuple[Cell, ...] = CELLS) -> Leaves:
    values = tuple(course(place)[:until] for place in range(len(cells)))
    return Leaves(cells, (0,) * len(cells), values, until - 1, 0)


WHOLE = leaves_of(MONTHS)


def known(until: int) -> Leaves:
    return cut_leaves(WHOLE, until - 1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fits") / "fit"
    first = run_on(known(KNOWN), PLAN, kept=None, keep=path)
    assert first.fitted == first.origin
    assert first.output_sha256 == run_plan(known(KNOWN), PLAN).output_sha256
    return path


@pytest.mark.parametrize("months", [1, 3])
def test_months_that_moved_kept_states_are_reproduced_byte_for_byte(
    kept: Path, tmp_path: Path, months: int
) -> None:
    leaves = known(KNOWN + months)
    told = run_on(leaves, PLAN, kept=kept, keep=tmp_path / "new")
    assert (told.fitted, told.origin) == (KNOWN - 1, KNOWN - 1 + months)
    assert not (tmp_path / "new").exists()
    again = run_plan(leaves, replace(PLAN, fitted=told.fitted))
    assert (again.output_sha256, again.fitted) == (told.output_sha256, told.fitted)
    fitted = run_plan(leaves, PLAN)
    assert fitted.output_sha256 != told.output_sha256
    np.testing.assert_allclose(told.mean, fitted.mean, rtol=0.1)


def revised() -> Leaves:
    leaves = known(KNOWN + 1)
    first, *others = leaves.values
    changed = first.copy()
    changed[5] += 1
    return replace(leaves, values=(changed, *others))


def with_a_past() -> Leaves:
    leaves = known(KNOWN + 1)
    more = leaves_of(KNOWN + 1, (*CELLS, Cell("330106", "", "1-01-00-01")))
    return replace(leaves, cells=more.cells, first=more.first, values=more.values)


def without_one() -> Leaves:
    leaves = known(KNOWN + 1)
    rest = (leaves.cells[1:], leaves.first[1:], leaves.values[1:])
    return Leaves(*rest, leaves.origin, 1)


@pytest.mark.parametrize(
    ("leaves", "plan"),
    [
        pytest.param(revised(), PLAN, id="a revised past"),
        pytest.param(with_a_past(), PLAN, id="a series that was not known then"),
        pytest.param(without_one(), PLAN, id="a series that ended"),
        pytest.param(known(KNOWN + 4), PLAN, id="too many months"),
        pytest.param(known(KNOWN), PLAN, id="no new month"),
        pytest.param(known(KNOWN + 1), replace(PLAN, horizon=2), id="another plan"),
    ],
)
def test_a_fit_that_does_not_serve_is_made_anew(
    kept: Path, tmp_path: Path, leaves: Leaves, plan: Plan
) -> None:
    told = run_on(leaves, plan, kept=kept, keep=tmp_path / "new")
    assert told.fitted == told.origin == leaves.origin
    assert told.output_sha256 == run_plan(leaves, plan).output_sha256
    assert (tmp_path / "new").exists()


def test_other_code_does_not_read_a_fit_of_older_code(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_run, "code_version", lambda: "other")
    told = run_on(known(KNOWN + 1), PLAN, kept=kept, keep=tmp_path / "new")
    assert told.fitted == told.origin


def test_a_series_that_begins_now_does_not_make_others_be_fitted_again(
    kept: Path, tmp_path: Path
) -> None:
    leaves = known(KNOWN + 2)
    more = replace(
        leaves,
        cells=(*leaves.cells, Cell("330203", "", "6-18-01-03")),
        first=(*leaves.first, KNOWN),
        values=(*leaves.values, np.array([4.0, 6.0])),
    )
    told = run_on(more, PLAN, kept=kept, keep=tmp_path / "new")
    assert told.fitted == KNOWN - 1
    assert set(told.models) > {"smoothing"}
    again = run_plan(more, replace(PLAN, fitted=told.fitted))
    assert again.output_sha256 == told.output_sha256


def test_a_young_panel_is_fitted_every_month(tmp_path: Path) -> None:
    run_on(known(36), PLAN, kept=None, keep=tmp_path / "new")
    assert not (tmp_path / "new").exists()


async def test_a_fit_that_is_gone_or_spoilt_is_not_brought(tmp_path: Path) -> None:
    files = FolderStore(tmp_path / "files")
    path = tmp_path / "fit"
    path.write_bytes(b"states" * 1000)
    told = await keep_fit(files, path)
    assert await bring_fit(files, told, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()
    (tmp_path / "files" / told["sha256"][:2] / told["sha256"]).write_bytes(b"other")
    assert not await bring_fit(files, told, tmp_path / "copy")
    await files.drop(told["sha256"])
    await files.drop(told["sha256"])
    assert not await bring_fit(files, told, tmp_path / "copy")
    gone = {"sha256": hashlib.sha256(b"never").hexdigest()}
    assert not await bring_fit(files, gone, tmp_path / "copy")


def lines(first: int, last: int) -> str:
    rows = [
        f"{cell.region},{cell.occupation},{month(step - 24)},{course(place)[step]:g}"
        for place, cell in enumerate(CELLS[:4])
        for step in range(first, last)
    ]
    return "region,occupation,month,value\n" + "\n".join(rows)


async def config_of(client: httpx.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    run = (await client.get(f"/v1/forecasts/runs/{told['run_id']}")).json()
    return {**run["config"], "period": run["origin"], "files": run["files"]}


async def next_month(
    room: ForecastingRoom, client: httpx.AsyncClient, told: dict[str, Any], step: int
) -> dict[str, Any]:
    job = await send_file(room, client, told, lines(step, step + 1))
    where = f"/v1/jobs/forecasting/{job['result']['forecast_job']}"
    return await room.done(client, httpx.Response(202, headers={"location": where}))


async def test_a_month_is_forecast_from_the_fit_before_and_made_again_byte_for_byte(
    working: ForecastingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_due(*_: object, **__: object) -> bool:
        return False

    # Backtests are told elsewhere, and the runs here would wait for theirs.
    monkeypatch.setattr(run_forecast, "is_backtest_due", not_due)
    analyst = working.authority()
    told = await new_dataset(analyst)
    assert (await send_file(working, analyst, told, lines(0, KNOWN)))["state"] == "done"
    short = {"horizon": 3, "corrects": False}
    first = await config_of(analyst, await run_now(working, analyst, told, **short))

    def asked(dataset_id: Any) -> dict[str, Any]:
        return run_forecast.run_input(dataset_id, horizon=3, corrects=False)

    monkeypatch.setattr("services.forecasting.flows.update_month.run_input", asked)

    write, broken = run_forecast.runs.add_forecasts, [True]

    async def break_once(*told: Any) -> None:
        if broken and broken.pop():
            raise RuntimeError("the run is interrupted before it ends")
        await write(*told)

    monkeypatch.setattr(run_forecast.runs, "add_forecasts", break_once)
    second = await next_month(working, analyst, told, KNOWN)
    assert not broken
    moved = await config_of(analyst, second)
    assert moved["period"] == month(KNOWN - 24)
    assert moved["fitted"] == first["fitted"]
    assert moved["files"]["fit"] == first["files"]["fit"]
    path = f"/v1/forecasts/runs/{second['run_id']}/reproductions"
    again = await working.done(analyst, await analyst.post(path))
    assert again["identical"] is True
    head, row, *_ = lines(3, 4).splitlines()
    await send_file(working, analyst, told, f"{head}\n{row}5")
    third = await config_of(analyst, await run_now(working, analyst, told, **short))
    assert third["fitted"] == first["fitted"] + 1
    path = f"/v1/forecasts/runs/{second['run_id']}/reproductions"
    again = await working.done(analyst, await analyst.post(path))
    assert again["identical"] is True
