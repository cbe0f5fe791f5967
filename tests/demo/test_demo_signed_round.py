"""The commands of the docs, run by somebody without an account on a round of the small world."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.commands import main
from tests.demo.conftest import OwnPlatform
from tests.small_world import PASSWORD

GUIDE = Path(__file__).parents[2] / "docs" / "matching.md"


def documented() -> tuple[str, str, str, str]:
    """Return the four commands of the chapter on checking a round."""
    chapter = GUIDE.read_text("utf-8").split("## Checking a round")[1]
    unzip, curl, verify, commit = chapter.split("```sh\n")[1].split("```")[0].splitlines()
    return unzip, curl, verify, commit


def command(line: str, **stated: str) -> int:
    """Run one line of the docs in this process."""
    for name, value in stated.items():
        line = line.replace(name, value)
    program, *words = shlex.split(line)
    assert program == "chanjiao"
    return main(words)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an auditor fetched, and what anybody did."""

    told: dict[str, Any]
    public: dict[str, Any]
    public_files: bytes


@pytest.fixture
async def fetched(
    own_platform: OwnPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Fetched:
    """The round, its files in the working folder, and the key from its public address."""
    unzip, curl, _, _ = documented()
    assert unzip == "unzip round-ID.zip -d round && cd round"
    office = await own_platform.door.person("demo-office", PASSWORD)
    (batch,) = await office.pages("/v1/batches")
    told = await office.get(f"/v1/batches/{batch['id']}/round")
    files = await office.call("GET", f"/v1/rounds/{told['id']}/certificate")
    where = re.fullmatch(r"curl -fo signer\.pem https://HOST(/\S+)", curl)
    assert where is not None
    nobody = own_platform.http
    key = await nobody.get(where[1])
    assert (key.status_code, key.headers["content-type"]) == (200, "application/x-pem-file")
    monkeypatch.chdir(tmp_path)
    unpack(files.content, key.content)
    address = f"/v1/public-rounds/{told['id']}"
    public = await nobody.get(address)
    return Fetched(told, public.json(), (await nobody.get(f"{address}/files")).content)


def unpack(content: bytes, key: bytes) -> None:
    zipfile.ZipFile(io.BytesIO(content)).extractall()
    Path("signer.pem").write_bytes(key)


def test_the_commands_of_the_docs_check_a_round(
    fetched: Fetched, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, verify, commit = documented()
    assert command(verify) == 0
    said = capsys.readouterr().out
    assert said.startswith("signature holds\nblocking pairs 0  overfull posts 0")
    assert said.endswith("certificate holds\n")
    seed = json.loads(Path("placements.manifest.json").read_bytes())["seed"]
    assert command(commit, SEED=seed) == 0
    assert capsys.readouterr().out.strip() == fetched.told["seed_commitment"]
    note = Path("README.txt").read_text("utf-8")
    assert verify in note
    assert Path("signer.pem").read_text("utf-8") in note


@pytest.mark.parametrize(
    ("change", "answer", "says"),
    [
        (("placements.manifest.json", '"code":"1+', '"code":"2+'), 1, "signature does NOT hold"),
        (("placements.manifest.json", "}", ""), 2, "signature does NOT hold"),
        (("placements.manifest.sig", "\n", "0\n"), 1, "signature does NOT hold"),
        (("wishes.csv", ",1,", ",01,"), 1, "not the files of the manifest: wishes\n"),
        (("posts.csv", "\n", "\n\n"), 1, "not the files of the manifest: posts\n"),
        (("placements.csv", "\n", "\n\n"), 1, "not the files of the manifest: placements\n"),
        (("placements.cutoffs.csv", "\n", "\n\n"), 1, "not the files of the manifest: cutoffs\n"),
    ],
)
@pytest.mark.usefixtures("fetched")
def test_a_byte_that_was_changed_is_told(
    change: tuple[str, str, str], answer: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, old, new = change
    path = Path(name)
    assert old.encode() in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
    assert command(documented()[2]) == answer
    assert says in capsys.readouterr().out


@pytest.mark.usefixtures("fetched")
def test_another_key_did_not_sign(capsys: pytest.CaptureFixture[str]) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    Path("signer.pem").write_bytes(pem)
    assert command(documented()[2]) == 1
    assert "another key signed it" in capsys.readouterr().out
    Path("placements.manifest.sig").unlink()
    assert command(documented()[2]) == 2
    assert "placements.manifest.sig" in capsys.readouterr().err


def test_the_public_files_are_signed_by_the_key_of_the_public_round(
    fetched: Fetched, capsys: pytest.CaptureFixture[str]
) -> None:
    signer = Path("signer.pem").read_bytes()
    assert fetched.public["signer"] == signer.decode()
    Path("placements.cutoffs.csv").unlink()  # not among the public files
    unpack(fetched.public_files, signer)
    assert command(documented()[2]) == 0
    assert capsys.readouterr().out.startswith("signature holds\nblocking pairs 0")
