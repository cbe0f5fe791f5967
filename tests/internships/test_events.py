"""What the other rooms are told: every field of the contract, and nothing of a person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from services.internships.contract import events
from services.internships.contract.events import student_ref, title_fingerprint
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import drafted, enterprise
from tests.internships.school_year import NOW
from tests.internships.test_placements import PAPERS, accepted
from tests.lone_room import until

ASSESSMENT = {
    "hours": 900,
    "competencies": ["零件加工"],
    "grade": "良好",
    "school_assessor": "周敏",
    "enterprise_assessor": "王工",
}


def fields_of(noun: str) -> set[str]:
    """Return the fields that the contract's table names for posts or placements."""
    text = events.__doc__ or ""
    part = text.split("`placement.accepted`")[0 if noun == "post" else 1]
    cells = (line.split("|")[1] for line in part.splitlines() if line.startswith("| `"))
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


async def told(room: InternshipsRoom, listener: str, subject: str, kind: str) -> dict[str, Any]:
    async def look() -> Any:
        return room.listeners[listener].about(subject).get(kind)

    return await until(look, 20)


async def test_forecasting_hears_of_a_post_from_its_publication_to_its_end(
    working: InternshipsRoom,
) -> None:
    hr = working.hr(enterprise(working))
    post = await drafted(hr)
    address = f"/v1/posts/{post['id']}"
    assert working.listeners["forecasting"].about(post["id"]) == {}
    await hr.post(f"{address}/publish")
    published = await told(working, "forecasting", post["id"], "post.published")
    assert published.keys() == fields_of("post")
    assert published["title_fingerprint"] == title_fingerprint(post["title"])
    assert (published["seats"], published["state"], published["closed_at"]) == (
        4,
        "published",
        None,
    )
    seen = (await hr.get(address)).json()["version"]
    await hr.patch(address, json={"seats": 7}, headers={"if-match": f'"v{seen}"'})
    changed = await told(working, "forecasting", post["id"], "post.changed")
    assert (changed["seats"], changed["version"] > published["version"]) == (7, True)
    await hr.post(f"{address}/close")
    closed = await told(working, "forecasting", post["id"], "post.closed")
    assert closed["closed_at"] is not None
    assert working.listeners["credits"].about(post["id"]) == {}


async def test_a_draft_that_changes_is_told_to_nobody(working: InternshipsRoom) -> None:
    hr = working.hr(enterprise(working))
    post = await drafted(hr)
    seen = {"if-match": f'"v{post["version"]}"'}
    await hr.patch(f"/v1/posts/{post['id']}", json={"seats": 9}, headers=seen)
    await hr.post(f"/v1/posts/{post['id']}/publish")
    await told(working, "forecasting", post["id"], "post.published")
    assert working.listeners["forecasting"].about(post["id"]).keys() == {"post.published"}


async def test_credits_hear_what_was_learnt_and_never_who_by_name(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    address = f"/v1/placements/{placement['id']}"
    working.now = NOW + timedelta(days=90)
    seen = {"if-match": f'"v{placement["version"]}"'}
    await school.office.patch(address, json=PAPERS, headers=seen)
    assert (await school.office.post(f"{address}/start")).status_code == 200
    working.now = NOW + timedelta(days=90 + 20)
    assert (await school.office.post(f"{address}/assess", json=ASSESSMENT)).status_code == 200
    assessed = await told(working, "credits", placement["id"], "placement.assessed")
    assert assessed.keys() == fields_of("placement")
    assert (assessed["hours"], assessed["grade"]) == (900, "良好")
    assert assessed["competencies"] == ["零件加工"]
    assert assessed["weeks"] == 3  # 21 days, the first and the last counted
    assert assessed["student_ref"] == student_ref(school.id, placement["enrolment_no"])
    for secret in (placement["student_name"], "周敏", "王工", f'"{placement["enrolment_no"]}"'):
        assert secret not in str(assessed)
    first = await told(working, "forecasting", placement["id"], "placement.accepted")
    assert first.keys() == assessed.keys()
    assert (first["hours"], first["started_on"], first["competencies"]) == (None, None, [])
    assert first["weeks"] == 26


async def test_a_placement_taken_back_is_told_as_ended(working: InternshipsRoom) -> None:
    school, placement = await accepted(working)
    reason = {"reason": "学生因病休学"}
    await school.office.post(f"/v1/placements/{placement['id']}/cancel", json=reason)
    ended = await told(working, "credits", placement["id"], "placement.ended")
    assert (ended["state"], ended["weeks"]) == ("cancelled", 0)
    assert "因病" not in str(ended)
