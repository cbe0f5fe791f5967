"""A published round made checkable by anybody: salted files and a summary, until a day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from matching.verify.public import salt_ids
from services.internships.adapters.run_signer import RunSigner
from services.internships.domain.clearing_rules import rules_of
from services.internships.domain.round_reason import SHOWN_FROM, shown_cutoff
from services.internships.engine.public_files import make_public
from services.internships.store import batches, round_tables, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore, as_stream
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work

_BYTES_MAX = 1 << 30
# What a summary says of the rules: never who asked to stay together.
_RULES = ("proposes", "rounds", "improve", "host_most", "host_most_hard", "regions", "repair")
_NUMBERS = (
    "students",
    "with_wishes",
    "posts",
    "seats",
    "wishes",
    "wishes_refused",
    "placed",
    "first_wish",
    "top_three",
    "blocking_pairs",
    "proven",
)


async def ask_public(tx: Tx, caller: Caller, found: Row) -> None:
    """Queue the public files of a round, unless the school makes nothing public."""
    if rules_of(found["rules"]).public_days:
        await start_job(tx, caller, "round.public", {"round_id": str(found["id"])})


async def open_to_public(work: Work, files: FileStore, *, signer: RunSigner) -> None:
    """Write the public files of the job's round and show them."""
    async with work.begin() as tx:
        found = await rounds.find_round(tx, UUID(work.input["round_id"]))
        assert found is not None, "a published round stays"
        batch = await batches.find_batch(tx, found["batch_id"])
        assert batch is not None, "a batch is never removed"
        posts = await round_tables.load_seats(tx, found["id"])
    certificate = await files.read(found["certificate_sha256"])
    content = await work.cpu.compute(make_public, certificate, bytes(found["salt"]))
    signed = await asyncio.to_thread(signer.sign, content)
    kept = await files.keep(as_stream(signed), bytes_max=_BYTES_MAX)
    until: datetime = found["published_at"] + timedelta(days=rules_of(found["rules"]).public_days)
    values = {
        "round_id": found["id"],
        "school_id": found["school_id"],
        "school_name": batch["school_name"],
        "batch_name": batch["name"],
        "number": found["number"],
        "published_at": found["published_at"],
        "until": until,
        "body": {
            **_summary(found, batch),
            "posts": [_post_told(post) for post in posts],
            "signer": signer.pem,
        },
        "file_sha256": kept.sha256,
    }
    work.result.update(public_sha256=kept.sha256)
    async with work.finishing() as tx:
        await round_tables.put_public(tx, values)
        await rounds.change_round(tx, found["id"], {"public_sha256": kept.sha256})
        facts = {"until": until.isoformat(), "sha256": kept.sha256}
        await record(tx, work.caller, "round.made_public", subject_id=found["id"], facts=facts)


def _summary(found: Row, batch: Row) -> dict[str, Any]:
    effects: Mapping[str, Any] = found["numbers"].get("effects") or {}
    return {
        "numbers": {
            **{name: found["numbers"][name] for name in _NUMBERS},
            "claims": effects.get("claims", 0),
        },
        "rules": {name: found["rules"][name] for name in _RULES if name in found["rules"]},
        "seed_commitment": batch["seed_commitment"],
        "seed": found["seed"],
        "code": found["manifest"]["code"],
        "certificate_sha256": found["certificate_sha256"],
    }


def _post_told(post: Row) -> dict[str, Any]:
    cutoff = shown_cutoff(post)
    return {
        "post_id": str(post["id"]),
        "title": post["title"],
        "enterprise_name": post["enterprise_name"],
        "seats": post["seats"],
        "placed": post["placed"] if post["placed"] >= SHOWN_FROM else None,
        "cutoff_score": cutoff["score"] if cutoff else None,
        "cutoff_lottery": cutoff["lottery"] if cutoff else None,
    }


async def public_id_of(tx: Tx, found: Row, student_id: UUID) -> str | None:
    """Return a student's own salted id in a round's public files; None where there are none."""
    if found["public_sha256"] is None:
        return None
    salt = await round_tables.read_salt(tx, found["id"])
    return salt_ids([str(student_id)], bytes(salt))[0] if salt else None
