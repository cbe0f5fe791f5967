"""What a credential says, in the few facts that a recognition needs."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.proofs import canonise_jcs
from services.credits.engine.credentials.shape import is_badge, is_clr, issuer_of, period_of

_HASHED = "sha256$"


@dataclass(frozen=True, slots=True)
class Claims:
    """The facts of a credential; None and "" where it does not tell."""

    id: str
    kind: Literal["badge", "clr", "other"]
    title: str
    issuer_id: str
    issuer_name: str
    credits_hundredths: int | None
    completed_on: date | None
    valid_from: datetime | None
    valid_until: datetime | None
    digest: str
    subject: JsonObject

    def is_about(self, identity: str) -> bool | None:
        """Whether `identity` (a name, a number) is that of the holder; None where it names none.

        Source: Open Badges 3.0, B.6.1: `sha256$` and the hash of identity and salt.
        """
        told = [each for each in as_list(self.subject.get("identifier")) if isinstance(each, dict)]
        if not told:
            return None
        return any(_matches(each, identity) for each in told)


def read_claims(credential: JsonObject) -> Claims:
    """Return what a credential says; its form has been checked."""
    issuer_id, issuer_name = issuer_of(credential)
    subjects = [each for each in as_list(credential.get("credentialSubject")) if each]
    subject: JsonObject = subjects[0] if subjects and isinstance(subjects[0], dict) else {}
    achievement = subject.get("achievement")
    named = achievement if isinstance(achievement, dict) and is_badge(credential) else credential
    begin, end = period_of(credential)
    return Claims(
        id=_text(credential.get("id")),
        kind="clr" if is_clr(credential) else "badge" if is_badge(credential) else "other",
        title=_text(named.get("name")) or _text(credential.get("name")),
        issuer_id=issuer_id,
        issuer_name=issuer_name,
        credits_hundredths=_hundredths(subject.get("creditsEarned")),
        completed_on=_day(subject.get("activityEndDate")),
        valid_from=begin,
        valid_until=end,
        digest=hashlib.sha256(canonise_jcs(dict(credential))).hexdigest(),
        subject=subject,
    )


def _matches(told: JsonObject, identity: str) -> bool:
    value, salt = _text(told.get("identityHash")), _text(told.get("salt"))
    if not told.get("hashed"):
        return hmac.compare_digest(value.encode(), identity.encode())
    hashed = _HASHED + hashlib.sha256((identity + salt).encode()).hexdigest()
    return hmac.compare_digest(value.encode(), hashed.encode())


def _hundredths(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value * 100)


def _day(value: Json) -> date | None:
    try:
        return datetime.fromisoformat(_text(value)).date()
    except ValueError:
        return None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
