"""What a post cannot mean is said with the field and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.catalogues.told import CodeUnknownError, industry_of, majors_of
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import enterprise, good_post


@pytest.mark.parametrize(
    ("change", "pointer", "code", "said"),
    [
        ({"pay_fen_month": 3000}, "/pay_fen_month", "pay_unit", "300000"),
        ({"start_on": "0027-03-01"}, "/start_on", "date_implausible", "0027"),
        ({"end_on": "2077-08-28"}, "/end_on", "date_implausible", "2077"),
    ],
)
async def test_a_slip_of_unit_or_year_is_named(
    room: InternshipsRoom, change: dict[str, Any], pointer: str, code: str, said: str
) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post("/v1/posts/check", json=good_post(**change))
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert said in fault["message"]


def test_an_unknown_code_is_answered_in_the_reader_s_language() -> None:
    with pytest.raises(CodeUnknownError) as refused:
        majors_of(("999999",))
    assert refused.value.text.en.startswith("the catalogue of majors has no major")


def test_the_beginning_of_a_code_is_not_taken_for_pinyin() -> None:
    with pytest.raises(CodeUnknownError) as refused:
        industry_of("Z99")
    assert "相近" not in refused.value.text.zh
