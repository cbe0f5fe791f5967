"""Set up datasets, record their breaks and the crosswalks between classifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.forecasting.domain.cell import VERSIONS
from services.forecasting.domain.crosswalk import Link, check_links
from services.forecasting.domain.dataset import (
    Break,
    BreakExistsError,
    BreakLateError,
    Dataset,
    DatasetExistsError,
    DatasetNotFoundError,
)
from services.forecasting.domain.measure import expect_writer, measure_named
from services.forecasting.domain.period import parse_period, period_words
from services.forecasting.store import crosswalks, datasets, observations
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.errors import Fault, ForbiddenError, InvalidInputError, Text
from shared.kernel.ids import new_id
from shared.sheets.cells import CellError


def reporter_of(caller: Caller) -> UUID:
    """Return the organisation that the caller reports for."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an organisation (单位)")
    return caller.org_id


async def create_dataset(tx: Tx, caller: Caller, told: Mapping[str, Any]) -> Dataset:
    """Set up a dataset of the caller's organisation."""
    org_id = reporter_of(caller)
    measure = measure_named(told["measure"])
    expect_writer(measure, caller.org_kind)
    dataset_id = new_id()
    # A school's numbers concern few people each: they are published summed, not raw.
    public = measure.public and told["public"] is not False and caller.org_kind != "school"
    row = {
        **told,
        "id": dataset_id,
        "org_id": org_id,
        "unit": told["unit"] or measure.unit,
        "classification": {**VERSIONS, **told["classification"]},
        "absent": told["absent"] or measure.absent,
        "public": public,
    }
    if (same := await datasets.find_same(tx, row)) is not None:
        raise DatasetExistsError(dataset_id=str(same))
    await datasets.add_dataset(tx, row)
    facts = {"measure": measure.code, "public": public}
    await record(tx, caller, "dataset.created", subject_id=dataset_id, facts=facts)
    return await visible_dataset(tx, dataset_id)


async def visible_dataset(tx: Tx, dataset_id: UUID) -> Dataset:
    """Return a dataset that the caller may read; raises DatasetNotFoundError."""
    found = await datasets.find_dataset(tx, dataset_id)
    if found is None:
        raise DatasetNotFoundError(dataset_id=str(dataset_id))
    return found


async def own_dataset_of(tx: Tx, caller: Caller, dataset_id: UUID) -> Dataset:
    """Return a dataset that the caller may write; another's is as good as none."""
    found = await datasets.find_dataset(tx, dataset_id)
    mine = found is not None and (caller.is_platform or found.org_id == caller.org_id)
    if found is None or not mine:
        raise DatasetNotFoundError(dataset_id=str(dataset_id))
    return found


async def record_break(
    tx: Tx, caller: Caller, dataset: Dataset, *, told: Mapping[str, Any]
) -> UUID:
    """Record that a dataset is counted in another way from a period on."""
    period = period_asked(dataset, told["from_period"], "/from_period")
    await _expect_series(tx, dataset, told["series_id"])
    _expect_unit(told)
    known = await datasets.list_breaks(tx, dataset.id)
    if _same(known, period, told):
        raise BreakExistsError
    newest = await observations.newest_period(tx, dataset.id)
    if told["kind"] == "unit" and newest is not None and newest >= period:
        raise BreakLateError(period=period_words(dataset.frequency, newest))
    break_id = new_id()
    row = {
        **{name: told[name] for name in ("kind", "series_id", "unit_before", "factor", "note")},
        "id": break_id,
        "dataset_id": dataset.id,
        "org_id": dataset.org_id,
        "public": dataset.public,
        "period": period,
        "recorded_by": caller.subject,
        "recorded_at": await observations.begin_writing(tx),
    }
    await datasets.add_break(tx, row)
    facts = {"kind": told["kind"], "period": told["from_period"]}
    await record(tx, caller, "dataset.broken", subject_id=dataset.id, facts=facts)
    return break_id


def _same(known: Sequence[Break], period: int, told: Mapping[str, Any]) -> bool:
    key = (period, told["kind"], told["series_id"])
    return any((each.period, each.kind, each.series_id) == key for each in known)


def period_asked(dataset: Dataset, words: str, pointer: str) -> int:
    """Return the ordinal of a period that a body names at `pointer`; raises InvalidInputError."""
    try:
        period = parse_period(words)
    except CellError as error:
        fault = Fault(error.code, error.text, pointer=pointer)
        raise InvalidInputError(faults=[fault]) from error
    if period.frequency != dataset.frequency:
        said = Text("时期与数据集的频率不同", "the period is not of the dataset's frequency")
        raise InvalidInputError(faults=[Fault("frequency_mixed", said, pointer=pointer)])
    return period.ordinal


async def _expect_series(tx: Tx, dataset: Dataset, series_id: UUID | None) -> None:
    if series_id is None:
        return
    found = await datasets.find_series(tx, series_id)
    if found is None or found["dataset_id"] != dataset.id:
        said = Text("该数据集没有此序列", "the dataset has no such series")
        raise InvalidInputError(faults=[Fault("series_unknown", said, pointer="/series_id")])


def _expect_unit(told: Mapping[str, Any]) -> None:
    if told["kind"] == "unit" and not told["unit_before"]:
        said = Text("单位变更须写明原单位", "a change of unit names the unit before it")
        raise InvalidInputError(faults=[Fault("required", said, pointer="/unit_before")])


async def keep_crosswalk(tx: Tx, caller: Caller, *, told: Mapping[str, Any]) -> None:
    """Keep a table from one version of a classification to another."""
    org_id = reporter_of(caller)
    links = [Link(**row) for row in told["rows"]]
    check_links(links)
    table = {name: told[name] for name in ("dimension", "from_version", "to_version")}
    now = await observations.begin_writing(tx)
    more = {"org_id": org_id, "source": told["source"], "recorded_at": now}
    rows = [{**table, **more, **link._asdict(), "id": new_id()} for link in links]
    await crosswalks.add_crosswalk(tx, rows)
    await record(tx, caller, "crosswalk.kept", subject_id=org_id, facts=table)
