"""Fixtures of the engine's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import Phase, settings

sys.path.insert(0, str(Path(__file__).parent))  # `markets` is shared by these tests only

# `--hypothesis-profile=mutants`: the same examples each time, and one failure is enough to know
settings.register_profile("mutants", derandomize=True, phases=[Phase.explicit, Phase.generate])

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture
def real_data() -> Path:
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data is not beside this checkout ({SHARED / 'data'} is absent)")
    return SHARED / "data"
