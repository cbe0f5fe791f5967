"""An object of every kind of recognition: by its API where a person does it, else by its flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from gateway.demo.door import expect
from services.credits.domain.ledger import Holder, Limit, Posting
from services.credits.domain.recognition import Grant, Learning, Party, Recognition
from services.credits.domain.recognition import Holder as Named
from services.credits.domain.signed_note import COSIGNATURE, ED25519, Checkpoint, Note, SigningKey
from services.credits.flows.cosign_ledger import register_log
from services.credits.flows.issue_credentials import Issuing, issue_badge
from services.credits.flows.keep_ledger import post
from services.credits.flows.sequence_ledger import sequence
from services.credits.store.rows import add_rows
from services.credits.store.tables_rules import learners, programmes
from services.internships.contract.events import student_ref
from shared.db.session import PLATFORM, Database, Scope
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.credits.recognition_school import competition
from tests.credits.rulebooks import SCHOOL_BOOK
from tests.credits.test_certificate_pilots import PILOT
from tests.credits.test_course_articulations import SEQUENCE
from tests.credits.test_credit_alliances import CONTENT
from tests.security.scene import Person

_COURSE = {"kind": "elective", "credits_hundredths": 800}
_GROUNDS = "该奖项由另一名同学获得，请核实名单"


@dataclass(frozen=True, slots=True)
class Credits:
    """The room's database and what its flows need of the platform."""

    database: Database
    settings: PlatformSettings

    async def fill_alliance(self, keeper: Person, members: list[Person]) -> None:
        """Let an alliance propose a standard that its members sign, and say whom it trusts.

        All of it is for everyone to read, and so is no foreign object.
        """
        for member in members:
            joining = {"member_id": member.org_id, "from_on": "2020-01-01"}
            await _send(keeper, "/v1/credit-standards/members", joining)
        titles = {"code": "S-1", "title_zh": "共同标准", "title_en": "Common standard"}
        told = {**titles, "content": CONTENT, "valid_from": "2026-01-01"}
        standard = await _send(keeper, "/v1/credit-standards", told)
        path = f"/v1/credit-standards/{standard['id']}"
        proposed = await _step(keeper, f"{path}/proposal", standard)
        await _send(members[0], f"{path}/signatures", {"digest": proposed["digest"]})
        await _send(keeper, "/v1/credentials/trust-lists", {"name": "联盟", "issuers": []})
        async with self.database.begin(PLATFORM) as tx:
            await register_log(tx, vkey=str(SigningKey("log", ED25519, bytes(32)).verifier))

    async def fill_side(self, people: Mapping[str, Person], second: Person) -> dict[str, str]:
        """Carry one school's recognition up to its public notice, an objection and an appeal."""
        office, student, other = (people[each] for each in ("school_admin", "student", "other"))
        await self._list_learners(student, other)
        course, another = [
            (await _send(office, "/v1/courses", {"code": code, "title": title, **_COURSE}))["id"]
            for code, title in (("C-1", "创新实践"), ("C-2", "数控车削"))
        ]
        book = {"title": "规则", "content": SCHOOL_BOOK, "valid_from": "2020-01-01"}
        rules = await _send(office, "/v1/credit-rulebooks", book)
        await _step(office, f"/v1/credit-rulebooks/{rules['id']}/entry-into-force", rules)
        draft = await _send(office, "/v1/credit-rulebooks", book)
        pilot = await _send(office, "/v1/certificate-pilots", PILOT)
        steps = [{"from_title": "车工工艺", "course_code": "C-1", "overlap_percent": 80}]
        sequence = {**SEQUENCE, "steps": steps}
        articulation = await _send(office, "/v1/course-articulations", sequence)
        expect(await office.call("PUT", "/v1/credit-settings", json={"notice": 3}))
        shown = await _applied(student, course, office, second, verdict="approved")
        refused = await _applied(student, another, office, second, verdict="refused")
        path = f"/v1/credit-applications/{refused['id']}"
        appeal = await _send(student, f"{path}/appeals", {"grounds": "证书可在官网查询"})
        open_again = expect(await student.call("GET", path)).json()
        told = {"reason": "与申请人有亲属关系"}
        await _step(second, f"{path}/conflicts", open_again, told)
        notices = expect(await office.call("GET", "/v1/credit-notices")).json()["items"]
        objection = await _send(
            other, f"/v1/credit-notices/{notices[0]['id']}/objections", {"grounds": _GROUNDS}
        )
        return {
            "course_id": course,
            "rulebook_id": draft["id"],
            "pilot_id": pilot["id"],
            "articulation_id": articulation["id"],
            "outcome_id": shown["outcome_id"],
            "application_id": shown["id"],
            "credit_appeal_id": appeal["id"],
            "credit_notice_id": notices[0]["id"],
            "objection_id": objection["id"],
            **await self._post(student, office),
        }

    async def _list_learners(self, *students: Person) -> None:
        school_id = UUID(students[0].org_id)
        kept = {"id": uuid4(), "school_id": school_id}
        programme = {
            **kept,
            "code": "P1",
            "number": 1,
            "title": "数控技术",
            "major_code": "460103",
            "stage": "higher_vocational",
            "credits_hundredths": 14_000,
            "course_codes": ["C-1", "C-2"],
            "digest": "sha256:x",
            "current": True,
        }
        rows = [
            {
                **kept,
                "id": uuid4(),
                "enrolment_no": each.number,
                "name": each.own_name,
                "class_name": "数控2401",
                "programme_code": "P1",
                "ref": student_ref(school_id, str(each.number)),
                "state": "enrolled",
            }
            for each in students
        ]
        async with self.database.begin(PLATFORM) as tx:
            await add_rows(tx, programmes, [programme])
            await add_rows(tx, learners, rows)

    async def _post(self, student: Person, office: Person) -> dict[str, str]:
        """Post credits, certify them, seal the ledger and have it cosigned."""
        now, settings = utc_now(), self.settings
        school_id, number = UUID(student.org_id), str(student.number)
        holder = Holder(school_id, number, UUID(student.person_id))
        posting = Posting(
            uuid4().hex,
            holder,
            f"{number}:higher",
            "competition",
            200,
            claims=(f"o:{uuid4()}",),
            limits=(Limit("2026:online", 800),),
        )
        async with self.database.begin(Scope(org_id=school_id)) as tx:
            (made,) = await post(tx, [posting], now=now)
            certified = Recognition(
                decision_id=uuid4(),
                transaction_id=made.id,
                school=Party(school_id, "某学校"),
                holder=Named(uuid4(), student.own_name, number),
                learning=Learning("技能大赛", "competition", "组委会", date(2025, 6, 1), "国家"),
                grants=(Grant(uuid4(), "创新实践", 200),),
                decided_on=date(2026, 11, 20),
                rule_ids=("competition",),
                rulebook_sha256="ab" * 32,
                standard="alliance:2026.1",
            )
            issuing = Issuing(settings.secret, settings.public_url)
            await issue_badge(tx, issuing, certified, now=now)
        await sequence(
            self.database, secret=settings.secret, public_url=settings.public_url, now=now
        )
        await self._cosign(office)
        account = expect(await student.call("GET", "/v1/credit-accounts")).json()["items"][0]
        return {"transaction_id": str(made.id), "account_id": account["id"]}

    async def _cosign(self, office: Person) -> None:
        key = SigningKey(f"{office.org_id}/w", COSIGNATURE, UUID(office.org_id).bytes * 2)
        await _send(office, "/v1/ledger/witnesses", {"vkey": str(key.verifier)})
        note = Note.parse(expect(await office.call("GET", "/v1/ledger/checkpoint")).text)
        line = key.sign(note.text, at=1_790_000_000)
        size = Checkpoint.parse(note.text).size
        await _send(office, "/v1/ledger/cosignatures", {"size": size, "line": line})


async def _applied(
    student: Person, course_id: str, *reviewers: Person, verdict: str
) -> dict[str, Any]:
    """Let a student apply with evidence and two reviewers decide."""
    outcome = await _send(student, "/v1/outcomes", competition(title=f"技能大赛 {verdict}"))
    evidence = {"content": b"%PDF-1.7 x", "headers": {"content-type": "application/pdf"}}
    expect(await student.call("POST", f"/v1/outcomes/{outcome['id']}/evidence", **evidence))
    told = {"outcome_id": outcome["id"], "course_ids": [course_id], "purpose": "substitute"}
    made = await _send(student, "/v1/credit-applications", told)
    path = f"/v1/credit-applications/{made['id']}"
    made = await _step(student, f"{path}/submission", made)
    made = await _step(reviewers[0], f"{path}/evidence-checks", made, {"complete": True})
    for reviewer in reviewers:
        content = {"content_sha256": made["content_sha256"], "reason": "材料齐全，符合规则"}
        if verdict == "refused":
            content["reason_code"] = "evidence_weak"
        made = await _step(reviewer, f"{path}/decisions", made, {"verdict": verdict, **content})
    return made


async def _send(person: Person, path: str, told: Any) -> Any:
    return expect(await person.call("POST", path, json=told)).json()


async def _step(person: Person, path: str, made: Mapping[str, Any], told: Any = None) -> Any:
    headers = {"if-match": f'"v{made["version"]}"'}
    return expect(await person.call("POST", path, json=told, headers=headers)).json()
