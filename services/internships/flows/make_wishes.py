"""Wishes: one student's list, a school's file, and the scores that rank students."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from services.internships.domain.batch import (
    BatchMode,
    BatchState,
    require_mode,
    require_state,
    require_window,
)
from services.internships.domain.eligibility import (
    Place,
    blocks,
    check_for_post,
    first_day,
    post_kind,
    student_kind,
)
from services.internships.domain.findings import Finding
from services.internships.domain.roster import refuse_faults
from services.internships.domain.wish import (
    NUMBER_ZH,
    POST_ZH,
    NotEligibleError,
    NotInBatchError,
    WishRows,
    check_own_wishes,
    check_wish_rows,
    read_grades,
    read_interviews,
    read_wishes,
)
from services.internships.flows.import_rosters import READING
from services.internships.flows.keep_batches import load_batch, place_of
from services.internships.store import batch_posts, batches, wishes
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore
from shared.http.caller import Caller
from shared.jobs.worker import Work
from shared.kernel.errors import Fault, InvalidInputError, Text

T = TypeVar("T")


async def put_own_wishes(
    tx: Tx, caller: Caller, batch: Row, *, student: Row, post_ids: Sequence[UUID], now: datetime
) -> None:
    """Replace the caller's wishes in an open batch."""
    require_mode(batch["mode"], BatchMode.CLEARED)
    require_state(batch["state"], BatchState.OPEN)
    require_window(opens_at=batch["wishes_open_at"], closes_at=batch["wishes_close_at"], now=now)
    await require_eligible(tx, batch, student)
    offered = await batch_posts.find_posts(tx, batch["id"], post_ids)
    faults = check_own_wishes(post_ids, offered, wishes_max=batch["wishes_max"])
    faults += refused_posts(student, post_ids, offered, place=place_of(batch))
    if faults:
        raise InvalidInputError(faults=faults)
    await wishes.clear_wishes(tx, batch["id"], [student["id"]])
    rows = [(student["id"], rank, post_id) for rank, post_id in enumerate(post_ids, start=1)]
    if rows:
        await wishes.put_wishes(tx, batch, rows)
    await record(tx, caller, "wishes.put", subject_id=batch["id"], facts={"wishes": len(rows)})


async def require_eligible(tx: Tx, batch: Row, student: Row) -> None:
    """Refuse a student who is not in the batch, or may not take part; hold the entry."""
    entry = await wishes.hold_entry(tx, batch["id"], student["id"])
    if entry is None:
        raise NotInBatchError
    if not entry["eligible"]:
        told = why_not_eligible(entry["findings"])
        raise NotEligibleError(reason_zh=told.zh, reason_en=told.en)


def why_not_eligible(findings: Sequence[Mapping[str, Any]]) -> Text:
    """Return what stops a student, from the findings of their entry."""
    stopping = [finding for finding in findings if finding["level"] == "block"]
    if stopping:
        return Text(
            "".join(finding["message_zh"] for finding in stopping),
            " ".join(finding["message_en"] for finding in stopping),
        )
    return Text("您已接受一项实习安排。", "You hold an internship already.")


def refused_posts(
    student: Row, post_ids: Sequence[UUID], offered: Mapping[UUID, Row], *, place: Place
) -> list[Fault]:
    """Return the posts that the rules refuse to this student, each by its pointer."""
    faults: list[Fault] = []
    for index, post_id in enumerate(post_ids):
        if post_id not in offered:
            continue
        found = check_for_post(student, offered[post_id], place)
        if blocks(found):
            text = _words(found)
            faults.append(Fault("post_refused", text, pointer=f"/post_ids/{index}"))
    return faults


def _words(findings: Sequence[Finding]) -> Text:
    return Text(
        "".join(finding.message_zh for finding in findings),
        " ".join(finding.message_en for finding in findings),
    )


async def import_wishes(work: Work, files: FileStore) -> None:
    """Replace the wishes of the students whom the job's upload names."""
    batch, told = await load_upload(work, files, read_wishes, states=(BatchState.OPEN,))
    await work.report(0.4, Text("正在核对学生与岗位", "Checking students and posts"))
    async with work.finishing() as tx:
        batch = await hold_batch(tx, work, batch["id"], (BatchState.OPEN,))
        rows = await check_rows(tx, batch, told, wishes_max=batch["wishes_max"])
        await wishes.put_wishes(tx, batch, rows)
        work.result.update(rows=len(rows), students=len({row[0] for row in rows}))
        facts = {"wishes": len(rows)}
        await record(tx, work.caller, "wishes.imported", subject_id=batch["id"], facts=facts)


async def check_rows(
    tx: Tx, batch: Row, told: WishRows, *, wishes_max: int
) -> list[tuple[UUID, int, UUID]]:
    """Return rows as (student, rank, post); raises with every wrong row."""
    entrants = await wishes.load_entrants(tx, batch["id"])
    offered = await batch_posts.find_posts(tx, batch["id"])
    refuse_faults(check_wish_rows(told, entrants, offered, wishes_max=wishes_max))
    refused = PairCheck(place_of(batch), offered.values())
    faults = [
        Fault("post_refused", _words(found), row=row, column=POST_ZH)
        for number, post_id, row in zip(told.numbers, told.posts, told.rows, strict=True)
        if (found := refused.find(entrants[number], offered[post_id]))
    ]
    refuse_faults(faults)
    return [
        (entrants[number]["id"], rank, post_id)
        for number, rank, post_id in zip(told.numbers, told.ranks, told.posts, strict=True)
    ]


class PairCheck:
    """Which pairs of student and post the rules refuse; equal kinds are judged once."""

    def __init__(self, place: Place, posts: Iterable[Row]) -> None:
        self._place = place
        self._days = sorted({first_day(post, place) for post in posts})
        self._students: dict[UUID, Any] = {}
        self._posts: dict[UUID, Any] = {}
        self._known: dict[tuple[Any, Any], list[Finding]] = {}

    def find(self, student: Row, post: Row) -> list[Finding]:
        """Return the findings that stop this student at this post; empty where none does."""
        own = self._students.get(student["id"])
        if own is None:
            own = self._students[student["id"]] = student_kind(student, self._days)
        asked = self._posts.get(post["id"])
        if asked is None:
            asked = self._posts[post["id"]] = post_kind(post)
        found = self._known.get((own, asked))
        if found is None:
            all_found = check_for_post(student, post, self._place)
            found = self._known[own, asked] = all_found if blocks(all_found) else []
        return found


async def import_grades(work: Work, files: FileStore) -> None:
    """Write the grades that the school chose as a priority field."""
    states = (BatchState.OPEN, BatchState.CLOSED)
    batch, told = await load_upload(work, files, read_grades, states=states)
    async with work.finishing() as tx:
        batch = await hold_batch(tx, work, batch["id"], states)
        unknown = await batches.set_grades(tx, batch["id"], told)
        text = Text("本批次中没有学籍号“{}”。", "The batch has no student “{}”.")
        refuse_faults(
            [_named("student_unknown", text, column=NUMBER_ZH, name=number) for number in unknown]
        )
        work.result.update(rows=len(told))
        await record(tx, work.caller, "grades.imported", subject_id=batch["id"])


async def import_interviews(work: Work, files: FileStore) -> None:
    """Write interview scores by student and post."""
    states = (BatchState.OPEN, BatchState.CLOSED)
    batch, told = await load_upload(work, files, read_interviews, states=states)
    async with work.finishing() as tx:
        batch = await hold_batch(tx, work, batch["id"], states)
        unknown = await wishes.put_interviews(tx, batch, told)
        text = Text("本批次中没有这对学生与岗位“{}”。", "The batch has no such pair “{}”.")
        pairs = [f"{number} {post_id}" for number, post_id in unknown]
        refuse_faults([_named("pair_unknown", text, column=POST_ZH, name=pair) for pair in pairs])
        work.result.update(rows=len(told))
        await record(tx, work.caller, "interviews.imported", subject_id=batch["id"])


def _named(code: str, text: Text, column: str, name: str) -> Fault:
    return Fault(code, Text(text.zh.format(name), text.en.format(name)), column=column)


async def load_upload(
    work: Work,
    files: FileStore,
    read: Callable[[bytes, str], T],
    *,
    states: Sequence[BatchState],
) -> tuple[Row, T]:
    """Refuse early what the batch does not allow, then read the upload beside the event loop."""
    async with work.begin() as tx:
        batch = await hold_batch(tx, work, UUID(work.input["batch_id"]), states)
    await work.report(0.1, READING)
    body = await files.read(work.input["sha256"])
    return batch, await work.cpu.compute(read, body, work.input["content_type"])


async def hold_batch(tx: Tx, work: Work, batch_id: UUID, states: Sequence[BatchState]) -> Row:
    """Return and hold the batch of an import; refuse one that is not at its step."""
    assert work.caller.org_id is not None, "an import is asked for by a school"
    batch = await load_batch(tx, work.caller.org_id, batch_id, lock=True)
    require_state(batch["state"], *states)
    return batch
