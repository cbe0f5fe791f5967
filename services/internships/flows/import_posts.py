"""Import posts in bulk: every row checked before one is written, all or none unless asked."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.internships.adapters.organisations import AccountsRoom
from services.internships.contract.events import POST_PUBLISHED
from services.internships.domain.enterprise import Declared
from services.internships.domain.organisation import expect_may_publish
from services.internships.domain.post import (
    PostState,
    PostTerms,
    Wages,
    check_dates,
    check_terms,
    is_over,
)
from services.internships.domain.post_codes import with_known_codes
from services.internships.domain.post_columns import POST_COLUMNS, terms_of_row
from services.internships.domain.post_report import open_blocks
from services.internships.flows.check_post import declared_by, report_on
from services.internships.flows.draft_post import new_row
from services.internships.flows.post_desk import Desk
from services.internships.flows.tell_rooms import post_event, tell
from services.internships.store import posts
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore, as_stream
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, utc_now
from shared.kernel.errors import Fault, Text
from shared.sheets import Sheet, read_sheet, write_faults

# The job's result shows so many; the file to download has all of them.
_FAULTS_SHOWN = 200
_LATE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """One good row: a post to be written."""

    terms: PostTerms
    wages: Wages
    row: dict[str, Any]

    @property
    def published(self) -> bool:
        """Whether it is written as published."""
        return self.row["state"] == PostState.PUBLISHED.value


@dataclass(slots=True)
class Checked:
    """What became of a file's rows."""

    candidates: list[Candidate] = field(default_factory=list[Candidate])
    over: list[int] = field(default_factory=list[int])  # rows that are too late to be published
    faults: list[Fault] = field(default_factory=list[Fault])


async def import_posts(work: Work, *, files: FileStore, clock: Clock = utc_now) -> None:
    """Read, check and write one uploaded file."""
    told = work.input
    body = await files.read(told["sha256"])
    sheet = await asyncio.to_thread(
        read_sheet, body, POST_COLUMNS, content_type=told["content_type"]
    )
    await work.report(0.2, Text("已读取文件，正在检查各行", "File read, checking rows"))
    async with work.begin() as tx:
        desk = Desk(tx, work.caller, AccountsRoom(work.peers), clock())
        organisation = await desk.own_organisation()
        if told["publish"]:
            expect_may_publish(organisation)
        declared = await declared_by(tx, organisation, desk.today)
    # Pure and long: off the event loop, so that the queue's heartbeat goes on.
    checked = await asyncio.to_thread(
        check_rows, sheet, desk, declared, publish=bool(told["publish"])
    )
    await work.report(0.7, Text("已检查各行，正在写入", "Rows checked, writing"))
    faults_sha = await _keep_faults(files, sheet, checked.faults, language=told["language"])
    writes = checked.candidates if told["partial"] or not checked.faults else []
    work.result = import_result(sheet, checked, written=writes, job_id=work.id)
    work.result["faults_sha256"] = faults_sha
    async with work.finishing() as tx:
        await write_candidates(tx, desk, writes, job_id=work.id)


def check_rows(sheet: Sheet, desk: Desk, declared: Declared, *, publish: bool) -> Checked:
    """Check every row by itself: codes, dates, amounts, then the rules of its place."""
    checked = Checked(faults=[*sheet.faults, *_date_faults(sheet)])
    for row in sheet.rows:
        terms, wages = terms_of_row(row.values)
        settled, wrong = with_known_codes(terms)
        wrong += check_terms(settled)
        if wrong:
            checked.faults += [
                sheet.fault(row.number, each.field, code=each.code, text=each.text)
                for each in wrong
            ]
            continue
        report = report_on(settled, wages, declared, on=desk.today)
        name = declared.organisation.name
        values = new_row(desk, settled, report, enterprise_name=name, source="import")
        if publish and is_over(settled, desk.today):
            checked.over.append(row.number)
        elif publish and not open_blocks(report):
            values |= {"state": PostState.PUBLISHED.value, "published_at": desk.now}
        checked.candidates.append(Candidate(settled, wages, values))
    checked.faults.sort(key=lambda fault: fault.row or 0)
    return checked


def _date_faults(sheet: Sheet) -> list[Fault]:
    """Return what is wrong among the dates of rows that have another fault already."""
    return [
        sheet.fault(row.number, each.field, code=each.code, text=each.text)
        for row in sheet.broken
        for each in check_dates(*map(row.values.get, ("start_on", "end_on", "apply_until")))
    ]


async def write_candidates(
    tx: Tx, desk: Desk, candidates: Sequence[Candidate], *, job_id: UUID
) -> None:
    """Write posts, their private wages and the facts for other rooms, in bulk."""
    if not candidates:
        return
    await posts.add(tx, [candidate.row for candidate in candidates])
    declared = {each.row["id"]: each.wages for each in candidates if each.wages.declared}
    await posts.keep_wages(tx, desk.org_id, declared)
    events = [post_event(POST_PUBLISHED, each.row) for each in candidates if each.published]
    await tell(tx, events)
    facts = {"written": len(candidates), "published": len(events)}
    await record(tx, desk.caller, "posts.imported", subject_id=job_id, facts=facts)


async def _keep_faults(
    files: FileStore, sheet: Sheet, faults: Sequence[Fault], *, language: str
) -> str | None:
    if not faults:
        return None
    body = await asyncio.to_thread(write_faults, sheet, faults, "en" if language == "en" else "zh")
    return (await files.keep(as_stream(body), bytes_max=len(body))).sha256


def import_result(
    sheet: Sheet, checked: Checked, *, written: Sequence[Candidate], job_id: UUID
) -> dict[str, Any]:
    """Return what the job tells: counts, the first faults, where all of them can be fetched."""
    levels = Counter(each.row["report_level"] for each in written)
    findings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in written:
        for finding in each.row["report"]["findings"]:
            findings[finding["rule"]][finding["level"]] += 1
    published = sum(each.published for each in written)
    path = f"/v1/posts/imports/{job_id}/faults.xlsx"
    return {
        "rows": len(sheet.grid.rows),
        "good": len(checked.candidates),
        "written": len(written),
        "published": published,
        "drafts": len(written) - published,
        "faults_total": len(checked.faults),
        "faults": [_fault_body(fault) for fault in checked.faults[:_FAULTS_SHOWN]],
        "faults_file": path if checked.faults else None,
        "notes": [{"zh": note.zh, "en": note.en} for note in (*sheet.notes, *_late(checked))],
        "levels": dict(levels),
        "findings": {rule: dict(by_level) for rule, by_level in sorted(findings.items())},
    }


def _late(checked: Checked) -> list[Text]:
    if not checked.over:
        return []
    more = len(checked.over) - _LATE_SHOWN
    shown = checked.over[:_LATE_SHOWN]
    return [
        Text(
            f"{len(checked.over)} 行的结束日期或报名截止日期已过，未发布，仅存为草稿：第 "
            f"{'、'.join(map(str, shown))} 行{'等' if more > 0 else ''}",
            f"{len(checked.over)} rows stay drafts, their end or their deadline for applications "
            f"is past: {', '.join(map(str, shown))}{f' and {more} more' if more > 0 else ''}",
        )
    ]


def _fault_body(fault: Fault) -> Mapping[str, Any]:
    return {
        "code": fault.code,
        "message_zh": fault.text.zh,
        "message_en": fault.text.en,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "pointer": fault.pointer,
    }
