"""A round says what its rules cost, and never that nobody was passed over where some were."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.portal.pages.rounds import costs_of, figures_of
from gateway.portal.translation import texts_in
from gateway.portal.visits import Visit

NUMBERS = {"with_wishes": 9, "placed": 6, "first_wish": 3, "top_three": 5}


def visit_in(language: Any) -> Visit:
    request = SimpleNamespace(path_params={"batch_id": "b"})
    return cast("Visit", SimpleNamespace(texts=texts_in(language), request=request))


@pytest.mark.parametrize(("claims", "hint"), [(0, "无人被越过"), (2, "未满足的优先主张")])
def test_where_claims_stay_it_is_not_said_that_nobody_was_passed_over(
    claims: int, hint: str
) -> None:
    *_, last = figures_of(visit_in("zh"), {**NUMBERS, "blocking_pairs": claims})
    assert (last.value, last.hint) == (str(claims), hint)


def test_quotas_that_cannot_be_met_are_told_beside_the_shortfalls() -> None:
    short = [{"post_id": post, "least": 3, "placed": 0} for post in ("p", "q")]
    told = costs_of(visit_in("zh"), {"shortfalls": short, "conflict": ["q"]})
    assert told == [
        ("未达最低人数的岗位", "2"),
        ("其中最低人数无法同时满足的岗位：未调整任何学生", "1"),
    ]
