"""docs/coverage.csv is true: every requirement has a row, and what it names exists."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gateway.portal.pages import PAGES

ROOT = Path(__file__).parents[2]
STATES = {"none", "part", "done"}


def _rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_has_one_row(shared_folder: Path) -> None:
    required = shared_folder / "requirements" / "requirements.csv"
    with required.open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert [row["id"] for row in _rows()] == ids


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["id"])
def test_a_row_names_what_exists(row: dict[str, str]) -> None:
    assert row["state"] in STATES
    if row["state"] == "none":
        assert {row["route"], row["page"], row["test"]} == {""}
        return
    method, _, path = row["route"].partition(" ")
    served = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert method.lower() in served["paths"][path], row["route"]
    assert row["page"] in {page.path for page in PAGES}, row["page"]
    assert (ROOT / row["test"]).is_file(), row["test"]
