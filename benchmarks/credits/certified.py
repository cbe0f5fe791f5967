"""Credentials made for measuring: a badge by a did:key, a transcript of thirty decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.domain.badge import Frame, badge_document, clr_document
from services.credits.domain.recognition import Grant, Holder, Learning, Party, Recognition
from services.credits.domain.transcript import Transcript, TranscriptCourse, TranscriptLine
from services.credits.engine.credentials.multikey import did_key_of, multikey_of
from services.credits.engine.credentials.proofs import Suite, add_proofs, create_proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DID = did_key_of(KEY)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
_SCHOOL = Party(UUID(int=1), "杭州某职业技术学院")
_HOLDER = Holder(UUID(int=2), "张三", "2023010101")


def secured(document: dict[str, Any], *suites: Suite) -> dict[str, Any]:
    """Return `document` with one proof in each suite."""
    method, created = f"{DID}#{multikey_of(KEY)}", "2026-11-22T00:00:00Z"
    proofs = [
        create_proof(document, KEY, suite=suite, method=method, created=created) for suite in suites
    ]
    return add_proofs(document, proofs)


def badge(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the badge of one decision, unsigned."""
    recognition = Recognition(
        decision_id=UUID(int=1000 + number),
        transaction_id=UUID(int=2000 + number),
        school=_SCHOOL,
        holder=_HOLDER,
        learning=Learning(
            f"工业机器人操作与运维 {number}", "certificate", "某评价组织", date(2025, 6, 1), "中级"
        ),
        grants=(Grant(UUID(int=3), "智能制造实训", 250), Grant(UUID(int=4), "PLC 技术", 200)),
        decided_on=date(2026, 11, 20),
        rule_ids=("rule-17",),
        rulebook_sha256="ab" * 32,
        standard="alliance:2026.1",
    )
    return {**badge_document(recognition, _frame(number)), **changes}


def transcript_of(badges: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the CLR over signed badges, unsigned."""
    return clr_document(_SCHOOL, _HOLDER, _frame(0), badges=badges)


def pages_of(lines: int) -> Transcript:
    """Return what the pages of a transcript of so many decisions show."""
    line = TranscriptLine(
        id="0b8a0c1e",
        title="工业机器人操作与运维（中级）",
        kind="certificate",
        issuer="某评价组织",
        completed_on=date(2025, 6, 1),
        decided_on=date(2026, 11, 20),
        credits_hundredths=450,
        grade="优秀",
        courses=(TranscriptCourse("智能制造实训", 250), TranscriptCourse("PLC 技术", 200)),
    )
    return Transcript("0b8a", _SCHOOL.name, "张三", "2023010101", NOW.date(), NOW, [line] * lines)


def _frame(number: int) -> Frame:
    lists = tuple(
        (purpose, f"https://school.example/v1/status-lists/1/{purpose}")
        for purpose in ("revocation", "suspension")
    )
    return Frame(
        url=f"https://school.example/v1/credentials/{number}",
        issuer_did=DID,
        now=NOW,
        salt="0123456789abcdef",
        status_lists=lists,
        status_index=number,
    )
