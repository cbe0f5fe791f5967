"""Data Integrity proofs with Ed25519: made and checked, alone, in sets and in chains.

Source: W3C Verifiable Credential Data Integrity 1.0 (4.2-4.7) and Data Integrity EdDSA
Cryptosuites 1.0, both Recommendations of 2025-05-15. `eddsa-2022` and `Ed25519Signature2020` are
the older names under which eddsa-rdfc-2022's bytes were signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.engine.credentials.multikey import (
    KeyUnreadableError,
    decode_multibase,
    encode_multibase,
    multikey_in,
    public_key_of,
)
from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.rdf import canonise as canonise_rdf
from services.credits.engine.credentials.refusal import malformed, tampered

Suite = Literal["eddsa-jcs-2022", "eddsa-rdfc-2022", "eddsa-2022", "Ed25519Signature2020"]
JCS: Suite = "eddsa-jcs-2022"
RDFC: Suite = "eddsa-rdfc-2022"
_PURPOSE = "assertionMethod"
_PROOFS_MAX = 16


@dataclass(frozen=True, slots=True)
class ProofSigned:
    """A proof whose signature holds: by which key, in which suite, named by which method."""

    suite: Suite
    method: str
    multikey: str


def canonise_jcs(document: Json) -> bytes:
    """Return the canonical JSON of a document (RFC 8785); raises RefusedError `malformed`.

    >>> canonise_jcs({"b": 1.0, "a": "e"})
    b'{"a":"e","b":1}'
    """
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, ValueError) as error:
        raise malformed("it cannot be written canonically", "无法规范化") from error


_CANONISE: Mapping[Suite, Callable[[JsonObject], bytes]] = {
    JCS: canonise_jcs,
    RDFC: canonise_rdf,
    "eddsa-2022": canonise_rdf,
    "Ed25519Signature2020": canonise_rdf,
}


def hash_data(document: JsonObject, options: JsonObject, suite: Suite) -> bytes:
    """Return the 64 bytes that are signed: the options' SHA-256, then the document's.

    Source: Data Integrity EdDSA Cryptosuites 1.0, 3.2.4 and 3.3.4.
    """
    canonise = _CANONISE[suite]
    return _sha256(canonise(options)) + _sha256(canonise(document))


def create_proof(
    document: JsonObject,
    key: Ed25519PrivateKey,
    *,
    suite: Suite,
    method: str,
    created: str,
    more: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """Return the proof of `document`, which carries none, or only those that it builds upon.

    Args:
        document: the JSON object to secure; for a chain, with the proofs that come before.
        key: signs.
        suite: eddsa-jcs-2022 or eddsa-rdfc-2022.
        method: the verification method, which names the key.
        created: RFC 3339.
        more: members such as `id` and `previousProof`.

    Source: Data Integrity EdDSA Cryptosuites 1.0, 3.2.1 and 3.3.1.
    """
    proof: dict[str, Json] = {
        "type": "DataIntegrityProof",
        **(more or {}),
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": _PURPOSE,
    }
    if suite == JCS and "@context" in document:
        proof["@context"] = document["@context"]
    signature = key.sign(hash_data(document, _options(document, proof, suite), suite))
    return {**proof, "proofValue": encode_multibase(signature)}


def add_proofs(document: JsonObject, proofs: Sequence[JsonObject]) -> dict[str, Json]:
    """Return `document` secured by `proofs`."""
    return {**document, "proof": proofs[0] if len(proofs) == 1 else list(proofs)}


def check_proofs(secured: JsonObject) -> list[ProofSigned]:
    """Return every proof of `secured` in a suite that is known here; all of them hold.

    A proof of another type says nothing here, so it is passed over; but one must be left.

    Raises RefusedError: `tampered` where a signature does not hold, `malformed` where there is
    no proof to check.
    """
    proofs = as_list(secured.get("proof"))
    if len(proofs) > _PROOFS_MAX or not all(isinstance(proof, dict) for proof in proofs):
        raise malformed("its proofs are not a list of objects", "proof 不是对象列表")
    known: list[tuple[JsonObject, Suite]] = [
        (proof, suite) for proof in proofs if (suite := suite_of(proof)) is not None
    ]
    if not known:
        raise malformed("it carries no proof of a known suite", "没有可识别的签名")
    document = {name: value for name, value in secured.items() if name != "proof"}
    return [_check(document, proof, suite, proofs) for proof, suite in known]


def suite_of(proof: JsonObject) -> Suite | None:
    """Return the suite of a proof; None where it is of no kind that is read here."""
    kind = proof.get("type")
    if kind == "Ed25519Signature2020":
        return "Ed25519Signature2020"
    suite = proof.get("cryptosuite")
    known = kind == "DataIntegrityProof" and isinstance(suite, str) and suite in _CANONISE
    return cast("Suite", suite) if known and suite != "Ed25519Signature2020" else None


def _check(
    document: JsonObject, proof: JsonObject, suite: Suite, proofs: Sequence[JsonObject]
) -> ProofSigned:
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or proof.get("proofPurpose") != _PURPOSE:
        raise malformed("a proof names no method for assertions", "签名未声明用于断言的验证方法")
    document = _with_previous(document, proof, proofs)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if suite == JCS:
        document = _under_context(document, options)
    signed = hash_data(document, _options(document, options, suite), suite)
    multikey = multikey_in(method)
    try:
        public_key_of(multikey).verify(_signature(proof), signed)
    except KeyUnreadableError as error:
        raise tampered(
            "the verification method carries no Ed25519 key", "验证方法中没有可用的 Ed25519 公钥"
        ) from error
    except InvalidSignature as error:
        raise tampered(
            "the signature does not match the content", "签名与内容不符，凭证已被改动"
        ) from error
    return ProofSigned(suite, method, multikey)


def _signature(proof: JsonObject) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str):
        raise KeyUnreadableError("no signature")
    return decode_multibase(value)


def _options(document: JsonObject, proof: JsonObject, suite: Suite) -> dict[str, Json]:
    options = dict(proof)
    if suite != JCS:
        options["@context"] = document.get("@context", [])
    return options


def _under_context(document: JsonObject, options: JsonObject) -> JsonObject:
    """Return the document as it was signed: its own contexts, not those that came after.

    Source: Data Integrity EdDSA Cryptosuites 1.0, 3.3.2, step 4.
    """
    if "@context" not in options:
        return document
    signed, found = as_list(options["@context"]), as_list(document.get("@context"))
    if found[: len(signed)] != signed:
        raise tampered("the contexts are not those that were signed", "上下文与签名时不一致")
    return {**document, "@context": options["@context"]}


def _with_previous(
    document: JsonObject, proof: JsonObject, proofs: Sequence[JsonObject]
) -> JsonObject:
    """Return the document with the proofs that this one builds upon (Data Integrity 4.3)."""
    named = as_list(proof.get("previousProof"))
    if not named:
        return document
    found = [each for each in proofs if each is not proof and each.get("id") in named]
    if len({cast("Any", each)["id"] for each in found}) != len(set(named)):
        raise tampered("a proof that another builds upon is missing", "链式签名缺少前一个签名")
    return {**document, "proof": found}


def missing_suites(signed: Iterable[ProofSigned], wanted: Iterable[str]) -> list[str]:
    """Return the suites of `wanted` in which no proof was made."""
    have = {proof.suite for proof in signed}
    return [suite for suite in wanted if suite in _CANONISE and suite not in have]


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
