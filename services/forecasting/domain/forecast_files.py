"""A run's numbers as files for everyone: CSV and Parquet, described by CSVW."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.forecasting.domain.cell import DIMENSIONS
from services.forecasting.domain.forecast_run import LEVELS, Outcome
from services.forecasting.domain.period import period_words

_COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "region": ("地区代码（GB/T 2260），空为全部", "Region, GB/T 2260; empty: all", "string"),
    "industry": ("行业代码（GB/T 4754），空为全部", "Industry, GB/T 4754; empty: all", "string"),
    "occupation": ("职业代码（职业分类大典），空为全部", "Occupation; empty: all", "string"),
    "major": ("专业代码，空为全部", "Major; empty: all", "string"),
    "period": ("预测时期", "Period that is forecast", "string"),
    "model": ("方法", "Method", "string"),
    "reconciled": ("是否与上下级一致", "Whether it adds up with its parts", "boolean"),
    "mean": ("均值（逐级可加）", "Mean; means add up over the tree", "double"),
    "p2_5": ("2.5% 分位", "2.5 % quantile", "double"),
    "p10": ("10% 分位", "10 % quantile", "double"),
    "p50": ("中位数", "Median", "double"),
    "p90": ("90% 分位", "90 % quantile", "double"),
    "p97_5": ("97.5% 分位", "97.5 % quantile", "double"),
}


@dataclass(frozen=True, slots=True)
class Files:
    """The same rows twice."""

    csv: bytes
    parquet: bytes


def write_files(outcome: Outcome, frequency: str) -> Files:
    """Return a row per cell and period, in the order of the outcome."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    size, horizon = outcome.mean.shape
    cells = np.array(outcome.cells, dtype=np.str_).reshape(size, len(DIMENSIONS))
    periods = [period_words(frequency, outcome.origin + step + 1) for step in range(horizon)]
    columns: dict[str, Any] = {
        name: np.repeat(cells[:, place], horizon) for place, name in enumerate(DIMENSIONS)
    }
    columns |= {
        "period": np.tile(np.array(periods), size),
        "model": np.repeat(np.array(outcome.models), horizon),
        "reconciled": np.repeat(np.array(outcome.reconciled), horizon),
        "mean": outcome.mean.ravel(),
        **{name: outcome.level(name).ravel() for name in LEVELS},
    }
    table = pa.table({name: pa.array(columns[name]) for name in _COLUMNS})
    text, packed = io.BytesIO(), io.BytesIO()
    csv.write_csv(table, text, csv.WriteOptions(quoting_style="none"))
    parquet.write_table(table, packed, compression="zstd")
    return Files(text.getvalue(), packed.getvalue())


def describe_files(*, url: str, title: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the CSVW description of a run's CSV file.

    Source: W3C, Metadata Vocabulary for Tabular Data, 2015.
    """
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": url,
        "dc:title": title,
        **{f"dc:{name}": value for name, value in facts.items()},
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            "columns": [
                {
                    "name": name,
                    "titles": {"zh": zh, "en": en},
                    "datatype": kind,
                    "required": name not in DIMENSIONS,
                }
                for name, (zh, en, kind) in _COLUMNS.items()
            ],
            "primaryKey": [*DIMENSIONS, "period"],
        },
    }
