"""The certificate of a central assignment is checked from its own files, or refused in words."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from matching.commands import register
from matching.lottery import commit_seed
from matching.verify.manifest import RunManifest, encode_manifest, sign_manifest

# A market with a soft nest and a cap that binds; what its prices prove is worked out below.
FILES = {
    "pairs.csv": "student,post,weight\n甲,车工,4.0\n甲,护理,3.0\n乙,车工,3.5\n丙,护理,3.5\n",
    "posts.csv": "post,seats,price,group\n车工,1,3.0,厂/车间\n护理,2,3.0,院\n",
    "caps.csv": "group,cap,hard,price,above\n厂/车间,1,0,0.0,厂\n厂,,0,0.0,\n院,1,1,0.5,\n",
    "placements.csv": "student,post\n甲,车工\n乙,\n丙,护理\n",
}
# value 4 + 3.5; bound 3 + 2*3 + 0.5 of the nodes, 1 + 0.5 + 0 of the students.
STATEMENT: dict[str, Any] = {
    "students": 3,
    "placed": 2,
    "seats": 3,
    "value": 7.5,
    "bound": 11.0,
    "gap": 3.5,
    "gap_share": 0.318182,
    "caps_exceeded": [],
    "seed": "s",
    "seed_commitment": commit_seed("s"),
}


def packed(
    statement: dict[str, Any] | None = None, more: dict[str, bytes] | None = None, **changed: str
) -> bytes:
    files = {**FILES, **{f"{name}.csv": text for name, text in changed.items()}}
    files["statement.json"] = json.dumps({**STATEMENT, **(statement or {})})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**files, **(more or {})}.items():
            archive.writestr(name, text)
    return stream.getvalue()


def signed(key: Ed25519PrivateKey) -> dict[str, bytes]:
    """Return the manifest of `packed()` as it was signed."""
    texts = {**FILES, "statement.json": json.dumps(STATEMENT)}
    hashes = {
        Path(name).stem: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()
    }
    results = {name: hashes.pop(name) for name in ("placements", "statement")}
    manifest = RunManifest("1", "s", commit_seed("s"), hashes, results, {}, "listed")
    return {
        "placements.manifest.json": encode_manifest(manifest),
        "placements.manifest.sig": sign_manifest(manifest, key).hex().encode(),
    }


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def check(tmp_path):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())

    def check(content: bytes, *more: str) -> int:
        path = tmp_path / "assignment.zip"
        path.write_bytes(content)
        arguments = parser.parse_args(["match", "verify", "--assignment", str(path), *more])
        return arguments.run(arguments)

    return check


def test_a_certificate_is_checked_against_who_signed_its_run(check, tmp_path, capsys):
    key, other = (Ed25519PrivateKey.from_private_bytes(bytes([byte] * 32)) for byte in (1, 2))
    (tmp_path / "key.pem").write_bytes(public_pem(key))
    (tmp_path / "other.pem").write_bytes(public_pem(other))
    files = signed(key)
    assert check(packed(more=files)) == 0
    assert check(packed(more=files), "--signer", str(tmp_path / "key.pem")) == 0
    told = capsys.readouterr().out
    assert told.count("signature holds") == 1
    assert told.count("certificate holds") == 2
    assert check(packed(more=files), "--signer", str(tmp_path / "other.pem")) == 1
    assert check(packed(), "--signer", str(tmp_path / "key.pem")) == 1
    changed = files["placements.manifest.json"].replace(b'"code":"1"', b'"code":"2"')
    tampered = packed(more={**files, "placements.manifest.json": changed})
    assert check(tampered, "--signer", str(tmp_path / "key.pem")) == 1
    told = capsys.readouterr().out
    assert told.count("the signature does NOT hold") == 3
    assert "signature holds" not in told


def test_a_file_that_is_not_the_one_of_the_run_is_named(check, capsys):
    files = signed(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    pairs = FILES["pairs.csv"].replace("丙,护理,3.5\n", "丙,护理,3.50\n")
    assert check(packed(more=files, pairs=pairs)) == 1
    assert "not the file of the manifest: pairs\n" in capsys.readouterr().out
    none = {"placements.manifest.json": b"{}"}
    assert check(packed(more=none)) == 1
    assert "no manifest of a run" in capsys.readouterr().out


def test_a_sound_certificate_holds_and_says_what_it_proves(check, capsys):
    assert check(packed()) == 0
    told = capsys.readouterr().out
    assert "students 3  placed 2  seats 3" in told
    assert "value 7.500000  bound 11.000000  gap 3.500000" in told
    assert "certificate holds" in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(placements="student,post\n甲,车工\n乙,车工\n丙,护理\n"), "车工 2 > 1"),
        (packed(placements="student,post\n甲,护理\n乙,车工\n丙,护理\n"), "院 2 > 1"),
        (packed(placements="student,post\n甲,车工\n乙,\n丙,车工\n"), "no pair is: 丙"),
        (packed({"gap": 0.1, "bound": 7.6}), "not as stated: bound 11.0 (7.6)"),
        (packed({"value": 9.0}), "not as stated: value 7.5 (9.0)"),
        (packed({"placed": 3}), "not as stated: placed 2 (3)"),
        (packed({"seed": "t"}), "not as stated: seed_commitment"),
        (
            packed({"caps_exceeded": [{"group": "厂", "cap": 1, "placed": 2}]}),
            "not as stated: caps_exceeded",
        ),
        (
            packed(posts="post,seats,price,group\n车工,1,2.5,厂/车间\n护理,2,3.0,院\n"),
            "not as stated: bound",
        ),
    ],
)
def test_what_does_not_hold_is_named(check, capsys, content: bytes, said: str):
    assert check(content) == 1
    told = capsys.readouterr().out
    assert said in told
    assert "certificate does NOT hold" in told


def test_a_cap_that_does_not_bind_is_told_and_breaks_nothing(check, capsys):
    over = {"caps_exceeded": [{"group": "厂", "cap": 0, "placed": 1}]}
    caps = FILES["caps.csv"].replace("厂,,0", "厂,0,0")
    assert check(packed(over, caps=caps)) == 0
    assert "does not bind: 厂 1 > 0" in capsys.readouterr().out


def test_a_certificate_from_before_soft_caps_were_written_holds(check):
    caps = "group,cap,price,above\n厂/车间,,0.0,厂\n厂,,0.0,\n院,1,0.5,\n"
    over = {"caps_exceeded": [{"group": "厂", "cap": 0, "placed": 1}]}
    assert check(packed(over, caps=caps)) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK but no zip", "ZIP"),
        (packed()[:-40], "ZIP"),
        (packed(posts="post,seats\n车工,1\n"), "posts.csv:1"),
        (packed(posts=FILES["posts.csv"].replace("3.0,院", "-1,院")), "posts.csv:3 price"),
        (packed(posts=FILES["posts.csv"].replace("0,院", "0,校")), "posts.csv:3"),
        (packed(posts=FILES["posts.csv"].replace("护理", "车工")), "posts.csv:3 post"),
        (packed(pairs=FILES["pairs.csv"].replace("乙", "丁")), "pairs.csv:4 student"),
        (packed(pairs=FILES["pairs.csv"].replace("护理,3.0", "车工,3.0")), "pairs.csv:3 post"),
        (packed(pairs=FILES["pairs.csv"].replace("4.0", "nan")), "pairs.csv:2 weight"),
        (packed(placements="student,post\n甲,车工\n甲,\n丙,护理\n"), "placements.csv:3"),
        (packed(caps=FILES["caps.csv"].replace("院,1,1", "院,,1")), "caps.csv:4 cap"),
        (packed(caps=FILES["caps.csv"].replace("厂,,0,0.0,", "厂,,0,0.0,厂")), "caps.csv"),
        (packed({"gap": "small", "seed": 7}), "gap, seed"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(check, capsys, content: bytes, said: str):
    assert check(content) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "certificate" not in told.out


def test_another_zip_and_two_questions_at_once_are_refused(check, capsys):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("wishes.csv", "student,rank,post,priority\n")
    assert check(stream.getvalue()) == 2
    assert "no certificate of a central assignment" in capsys.readouterr().err
    assert check(packed(), "--wishes", "w.csv") == 2
    assert "--assignment alone" in capsys.readouterr().err


def test_a_damaged_file_never_ends_in_a_traceback(check):
    rng, whole = random.Random(20261122), packed()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        assert check(bytes(damaged)) in {0, 1, 2}


def test_the_check_loads_nothing_of_the_solvers():
    asked = (
        "import sys, matching.assignment_check;"
        "print([name for name in sys.modules if name.startswith(('matching.solve',"
        " 'matching.auction.sale', 'matching.auction.kernel', 'matching.auction.nested'))])"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=root
    )
    assert told.stdout.strip() == "[]"
