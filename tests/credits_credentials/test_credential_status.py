"""What status lists say of a badge: revoked, suspended, run out, packed to fill memory."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.engine.credentials.multikey import did_key_of
from services.credits.engine.credentials.refusal import RefusedError
from services.credits.engine.credentials.status_list import BITS, encode_bits, has_bit
from services.credits.engine.credentials.verifying import Verified
from tests.credits_credentials.credentials_room import (
    DID,
    JCS,
    badge,
    code_of,
    signed,
    verdict_on,
)


def status_entry(purpose: str = "revocation", index: object = "94567") -> dict[str, Any]:
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": "https://other.example/status/3",
    }


def status_list(marked: list[int], purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://other.example/status/3",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://other.example/status/3#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_bits(marked),
        },
        **changes,
    }


def test_a_revoked_badge_is_refused_by_the_list_that_is_stapled_to_it() -> None:
    secured = signed(badge(credentialStatus=status_entry()), JCS)
    assert code_of(secured, status_lists=[signed(status_list([94567]), JCS)]) == "revoked"
    clear = verdict_on(secured, status_lists=[signed(status_list([94566]), JCS)])
    assert isinstance(clear, Verified)
    assert clear.status_known
    bundle = {"credential": secured, "status_lists": [signed(status_list([94567]), JCS)]}
    assert code_of(bundle) == "revoked"


def test_a_suspended_badge_is_refused_as_suspended() -> None:
    secured = signed(badge(credentialStatus=status_entry("suspension", 3)), JCS)
    listed = signed(status_list([3], "suspension"), JCS)
    assert code_of(secured, status_lists=[listed]) == "suspended"


def test_without_its_list_the_status_is_said_to_be_unknown() -> None:
    found = verdict_on(signed(badge(credentialStatus=status_entry()), JCS))
    assert isinstance(found, Verified)
    assert not found.status_known


def test_a_list_that_has_run_out_clears_nobody_but_its_revocations_stay() -> None:
    secured = signed(badge(credentialStatus=status_entry()), JCS)
    ended = {"validUntil": "2026-11-02T00:00:00Z"}
    found = verdict_on(secured, status_lists=[signed(status_list([], **ended), JCS)])
    assert isinstance(found, Verified)
    assert not found.status_known
    assert code_of(secured, status_lists=[signed(status_list([94567], **ended), JCS)]) == "revoked"


def test_a_list_that_somebody_else_signed_is_refused() -> None:
    secured = signed(badge(credentialStatus=status_entry()), JCS)
    stranger = Ed25519PrivateKey.generate()
    forged = signed(status_list([]), JCS, key=stranger)
    assert code_of(secured, status_lists=[forged]) == "malformed"
    theirs = signed(status_list([], issuer=did_key_of(stranger)), JCS, key=stranger)
    assert code_of(secured, status_lists=[theirs]) == "malformed"


@pytest.mark.parametrize("index", [BITS, -1, "x", None])
def test_a_place_outside_of_the_list_is_refused(index: object) -> None:
    secured = signed(badge(credentialStatus=status_entry(index=index)), JCS)
    listed = signed(status_list([1]), JCS)
    assert code_of(secured, status_lists=[listed]) == "malformed"


def test_a_list_packed_to_fill_memory_is_refused() -> None:
    import base64
    import gzip

    bomb = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(64_000_000))).decode().rstrip("=")
    with pytest.raises(RefusedError):
        has_bit(bomb, 1)


def test_a_revoked_badge_inside_a_transcript_refuses_the_transcript() -> None:
    inner = signed(badge(credentialStatus=status_entry()), JCS)
    outer = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:0b8a0c1e-7f0e-4c52-9d0e-6f3f7f5a1a09",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "学校"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "成绩单",
        "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": [inner]},
    }
    secured = signed(outer, JCS)
    assert code_of(secured) == "accepted"
    assert code_of(secured, status_lists=[signed(status_list([94567]), JCS)]) == "revoked"
    forged = copy.deepcopy(outer)
    forged["credentialSubject"]["verifiableCredential"][0]["name"] = "别的"
    assert code_of(signed(forged, JCS)) == "tampered"
