"""The ledger over HTTP: accounts, the public log, its witnesses."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.credits.domain.ledger_audit import audit, read_keys
from services.credits.domain.ledger_record import commit
from services.credits.domain.merkle import (
    hash_leaf,
    hash_node,
    verify_consistency,
    verify_inclusion,
)
from services.credits.domain.signed_note import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    SigningKey,
    VerifierKey,
)
from services.credits.domain.witnessing import write_submission
from services.credits.flows import keep_ledger
from services.credits.flows.cosign_ledger import ask_witnesses
from services.credits.store import ledger_tree
from shared.db.session import PLATFORM, Database
from tests.credits_ledger.conftest import NOW, ONLINE, Door, School, sequence_all


@pytest.fixture
async def posted(school: School, database: Database) -> School:
    """A school that has posted twice, ten days apart, all of it in the tree."""
    async with school.begin() as tx:
        await keep_ledger.post(
            tx, [school.posting(limits=[ONLINE], source="online")], now=NOW - timedelta(days=10)
        )
        await keep_ledger.post(tx, [school.posting(credits_centi=50)], now=NOW)
    await sequence_all(database)
    return school


async def test_a_student_reads_the_own_account_and_its_statement(
    posted: School, door: Door
) -> None:
    student = door.student(posted)
    answer = await student.get("/v1/credit-accounts")
    assert answer.status_code == 200, answer.text
    held = {(each["kind"], each["label"]): each for each in answer.json()["items"]}
    assert held["credit", ""]["balance_centi"] == 250
    assert held["limit", ONLINE.label]["max_centi"] == 800
    account = (await student.get(f"/v1/credit-accounts/{held['credit', '']['id']}")).json()
    assert [line["balance_centi"] for line in account["lines"]] == [200, 250]
    then = (NOW - timedelta(days=5)).isoformat()
    answer = await student.get(
        f"/v1/credit-accounts/{held['credit', '']['id']}", params={"as_of": then}
    )
    assert answer.json()["account"]["balance_centi"] == 200


async def test_a_student_never_reads_another_students_account(
    posted: School, door: Door, database: Database
) -> None:
    classmate = School(database, id=posted.id)
    stranger = door.student(classmate)
    asked = await stranger.get("/v1/credit-accounts", params={"number": posted.student})
    assert asked.status_code == 403
    office = door.office(posted)
    seen = await office.get("/v1/credit-accounts", params={"number": posted.student})
    account = seen.json()["items"][0]["id"]
    assert (await stranger.get(f"/v1/credit-accounts/{account}")).status_code == 404
    elsewhere = door.office(School(database))
    assert (await elsewhere.get(f"/v1/credit-accounts/{account}")).status_code == 404
    assert (await office.get(f"/v1/credit-accounts/{account}")).status_code == 200


async def test_a_transaction_is_proved_to_its_student_and_to_nobody_else(
    posted: School, door: Door, database: Database
) -> None:
    async with posted.begin() as tx:
        made = (await keep_ledger.post(tx, [posted.posting()], now=NOW))[0]
    path = f"/v1/ledger/transactions/{made.id}/proof"
    assert (await door.student(posted).get(path)).status_code == 404
    await sequence_all(database)
    told = (await door.student(posted).get(path)).json()
    checkpoint = Checkpoint.parse(Note.parse(told["checkpoint"]).text)
    commitment = commit(UUID(hex=told["nonce"]), told["record"].encode())
    assert commitment.hex() == told["commitment"]
    assert verify_inclusion(
        told["index"],
        checkpoint.size,
        leaf=hash_leaf(commitment),
        proof=[base64.b64decode(each) for each in told["proof"]],
        root=checkpoint.root,
    )
    other = door.student(School(database, id=posted.id))
    assert (await other.get(path)).status_code == 404


class HttpSource:
    """What a client without a name can read, fetched beforehand."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents
        self.missing: list[str] = []

    def read(self, path: str) -> bytes | None:
        if path not in self.contents:
            self.missing.append(path)
        return self.contents.get(path)


async def test_anyone_audits_the_log_over_http(posted: School, door: Door) -> None:
    anyone = door.client()
    source = HttpSource({})
    for _ in range(50):
        if "keys.json" in source.contents:
            keys = read_keys(source.contents["keys.json"])
            source.missing.clear()
            report = audit(source, keys)
        else:
            source.missing.append("keys.json")
        fetched = False
        for path in dict.fromkeys(source.missing):
            answer = await anyone.get(f"/v1/ledger/{path}")
            if answer.status_code == 200:
                source.contents[path] = answer.content
                fetched = True
        source.missing.clear()
        if not fetched:
            break
    assert report.findings == []
    assert report.size >= 3
    assert any(path.startswith("tile/entries/") for path in source.contents)


async def test_growth_is_proved_to_anyone(posted: School, door: Door, database: Database) -> None:
    anyone = door.client()
    before = Checkpoint.parse(Note.parse((await anyone.get("/v1/ledger/checkpoint")).text).text)
    async with posted.begin() as tx:
        await keep_ledger.post(tx, [posted.posting()], now=NOW)
    await sequence_all(database)
    after = Checkpoint.parse(Note.parse((await anyone.get("/v1/ledger/checkpoint")).text).text)
    told = await anyone.get(
        "/v1/ledger/consistency", params={"old": before.size, "size": after.size}
    )
    assert verify_consistency(
        before.size,
        after.size,
        proof=[base64.b64decode(each) for each in told.json()["proof"]],
        old_root=before.root,
        new_root=after.root,
    )
    wrong = await anyone.get("/v1/ledger/consistency", params={"old": 9, "size": 2**40})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/1", "0/001.p/0", "0/001.p/256", "99/000", "entries/x9/000", "0/999", "../keys"],
)
async def test_a_tile_that_is_not_there_is_not_found(posted: School, door: Door, path: str) -> None:
    assert (await door.client().get(f"/v1/ledger/tile/{path}")).status_code == 404


async def test_a_member_cosigns_by_bringing_the_line_and_only_under_the_own_key(
    posted: School, door: Door
) -> None:
    office, anyone = door.office(posted), door.client()
    key = SigningKey(f"{posted.student}.example/w", COSIGNATURE, posted.id.bytes * 2)
    registered = await office.post("/v1/ledger/witnesses", json={"vkey": str(key.verifier)})
    assert registered.status_code == 201, registered.text
    note = Note.parse((await anyone.get("/v1/ledger/checkpoint")).text)
    size = Checkpoint.parse(note.text).size
    line = key.sign(note.text, at=1_790_000_000)
    body = {"size": size, "line": line}
    stranger = SigningKey(key.name, COSIGNATURE, bytes(32)).sign(note.text, at=1_790_000_000)
    office.headers["idempotency-key"] = str(uuid4())
    refused = await office.post("/v1/ledger/cosignatures", json={**body, "line": stranger})
    assert refused.json()["code"] == "cosignature_unsound"
    office.headers["idempotency-key"] = str(uuid4())
    assert (await office.post("/v1/ledger/cosignatures", json=body)).status_code == 201
    shown = Note.parse((await anyone.get("/v1/ledger/checkpoint")).text)
    assert shown.verified_by(key.verifier) == 1_790_000_000
    listed = (await anyone.get("/v1/ledger/witnesses")).json()["items"]
    assert {"vkey": str(key.verifier), "size": size}.items() <= next(
        each for each in listed if each["org_id"] == str(posted.id)
    ).items()


async def test_a_witness_where_the_log_would_never_ask_is_refused_at_once(
    posted: School, door: Door
) -> None:
    office, asked = door.office(posted), []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return {"inside.example": ["10.1.2.3"], "w.example": ["93.184.216.34"]}.get(host, [host])

    door.state.resolve_host = resolve
    key = SigningKey(f"{posted.student}.example/u", COSIGNATURE, posted.id.bytes * 2)
    for url in ("https://10.0.0.1/w", "https://inside.example:8443/w"):
        body = {"vkey": str(key.verifier), "url": url}
        refused = await office.post("/v1/ledger/witnesses", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/url", "address_not_public")
    office.headers["idempotency-key"] = str(uuid4())
    body = {"vkey": str(key.verifier), "url": "https://w.example/w"}
    taken = await office.post("/v1/ledger/witnesses", json=body)
    assert taken.status_code == 201, taken.text
    assert asked == [("10.0.0.1", 443), ("inside.example", 8443), ("w.example", 443)]


async def test_this_platform_cosigns_another_log_only_while_it_grows(door: Door) -> None:
    operator = door.client(roles=["operator"], org_id=str(uuid4()), org_kind="platform")
    log = SigningKey(f"{uuid4().hex}.example/log", ED25519, uuid4().bytes * 2)
    anyone = door.client()
    own = VerifierKey.parse((await anyone.get("/v1/ledger/witnesses")).json()["own_vkey"])

    def note_of(checkpoint: Checkpoint, key: SigningKey = log) -> str:
        return f"{checkpoint.text()}\n{key.sign(checkpoint.text())}"

    async def ask(old: int, proof: list[bytes], note: str) -> Any:
        return await anyone.post(
            "/v1/ledger/witness/add-checkpoint", content=write_submission(old, proof, note)
        )

    leaves = [hash_leaf(bytes([n])) for n in range(2)]
    one = Checkpoint(log.name, 1, leaves[0])
    assert (await ask(0, [], note_of(one))).status_code == 404
    vkey = {"vkey": str(log.verifier)}
    assert (await operator.post("/v1/ledger/logs", json=vkey)).status_code == 201
    forged = SigningKey(log.name, ED25519, bytes(32))
    assert (await ask(0, [], note_of(one, forged))).status_code == 403
    first = await ask(0, [], note_of(one))
    assert first.status_code == 200, first.text
    assert Note.parse(note_of(one) + first.text).verified_by(own)
    two = Checkpoint(log.name, 2, hash_node(*leaves))
    stale = await ask(0, [], note_of(two))
    assert (stale.status_code, stale.text) == (409, "1\n")
    assert stale.headers["content-type"].startswith("text/x.tlog.size")
    rewritten = Checkpoint(log.name, 2, hash_node(leaves[1], leaves[0]))
    assert (await ask(1, [leaves[1]], note_of(rewritten))).status_code == 422
    assert (await ask(1, [leaves[1]], note_of(two))).status_code == 200
    assert (await ask(3, [], note_of(two))).status_code == 400
    assert (
        await anyone.post("/v1/ledger/witness/add-checkpoint", content=b"\xff")
    ).status_code == 400


async def test_the_log_asks_its_witnesses_and_learns_what_they_remember(
    posted: School, door: Door, database: Database
) -> None:
    """The log's own platform plays the witness: the same route, asked as the log asks it."""
    anyone = door.client()
    own = (await anyone.get("/v1/ledger/witnesses")).json()["own_vkey"]
    async with database.begin(PLATFORM) as tx:
        known = [row["vkey"] for row in await ledger_tree.list_witnesses(tx)]
        if own not in known:
            await ledger_tree.add_witness(
                tx,
                {"id": uuid4(), "org_id": posted.id, "vkey": own, "url": "https://w.example"},
            )
        keys = read_keys((await anyone.get("/v1/ledger/keys.json")).content)
        if await ledger_tree.find_log(tx, keys.log.name) is None:
            await ledger_tree.add_log(
                tx,
                {"origin": keys.log.name, "vkey": str(keys.log), "size": 0, "root": bytes(32)},
            )

    async def post(url: str, body: str) -> tuple[int, str] | None:
        if url != "https://w.example":  # a witness of another test: silent
            return None
        answer = await anyone.post("/v1/ledger/witness/add-checkpoint", content=body)
        return answer.status_code, answer.text

    assert await ask_witnesses(database, post) == 1
    assert await ask_witnesses(database, post) == 0
    async with posted.begin() as tx:
        await keep_ledger.post(tx, [posted.posting()], now=NOW)
    await sequence_all(database)
    async with database.begin(PLATFORM) as tx:
        # What the log believes of the witness is lost: the witness's own answer mends it.
        await tx.execute(
            ledger_tree.ledger_witnesses.update()
            .where(ledger_tree.ledger_witnesses.c.vkey == own)
            .values(size=0)
        )
    assert await ask_witnesses(database, post) == 1
    note = Note.parse((await anyone.get("/v1/ledger/checkpoint")).text)
    signed_at = note.verified_by(VerifierKey.parse(own))
    assert signed_at is not None
    assert abs(signed_at - datetime.now(UTC).timestamp()) < 60
