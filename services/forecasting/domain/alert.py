"""Warnings: when one is raised, confirmed, and ended; with hysteresis and an expiry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.forecasting.domain.setting import Setting, setting_of

AlertKind = Literal["shortage", "surplus"]
Level = Literal["blue", "yellow", "orange", "red"]
LEVELS: tuple[Level, ...] = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """The thresholds that hold in a region on a day, each with where it comes from."""

    raise_from: tuple[Setting, ...]  # by LEVELS
    end_below: Setting
    end_runs: Setting
    expiry_days: Setting

    def told(self) -> list[dict[str, Any]]:
        """Return the rule as it is stored with every warning."""
        every = (*self.raise_from, self.end_below, self.end_runs, self.expiry_days)
        return [each.told() for each in every]

    def level_of(self, probability: float) -> Level | None:
        """Return the highest level that a probability reaches, or None."""
        reached: list[Level] = [
            level
            for level, setting in zip(LEVELS, self.raise_from, strict=True)
            if probability >= setting.value
        ]
        return reached[-1] if reached else None


def rule_of(region: str, on: date) -> AlertRule:
    """Return the rule of a region on a day."""
    return AlertRule(
        raise_from=tuple(setting_of(f"warning.raise_{level}", region, on) for level in LEVELS),
        end_below=setting_of("warning.end_below", region, on),
        end_runs=setting_of("warning.end_runs", region, on),
        expiry_days=setting_of("warning.expiry_days", region, on),
    )


@dataclass(frozen=True, slots=True)
class Signal:
    """What a run says of one occupation: how probable a shortage or surplus is."""

    occupation_code: str
    kind: AlertKind
    year: int
    probability: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a warning: a new one (`alert_id` None), a confirmed or an ended one."""

    alert_id: Any
    signal: Signal | None
    level: Level | None
    runs_below: int
    expires_on: date | None
    end_reason: str | None


def step_alerts(
    signals: Iterable[Signal],
    active: Sequence[Mapping[str, Any]],
    rule: AlertRule,
    *,
    today: date,
) -> list[Change]:
    """Return what a new run changes.

    1. a probability at or above the lowest level raises a warning, at the highest level reached;
    2. an active one is confirmed, and its expiry moved, while the probability is not below
       `end_below` - lower than what raises one, so that it does not flicker;
    3. it ends after `end_runs` runs below in a row, or when it expired unconfirmed.
    """
    changes: list[Change] = []
    expires = today + timedelta(days=int(rule.expiry_days.value))
    held = {(row["occupation_code"], row["kind"]): row for row in active}
    for row in active:
        if row["expires_on"] < today:
            changes.append(Change(row["id"], None, None, row["runs_below"], None, "expired"))
            held.pop((row["occupation_code"], row["kind"]))
    for signal in signals:
        row = held.pop((signal.occupation_code, signal.kind), None)
        if row is not None:
            changes.append(_continue(row, signal, rule, expires))
        elif (level := rule.level_of(signal.probability)) is not None:
            changes.append(Change(None, signal, level, 0, expires, None))
    return changes


def _continue(row: Mapping[str, Any], signal: Signal, rule: AlertRule, expires: date) -> Change:
    if signal.probability >= rule.end_below.value:
        level = rule.level_of(signal.probability) or LEVELS[0]
        return Change(row["id"], signal, level, 0, expires, None)
    below = row["runs_below"] + 1
    if below >= rule.end_runs.value:
        return Change(row["id"], signal, None, below, None, "below")
    return Change(row["id"], signal, row["level"], below, row["expires_on"], None)
