"""Advice on majors: never from too little, with reasons, and no public word of closing one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from services.forecasting.domain.advice import MajorFacts, WorkYear, advise, due_in
from tests.forecasting_labour.conftest import SCHOOL, LabourRoom
from tests.forecasting_labour.labour_tables import (
    CNC,
    COHORT,
    DESTINATION,
    NURSING,
    report,
    table,
)
from tests.forecasting_labour.small_region import REGION, report_all, run


def gap(p_short: float, p_glut: float) -> dict[str, Any]:
    ratio = {"p10": 0.3, "p50": 0.5, "p90": 0.8, "mean": 0.5}
    return {"year": 2028, "ratio": ratio, "p_short": p_short, "p_glut": p_glut, "driver": "growth"}


def facts(p_short: float, p_glut: float, *shares: float, quarters: int = 8) -> MajorFacts:
    years = [WorkYear(2025 - back, 100, share, None) for back, share in enumerate(shares)]
    typical = {2025 - back: 0.9 for back in range(6)}
    return MajorFacts(CNC, gap(p_short, p_glut), 3, quarters, years, typical)


@pytest.mark.parametrize(
    ("told", "region", "school"),
    [
        (facts(0.8, 0.1, 0.92, 0.93), "grow", "grow"),
        (facts(0.8, 0.1, 0.5, 0.5), "hold", "hold"),
        (facts(0.1, 0.8, 0.92, 0.93), "hold", "hold"),
        (facts(0.1, 0.8, 0.5, 0.5, 0.92), "shrink", "shrink"),
        (facts(0.0, 0.95, 0.5, 0.5, 0.92), "shrink", "shrink"),
        (facts(0.0, 0.95, 0.5, 0.5, 0.5), "shrink", "retire"),
        (facts(0.3, 0.3, 0.9, 0.9), "hold", "hold"),
        (facts(0.9, 0.0, 0.9, 0.9, quarters=7), "insufficient", "insufficient"),
        (facts(0.9, 0.0, 0.9), "insufficient", "insufficient"),
        (replace(facts(0.9, 0.0, 0.9, 0.9), gap=None), "insufficient", "insufficient"),
    ],
)
def test_advice_follows_gap_and_several_years_and_only_schools_are_told_to_retire(
    told: MajorFacts, region: str, school: str
) -> None:
    assert advise(told, for_school=False).signal == region
    assert advise(told, for_school=True).signal == school


def test_one_bad_year_after_good_ones_closes_nothing() -> None:
    assert advise(facts(0.0, 0.99, 0.2, 0.95, 0.95), for_school=True).signal == "hold"


def test_every_piece_of_advice_cites_the_interval_and_the_years() -> None:
    told = advise(facts(0.1, 0.8, 0.5, 0.5), for_school=False)
    words = " ".join(reason.en for reason in told.reasons)
    assert "0.30-0.80" in words
    assert "2024: 50%, 2025: 50%" in words


def test_where_no_pack_names_a_filing_day_none_is_given_and_that_is_said() -> None:
    due = due_in(REGION, date(2026, 11, 22))
    assert due["due_on"] is None
    assert "skipped, not guessed" in due["en"]


async def a_school_with_a_weak_major(
    room: LabourRoom,
) -> tuple[httpx.AsyncClient, httpx.AsyncClient, str]:
    """Report a city whose nurses find no work at one school; returns authority, school, its id."""
    authority = room.authority()
    await report_all(room, authority)
    school_id = room.organisation("school", "乙学院")
    school = room.person("school", school_id, SCHOOL)
    rows = [("", "", NURSING, year, 3, 200) for year in range(2019, 2026)]
    await report(room, school, "cohorts", table(COHORT, rows))
    weak = [("", "", NURSING, year, 180, 40, 20, 120, 10, 5) for year in range(2022, 2026)]
    await report(room, school, "destinations", table(DESTINATION, weak))
    await run(room, authority, years=3)
    done = await room.job(
        authority, await authority.post("/v1/majors/advice", json={"region": REGION})
    )
    assert done["state"] == "done", done
    assert done["result"]["drafts"] == 1
    return authority, school, str(school_id)


async def test_retire_is_a_draft_for_school_and_authority_and_public_only_when_both_have_spoken(
    labouring: LabourRoom,
) -> None:
    authority, school, school_id = await a_school_with_a_weak_major(labouring)
    anyone = labouring.anyone()
    path, asked = f"/v1/majors/{NURSING}/signal", {"region": REGION, "school_id": school_id}
    assert (await anyone.get(path, params=asked)).json()["signal"] is None
    assert (await anyone.get(path, params={"region": REGION})).json()["signal"] == "shrink"
    assert (await anyone.get(f"/v1/majors/{CNC}/signal", params={"region": REGION})).json()[
        "signal"
    ] == "grow"
    (draft,) = (await school.get("/v1/majors/advice", params={"state": "draft"})).json()["items"]
    assert (draft["signal"], draft["major_code"]) == ("retire", NURSING)
    other = labouring.school("丙学院")
    assert (await other.get("/v1/majors/advice")).json()["items"] == []
    one = f"/v1/majors/advice/{draft['id']}"
    decision = {"publish": True, "reason": "专家论证通过"}
    early = await authority.post(f"{one}/decision", json=decision)
    assert early.json()["code"] == "advice_school_not_heard"
    position = {"agrees": False, "reason": "已调整培养方向"}
    assert (await other.post(f"{one}/position", json=position)).status_code == 404
    assert (await authority.post(f"{one}/position", json=position)).status_code == 403
    assert (await school.post(f"{one}/decision", json=decision)).status_code == 403
    assert (await school.post(f"{one}/position", json=position)).status_code == 200
    assert (await anyone.get(path, params=asked)).json()["signal"] is None
    told = await authority.post(f"{one}/decision", json=decision)
    assert told.json()["state"] == "published"
    assert (await anyone.get(path, params=asked)).json()["signal"] == "retire"
    again = await authority.post(f"{one}/decision", json=decision)
    assert again.json()["code"] == "advice_decided"


async def test_a_rejected_draft_is_never_public_and_advice_needs_a_run(
    labouring: LabourRoom,
) -> None:
    early = await labouring.authority().post("/v1/majors/advice", json={"region": REGION})
    assert early.json()["code"] == "advice_without_gaps"
    authority, school, school_id = await a_school_with_a_weak_major(labouring)
    (draft,) = (await school.get("/v1/majors/advice", params={"state": "draft"})).json()["items"]
    one = f"/v1/majors/advice/{draft['id']}"
    await school.post(f"{one}/position", json={"agrees": False, "reason": "正在转型升级"})
    await authority.post(f"{one}/decision", json={"publish": False, "reason": "给两年时间"})
    asked = {"region": REGION, "school_id": school_id}
    told = await labouring.anyone().get(f"/v1/majors/{NURSING}/signal", params=asked)
    assert told.json()["signal"] is None
