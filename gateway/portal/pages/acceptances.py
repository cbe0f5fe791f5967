"""Acceptances signed on paper, brought in as a table: all of them, or every wrong row named."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.forms import FormState, sent_file
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.problems import ApiProblemError, FieldFault
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.kernel.errors import DomainError, Fault, Text
from shared.sheets import XLSX, ColumnSpec, Row, Sheet, day, read_sheet, text, write_template

Body = Mapping[str, Any]

_ROWS_MAX = 50_000
_FAULTS_SHOWN_MAX = 50
_PLACE = re.compile(r"items\.(\d+)")
_COLUMNS = (
    ColumnSpec(
        name="enrolment_no",
        zh="学籍号",
        en="enrolment_no",
        parse=text(max_chars=40),
        required=True,
        example="G2024010001",
    ),
    ColumnSpec(
        name="signed_on",
        zh="签字日期",
        en="signed_on",
        parse=day,
        required=True,
        example="2027-01-08",
    ),
    ColumnSpec(
        name="share_consent_signed_on",
        zh="同意提供信息的签字日期",
        en="share_consent_signed_on",
        parse=day,
        note=Text(
            "学生单独同意向实习单位提供其信息的日期（个人信息保护法第二十三条）",
            "the day of the student's separate consent that the host receives their data (PIPL 23)",
        ),
        example="2027-01-08",
    ),
)
_UNKNOWN = Text(
    "该学生在本批次没有待确认的安排。", "This student has no offer to accept in the batch."
)


async def show_upload(visit: Visit) -> Response:
    return await _page(visit, FormState(("file",)))


async def send_upload(visit: Visit) -> Response:
    form, upload = FormState(("file",)), await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return await _page(visit, form.with_error(said, "file"), status=422)
    try:
        # Reading a workbook is work for a processor; other visitors must not wait for it.
        sheet = await asyncio.to_thread(
            read_sheet,
            upload.content,
            _COLUMNS,
            content_type=upload.media_type,
            rows_max=_ROWS_MAX,
        )
    except DomainError as refusal:
        words = f"{refusal.title(visit.language)} {refusal.detail(visit.language)}"
        return await _page(visit, form.with_error(words, "file"), status=422)
    offers = await _offers(visit)
    faults = [*sheet.faults, *_unknown(sheet, offers)]
    if faults:
        said = [_say_fault(visit, fault) for fault in faults]
        return await _page(visit, _with_faults(visit, form, said), status=422)
    return await _send(visit, form, sheet, offers=offers)


async def _send(
    visit: Visit, form: FormState, sheet: Sheet, *, offers: Mapping[str, str]
) -> Response:
    items = [_item(row, offers) for row in sheet.rows]
    try:
        told = await visit.api.post(
            f"{api_path(visit)}/acceptances", {"items": items}, key=visit.key
        )
    except ApiProblemError as refusal:
        if refusal.problem.status not in {409, 422}:
            raise
        said = [_say_place(visit, sheet, fault) for fault in refusal.problem.faults]
        said = said or [f"{refusal.problem.title} {refusal.problem.detail}"]
        return await _page(visit, _with_faults(visit, form, said), status=422)
    count = told.body["accepted"]
    said_now = visit.texts.ngettext(
        "%(count)s acceptance is kept.", "%(count)s acceptances are kept.", count
    )
    notice = said_now % {"count": visit.texts.number(count)}
    return visit.redirect(here(visit), notice=notice)


async def send_template(visit: Visit) -> Response:
    body = write_template(_COLUMNS, visit.language, sheet=visit.texts.gettext("Acceptances"))
    return as_file(body, media_type=XLSX, name="acceptances.xlsx")


async def _offers(visit: Visit) -> dict[str, str]:
    """Return the offers of the batch that wait for an answer, by enrolment number."""
    offers: dict[str, str] = {}
    cursor: str | None = None
    batch = str(visit.request.path_params["batch_id"])
    while True:
        asked = {"batch": batch, "state": "proposed", "limit": 200, "cursor": cursor}
        found = await visit.api.get("/v1/placements", asked)
        offers |= {one["enrolment_no"]: one["id"] for one in found.body["items"]}
        cursor = found.next_cursor
        if cursor is None:
            return offers


def _unknown(sheet: Sheet, offers: Mapping[str, str]) -> list[Fault]:
    return [
        sheet.fault(row.number, "enrolment_no", code="offer_unknown", text=_UNKNOWN)
        for row in sheet.rows
        if row.values["enrolment_no"] not in offers
    ]


def _item(row: Row, offers: Mapping[str, str]) -> dict[str, Any]:
    shared_on = row.values.get("share_consent_signed_on")
    return {
        "placement_id": offers[row.values["enrolment_no"]],
        "signed_on": row.values["signed_on"].isoformat(),
        "share_consent_signed_on": shared_on.isoformat() if shared_on else None,
    }


def _say_fault(visit: Visit, fault: Fault) -> str:
    place = {"row": fault.row or 0, "column": fault.column or "—"}
    where = visit.texts.gettext("Row %(row)s, %(column)s:") % place
    return f"{where} {fault.text.in_language(visit.language)}"


def _say_place(visit: Visit, sheet: Sheet, fault: FieldFault) -> str:
    """Return the API's fault with the row of the file that it means."""
    found = _PLACE.match(fault.field_name or "")
    if found is None:
        return fault.text
    number = sheet.rows[int(found[1])].number
    column = "share_consent_signed_on" if fault.code == "consent_missing" else "enrolment_no"
    about = sheet.fault(number, column, code=fault.code, text=Text(fault.text, fault.text))
    return _say_fault(visit, about)


def _with_faults(visit: Visit, form: FormState, told: Sequence[str]) -> FormState:
    for one in told[:_FAULTS_SHOWN_MAX]:
        form = form.with_error(one, "file")
    more = len(told) - _FAULTS_SHOWN_MAX
    if more > 0:
        said = visit.texts.ngettext("and %(count)s more", "and %(count)s more", more)
        form = form.with_error(said % {"count": more}, "file")
    return form


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    say = visit.texts.gettext
    batch = (await visit.api.get(api_path(visit))).body
    path = f"{here(visit)}/acceptances"
    context = {
        "form": form,
        "lead": say("What students signed on paper: enrolment number, day, day of the consent."),
        "template": f"{path}/template.xlsx",
        "path": path,
    }
    return visit.render(
        "school/upload.html",
        context,
        title=say("Import acceptances"),
        breadcrumb=batch_trail(visit, batch),
        status=status,
    )


_ONE = "/school/batches/{batch_id}/acceptances"

PAGES = (
    Page(_ONE, show_upload, "acceptances", OFFICE),
    Page(_ONE, send_upload, "acceptances_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/template.xlsx", send_template, "acceptances_template", OFFICE),
)
