"""What a recognition says as a credential: Open Badges 3.0 for one, CLR 2.0 for all of a student.

Source: Open Badges 3.0 (2024), B; CLR 2.0 (2024), B; both over Verifiable Credentials 2.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.credits.domain.inclusion import write_commitment
from services.credits.domain.recognition import (
    Grant,
    Holder,
    Learning,
    Party,
    Recognition,
    credits_text,
)
from services.credits.engine.credentials.contexts_frozen import CLR, CREDENTIALS_2, OPEN_BADGES

# Kinds of outcomes in the words of Open Badges 3.0, B.2.1; anything else is an Achievement.
_ACHIEVEMENT_TYPES = {
    "certificate": "Certification",
    "competition": "Award",
    "course": "Course",
    "enterprise_course": "Course",
    "internship": "Fieldwork",
    "online_course": "Course",
    "qualification": "License",
    "work": "CommunityService",
}
PURPOSES = ("revocation", "suspension")


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds what a credential says: its address, issuer, moment and place in the lists."""

    url: str
    issuer_did: str
    now: datetime
    salt: str
    status_lists: tuple[tuple[str, str], ...]
    status_index: int


def badge_document(recognition: Recognition, frame: Frame) -> dict[str, Any]:
    """Return the Open Badge of one decision, unsigned."""
    learning = recognition.learning
    subject: dict[str, Any] = {
        **_subject(recognition.holder, frame, "AchievementSubject"),
        "creditsEarned": _number(recognition.credits_hundredths),
        "achievement": _achievement(recognition),
    }
    if learning.completed_on is not None:
        subject["activityEndDate"] = _midnight(learning.completed_on)
    if recognition.grade:
        subject["result"] = [{"type": ["Result"], "value": recognition.grade}]
    return {
        "@context": [CREDENTIALS_2, OPEN_BADGES],
        **_head(frame, "OpenBadgeCredential", recognition.school),
        "name": f"学分认定：{learning.title}",
        "credentialSubject": subject,
        "evidence": [_evidence(recognition)],
        "credentialStatus": _status(frame),
    }


def clr_document(
    school: Party, holder: Holder, frame: Frame, *, badges: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the transcript of a student over signed badges, unsigned."""
    return {
        "@context": [CREDENTIALS_2, CLR, OPEN_BADGES],
        **_head(frame, "ClrCredential", school),
        "name": f"{school.name} 学分认定成绩单",
        "credentialSubject": {
            **_subject(holder, frame, "ClrSubject"),
            "verifiableCredential": list(badges),
        },
        "credentialStatus": _status(frame),
    }


def hash_identity(identity: str, salt: str) -> str:
    """Return the salted hash under which a credential names a person (Open Badges 3.0, B.6.1).

    >>> hash_identity("a@example.org", "Kosher")
    'sha256$3570e49e8e00c41a9544401a81e8fc59ac2d14b80749a7829adc820b2f80cdfa'
    """
    return "sha256$" + hashlib.sha256((identity + salt).encode()).hexdigest()


def _head(frame: Frame, kind: str, school: Party) -> dict[str, Any]:
    issuer = {"id": frame.issuer_did, "type": ["Profile"], "name": school.name}
    if school.url:
        issuer["url"] = school.url
    return {
        "id": frame.url,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": moment_text(frame.now),
    }


def _subject(holder: Holder, frame: Frame, kind: str) -> dict[str, Any]:
    told = {"name": holder.name, "sisSourcedId": holder.number}
    return {
        "id": f"urn:uuid:{holder.id}",
        "type": [kind],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityType": identity_type,
                "hashed": True,
                "identityHash": hash_identity(identity, frame.salt),
                "salt": frame.salt,
            }
            for identity_type, identity in told.items()
        ],
    }


def _achievement(recognition: Recognition) -> dict[str, Any]:
    learning = recognition.learning
    rules = "、".join(recognition.rule_ids)
    return {
        "id": f"urn:uuid:{recognition.decision_id}",
        "type": ["Achievement"],
        "name": learning.title,
        "achievementType": _ACHIEVEMENT_TYPES.get(learning.kind, "Achievement"),
        "description": learning.description or _describe(learning),
        "criteria": {
            "narrative": f"{recognition.standard}; {rules}; sha256 {recognition.rulebook_sha256}"
        },
        "creditsAvailable": _number(recognition.credits_hundredths),
        "alignment": [_alignment(grant) for grant in recognition.grants],
    }


def _alignment(grant: Grant) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetName": grant.course,
        "targetUrl": f"urn:uuid:{grant.course_id}",
        "targetDescription": credits_text(grant.credits_hundredths),
    }


def _evidence(recognition: Recognition) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": ["Evidence"],
        "name": recognition.learning.issuer_name,
        "description": _describe(recognition.learning),
        "genre": recognition.learning.kind,
    }
    if recognition.transaction_id is not None:
        told["id"] = f"urn:uuid:{recognition.transaction_id}"
    if recognition.commitment is not None:
        told["narrative"] = write_commitment(recognition.commitment)
    return told


def _describe(learning: Learning) -> str:
    told = [learning.title, learning.issuer_name, learning.level]
    told.append(f"{learning.hours} 学时" if learning.hours is not None else None)
    told.append(learning.completed_on.isoformat() if learning.completed_on else None)
    return "，".join(part for part in told if part)


def _status(frame: Frame) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{url}#{frame.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(frame.status_index),
            "statusListCredential": url,
        }
        for purpose, url in frame.status_lists
    ]


def status_list_document(
    url: str, *, issuer_did: str, purpose: str, encoded: str, period: tuple[datetime, datetime]
) -> dict[str, Any]:
    """Return a status list credential, unsigned (Bitstring Status List 1.0, 2.2)."""
    return {
        "@context": [CREDENTIALS_2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_did,
        "validFrom": moment_text(period[0]),
        "validUntil": moment_text(period[1]),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
        },
    }


def moment_text(moment: datetime) -> str:
    """Return a moment as a credential writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _number(hundredths: int) -> int | float:
    """Return a number that every writer of JSON writes alike: RDF tells 4 from 4.0."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def scatter(taken: int, *, step: int, start: int, size: int) -> int:
    """Return the place of the credential number `taken` in a list of `size` (a power of two).

    Every place comes once, in an order that tells nobody who was issued before whom.

    >>> sorted(scatter(n, step=5, start=3, size=8) for n in range(8)) == list(range(8))
    True
    """
    assert step % 2 == 1, "an odd step reaches every place of a power of two"
    return (start + taken * step) % size
