"""Whatever bytes are handed over: a verdict, never an error, and never accepted when changed."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.credits.adapters.typesetting import set_transcript
from services.credits.engine.credentials.baking import bake
from services.credits.engine.credentials.multikey import multikey_of
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.sealing import seal
from services.credits.engine.credentials.trust import TrustedIssuer, trust_of
from services.credits.engine.credentials.verifying import Verified
from services.credits.flows.verify_credential import verify_file
from tests.credits_credentials.credentials_room import DID, KEY, NOW, badge, signed
from tests.credits_credentials.test_elmo import transcript

TRUST = trust_of([TrustedIssuer(DID, frozenset({multikey_of(KEY)}), always=("sealed-pages",))])
BADGE = signed(badge(), "eddsa-jcs-2022")
GRAPH = signed(badge(), "eddsa-rdfc-2022")
JSON = json.dumps(BADGE, ensure_ascii=False).encode()
PNG = bake(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82",
    JSON,
)
PDF = seal(
    set_transcript(transcript(), JSON, url="https://school.example/verify/1"),
    lambda digest: signed(dict(digest), "eddsa-jcs-2022"),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["@id", "@type", "_:b0", "urn:uuid:1", "https://www.w3.org/ns/credentials/v2"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=8), st.sampled_from(["id", "type", "@context", "@value"])),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for name, value in inner:
        found += _paths(value, (*path, name)) if isinstance(value, dict | list) else [(*path, name)]
    return found


def test_the_files_themselves_are_accepted() -> None:
    for data in (JSON, PNG, PDF, json.dumps(GRAPH).encode()):
        assert isinstance(verify_file(data, TRUST, NOW), Verified)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), secured=st.sampled_from([BADGE, GRAPH]), value=VALUES)
def test_any_value_in_any_place_gets_a_verdict(
    data: st.DataObject, secured: dict[str, Any], value: Any
) -> None:
    path = data.draw(st.sampled_from(_paths(secured)))
    changed = copy.deepcopy(secured)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    before = inner[path[-1]]
    inner[path[-1]] = value
    verdict = verify_file(json.dumps(changed).encode("utf-8", "surrogatepass"), TRUST, NOW)
    assert isinstance(verdict, Refused) or json.dumps(before) == json.dumps(value)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    whole=st.sampled_from([JSON, PNG, PDF]),
    place=st.integers(0, 2**20),
    flipped=st.integers(1, 255),
    cut=st.booleans(),
)
def test_a_file_with_one_wrong_byte_or_cut_short_is_never_accepted(
    whole: bytes, place: int, flipped: int, *, cut: bool
) -> None:
    place %= len(whole)
    changed = whole[:place] + bytes([whole[place] ^ flipped]) + whole[place + 1 :]
    verdict = verify_file(whole[:place] if cut else changed, TRUST, NOW)
    if whole is PDF or cut:
        # The last byte, a line feed after the seal, is nobody's.
        assert isinstance(verdict, Refused) or place == len(whole) - 1
    elif isinstance(verdict, Verified):
        assert json.dumps(verdict.credential) == json.dumps(BADGE)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_noise_behind_the_first_bytes_of_a_file_gets_a_verdict(noise: bytes) -> None:
    for head in (b"", b"{", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"):
        verdict = verify_file(head + noise, TRUST, NOW)
        assert isinstance(verdict, Refused)
        assert verdict.code in {"malformed", "tampered"}
