"""The credits room alone, badges by hand, and what verifying them answers, for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.domain.recognition import Grant, Holder, Learning, Party, Recognition
from services.credits.engine.credentials.multikey import did_key_of, multikey_of
from services.credits.engine.credentials.proofs import add_proofs, create_proof
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.trust import TrustedIssuer, trust_of
from services.credits.engine.credentials.verifying import verify
from services.credits.flows.issue_credentials import Issued, Issuing, issue_badge
from shared.db.session import Scope
from tests.lone_room import LoneRoom

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DID = did_key_of(KEY)
BADGE_CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


def badge(**changes: Any) -> dict[str, Any]:
    """An unsigned badge by a did:key."""
    return {
        "@context": BADGE_CONTEXT,
        "id": "https://other.example/credentials/7",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "绍兴某职业学院"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "学分认定",
        "credentialSubject": {
            "id": "urn:uuid:0b8a0c1e-7f0e-4c52-9d0e-6f3f7f5a1a02",
            "type": ["AchievementSubject"],
            "creditsEarned": 4.5,
            "achievement": {
                "id": "urn:uuid:0b8a0c1e-7f0e-4c52-9d0e-6f3f7f5a1a03",
                "type": ["Achievement"],
                "name": "工业机器人操作与运维",
                "description": "1+X 中级",
                "criteria": {"narrative": "rule-17"},
            },
        },
        **changes,
    }


def signed(document: dict[str, Any], *suites: str, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """`document` with one proof in each suite."""
    method = f"{did_key_of(key)}#{multikey_of(key)}"
    proofs = [
        create_proof(document, key, suite=suite, method=method, created="2026-01-01T00:00:00Z")
        for suite in suites or ("eddsa-jcs-2022", "eddsa-rdfc-2022")
    ]
    return add_proofs(document, proofs)


@dataclass(slots=True)
class CredentialsRoom(LoneRoom):
    """The room, with what it signs by, and people in their roles."""

    name = "credits"

    issuing: Issuing = field(init=False)

    def office(self, school_id: UUID) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["academic_office"],
            scope="credits:office",
        )

    def student(self, school_id: UUID, number: str) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["student"],
            scope="credits:apply",
            member_no=number,
        )

    async def issue(self, school_id: UUID, number: str = "2023010101", **changes: Any) -> Issued:
        """Issue a badge as the flow of a decision does."""
        async with self.database.begin(Scope(org_id=school_id)) as tx:
            return await issue_badge(
                tx, self.issuing, recognition(school_id, number, **changes), now=self.moment()
            )


def recognition(school_id: UUID, number: str, **changes: Any) -> Recognition:
    """A decision that recognises a certificate as two courses."""
    told: dict[str, Any] = {
        "decision_id": uuid4(),
        "transaction_id": uuid4(),
        "school": Party(school_id, "杭州某职业技术学院", "https://school.example"),
        "holder": Holder(uuid4(), "张三", number),
        "learning": Learning(
            "工业机器人操作与运维（中级）",
            "certificate",
            "某评价组织",
            date(2025, 6, 1),
            "中级",
            64,
        ),
        "grants": (Grant(uuid4(), "智能制造实训", 250), Grant(uuid4(), "PLC 技术", 200)),
        "decided_on": date(2026, 11, 20),
        "rule_ids": ("rule-17",),
        "rulebook_sha256": "ab" * 32,
        "standard": "alliance:2026.1",
        "grade": "优秀",
        **changes,
    }
    return Recognition(**told)


VERIFICATIONS = "/v1/credentials/verifications"


async def verdict_of(client: httpx.AsyncClient, data: bytes) -> dict[str, Any]:
    answer = await client.post(VERIFICATIONS, content=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def transcript(room: CredentialsRoom, school_id: UUID, number: str) -> dict[str, Any]:
    answer = await room.student(school_id, number).post("/v1/credentials/transcripts", json={})
    assert answer.status_code == 201, answer.text
    return answer.json()


RDFC = "eddsa-rdfc-2022"
JCS = "eddsa-jcs-2022"
TRUST = trust_of([TrustedIssuer(DID, frozenset({multikey_of(KEY)}))])


def verdict_on(document: dict[str, Any], **more: Any) -> Any:
    return verify(json.dumps(document).encode(), TRUST, NOW, **more)


def code_of(document: dict[str, Any], **more: Any) -> str:
    verdict = verdict_on(document, **more)
    return verdict.code if isinstance(verdict, Refused) else "accepted"
