"""The form of credentials: what VC 2.0, Open Badges 3.0 and CLR 2.0 require of each part.

Source: Verifiable Credentials Data Model 2.0 (and 1.1), 4; Open Badges 3.0, B; CLR 2.0, B.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from services.credits.engine.credentials.contexts_frozen import CREDENTIALS_1, CREDENTIALS_2
from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.refusal import RefusedError, malformed

BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
CLR_TYPE = "ClrCredential"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*:[^\s]+")
# The type that a part must name, by the member that holds it.
_PARTS: Mapping[str, str] = {
    "achievement": "Achievement",
    "address": "Address",
    "alignment": "Alignment",
    "association": "Association",
    "creator": "Profile",
    "evidence": "Evidence",
    "geo": "GeoCoordinates",
    "image": "Image",
    "otherIdentifier": "IdentifierEntry",
    "parentOrg": "Profile",
    "related": "Related",
    "result": "Result",
    "resultDescription": "ResultDescription",
    "rubricCriterionLevel": "RubricCriterionLevel",
    "source": "Profile",
}
# What a part of that type cannot do without.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "Achievement": ("id", "name", "description", "criteria"),
    "Alignment": ("targetName", "targetUrl"),
    "Association": ("associationType", "sourceId", "targetId"),
    "IdentifierEntry": ("identifier", "identifierType"),
    "IdentityObject": ("hashed", "identityHash", "identityType"),
    "Image": ("id",),
    "Profile": ("id",),
    "ResultDescription": ("id", "name", "resultType"),
    "RubricCriterionLevel": ("id", "name"),
}
# Credentials inside a credential have a form, a period and a proof of their own.
_ON_THEIR_OWN = frozenset({"verifiableCredential", "endorsement", "proof"})


def types_of(node: Json) -> list[str]:
    """Return the types that a part names."""
    if not isinstance(node, dict):
        return []
    return [each for each in as_list(node.get("type")) if isinstance(each, str)]


def is_badge(credential: JsonObject) -> bool:
    """Whether this is an Open Badge."""
    return bool(BADGE_TYPES & set(types_of(credential)))


def is_clr(credential: JsonObject) -> bool:
    """Whether this is a Comprehensive Learner Record."""
    return CLR_TYPE in types_of(credential)


def issuer_of(credential: JsonObject) -> tuple[str, str]:
    """Return id and name of the issuer, "" where it names none."""
    issuer = credential.get("issuer")
    if isinstance(issuer, dict):
        return _text(issuer.get("id")), _text(issuer.get("name"))
    return _text(issuer), ""


def period_of(credential: JsonObject) -> tuple[datetime | None, datetime | None]:
    """Return from when until when a credential holds; raises RefusedError `malformed`."""
    begin = credential.get("validFrom", credential.get("issuanceDate"))
    end = credential.get("validUntil", credential.get("expirationDate"))
    return _moment(begin, "validFrom"), _moment(end, "validUntil")


def check_shape(credential: JsonObject) -> None:
    """Refuse a credential that lacks what its kind requires; RefusedError `malformed`."""
    _check_common(credential)
    if is_clr(credential):
        _check_named(credential)
        for subject in _subjects(credential):
            _check_clr_subject(subject)
    elif is_badge(credential):
        _check_named(credential)
        for subject in _subjects(credential):
            _check_badge_subject(subject)
    else:
        return
    for subject in _subjects(credential):
        for each in as_list(subject.get("identifier")):
            _check_part(each, "IdentityObject", "identifier")
    _check_parts(credential)


def _check_common(credential: JsonObject) -> None:
    first = as_list(credential.get("@context"))[:1]
    if first not in ([CREDENTIALS_2], [CREDENTIALS_1]):
        raise malformed(
            "its first context is not that of Verifiable Credentials", "首个上下文不是可验证凭证"
        )
    if "VerifiableCredential" not in types_of(credential):
        raise _lacks("type", "VerifiableCredential")
    issuer_id, _ = issuer_of(credential)
    if not _ADDRESS.fullmatch(issuer_id):
        raise malformed("its issuer has no absolute id", "颁发者缺少 id")
    if not _subjects(credential):
        raise malformed("it has no credentialSubject", "缺少 credentialSubject")
    _check_order(credential)
    for name in ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse"):
        for each in as_list(credential.get(name)):
            if not types_of(each):
                raise _lacks(name, "type")


def _check_order(credential: JsonObject) -> None:
    begin, end = period_of(credential)
    if begin is not None and end is not None and end < begin:
        raise malformed("it ends before it begins", "有效期止早于起")


def _check_named(credential: JsonObject) -> None:
    for name in ("id", "name"):
        if not credential.get(name):
            raise malformed(f"it has no {name}", f"缺少 {name}")
    if not _ADDRESS.fullmatch(_text(credential["id"])):
        raise malformed("its id is not an absolute address", "id 不是绝对地址")
    if period_of(credential)[0] is None:
        raise malformed("it has no validFrom", "缺少 validFrom")
    issuer = credential.get("issuer")
    if isinstance(issuer, dict):
        _check_part(cast("JsonObject", issuer), "Profile", "issuer")


def _check_badge_subject(subject: JsonObject) -> None:
    if "AchievementSubject" not in types_of(subject):
        raise _lacks("credentialSubject", "AchievementSubject")
    if not subject.get("id") and not subject.get("identifier"):
        raise malformed("its subject has neither id nor identifier", "持有人缺少 id 与 identifier")
    if not isinstance(subject.get("achievement"), dict):
        raise malformed("its subject has no achievement", "缺少 achievement")


def _check_clr_subject(subject: JsonObject) -> None:
    if "ClrSubject" not in types_of(subject):
        raise _lacks("credentialSubject", "ClrSubject")
    held = as_list(subject.get("verifiableCredential"))
    if not held:
        raise malformed("it holds no credentials", "其中没有任何凭证")
    for each in held:
        if "VerifiableCredential" not in types_of(each):
            raise _lacks("verifiableCredential", "VerifiableCredential")


def _check_parts(node: JsonObject) -> None:
    for name, value in node.items():
        if name in _ON_THEIR_OWN:
            continue
        for each in as_list(value):
            if isinstance(each, dict):
                if name in _PARTS:
                    _check_part(each, _PARTS[name], name)
                _check_parts(each)


def _check_part(part: JsonObject, kind: str, name: str) -> None:
    if kind not in types_of(part):
        raise _lacks(name, kind)
    for member in _REQUIRED.get(kind, ()):
        if _is_missing(part.get(member)):
            raise malformed(f"its {name} has no {member}", f"{name} 缺少 {member}")


def _is_missing(value: Json) -> bool:
    return value is None or value == ""


def _subjects(credential: JsonObject) -> list[JsonObject]:
    subjects = as_list(credential.get("credentialSubject"))
    return [cast("JsonObject", each) for each in subjects if isinstance(each, dict)]


def _moment(value: Json, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError as error:
        raise malformed(f"its {name} is no moment", f"{name} 不是时间") from error
    if moment.tzinfo is None:
        raise malformed(f"its {name} has no time zone", f"{name} 缺少时区")
    return moment


def _lacks(name: str, kind: str) -> RefusedError:
    return malformed(f"its {name} is not of type {kind}", f"{name} 的类型不是 {kind}")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
