"""Applications from draft to posting: rules, two reviewers, deadlines, appeals, reversals."""

from __future__ import annotations

import pytest

from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import (
    competition,
    decided,
    draft,
    in_review,
    open_school,
    posted,
    register,
    step,
    submitted,
)


async def test_a_competition_becomes_credits_after_two_reviewers_and_a_notice(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    sent = await submitted(school, student, competition(), "C-OPT")
    assert sent["state"] == "submitted"
    assert sent["items"][0]["amount"] == 600
    assert sent["items"][0]["rule_ids"] == ["competition"]
    assert "查表认定" in sent["items"][0]["explanation"][0]["zh"]
    review = await in_review(school, sent)
    done = await decided(school, review)
    assert (done["state"], done["verdict"]) == ("public_notice", "approved")
    end = await posted(school, done)
    assert end["state"] == "posted"
    assert end["transaction_id"]
    statement = await student.get("/v1/credit-accounts")
    assert statement.status_code == 200, statement.text
    assert "600" in statement.text
    case = (await student.get(f"/v1/credit-applications/{sent['id']}/case")).json()
    assert [each["rulebook_digest"] for each in case["decisions"]] == [
        school.rulebook["digest"]
    ] * 2
    assert case["snapshot"]["items"][0]["granted"] == 600
    badges = await student.get("/v1/credentials")
    assert badges.status_code == 200, badges.text


async def test_a_team_award_counts_once_for_each_member_and_again_at_another_level(
    room: CreditsRoom,
):
    body = competition(form="team")
    one = await open_school(room, name="林晓")
    other = await open_school(room, name="王明")
    below = await open_school(room, name="林晓", stage="secondary_vocational")
    for school in (one, other, below):
        sent = await submitted(school, school.student("S1"), body, "C-OPT")
        assert sent["state"] == "submitted"


async def test_a_certificate_is_registered_once_by_the_same_holder(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    body = competition()
    first = await register(student, body)
    again = await student.post("/v1/outcomes", json={**body, "title": "换个名称"})
    assert again.status_code == 409
    assert again.json()["code"] == "outcome_repeated"
    assert first in again.text
    withdrawn = await student.delete(f"/v1/outcomes/{first}", headers={"if-match": '"v1"'})
    assert withdrawn.json()["state"] == "withdrawn"
    assert await register(student, body) != first


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"level": "world"}, "not_a_choice"),
        ({"award": None}, "not_a_choice"),
        ({"form": "crowd"}, "not_a_choice"),
        ({"certificate_no": None}, "number_missing"),
        ({"completed_on": "2199-01-01"}, "completed_later"),
    ],
)
async def test_an_outcome_says_what_its_kind_enumerates(room: CreditsRoom, change, code: str):
    school = await open_school(room, content=None)
    answer = await school.student("S1").post("/v1/outcomes", json={**competition(), **change})
    assert answer.status_code == 422
    assert code in answer.text


async def test_a_school_without_rules_takes_no_application(room: CreditsRoom):
    school = await open_school(room, content=None)
    student = school.student("S1")
    outcome = await register(student, competition())
    drafted = await draft(student, outcome, school.courses["C-OPT"])
    sent = await step(student, drafted.json(), "submission")
    assert sent.json()["code"] == "rulebook_missing"


async def test_missing_evidence_goes_back_to_the_student_and_on_again(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    sent = await submitted(school, student, competition(), "C-OPT")
    asked = await step(
        school.reviewer(), sent, "evidence-checks", complete=False, missing=["证书扫描件"]
    )
    assert asked.json()["state"] == "needs_more"
    evidence = await student.post(
        f"/v1/outcomes/{sent['outcome_id']}/evidence?name=证书.pdf", content=b"%PDF-1.7 x"
    )
    assert evidence.status_code == 201, evidence.text
    assert evidence.json()["media_type"] == "application/pdf"
    again = await step(student, asked.json(), "submission")
    assert again.json()["state"] == "evidence_check"
    assert again.json()["content_sha256"] != sent["content_sha256"]
    assert (await in_review(school, again.json()))["state"] == "review"
    read = await student.get(f"/v1/evidence-files/{evidence.json()['id']}")
    assert read.content == b"%PDF-1.7 x"
    assert read.headers["content-disposition"].startswith("attachment")


async def test_every_deadline_releases_the_outcome(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    body = competition()
    for walked in ("submitted", "needs_more", "review"):
        found = await student.get("/v1/outcomes")
        known = [each["id"] for each in found.json()["items"]]
        outcome = known[0] if known else await register(student, body)
        drafted = await draft(student, outcome, school.courses["C-OPT"])
        assert drafted.status_code == 201, drafted.text
        sent = (await step(student, drafted.json(), "submission")).json()
        if walked == "needs_more":
            more = {"complete": False, "missing": ["原件"]}
            sent = (await step(school.reviewer(), sent, "evidence-checks", **more)).json()
        if walked == "review":
            sent = await in_review(school, sent)
        room.later(21)
        seen = await student.get(f"/v1/credit-applications/{sent['id']}")
        assert seen.json()["state"] == "expired"
        late = await step(school.reviewer(), sent, "evidence-checks", complete=True)
        assert late.status_code == 409
        settled = await school.office.post("/v1/credit-applications/settlements")
        assert settled.json() == {"posted": 0, "expired": 1, "refused": 0}


async def test_a_reviewer_with_a_conflict_or_an_old_text_does_not_decide(room: CreditsRoom):
    school = await open_school(room)
    body = competition(supervisors=["指导老师"])
    review = await in_review(school, await submitted(school, school.student("S1"), body, "C-OPT"))
    good = {
        "verdict": "approved",
        "content_sha256": review["content_sha256"],
        "reason": "符合规则",
    }
    teacher = await step(school.reviewer("指导老师"), review, "decisions", **good)
    assert (teacher.status_code, teacher.json()["code"]) == (403, "reviewer_conflict")
    aside = school.reviewer("回避者")
    await step(aside, review, "conflicts", reason="与申请人有亲属关系")
    assert (await step(aside, review, "decisions", **good)).status_code == 403
    stale = await step(
        school.reviewer(), review, "decisions", **{**good, "content_sha256": "sha256:0"}
    )
    assert stale.json()["code"] == "content_changed"
    first = school.reviewer()
    assert (await step(first, review, "decisions", **good)).json()["state"] == "review"
    twice = await step(first, review, "decisions", **good)
    assert twice.json()["code"] == "reviewer_conflict"


async def test_more_than_the_rules_give_cannot_be_granted(room: CreditsRoom):
    school = await open_school(room)
    review = await in_review(
        school, await submitted(school, school.student("S1"), competition(), "C-OPT")
    )
    body = {"content_sha256": review["content_sha256"], "reason": "照顾", "verdict": "partial"}
    over = await step(school.reviewer(), review, "decisions", amounts_hundredths=[700], **body)
    assert over.json()["code"] == "grant_beyond_rules"
    whole = await step(school.reviewer(), review, "decisions", amounts_hundredths=[600], **body)
    assert whole.json()["code"] == "verdict_invalid"
    part = await decided(school, review, "partial", amounts_hundredths=[300])
    assert (part["verdict"], part["items"][0]["granted"]) == ("partial", 300)


async def test_two_who_differ_are_settled_by_a_third_and_an_appeal_goes_to_others(
    room: CreditsRoom,
):
    school = await open_school(room)
    student = school.student("S1")
    review = await in_review(school, await submitted(school, student, competition(), "C-OPT"))
    people = {name: school.reviewer(name) for name in ("甲", "乙", "丙", "丁", "戊")}

    async def say(name: str, verdict: str, application):
        more = {"reason_code": "evidence_weak"} if verdict == "refused" else {}
        body = {"content_sha256": application["content_sha256"], "reason": "已阅"}
        answer = await step(people[name], application, "decisions", verdict=verdict, **body, **more)
        return answer.json()

    await say("甲", "approved", review)
    assert (await say("乙", "refused", review))["state"] == "review"
    refused = await say("丙", "refused", review)
    assert (refused["state"], refused["reason_code"]) == ("refused", "evidence_weak")
    appeal = await student.post(
        f"/v1/credit-applications/{review['id']}/appeals", json={"grounds": "证书可在官网查询"}
    )
    assert appeal.status_code == 201, appeal.text
    again = (await student.get(f"/v1/credit-applications/{review['id']}")).json()
    assert (again["state"], again["round"]) == ("review", 2)
    assert (await say("甲", "approved", again))["code"] == "reviewer_conflict"
    await say("丁", "approved", again)
    assert (await say("戊", "approved", again))["state"] == "public_notice"
    ended = (await student.get(f"/v1/credit-appeals/{appeal.json()['id']}")).json()
    assert ended["state"] == "upheld"
    once = await student.post(
        f"/v1/credit-applications/{review['id']}/appeals", json={"grounds": "再次申诉试试"}
    )
    assert once.json()["code"] == "credit_appeal_closed"


async def test_a_reversal_frees_the_outcome_and_is_final(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    body = competition()
    done = await posted(
        school,
        await decided(
            school, await in_review(school, await submitted(school, student, body, "C-OPT"))
        ),
    )
    back = await step(school.reviewer(), done, "reversal", reason="证书被颁发单位撤销")
    assert back.json()["state"] == "reversed", back.text
    twice = await step(school.reviewer(), back.json(), "reversal", reason="再撤销一次试试")
    assert twice.json()["code"] == "application_state"
    anew = await draft(student, done["outcome_id"], school.courses["C-OPT"])
    assert (await step(student, anew.json(), "submission")).status_code == 200


async def test_a_notice_shows_no_whole_name_no_number_and_ends(room: CreditsRoom):
    school = await open_school(room)
    body = competition()
    await decided(
        school,
        await in_review(school, await submitted(school, school.student("S1"), body, "C-OPT")),
    )
    shown = await school.student("S1").get("/v1/credit-notices")
    (notice,) = shown.json()["items"]
    assert (notice["name_masked"], notice["credits_hundredths"]) == ("林*", 600)
    assert body["certificate_no"] not in shown.text
    assert "林晓" not in shown.text
    elsewhere = await open_school(room, content=None)
    assert (await elsewhere.office.get("/v1/credit-notices")).json()["items"] == []
    room.later(8)
    assert (await school.office.get("/v1/credit-notices")).json()["items"] == []


async def test_the_same_content_counts_once_and_a_course_once(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    low = competition(level="municipal")
    done = await decided(
        school, await in_review(school, await submitted(school, student, low, "C-OPT"))
    )
    assert done["items"][0]["granted"] == 200
    outcome = await register(student, competition())
    same_course = await draft(student, outcome, school.courses["C-OPT"])
    taken = await step(student, same_course.json(), "submission")
    assert taken.json()["code"] == "outcome_used"
    changed = await student.patch(
        f"/v1/credit-applications/{same_course.json()['id']}",
        json={"course_ids": [school.courses["C-ENG"]]},
        headers={"if-match": f'"v{same_course.json()["version"]}"'},
    )
    sent = await step(student, changed.json(), "submission")
    assert sent.json()["items"][0]["amount"] == 200
    assert sent.json()["items"][0]["rule_ids"][-1] == "once"


async def test_a_student_sees_and_moves_only_their_own(room: CreditsRoom):
    school = await open_school(room, numbers=("S1", "S2"))
    mine = await submitted(school, school.student("S1"), competition(), "C-OPT")
    other = school.student("S2")
    for path in ("", "/case"):
        answer = await other.get(f"/v1/credit-applications/{mine['id']}{path}")
        assert answer.status_code == 404
    assert (await other.get(f"/v1/outcomes/{mine['outcome_id']}")).status_code == 404
    assert (await other.get("/v1/credit-applications")).json()["items"] == []
    assert (await step(other, mine, "withdrawal")).status_code == 404
    assert (await step(other, mine, "evidence-checks", complete=True)).status_code == 403
    elsewhere = await open_school(room, content=None)
    gone = await elsewhere.reviewer().get(f"/v1/credit-applications/{mine['id']}/case")
    assert gone.status_code == 404


async def test_figures_tell_what_was_converted_and_why_not(room: CreditsRoom):
    school = await open_school(room, numbers=("S1", "S2"))
    first = await in_review(
        school, await submitted(school, school.student("S1"), competition(), "C-OPT")
    )
    second = await in_review(
        school, await submitted(school, school.student("S2"), competition(), "C-OPT")
    )
    await decided(school, second, "refused", reason_code="evidence_weak")
    await posted(school, await decided(school, first))
    found = (await school.reviewer().get("/v1/credit-statistics")).json()
    assert found["converted"] == [
        {"kind": "competition", "applications": 1, "credits_hundredths": 600}
    ]
    assert found["refusals"] == [{"reason_code": "evidence_weak", "applications": 1}]
    assert found["time_to_decision"]["decided"] == 2


async def test_a_school_sets_its_own_days_and_the_pack_gives_the_rest(room: CreditsRoom):
    school = await open_school(room, content=None)
    before = (await school.office.get("/v1/credit-settings")).json()
    assert before["days"]["notice"] == 7
    changed = await school.office.put("/v1/credit-settings", json={"notice": 3})
    assert changed.json()["days"] == {**before["days"], "notice": 3}
    refused = await school.student("S1").put("/v1/credit-settings", json={"notice": 1})
    assert refused.status_code == 403


async def test_the_routine_posts_what_is_due_without_anybody_asking(room: CreditsRoom):
    school = await open_school(room)
    student = school.student("S1")
    review = await in_review(school, await submitted(school, student, competition(), "C-OPT"))
    done = await decided(school, review)
    room.later(8)
    routine = next(each for each in room.built.routines if each.name == "credits.deadlines")
    await routine.run()
    end = (await student.get(f"/v1/credit-applications/{done['id']}")).json()
    assert (end["state"], end["verdict"]) == ("posted", "approved")
