"""What is refused, for which reason, and that nothing slips past a signature."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.domain.badge import Frame, badge_document
from services.credits.domain.recognition import Party
from services.credits.engine.credentials.baking import bake, unbake
from services.credits.engine.credentials.multikey import multikey_of
from services.credits.engine.credentials.parsing import DEPTH_MAX
from services.credits.engine.credentials.proofs import check_proofs
from services.credits.engine.credentials.rdf import canonise
from services.credits.engine.credentials.refusal import Refused, RefusedError
from services.credits.engine.credentials.terms import check_terms
from services.credits.engine.credentials.trust import TrustedIssuer, trust_of
from services.credits.engine.credentials.verifying import Verified, verify
from tests.credits_credentials.credentials_room import (
    BADGE_CONTEXT,
    DID,
    JCS,
    KEY,
    NOW,
    RDFC,
    TRUST,
    badge,
    code_of,
    recognition,
    signed,
)


def subject(**changes: Any) -> dict[str, Any]:
    return badge(credentialSubject={**badge()["credentialSubject"], **changes})


def achievement(**changes: Any) -> dict[str, Any]:
    return subject(achievement={**badge()["credentialSubject"]["achievement"], **changes})


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    document = copy.deepcopy(document)
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return document


@pytest.mark.parametrize("suites", [(JCS,), (RDFC,), (JCS, RDFC)])
def test_a_sound_badge_of_a_trusted_issuer_is_accepted(suites: tuple[str, ...]) -> None:
    assert code_of(signed(badge(), *suites)) == "accepted"


@pytest.mark.parametrize("suite", [JCS, RDFC])
def test_any_changed_word_is_tampering(suite: str) -> None:
    secured = signed(badge(), suite)
    secured["credentialSubject"]["creditsEarned"] = 45
    assert code_of(secured) == "tampered"


@pytest.mark.parametrize("value", ["z6", "u!!", "z" + "1" * 500, "0abc", 7, None])
def test_a_broken_signature_is_tampering(value: object) -> None:
    secured = signed(badge(), JCS)
    secured["proof"]["proofValue"] = value
    assert code_of(secured) == "tampered"


@pytest.mark.parametrize(
    "method",
    [
        "https://example.edu/issuers/565049#z6MkjZRsdasZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "did:example:1",
        "did:key:z6Mk#",
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
    ],
)
def test_a_method_without_a_key_is_refused(method: str) -> None:
    secured = signed(badge(), RDFC)
    secured["proof"]["verificationMethod"] = method
    assert code_of(secured) == "tampered"


PERIODS = [
    ({"validUntil": "2026-11-21T00:00:00Z"}, "expired"),
    ({"validFrom": "2027-01-01T00:00:00Z"}, "expired"),
    ({"validUntil": "2030-01-01T00:00:00+08:00"}, "accepted"),
    ({"validFrom": "2026-01-01", "validUntil": "2030-01-01T00:00:00Z"}, "malformed"),
    ({"validFrom": "2026-03-01T00:00:00Z", "validUntil": "yesterday"}, "malformed"),
]


@pytest.mark.parametrize(("changes", "code"), PERIODS)
def test_a_credential_holds_only_in_its_period(changes: dict[str, str], code: str) -> None:
    assert code_of(signed(badge(**changes), JCS)) == code


MALFORMED: list[dict[str, Any]] = [
    without(badge(), "id"),
    without(badge(), "name"),
    without(badge(), "issuer"),
    without(badge(), "issuer", "id"),
    without(badge(), "issuer", "type"),
    without(badge(), "validFrom"),
    without(badge(), "credentialSubject"),
    without(badge(), "credentialSubject", "id"),
    without(badge(), "credentialSubject", "type"),
    without(badge(), "credentialSubject", "achievement"),
    without(badge(), "credentialSubject", "achievement", "id"),
    without(badge(), "credentialSubject", "achievement", "type"),
    without(badge(), "credentialSubject", "achievement", "name"),
    without(badge(), "credentialSubject", "achievement", "criteria"),
    without(badge(), "credentialSubject", "achievement", "description"),
    badge(type=["OpenBadgeCredential"]),
    {**badge(), "@context": list(reversed(BADGE_CONTEXT))},
    subject(result=[{"type": ["Evidence"], "value": "优秀"}]),
    subject(source={"id": "urn:uuid:1", "type": ["Achievement"]}),
    subject(identifier=[{"type": "Profile", "id": "urn:uuid:1"}]),
    achievement(resultDescription=[{"id": "urn:uuid:1", "type": ["Result"], "name": "成绩"}]),
    achievement(alignment=[{"type": ["Alignment"], "targetName": "课程"}]),
    badge(evidence=[{"type": ["Profile"], "id": "urn:uuid:2"}]),
    badge(issuer={**badge()["issuer"], "parentOrg": {"id": "urn:x:1", "type": ["Address"]}}),
    badge(issuer={**badge()["issuer"], "otherIdentifier": [{"type": ["Profile"], "id": "a:b"}]}),
    badge(validUntil="2025-01-01T00:00:00Z", validFrom="2030-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("document", MALFORMED)
def test_a_signed_credential_that_lacks_what_its_kind_requires_is_refused(
    document: dict[str, Any],
) -> None:
    # The one whose end comes before its beginning has also expired: that is told first.
    expected = "expired" if "validUntil" in document else "malformed"
    assert code_of(signed(document, JCS)) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"not json",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": 9007199254740993}',
        b'{"a": "\\ud800"}',
        b'{"@context": [], "type": []}',
        b'{"credential": 7}',
        b"\xff\xfe{}",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' * (DEPTH_MAX + 1) + b"1" + b"}" * (DEPTH_MAX + 1),
        b'{"a":[' + b"1," * 60_000 + b"1]}",
    ],
)
def test_what_is_no_credential_is_refused_as_malformed(data: bytes) -> None:
    verdict = verify(data, TRUST, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.code == "malformed"


def test_the_reasons_are_told_in_one_order() -> None:
    ended = {"validUntil": "2026-01-02T00:00:00Z"}
    everything = signed({**without(badge(**ended), "name"), "evil": "x"}, RDFC)
    tampered = {**everything, "id": "urn:uuid:9"}
    assert code_of(tampered) == "tampered"
    assert code_of(everything) == "expired"
    assert code_of(signed({**without(badge(), "name"), "evil": "x"}, RDFC)) == "malformed"
    assert code_of(signed({**badge(), "evil": "x"}, RDFC)) == "undefined_terms"
    stranger = Ed25519PrivateKey.generate()
    assert code_of(signed({**badge(), "evil": "x"}, RDFC, key=stranger)) == "undefined_terms"
    assert code_of(signed(badge(), RDFC, key=stranger)) == "unknown_issuer"


INJECTIONS: list[Callable[[dict[str, Any]], object]] = [
    lambda d: d.update(evil="x"),
    lambda d: d.update({"": "x"}),
    lambda d: d.update({"@index": "x"}),
    lambda d: d.update({"@evil": "x"}),
    lambda d: d.update({"no scheme": "x"}),
    lambda d: d["type"].append("Evil"),
    lambda d: d["issuer"].update(creditsEarned=99),
    lambda d: d["issuer"].update({"@direction": "rtl"}),
    lambda d: d["credentialSubject"].update(grade="A+"),
    lambda d: d["credentialSubject"]["type"].append("relative/type"),
    lambda d: d["credentialSubject"]["achievement"].update(honours={"id": "urn:uuid:5"}),
    lambda d: d["credentialSubject"]["achievement"]["criteria"].update(id="relative"),
    lambda d: d["credentialSubject"]["achievement"]["criteria"].update({"@nest": {"a": 1}}),
    lambda d: d["credentialSubject"].update({"@included": [{"evil": 1}]}),
    lambda d: d["proof"].update(evil="x"),
    lambda d: d["@context"].append({"evil": None}),
    lambda d: (d["@context"].append({"evil": "@index"}), d.update(evil="x")),
    lambda d: (d["@context"].append({"evil": "@nest"}), d.update(evil={})),
    lambda d: (d["@context"].append({"@base": "https://evil.example/"}), d.update(evil="x")),
    lambda d: d["@context"].append("https://evil.example/context"),
    lambda d: d["credentialSubject"].update({"@context": {"evil": None}, "evil": "x"}),
    lambda d: d.update(validUntil=None),
]


@pytest.mark.parametrize("inject", INJECTIONS)
def test_nothing_is_added_to_a_badge_that_was_signed_in_rdf(
    inject: Callable[[dict[str, Any]], object],
) -> None:
    secured = signed(copy.deepcopy(badge()), RDFC)
    inject(secured)
    assert code_of(secured) in {"tampered", "malformed", "undefined_terms"}


def test_the_library_alone_would_have_accepted_the_injected_word() -> None:
    secured = signed(copy.deepcopy(badge()), RDFC)
    secured["credentialSubject"]["grade"] = "A+"
    assert [each.suite for each in check_proofs(secured)] == [RDFC]


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for name, value in inner:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, name))


def test_whatever_the_walk_lets_pass_is_covered_by_the_canonical_form() -> None:
    """Taking any one member away changes the canonical RDF: the oracle is the library itself."""
    school = Party(UUID(int=5), "学校", "https://school.example")
    frame = Frame(
        url="https://a.example/v1/credentials/1",
        issuer_did=DID,
        now=NOW,
        salt="salt",
        status_lists=(("revocation", "https://a.example/r"), ("suspension", "https://a.example/s")),
        status_index=7,
    )
    document = badge_document(recognition(UUID(int=5), "1", school=school), frame)
    document["image"] = {"id": "https://a.example/image.png", "type": "Image", "caption": "图"}
    document["credentialSubject"]["source"] = {"id": "urn:uuid:9", "type": ["Profile"]}
    check_terms(document)
    canonical = canonise(document)
    tried = 0
    for path in list(_places(document)):
        if path[0] == "@context" or not isinstance(path[-1], str):
            continue
        shorter = copy.deepcopy(document)
        inner = shorter
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]
        assert canonise(shorter) != canonical, path
        tried += 1
    assert tried > 50


def test_an_issuer_that_always_signs_canonical_json_is_held_to_it() -> None:
    promised = TrustedIssuer(DID, frozenset({multikey_of(KEY)}), always=(JCS, RDFC))
    data = json.dumps(signed(badge(), RDFC)).encode()
    verdict = verify(data, trust_of([promised]), NOW)
    assert isinstance(verdict, Refused)
    assert verdict.code == "tampered"
    both = json.dumps(signed(badge())).encode()
    assert isinstance(verify(both, trust_of([promised]), NOW), Verified)


def test_a_strangers_proof_beside_the_issuers_neither_helps_nor_harms() -> None:
    stranger = Ed25519PrivateKey.generate()
    theirs = signed(badge(), JCS, key=stranger)["proof"]
    both = signed(badge(), JCS)
    both["proof"] = [both["proof"], theirs]
    assert code_of(both) == "accepted"
    alone = signed(badge(), JCS, key=stranger)
    assert code_of(alone) == "unknown_issuer"


def test_a_poisoned_graph_is_given_up_in_bounded_work() -> None:
    # Every blank node refers to every other one: nothing tells them apart.
    names = [f"_:b{n}" for n in range(12)]
    vocabulary = "https://www.w3.org/ns/credentials/examples/v2"
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", vocabulary],
        "id": "urn:uuid:1",
        "type": "VerifiableCredential",
        "knows": [
            {"@id": one, "knows": [{"@id": other} for other in names if other != one]}
            for one in names
        ],
    }
    with pytest.raises(RefusedError) as refused:
        canonise(document)
    assert "slow" in refused.value.refused.en


def _picture(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in (*chunks, (b"IEND", b"")):
        parts.append(struct.pack(">I", len(body)) + kind + body)
        parts.append(struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(parts)


def test_a_baked_badge_gives_back_the_bytes_that_were_baked() -> None:
    plain = _picture((b"IHDR", bytes(13)), (b"IDAT", b"x"))
    baked = bake(plain, '{"a":"学"}'.encode())
    assert unbake(baked) == '{"a":"学"}'.encode()
    assert unbake(bake(baked, b"{}")) == b"{}"
    packed = b"openbadgecredential\0\1\0\0\0" + zlib.compress(b'{"b":1}')
    assert unbake(_picture((b"iTXt", packed))) == b'{"b":1}'


@pytest.mark.parametrize(
    "picture",
    [
        b"\x89PNG\r\n\x1a\n",
        _picture((b"IHDR", bytes(13))),
        _picture((b"iTXt", b"openbadgecredential\0")),
        _picture((b"iTXt", b"openbadgecredential\0\1\0\0\0no zlib")),
        _picture(*[(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")] * 2),
        bake(_picture(), b"{}")[:-20],
    ],
)
def test_a_picture_without_one_whole_credential_is_refused(picture: bytes) -> None:
    with pytest.raises(RefusedError):
        unbake(picture)


def test_a_moment_to_judge_by_decides() -> None:
    secured = json.dumps(signed(badge(validUntil="2026-06-01T00:00:00Z"), JCS)).encode()
    assert isinstance(verify(secured, TRUST, datetime(2026, 5, 31, tzinfo=UTC)), Verified)
    assert isinstance(verify(secured, TRUST, datetime(2026, 6, 2, tzinfo=UTC)), Refused)
