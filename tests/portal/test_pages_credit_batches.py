"""A whole class at once: applied for by the office, its evidence passed by a reviewer, decided."""

from __future__ import annotations

import re
from typing import Any

from portal_enterprise import settled
from portal_hands import Browser, hidden_fields
from portal_market import ACADEMIC, REVIEWER
from portal_school import World

TITLE = "省级技能大赛（班级）"
NEW = "/credits/batches/new"


async def class_with_outcomes(world: World) -> tuple[str, list[str]]:
    """Register the same outcome for the first students of a class; return class and names."""
    office = await world.actor(ACADEMIC)
    learners = await office.pages("/v1/credit-learners")
    class_name = learners[-1]["class_name"]
    students = [one for one in learners if one["class_name"] == class_name][:2]
    head = "学籍号,成果类型,成果名称,颁发单位,证书编号,等级,奖项,参赛形式,完成日期\n"
    rows = [
        f"{one['enrolment_no']},竞赛获奖,{TITLE},浙江省教育厅,P-{one['enrolment_no']},"
        "省级,一等奖,个人,2026-05-20\n"
        for one in students
    ]
    await office.job("/v1/outcomes/imports", (head + "".join(rows)).encode())
    return class_name, [one["name"] for one in students]


async def post(browser: Browser, page: str, **fields: Any) -> Any:
    form = hidden_fields((await browser.open(page)).text)
    return await browser.http.post(page, data={**form, **fields})


async def test_a_class_is_applied_for_checked_and_every_refusal_has_its_reason(world: World):
    class_name, names = await class_with_outcomes(world)
    async with world.browser(ACADEMIC) as office:
        html = (await office.open(NEW)).text
        course = re.search(r'name="course_ids" value="([^"]+)"', html)
        assert course is not None
        bare = await post(office, NEW, class_name=class_name, outcome_kind="competition")
        assert bare.status_code == 422
        assert 'href="#field-course-ids"' in bare.text
        told = {"outcome_kind": "competition", "outcome_title": TITLE, "course_ids": course[1]}
        sent = await post(office, NEW, class_name=class_name, purpose="substitute", **told)
        assert sent.status_code == 303, sent.text
        done = await settled(office, f"{sent.headers['location']}?lang=en")
        assert "<h1>2 done, 0 refused</h1>" in done
    select = "/credits/batches/cases?state=submitted&lang=en"
    async with world.browser(REVIEWER) as reviewer:
        html = (await reviewer.open(select)).text
        assert all(name in html for name in names)
        none = await post(reviewer, select)
        assert none.status_code == 422
        ids = [
            one
            for one, label in re.findall(
                r'name="ids" value="([^"]+)"[^>]*>\s*<label[^>]*>([^<]*)', html
            )
            if TITLE in label
        ]
        assert len(ids) == 2
        passed = await post(reviewer, select, ids=ids)
        assert passed.status_code == 303, passed.text
        done = await settled(reviewer, f"{passed.headers['location']}?lang=en")
        assert "<h1>2 done, 0 refused</h1>" in done
        # Decided over another text than the one that stands: refused, with the reason.
        decide = "/credits/batches/cases?state=review&lang=en"
        assert TITLE in (await reviewer.open(decide)).text
        wordless = await post(reviewer, decide, ids=ids, verdict="approved")
        assert wordless.status_code == 422
        forged = {f"digest.{one}": "sha256:0" for one in ids}
        sent = await post(
            reviewer,
            decide,
            ids=ids,
            verdict="refused",
            reason="未达要求",
            reason_code="other",
            **forged,
        )
        refused = await settled(reviewer, f"{sent.headers['location']}?lang=en")
    assert "<h1>0 done, 2 refused</h1>" in refused
    assert "Refused: nothing was written for these" in refused
