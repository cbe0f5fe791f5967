"""Figures credits.1 and credits.2: the standards' own vectors and samples, to the byte."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.credits.certified import DID, KEY, badge, secured
from benchmarks.figures import Figure
from services.credits.domain.merkle import verify_consistency, verify_inclusion
from services.credits.engine.credentials.multikey import (
    decode_multibase,
    multikey_of,
    private_key_of,
)
from services.credits.engine.credentials.parsing import parse_object
from services.credits.engine.credentials.proofs import (
    Suite,
    canonise_jcs,
    create_proof,
    hash_data,
)
from services.credits.engine.credentials.rdf import canonise
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.trust import TrustedIssuer, trust_of
from services.credits.engine.credentials.verifying import Verified, verify

VECTORS = Path(__file__).parents[2].parent / "shared/vectors"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
_ABSENT = "the vectors of the standards are not here"
_SAMPLES = (
    "openbadges/samples/simple.json",
    "openbadges/samples/simple-eddsa-2022.json",
    "openbadges/samples/simple-multiple-proofs.json",
    "openbadges/samples/simple-did-key-method.json",
    "openbadges/samples/complete.json",
    "clr/simple.json",
    "clr/complex.json",
)
_SUITES: dict[Suite, tuple[str, str]] = {
    "eddsa-jcs-2022": ("JCS", "signedJCS"),
    "eddsa-rdfc-2022": ("DataInt", "signedDataInt"),
    "Ed25519Signature2020": ("EdSig", "signedEdSig"),
}


def figures(*, quick: bool = True, vectors: Path = VECTORS) -> Iterator[Figure]:
    """Yield the share of vectors that are met, then of samples judged rightly, then injections."""
    if not vectors.is_dir():
        yield Figure("credits.1", 0.0, "", "", None, "100 %", None, _ABSENT)
        yield Figure("credits.2", 0.0, "", "", None, "100 %", None, _ABSENT)
        return
    met = list(_vectors(vectors))
    yield _share("credits.1", met, "of vectors byte-equal (W3C eddsa, RFC 8785, RFC 6962)")
    judged = [*_valid(vectors), *_invalid(vectors)]
    yield _share("credits.2", judged, "of Open Badges and CLR samples judged rightly")
    injected = list(_injected(vectors, every=_EVERY_QUICK if quick else 1))
    accepted = sum(injected)
    yield Figure(
        "credits.2",
        accepted,
        "injected undefined terms accepted",
        "",
        None,
        "0",
        accepted == 0,
        f"at {len(injected)} places of the samples",
    )


def _share(name: str, results: list[bool], unit: str) -> Figure:
    share = 100 * sum(results) / len(results)
    note = f"{sum(results)} of {len(results)}"
    return Figure(name, share, f"% {unit}", "", None, "100 %", all(results), note)


def _vectors(vectors: Path) -> Iterator[bool]:
    eddsa = vectors / "vc-di-eddsa" / "TestVectors"
    pair = parse_object((eddsa / "keyPair.json").read_bytes())
    key = private_key_of(pair["privateKeyMultibase"])
    for suite, (ending, name) in _SUITES.items():
        yield from _suite(eddsa / suite, suite, ending=ending, name=name, key=key)
    yield from _sets_and_chains(eddsa / "proof-set-chain")
    folder = vectors / "json-canonicalization" / "testdata"
    for path in sorted((folder / "input").iterdir()):
        expected = (folder / "output" / path.name).read_bytes().rstrip()
        yield canonise_jcs(json.loads(path.read_bytes())) == expected
    for path in sorted((vectors / "rfc6962" / "testdata").rglob("*.json")):
        yield _merkle(json.loads(path.read_bytes()))


def _suite(
    folder: Path, suite: Suite, *, ending: str, name: str, key: Ed25519PrivateKey
) -> Iterator[bool]:
    """Compare every intermediate result that is published."""
    signed = parse_object((folder / f"{name}.json").read_bytes())
    document = {member: value for member, value in signed.items() if member != "proof"}
    options = parse_object((folder / f"proofConfig{ending}.json").read_bytes())
    canonise_it = canonise_jcs if suite == "eddsa-jcs-2022" else canonise
    hashed = hash_data(document, options, suite)
    made = {
        "canonDoc": canonise_it(document).decode().strip(),
        "proofCanon": canonise_it(options).decode().strip(),
        "docHash": hashlib.sha256(canonise_it(document)).hexdigest(),
        "proofHash": hashlib.sha256(canonise_it(options)).hexdigest(),
        "combinedHash": hashed.hex(),
        "sigHex": key.sign(hashed).hex(),
    }
    for step, value in made.items():
        yield (folder / f"{step}{ending}.txt").read_text().strip() == value
    yield decode_multibase(signed["proof"]["proofValue"]) == key.sign(hashed)


def _sets_and_chains(folder: Path) -> Iterator[bool]:
    pairs = parse_object((folder / "multiKeyPairs.json").read_bytes()).values()
    keys = {pair["publicKeyMultibase"]: pair["privateKeyMultibase"] for pair in pairs}
    document = parse_object((folder / "unsigned.json").read_bytes())
    for name in ("signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"):
        found = parse_object((folder / f"{name}.json").read_bytes())["proof"]
        proofs = found if isinstance(found, list) else [found]
        for proof in proofs:
            previous = proof.get("previousProof") or []
            named = [previous] if isinstance(previous, str) else previous
            before = [each for each in proofs if each.get("id") in named]
            yield proof == create_proof(
                {**document, "proof": before} if before else document,
                private_key_of(keys[proof["verificationMethod"].partition("#")[2]]),
                suite="eddsa-rdfc-2022",
                method=proof["verificationMethod"],
                created=proof["created"],
                more={each: proof[each] for each in ("id", "previousProof") if each in proof},
            )


def _merkle(case: dict[str, Any]) -> bool:
    def raw(text: str | None) -> bytes:
        return base64.b64decode(text or "")

    proof = [raw(each) for each in case["proof"] or []]
    if "leafIdx" in case:
        leaf, root = raw(case["leafHash"]), raw(case["root"])
        place = case["leafIdx"], case["treeSize"]
        return case["wantErr"] is not verify_inclusion(*place, leaf=leaf, proof=proof, root=root)
    roots = {"old_root": raw(case["root1"]), "new_root": raw(case["root2"])}
    return case["wantErr"] is not verify_consistency(
        case["size1"], case["size2"], proof=proof, **roots
    )


def _samples(vectors: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    for name in _SAMPLES:
        sample = parse_object((vectors / name).read_bytes())
        found = sample["proof"]
        proofs = found if isinstance(found, list) else [found]
        methods = [each["verificationMethod"] for each in proofs if "proofValue" in each]
        keys = {method.rpartition("#")[2].removeprefix("did:key:") for method in methods}
        yield sample, trust_of([TrustedIssuer(sample["issuer"]["id"], frozenset(keys))])


def _valid(vectors: Path) -> Iterator[bool]:
    for sample, trust in _samples(vectors):
        yield isinstance(verify(json.dumps(sample).encode(), trust, NOW), Verified)


def _invalid(vectors: Path) -> Iterator[bool]:
    """Change each sample, and sign what lacks a part: each refused for its own reason."""
    for sample, trust in _samples(vectors):
        changed = {**sample, "name": "another"}
        yield _code(changed, trust) == "tampered"
        yield _code({**sample, "proof": []}, trust) == "malformed"
        late = verify(json.dumps(sample).encode(), trust, datetime(2009, 1, 1, tzinfo=UTC))
        yield isinstance(late, Refused) and late.code == "expired"
    own = trust_of([TrustedIssuer(DID, frozenset({multikey_of(KEY)}))])
    for lacking in _lacking():
        yield _code(secured(lacking, "eddsa-jcs-2022"), own) == "malformed"
    ended = badge(validUntil="2026-01-02T00:00:00Z")
    yield _code(secured(ended, "eddsa-jcs-2022"), own) == "expired"


def _lacking() -> Iterator[dict[str, Any]]:
    """Yield badges without one of the parts that Open Badges 3.0 requires."""
    paths = [
        ("id",),
        ("name",),
        ("issuer",),
        ("issuer", "type"),
        ("validFrom",),
        ("credentialSubject",),
        ("credentialSubject", "id"),
        ("credentialSubject", "type"),
        *(
            ("credentialSubject", "achievement", name)
            for name in ("id", "type", "name", "description", "criteria")
        ),
    ]
    for path in paths:
        document = copy.deepcopy(badge())
        inner: Any = document
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]
        if path[-1:] == ("id",):
            inner.pop("identifier", None)  # which may stand for a subject's id
        yield document


# Each place costs the canonical RDF of a whole sample; a quick run takes some of them.
_EVERY_QUICK = 20
_WORDS = ("honours", "@index", "relative/term")


def _injected(vectors: Path, *, every: int) -> Iterator[bool]:
    """Add an undefined term to one object of each sample after the other; was it accepted?"""
    for sample, trust in _samples(vectors):
        places = _objects(sample)
        # Root, subject and issuer always, of the others one in `every`.
        chosen = [path for n, path in enumerate(places) if len(path) < 2 or n % every == 0]
        for n, path in enumerate(chosen):
            changed = copy.deepcopy(sample)
            inner: Any = changed
            for name in path:
                inner = inner[name]
            inner[_WORDS[n % len(_WORDS)]] = "summa cum laude"
            yield _code(changed, trust) == "accepted"


def _objects(sample: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the path of every object but contexts and proofs."""
    found: list[tuple[Any, ...]] = []

    def visit(node: Any, path: tuple[Any, ...]) -> None:
        if isinstance(node, dict):
            found.append(path)
        inner = node.items() if isinstance(node, dict) else enumerate(node)
        for name, value in inner:
            if isinstance(value, dict | list) and name not in {"@context", "proof"}:
                visit(value, (*path, name))

    visit(sample, ())
    return found


def _code(document: dict[str, Any], trust: Any) -> str:
    verdict = verify(json.dumps(document).encode(), trust, NOW)
    return verdict.code if isinstance(verdict, Refused) else "accepted"
