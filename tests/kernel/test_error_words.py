"""What errors say to people: moments, sizes and states as they read them, never as codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from services.internships.domain.batch import BatchStateError, WindowOpenError, WindowShutError
from services.internships.domain.state_words import BATCH_STATES
from shared.files import FileTooLargeError
from shared.http.patterns import PATTERNS
from shared.http.problems import invalid_request


def test_a_moment_is_said_as_people_in_china_read_it() -> None:
    error = WindowOpenError(closes_at="2026-12-06T15:24:22.407034+00:00")
    assert "2026年12月6日 23:24" in error.detail("zh")
    assert "6 Dec 2026 23:24 (China)" in error.detail("en")
    assert error.facts["closes_at"] == "2026-12-06T15:24:22.407034+00:00"


def test_a_moment_that_is_not_set_is_a_dash() -> None:
    assert "None" not in WindowShutError(opens_at=None, closes_at=None).detail("en")


def test_states_are_said_in_words_and_kept_as_codes() -> None:
    error = BatchStateError(state="published", allowed="open, closed")
    assert error.detail("zh") == "批次现为 已公布；此操作只在 开放中、已截止 时可用。"
    assert error.facts == {"state": "published", "allowed": "open, closed"}
    assert not set(BATCH_STATES) & set(error.detail("zh").split())


def test_a_size_is_said_in_mebibytes() -> None:
    assert "32 MiB" in FileTooLargeError(bytes_max=32 << 20).detail("zh")


@pytest.mark.parametrize(
    ("told", "zh"),
    [
        ({"type": "time_parsing", "loc": ("body", "at"), "msg": "x"}, "08:30"),
        ({"type": "finite_number", "loc": ("body", "n"), "msg": "x"}, "有限"),
        (
            {
                "type": "literal_error",
                "loc": ("body", "kind"),
                "msg": "x",
                "ctx": {"expected": "'a' or 'b'"},
            },
            "'a'、'b'",
        ),
    ],
)
def test_a_field_of_the_wrong_kind_is_answered_in_chinese(told: object, zh: str) -> None:
    (fault,) = invalid_request([told]).faults
    assert zh in fault.text.zh


# Filled in by programs: an RFC, a key or a signature says how.
_FOR_PROGRAMS = 5


def test_nobody_is_answered_with_a_regular_expression() -> None:
    document = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
    asked = set(_patterns(document))
    assert len(asked - PATTERNS.keys()) <= _FOR_PROGRAMS, asked - PATTERNS.keys()
    told = {
        "type": "string_pattern_mismatch",
        "loc": ("body", "term"),
        "msg": "x",
        "ctx": {"pattern": r"^\d{4}-\d{4}-[12]$"},
    }
    (fault,) = invalid_request([told]).faults
    assert fault.text.zh == "应为学年学期，如 2026-2027-1"
    assert "\\" not in fault.text.en


def _patterns(told: object) -> Iterator[str]:
    if isinstance(told, dict):
        for name, part in cast("dict[str, Any]", told).items():
            if name == "pattern" and isinstance(part, str):
                yield part
            yield from _patterns(part)
    elif isinstance(told, list):
        for part in cast("list[Any]", told):
            yield from _patterns(part)
