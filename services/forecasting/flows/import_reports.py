"""Import reported rows: every row checked before one is written, all or none unless asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.forecasting.domain.organisation import Organisation
from services.forecasting.domain.report import CheckedReport, check_report, sender_of
from services.forecasting.domain.report_columns import FORMS, Form, ReportKind
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.store import reports
from shared.events.audit import record
from shared.files import FileStore
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import Fault, Text
from shared.kernel.ids import new_id
from shared.sheets import Sheet, read_sheet

KIND = "labour.import"
_FAULTS_SHOWN = 200
_ROWS_MAX = 100_000
_READING = Text("正在读取并检查文件", "Reading and checking the file")


async def sender_facts(desk: LabourDesk, kind: ReportKind) -> dict[str, Any]:
    """Return who sends, as the job will need it; refuse who may not send this kind."""
    own = await desk.organisation(*sorted(FORMS[kind].senders))
    return {"kind": own.kind, "name": own.name, "region_code": own.region_code}


async def import_report(work: Work, *, files: FileStore, clock: Clock) -> None:
    """Read, check and write one uploaded file."""
    told = work.input
    form = FORMS[told["kind"]]
    assert work.caller.org_id is not None, "a report is sent by an organisation"
    await work.report(0.1, _READING)
    body = await files.read(told["sha256"])
    now = clock()
    sender = sender_of(work.caller.org_id, told["sender"])
    sheet, checked = await asyncio.to_thread(
        _read_and_check, body, form, told=told, sender=sender, today=china_day(now)
    )
    writes = checked.rows if told["partial"] or not checked.faults else []
    work.result = _result(sheet, checked, written=len(writes))
    mark = {"org_id": work.caller.org_id, "recorded_at": now}
    rows = [{**row, **mark, "id": new_id()} for row in writes]
    async with work.finishing() as tx:
        if rows:
            await reports.add_rows(tx, form.kind, rows)
        facts = {"kind": form.kind, "written": len(rows)}
        await record(tx, work.caller, "labour.reported", subject_id=work.id, facts=facts)


def _read_and_check(
    body: bytes, form: Form, *, told: Mapping[str, Any], sender: Organisation, today: date
) -> tuple[Sheet, CheckedReport]:
    sheet = read_sheet(body, form.columns, content_type=told["content_type"], rows_max=_ROWS_MAX)
    return sheet, check_report(sheet, form, sender, today=today)


def _result(sheet: Sheet, checked: CheckedReport, *, written: int) -> dict[str, Any]:
    return {
        "rows": len(sheet.grid.rows),
        "good": len(checked.rows),
        "written": written,
        "faults_total": len(checked.faults),
        "faults": [_fault_body(fault) for fault in checked.faults[:_FAULTS_SHOWN]],
        "notes": [{"zh": note.zh, "en": note.en} for note in sheet.notes],
    }


def _fault_body(fault: Fault) -> Mapping[str, Any]:
    return {
        "code": fault.code,
        "message_zh": fault.text.zh,
        "message_en": fault.text.en,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
    }
