"""An enterprise drafts, checks, publishes, changes, clones and closes its posts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import drafted, enterprise, good_post, published, rules


async def test_a_draft_is_answered_with_its_report_and_its_place_decides_the_pack(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post("/v1/posts", json=good_post())
    post = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/posts/{post['id']}"
    assert answer.headers["etag"] == '"v1"'
    assert post["state"] == "draft"
    assert post["report"]["pack"] == "cn-zj-hz"
    assert post["occupation_code"] == "6-20-01-01"  # a name is taken for its code
    assert post["industry_code"] == "34"
    assert post["report"]["level"] in {"clear", "info"}
    stated = [
        *(f["rule"] for f in post["report"]["findings"]),
        *(f["rule"] for f in post["report"]["skipped"]),
        *(p["rule"] for p in post["report"]["passed"]),
    ]
    assert len(stated) == len(set(stated)) > 25


async def test_a_post_that_nothing_stops_is_published_and_told_to_the_other_rooms(
    room: InternshipsRoom,
) -> None:
    org = enterprise(room)
    hr = room.hr(org)
    post = await drafted(hr)
    answer = await hr.post(f"/v1/posts/{post['id']}/publish")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "published"
    async with room.database.begin(PLATFORM) as tx:
        events = await tx.execute(
            text("SELECT kind, payload FROM outbox WHERE subject_id = :id ORDER BY id"),
            {"id": post["id"]},
        )
        told = {row.kind: row.payload for row in events}
    assert told["post.published"]["seats"] == 4
    assert "wages" not in told["post.published"]
    assert told["audit.post.published"]["pack"] == "cn-zj-hz"


async def test_a_prohibition_stops_publishing_and_says_how_to_mend_it(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr, works_night=True, intensity="III")
    answer = await hr.post(f"/v1/posts/{post['id']}/publish")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "post_blocked"
    assert {error["code"] for error in problem["errors"]} == {"REG-16.7", "REG-17.3"}
    assert (await hr.get(f"/v1/posts/{post['id']}")).json()["state"] == "draft"


async def test_asking_to_publish_a_blocked_post_at_once_keeps_nothing(
    room: InternshipsRoom,
) -> None:
    org = enterprise(room)
    hr = room.hr(org)
    answer = await hr.post("/v1/posts", json=good_post(intensity="IV", publish=True))
    assert answer.status_code == 422
    mine = (await hr.get("/v1/posts", params={"mine": "true", "state": "draft"})).json()
    assert mine["items"] == []


async def test_a_named_person_releases_what_the_text_allows_with_the_reason(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr, pay_fen_month=100_000)
    assert rules(post["report"])["REG-18a"] == "warn"
    short = await hr.post(
        f"/v1/posts/{post['id']}/releases", json={"rule": "REG-18a", "reason": "短"}
    )
    assert short.status_code == 422
    answer = await hr.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-18a", "reason": "学生尚在跟岗学习阶段，不能独立工作。"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["released_by_name"] == "周敏"
    shown = (await room.client().get(f"/v1/posts/{post['id']}")).status_code
    assert shown == 404  # still a draft
    again = await hr.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-18a", "reason": "学生尚在跟岗学习阶段，不能独立工作。"},
    )
    assert (again.status_code, again.json()["code"]) == (409, "finding_released")
    done = (await hr.post(f"/v1/posts/{post['id']}/publish")).json()
    (finding,) = [f for f in done["report"]["findings"] if f["rule"] == "REG-18a"]
    assert finding["released"]["reason"].startswith("学生")
    assert "周敏" not in str(finding)


async def test_a_release_lapses_when_its_facts_change(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr, pay_fen_month=100_000)
    told = {"rule": "REG-18a", "reason": "学生尚在跟岗学习阶段，不能独立工作。"}
    await hr.post(f"/v1/posts/{post['id']}/releases", json=told)
    kept = await hr.patch(
        f"/v1/posts/{post['id']}", json={"description": "改写"}, headers={"if-match": '"v2"'}
    )
    assert kept.json()["report"]["findings"][0]["released"] is not None
    lower = await hr.patch(
        f"/v1/posts/{post['id']}", json={"pay_fen_month": 90_000}, headers={"if-match": '"v3"'}
    )
    findings = {f["rule"]: f for f in lower.json()["report"]["findings"]}
    assert findings["REG-18a"]["released"] is None


async def test_a_release_given_on_other_head_counts_is_given_again(room: InternshipsRoom) -> None:
    org = enterprise(room)
    hr = room.hr(org)

    async def count(staff: int, on: str) -> None:
        told = {"measure": "staff_on_duty", "staff": staff, "counted_on": on}
        await hr.put(f"/v1/enterprises/{org}/head-counts", json={"counts": [told]})

    await count(20, "2026-01-01")
    post = await drafted(hr)
    path = f"/v1/posts/{post['id']}"
    told = {"rule": "REG-10a", "reason": "小微企业，实训车间可容纳四名学生。"}
    assert (await hr.post(f"{path}/releases", json=told)).status_code == 201
    await count(10, "2026-02-01")
    fresh = (await hr.post(f"{path}/check")).json()
    (finding,) = [f for f in fresh["findings"] if f["rule"] == "REG-10a"]
    assert finding["released"] is None
    assert (await hr.post(f"{path}/releases", json=told)).status_code == 201
    done = (await hr.post(f"{path}/publish")).json()
    (finding,) = [f for f in done["report"]["findings"] if f["rule"] == "REG-10a"]
    assert finding["released"] is not None
    assert len((await hr.get(f"{path}/releases")).json()["items"]) == 1


async def test_a_prohibition_without_exception_is_released_by_nobody(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr, intensity="III")
    answer = await hr.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-16.7", "reason": "我们认为学生可以承受这样的劳动强度。"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "finding_not_releasable")
    other = await hr.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-17.1", "reason": "没有这一项结果也想放行，应当被拒绝。"},
    )
    assert (other.status_code, other.json()["code"]) == (409, "finding_not_found")


async def test_a_program_releases_nothing(room: InternshipsRoom) -> None:
    org = enterprise(room)
    post = await drafted(room.hr(org), pay_fen_month=100_000)
    program = room.client(
        kind="client", org_id=str(org), org_kind="enterprise", roles=[], scope="posts:write"
    )
    answer = await program.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-18a", "reason": "程序不是具名负责人，不得放行。"},
    )
    assert answer.status_code == 403


async def test_a_filed_requirement_exempts_from_the_article_17_items(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    blocked = await drafted(hr, hazards=["high_altitude"])
    assert rules(blocked["report"])["REG-17.1"] == "block"
    filed = await drafted(hr, hazards=["high_altitude"], special_filing_no="浙教备2026-18")
    assert rules(filed["report"]).get("REG-17.1") != "block"


async def test_an_unverified_enterprise_drafts_and_checks_but_does_not_publish(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room, verified=False))
    post = await drafted(hr)
    assert (await hr.post(f"/v1/posts/{post['id']}/check")).status_code == 200
    answer = await hr.post(f"/v1/posts/{post['id']}/publish")
    assert (answer.status_code, answer.json()["code"]) == (409, "enterprise_not_verified")
    assert "/v1/verifications" in answer.json()["detail"]


async def test_words_that_restrict_never_block(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await published(hr, description="限男生，身高170以上，入职交押金500元。")
    assert rules(post["report"])["SCAN-FAIR"] == "review"
    assert rules(post["report"])["REG-19"] == "review"
    assert post["state"] == "published"


async def test_checking_keeps_nothing(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post("/v1/posts/check", json=good_post(works_overtime=True))
    assert rules(answer.json())["REG-17.3"] == "block"
    mine = await hr.get("/v1/posts", params={"mine": "true", "state": "draft"})
    assert mine.json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"seats": -1}, "/seats"),
        ({"end_on": "2027-02-01"}, "/end_on"),
        ({"apply_until": "2027-12-01"}, "/apply_until"),
        ({"pay_fen_month": 3_000}, "/pay_fen_month"),
        ({"pay_fen_day": 300_000}, "/pay_fen_day"),
        ({"region_code": "339999"}, "/region_code"),
        ({"occupation_code": "9-99"}, "/occupation_code"),
        ({"industry_code": "9999"}, "/industry_code"),
        ({"major_codes": ["999999"]}, "/major_codes"),
        ({"hazards": ["dragons"]}, "/hazards/0"),
        ({"title": ""}, "/title"),
        ({"salary": 1}, "/salary"),
        ({"hours_day": "25"}, "/hours_day"),
    ],
)
async def test_a_wrong_field_is_named_where_it_lies(
    room: InternshipsRoom, change: dict[str, object], pointer: str
) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post("/v1/posts", json=good_post(**change))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_unknown_code_is_answered_with_the_nearest(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post("/v1/posts", json=good_post(occupation_code="装配钳工师傅"))
    (error,) = answer.json()["errors"]
    assert "装配钳工" in error["message"]
    assert "6-20-01-01" in error["message"]


async def test_a_change_needs_the_version_that_was_seen(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr)
    path = f"/v1/posts/{post['id']}"
    assert (await hr.patch(path, json={"seats": 5})).status_code == 428
    stale = await hr.patch(path, json={"seats": 5}, headers={"if-match": '"v9"'})
    assert stale.status_code == 412
    done = await hr.patch(path, json={"seats": 5}, headers={"if-match": '"v1"'})
    assert (done.json()["seats"], done.headers["etag"]) == (5, '"v2"')
    assert done.json()["title"] == post["title"]


async def test_a_published_post_is_not_changed_into_a_prohibited_one(
    room: InternshipsRoom,
) -> None:
    hr = room.hr(enterprise(room))
    post = await published(hr)
    tag = f'"v{post["version"]}"'
    answer = await hr.patch(
        f"/v1/posts/{post['id']}", json={"intensity": "IV"}, headers={"if-match": tag}
    )
    assert answer.json()["code"] == "post_blocked"
    assert (await hr.get(f"/v1/posts/{post['id']}")).json()["intensity"] == "II"


async def test_a_closed_post_stays_readable_and_does_not_change(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await published(hr)
    path = f"/v1/posts/{post['id']}"
    closed = (await hr.post(f"{path}/close")).json()
    assert closed["state"] == "closed"
    assert (await hr.post(f"{path}/close")).json()["code"] == "post_not_published"
    tag = f'"v{closed["version"]}"'
    changed = await hr.patch(path, json={"seats": 1}, headers={"if-match": tag})
    assert changed.json()["code"] == "post_closed"
    assert (await room.hr(enterprise(room)).get(path)).json()["state"] == "closed"


async def test_a_clone_is_a_new_draft_with_the_private_wages(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await published(hr)
    clone = (await hr.post(f"/v1/posts/{post['id']}/clone")).json()
    assert clone["state"] == "draft"
    assert clone["cloned_from"] == post["id"]
    assert (
        clone["wages"]
        == post["wages"]
        == {
            "reference_fen_month": 360_000,
            "lowest_grade_fen_month": None,
        }
    )


async def test_wages_are_shown_to_their_enterprise_only(room: InternshipsRoom) -> None:
    post = await published(room.hr(enterprise(room)))
    shown = (await room.hr(enterprise(room)).get(f"/v1/posts/{post['id']}")).json()
    assert shown["wages"] is None
    assert "360000" not in str(shown["report"])


async def test_a_post_that_is_over_is_not_published(room: InternshipsRoom) -> None:
    room.now = datetime(2027, 9, 1, tzinfo=UTC)
    hr = room.hr(enterprise(room))
    post = await drafted(hr)
    answer = await hr.post(f"/v1/posts/{post['id']}/publish")
    assert answer.json()["code"] == "post_over"
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/end_on"]


async def test_a_post_whose_deadline_is_past_is_published_once_that_is_mended(
    room: InternshipsRoom,
) -> None:
    room.now = datetime(2027, 2, 20, 17, tzinfo=UTC)  # the 21st in China
    hr = room.hr(enterprise(room))
    refused = await hr.post("/v1/posts", json=good_post(apply_until="2027-02-20", publish=True))
    assert (refused.status_code, refused.json()["code"]) == (409, "post_deadline_past")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/apply_until"]
    assert "2027-02-20" in refused.json()["detail"]
    assert (await published(hr, apply_until="2027-02-21"))["state"] == "published"


async def test_the_same_key_makes_one_post(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    key = {"idempotency-key": str(uuid4())}
    first = await hr.post("/v1/posts", json=good_post(), headers=key)
    again = await hr.post("/v1/posts", json=good_post(), headers=key)
    assert first.json()["id"] == again.json()["id"]
    other = await hr.post("/v1/posts", json=good_post(seats=9), headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_student_or_a_stranger_writes_no_post(room: InternshipsRoom) -> None:
    school = room.organisation("school", "杭州某校")
    assert (await room.student(school, "G1").post("/v1/posts", json=good_post())).status_code == 403
    nobody = room.client()
    del nobody.headers["authorization"]
    assert (await nobody.post("/v1/posts", json=good_post())).status_code == 401
