"""Let warnings follow a run: raised, confirmed, ended; and score what earlier ones said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.forecasting.contract.labour_events import ALERT_ENDED, ALERT_RAISED
from services.forecasting.domain.alert import (
    AlertKind,
    AlertRule,
    Change,
    Signal,
    rule_of,
    step_alerts,
)
from services.forecasting.domain.pipeline import Reports, is_short, realised_gaps
from services.forecasting.engine.labour_supply import GLUT
from services.forecasting.store import gaps
from shared.db.session import Tx
from shared.events.outbox import Event, emit
from shared.kernel.clock import china_day
from shared.kernel.ids import new_id

_KINDS: tuple[tuple[AlertKind, str], ...] = (("shortage", "p_short"), ("surplus", "p_glut"))


async def follow_run(
    tx: Tx,
    run: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    known: Reports,
    now: datetime,
) -> dict[str, int]:
    """Write what a run changes of its region's warnings; returns how many of each."""
    realised = realised_gaps(known, run["region_code"])
    settled = await _settle(tx, run, realised)
    signals = signals_of(rows, run)
    await gaps.add_trials(tx, _trials(signals, run, realised))
    rule = rule_of(run["region_code"], china_day(now))
    active = await gaps.list_active(tx, run["region_code"], run["org_id"])
    # The nearest year of each occupation is what a warning speaks of.
    nearest = [each for each in signals if each.year == min(s.year for s in signals)]
    changes = step_alerts(nearest, active, rule, today=china_day(now))
    await _write(tx, run, changes, rule=rule, now=now)
    raised = sum(change.alert_id is None for change in changes)
    ended = sum(change.end_reason is not None for change in changes)
    return {"alerts_raised": raised, "alerts_ended": ended, "trials_settled": settled}


def signals_of(rows: Iterable[Mapping[str, Any]], run: Mapping[str, Any]) -> list[Signal]:
    """Return what a run says of each occupation and year, with its evidence."""
    return [
        Signal(
            occupation_code=row["code"],
            kind=kind,
            year=row["year"],
            probability=row[name],
            evidence={
                "run_id": str(run["id"]),
                "as_of": run["as_of"].isoformat(),
                "ratio": row["ratio"],
                "openings": row["openings"],
                "entrants": row["entrants"],
                "driver": row["driver"],
                "posts_per_seeker": row["parts"].get("posts_per_seeker"),
            },
        )
        for row in rows
        if row["kind"] == "occupation"
        for kind, name in _KINDS
    ]


def _held(kind: str, ratio: float) -> bool:
    return is_short(ratio) if kind == "shortage" else ratio < GLUT


def _trials(
    signals: Iterable[Signal], run: Mapping[str, Any], realised: Mapping[tuple[str, int], float]
) -> list[dict[str, Any]]:
    """Return what is to be scored later: only where it is known whether it held before."""
    newest: dict[str, int] = {}
    for code, year in realised:
        newest[code] = max(year, newest.get(code, year))
    return [
        {
            "id": new_id(),
            "org_id": run["org_id"],
            "run_id": run["id"],
            "region_code": run["region_code"],
            "occupation_code": signal.occupation_code,
            "kind": signal.kind,
            "year": signal.year,
            "probability": signal.probability,
            "before": _held(
                signal.kind, realised[signal.occupation_code, newest[signal.occupation_code]]
            ),
        }
        for signal in signals
        if signal.occupation_code in newest and signal.year > newest[signal.occupation_code]
    ]


async def _settle(tx: Tx, run: Mapping[str, Any], realised: Mapping[tuple[str, int], float]) -> int:
    settled = 0
    for trial in await gaps.open_trials(tx, run["region_code"], run["org_id"]):
        ratio = realised.get((trial["occupation_code"], trial["year"]))
        if ratio is not None:
            outcome = _held(trial["kind"], ratio)
            await gaps.settle_trial(tx, trial["id"], outcome=outcome, run_id=run["id"])
            settled += 1
    return settled


async def _write(
    tx: Tx,
    run: Mapping[str, Any],
    changes: Sequence[Change],
    *,
    rule: AlertRule,
    now: datetime,
) -> None:
    events: list[Event] = []
    new: list[dict[str, Any]] = []
    for change in changes:
        if change.alert_id is None:
            row = _new_row(run, change, rule=rule, now=now)
            new.append(row)
            events.append(_event(ALERT_RAISED, row["id"], run, change))
            continue
        await gaps.change_alert(tx, change.alert_id, _values(run, change, now))
        if change.end_reason is not None:
            events.append(_event(ALERT_ENDED, change.alert_id, run, change))
    await gaps.add_alerts(tx, new)
    # Kept for who subscribes to them; no room of the platform takes them today.
    await emit(tx, events, to=[])


def _new_row(
    run: Mapping[str, Any], change: Change, *, rule: AlertRule, now: datetime
) -> dict[str, Any]:
    assert change.signal is not None, "a new warning comes from a signal"
    signal = change.signal
    return {
        "id": new_id(),
        "org_id": run["org_id"],
        "run_id": run["id"],
        "region_code": run["region_code"],
        "occupation_code": signal.occupation_code,
        "kind": signal.kind,
        "level": change.level,
        "state": "active",
        "year": signal.year,
        "probability": signal.probability,
        "evidence": dict(signal.evidence),
        "rule": rule.told(),
        "expires_on": change.expires_on,
        "raised_at": now,
        "confirmed_at": now,
    }


def _values(run: Mapping[str, Any], change: Change, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"runs_below": change.runs_below}
    if change.end_reason is not None:
        return {**values, "state": "ended", "ended_at": now, "end_reason": change.end_reason}
    assert change.signal is not None, "what goes on comes from a signal"
    values |= {
        "level": change.level,
        "year": change.signal.year,
        "probability": change.signal.probability,
        "evidence": dict(change.signal.evidence),
        "run_id": run["id"],
    }
    if change.runs_below == 0:
        values |= {"expires_on": change.expires_on, "confirmed_at": now}
    return values


def _event(kind: str, alert_id: Any, run: Mapping[str, Any], change: Change) -> Event:
    payload: dict[str, Any] = {"region_code": run["region_code"], "level": change.level}
    if change.signal is not None:
        payload |= {
            "occupation_code": change.signal.occupation_code,
            "alert_kind": change.signal.kind,
            "year": change.signal.year,
            "probability": change.signal.probability,
        }
    return Event(kind, alert_id, None, {**payload, "end_reason": change.end_reason})
