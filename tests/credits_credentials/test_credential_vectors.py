"""The standards' own vectors: every byte of them, every sample of them."""

from __future__ import annotations

import doctest
import hashlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from services.credits.adapters import elmo
from services.credits.domain import badge as badge_words
from services.credits.domain import identifier, recognition
from services.credits.engine.credentials import (
    multikey,
    parsing,
    proofs,
    rdf,
    status_list,
    terms,
)
from services.credits.engine.credentials.baking import unbake
from services.credits.engine.credentials.multikey import decode_multibase, private_key_of
from services.credits.engine.credentials.parsing import parse_object
from services.credits.engine.credentials.proofs import (
    canonise_jcs,
    check_proofs,
    create_proof,
    hash_data,
)
from services.credits.engine.credentials.rdf import canonise
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.trust import NOBODY, TrustedIssuer, trust_of
from services.credits.engine.credentials.verifying import Verified, verify
from tests.credits_credentials.credentials_room import NOW

SUITES = {
    "eddsa-jcs-2022": ("JCS", "signedJCS.json", canonise_jcs),
    "eddsa-rdfc-2022": ("DataInt", "signedDataInt.json", canonise),
    "Ed25519Signature2020": ("EdSig", "signedEdSig.json", canonise),
}
SAMPLES = (
    "openbadges/samples/simple.json",
    "openbadges/samples/simple-eddsa-2022.json",
    "openbadges/samples/simple-multiple-proofs.json",
    "openbadges/samples/simple-did-key-method.json",
    "openbadges/samples/complete.json",
    "clr/simple.json",
    "clr/complex.json",
)


def _eddsa(vectors: Path, name: str) -> bytes:
    return (vectors / "vc-di-eddsa" / "TestVectors" / name).read_bytes()


@pytest.mark.parametrize("suite", SUITES)
def test_every_step_of_a_suite_is_byte_equal_to_the_published_one(
    vectors: Path, suite: str
) -> None:
    ending, signed_name, canonise_it = SUITES[suite]
    secured = parse_object(_eddsa(vectors, f"{suite}/{signed_name}"))
    document = {name: value for name, value in secured.items() if name != "proof"}
    options = parse_object(_eddsa(vectors, f"{suite}/proofConfig{ending}.json"))

    def step(name: str) -> str:
        return _eddsa(vectors, f"{suite}/{name}{ending}.txt").decode().strip()

    assert canonise_it(document).decode().strip() == step("canonDoc")
    assert canonise_it(options).decode().strip() == step("proofCanon")
    assert hashlib.sha256(canonise_it(document)).hexdigest() == step("docHash")
    assert hashlib.sha256(canonise_it(options)).hexdigest() == step("proofHash")
    hashed = hash_data(document, options, suite)
    assert hashed.hex() == step("combinedHash")
    key = private_key_of(parse_object(_eddsa(vectors, "keyPair.json"))["privateKeyMultibase"])
    signature = key.sign(hashed)
    assert signature.hex() == step("sigHex")
    assert decode_multibase(secured["proof"]["proofValue"]) == signature
    assert [each.suite for each in check_proofs(secured)] == [suite]


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_a_proof_made_here_is_the_published_one(vectors: Path, suite: str) -> None:
    _, signed_name, _ = SUITES[suite]
    secured = parse_object(_eddsa(vectors, f"{suite}/{signed_name}"))
    pair = parse_object(_eddsa(vectors, "keyPair.json"))
    proof = secured["proof"]
    made = create_proof(
        parse_object(_eddsa(vectors, "unsigned.json")),
        private_key_of(pair["privateKeyMultibase"]),
        suite=suite,
        method=proof["verificationMethod"],
        created=proof["created"],
    )
    assert made == proof


def test_the_employment_vector_is_signed_over_its_canonical_form(vectors: Path) -> None:
    # Its own context is not among the vectors: the canonical forms are, and what follows from them.
    folder = "eddsa-rdfc-2022/employ"
    hashes = [
        hashlib.sha256(_eddsa(vectors, f"{folder}/{name}DataInt.txt")).hexdigest()
        for name in ("proofCanon", "canonDoc")
    ]
    told = [
        _eddsa(vectors, f"{folder}/{name}DataInt.txt").decode().strip()
        for name in ("proofHash", "docHash")
    ]
    assert hashes == told
    key = private_key_of(parse_object(_eddsa(vectors, "keyPair.json"))["privateKeyMultibase"])
    secured = parse_object(_eddsa(vectors, f"{folder}/signedDataInt.json"))
    assert decode_multibase(secured["proof"]["proofValue"]) == key.sign(
        bytes.fromhex("".join(told))
    )


SETS = ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"]


@pytest.mark.parametrize("name", SETS)
def test_published_sets_and_chains_of_proofs_hold_and_are_made_alike(
    vectors: Path, name: str
) -> None:
    secured = parse_object(_eddsa(vectors, f"proof-set-chain/{name}.json"))
    proofs = secured["proof"] if isinstance(secured["proof"], list) else [secured["proof"]]
    assert len(check_proofs(secured)) == len(proofs)
    pairs = parse_object(_eddsa(vectors, "proof-set-chain/multiKeyPairs.json")).values()
    keys = {pair["publicKeyMultibase"]: pair["privateKeyMultibase"] for pair in pairs}
    document = parse_object(_eddsa(vectors, "proof-set-chain/unsigned.json"))
    for proof in proofs:
        previous = proof.get("previousProof")
        named = [previous] if isinstance(previous, str) else previous or []
        before = [each for each in proofs if each.get("id") in named]
        made = create_proof(
            {**document, "proof": before} if before else document,
            private_key_of(keys[proof["verificationMethod"].partition("#")[2]]),
            suite="eddsa-rdfc-2022",
            method=proof["verificationMethod"],
            created=proof["created"],
            more={name: proof[name] for name in ("id", "previousProof") if name in proof},
        )
        assert made == proof


@pytest.mark.parametrize("name", ["signedProofChain1", "signedProofChain2"])
def test_a_chain_that_lost_a_link_is_refused(vectors: Path, name: str) -> None:
    secured = parse_object(_eddsa(vectors, f"proof-set-chain/{name}.json"))
    secured["proof"] = secured["proof"][1:]
    verdict = verify(json.dumps(secured).encode(), NOBODY, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.code == "tampered"


NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")


@pytest.mark.parametrize("name", NAMES)
def test_canonical_json_is_byte_equal_to_the_published_one(vectors: Path, name: str) -> None:
    folder = vectors / "json-canonicalization" / "testdata"
    document = json.loads((folder / "input" / f"{name}.json").read_bytes())
    assert canonise_jcs(document) == (folder / "output" / f"{name}.json").read_bytes().rstrip()


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_valid_sample_is_accepted_once_its_issuer_is_trusted(
    vectors: Path, sample: str
) -> None:
    data = (vectors / sample).read_bytes()
    verdict = verify(data, NOBODY, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.code == "unknown_issuer"
    proofs = [each for each in parse_object(data)["proof"] if isinstance(each, dict)] or [
        parse_object(data)["proof"]
    ]
    methods = [each["verificationMethod"] for each in proofs if "verificationMethod" in each]
    keys = frozenset(method.rpartition("#")[2].removeprefix("did:key:") for method in methods)
    trust = trust_of([TrustedIssuer(parse_object(data)["issuer"]["id"], keys)])
    assert isinstance(verify(data, trust, NOW), Verified)


def test_the_baked_sample_gives_its_credential_back(vectors: Path) -> None:
    picture = (vectors / "openbadges/samples/simple-json.png").read_bytes()
    verdict = verify(unbake(picture), NOBODY, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.code == "unknown_issuer"


@pytest.mark.parametrize(
    "module",
    [
        multikey,
        parsing,
        proofs,
        rdf,
        status_list,
        terms,
        badge_words,
        elmo,
        identifier,
        recognition,
    ],
)
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
