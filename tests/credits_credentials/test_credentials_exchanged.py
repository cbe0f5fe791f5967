"""Credentials between platforms, alliances and the command line: what is trusted, and why."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from gateway.commands import main
from services.credits.domain import ledger
from services.credits.domain.credential_errors import CredentialRefusedError
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.trust import parse_trust
from services.credits.flows.keep_ledger import post
from services.credits.flows.sequence_ledger import sequence
from services.credits.flows.verify_credential import Foreign, accept_foreign, verify_foreign
from shared.db.session import Scope
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.credits_credentials.credentials_room import (
    CredentialsRoom,
    badge,
    signed,
    transcript,
    verdict_of,
)


async def test_another_platform_recognises_a_badge_from_the_bundle_alone(
    credentials_room: CredentialsRoom,
) -> None:
    number = "2023010109"
    issued = await credentials_room.issue(uuid4(), number)
    anyone = credentials_room.anyone()
    bundle = (await anyone.get(f"/v1/credentials/{issued.id}/bundle")).content
    # From here on nobody of the first platform is asked: keys, lists and proof are at hand.
    trust = parse_trust((await anyone.get("/v1/credentials/trust-list")).content)
    found = accept_foreign(bundle, trust, utc_now())
    assert isinstance(found, Foreign)
    assert found.verified.status_known
    assert found.claims.is_about(number)
    assert found.claims.is_about("张三")
    assert not found.claims.is_about("李四")
    bare = verify_foreign(issued.document, trust, utc_now())
    assert isinstance(bare, Foreign)
    with pytest.raises(CredentialRefusedError, match="not accepted") as refused:
        accept_foreign(issued.document, trust, utc_now())
    assert refused.value.facts["reason"] == "status_unknown"
    stranger = verify_foreign(json.dumps(signed(badge())).encode(), trust, utc_now())
    assert isinstance(stranger, Refused)
    assert stranger.code == "unknown_issuer"


async def test_the_bundle_shows_the_posting_in_the_tree_and_a_false_staple_is_refused(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, number, now = uuid4(), "2023010110", utc_now()
    room = credentials_room
    student = ledger.Holder(school_id, number)
    posting = ledger.Posting(uuid4().hex, student, f"{number}:higher", "competition", 450)
    async with room.database.begin(Scope(org_id=school_id)) as tx:
        posted = (await post(tx, [posting], now=now))[0]
    issued = await room.issue(school_id, number, transaction_id=posted.id)
    anyone = room.anyone()
    here = f"/v1/credentials/{issued.id}/bundle"
    await sequence(
        room.database, secret=room.issuing.secret, public_url=room.issuing.public_url, now=now
    )
    bundle = (await anyone.get(here)).json()
    trust = parse_trust((await anyone.get("/v1/credentials/trust-list")).content)
    found = accept_foreign(json.dumps(bundle).encode(), trust, utc_now())
    assert found.included
    told = await verdict_of(anyone, json.dumps(bundle).encode())
    assert (told["accepted"], told["included"]) == (True, True)
    pages = await room.student(school_id, number).get(f"/v1/credentials/{issued.id}/file")
    printed = await verdict_of(anyone, pages.content)
    assert (printed["accepted"], printed["included"]) == (True, True)
    made = await transcript(room, school_id, number)
    whole = (await anyone.get(f"/v1/credentials/{made['id']}/bundle")).content
    assert accept_foreign(whole, trust, utc_now()).included
    proof = bundle["inclusion"]["tlog_proofs"][issued.url]
    head, _, note = proof.partition("\n\n")
    forged_root = note.split("\n")
    forged_root[2] = base64.b64encode(bytes(32)).decode()
    for forged in (
        "",
        head,
        f"{head}\n\n" + "\n".join(forged_root),
        proof.replace("index ", "index 9"),
    ):
        bundle["inclusion"] = {"tlog_proofs": {issued.url: forged}}
        refused = verify_foreign(json.dumps(bundle).encode(), trust, utc_now())
        assert isinstance(refused, Refused)
        assert refused.code == "tampered"
    bundle["inclusion"] = {"tlog_proofs": {"https://another.example/1": proof}}
    assert isinstance(verify_foreign(json.dumps(bundle).encode(), trust, utc_now()), Refused)


async def test_what_an_alliance_trusts_and_signs_is_accepted_here(
    credentials_room: CredentialsRoom,
) -> None:
    foreign = signed(badge())
    anyone = credentials_room.anyone()
    data = json.dumps(foreign).encode()
    assert (await verdict_of(anyone, data))["code"] == "unknown_issuer"
    alliance_id, school_id = uuid4(), uuid4()
    keeper = credentials_room.client(
        org_id=str(alliance_id),
        org_kind="alliance",
        roles=["organisation_admin"],
        scope="alliances:write",
    )
    key = foreign["issuer"]["id"].removeprefix("did:key:")
    own = f"did:web:127.0.0.1%3A8000:v1:credentials:issuers:{school_id}"
    body = {
        "name": "浙江产教联盟",
        "issuers": [
            {"id": foreign["issuer"]["id"], "name": "绍兴某职业学院", "keys": [key]},
            {"id": own, "name": "冒名", "keys": [key]},
        ],
    }
    drawn = await keeper.post("/v1/credentials/trust-lists", json=body)
    assert drawn.status_code == 201, drawn.text
    assert drawn.json()["signed_by"] == [str(alliance_id)]
    assert (await verdict_of(anyone, data))["accepted"]
    # An alliance cannot say which keys an issuer of this platform has.
    posing = signed(badge(issuer={"id": own, "type": ["Profile"], "name": "冒名"}))
    assert (await verdict_of(anyone, json.dumps(posing).encode()))["code"] == "unknown_issuer"
    here = f"/v1/credentials/trust-lists/{drawn.json()['id']}"
    cosigned = await credentials_room.office(school_id).post(f"{here}/signatures")
    assert len(cosigned.json()["proof"]) == 2
    assert (await anyone.get(here)).json() == cosigned.json()
    listed = (await anyone.get("/v1/credentials/trust-lists")).json()["items"]
    assert {str(alliance_id), str(school_id)} in [set(each["signed_by"]) for each in listed]


async def test_the_command_line_tells_accepted_refused_and_unknown_apart(
    credentials_room: CredentialsRoom, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    issued = await credentials_room.issue(uuid4())
    anyone = credentials_room.anyone()
    trust, file = tmp_path / "trust.json", tmp_path / "badge.json"
    trust.write_bytes((await anyone.get("/v1/credentials/trust-list")).content)
    file.write_bytes((await anyone.get(f"/v1/credentials/{issued.id}/bundle")).content)
    verify = ["credits", "verify", str(file)]
    assert main([*verify, "--trust", str(trust)]) == 0
    assert "accepted: issued by 杭州某职业技术学院; status clear" in capsys.readouterr().out
    assert main(verify) == 3
    assert capsys.readouterr().err.startswith("unknown issuer did:web:127.0.0.1")
    file.write_bytes(issued.document.replace(b"450", b"990").replace(b"4.5", b"9.9"))
    assert main([*verify, "--trust", str(trust)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("tampered: ")
    assert told.count("\n") == 1
    assert main(["credits", "verify", str(tmp_path / "absent.json")]) == 1
    assert capsys.readouterr().err.startswith("malformed: ")
    # One line of our own, and none of the PDF library's.
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\n")
    assert main(["credits", "verify", str(tmp_path / "cut.pdf")]) == 1
    assert capsys.readouterr().err == "malformed: the PDF cannot be read\n"


async def test_the_worker_keeps_the_trust_list_where_the_command_line_looks(
    credentials_room: CredentialsRoom,
    settings: PlatformSettings,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    issued = await credentials_room.issue(uuid4())
    file = tmp_path / "badge.json"
    file.write_bytes(issued.document)
    monkeypatch.setenv("CHANJIAO_DATA", str(settings.data))
    for routine in credentials_room.built.routines:
        if routine.name == "credentials.trust":
            await routine.run()
            before = (settings.data / "trust.json").stat().st_mtime_ns
            await routine.run()
            assert (settings.data / "trust.json").stat().st_mtime_ns == before
    assert main(["credits", "verify", str(file)]) == 0
    assert "status not at hand" in capsys.readouterr().out


async def test_a_did_document_serves_as_a_trust_list(credentials_room: CredentialsRoom) -> None:
    school_id = uuid4()
    issued = await credentials_room.issue(school_id)
    path = f"/v1/credentials/issuers/{school_id}/did.json"
    trust = parse_trust((await credentials_room.anyone().get(path)).content)
    assert isinstance(verify_foreign(issued.document, trust, utc_now()), Foreign)
