"""Many people at once, from a table: all of them, or none and every wrong cell named."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Table
from gateway.portal.forms import FormState, Option, sent_file
from gateway.portal.pages.organisation import ADMINISTRATORS, REFUSED, trail
from gateway.portal.pages.people import people_link, role_options
from gateway.portal.problems import ApiProblemError, FieldFault
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import DomainError, Fault, Text
from shared.sheets import XLSX, ColumnSpec, Sheet, choice, items, read_sheet, text, write_template

_ROWS_MAX = 5_000
_FAULTS_SHOWN_MAX = 50
_PLACE = re.compile(r"rows\.(\d+)\.(\w+)")


async def show_import(visit: Visit) -> Response:
    return await _form(visit, FormState(("file",)))


async def import_people(visit: Visit) -> Response:
    upload = await sent_file(visit.form, "file")
    form = FormState(("file",))
    if upload is None:
        wanted = visit.texts.gettext("Choose a file")
        return await _form(visit, form.with_error(wanted, "file"), status=422)
    columns = _columns(await role_options(visit))
    try:
        # Reading a workbook is work for a processor; other visitors must not wait for it.
        sheet = await asyncio.to_thread(
            read_sheet,
            upload.content,
            columns,
            content_type=upload.media_type,
            rows_max=_ROWS_MAX,
        )
    except DomainError as refusal:
        return await _form(visit, _unreadable(visit, form, refusal), status=422)
    if sheet.faults:
        told = [_say_fault(visit, fault) for fault in sheet.faults]
        return await _form(visit, _with_faults(visit, form, told), status=422)
    try:
        answer = await visit.api.post(
            "/v1/people/bulk", {"rows": [_row(one.values) for one in sheet.rows]}
        )
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED or not refusal.problem.faults:
            raise
        told = [_say_place(visit, sheet, fault) for fault in refusal.problem.faults]
        return await _form(visit, _with_faults(visit, form, told), status=422)
    return _done(visit, sheet, answer.body["items"])


async def send_template(visit: Visit) -> Response:
    columns = _columns(await role_options(visit))
    body = write_template(columns, visit.language, sheet=visit.texts.gettext("People"))
    headers = {"Content-Disposition": 'attachment; filename="people.xlsx"'}
    return Response(body, media_type=XLSX, headers=headers)


def _columns(roles: Sequence[Option]) -> Sequence[ColumnSpec]:
    meanings = {word: one.value for one in roles for word in (one.label, one.value)}
    short = text(max_chars=120)
    return (
        ColumnSpec(
            name="login", zh="账号", en="login", parse=short, required=True, example="wangmin"
        ),
        ColumnSpec(name="name", zh="姓名", en="name", parse=short, required=True, example="王敏"),
        ColumnSpec(
            name="roles",
            zh="角色",
            en="roles",
            parse=items(each=choice(meanings), max_items=8),
            required=True,
            note=Text("多个角色以顿号分隔", "Several are set apart by commas"),
            example=roles[-1].label if roles else "",
        ),
        ColumnSpec(
            name="member_no",
            zh="编号",
            en="number",
            parse=short,
            aliases=("学籍号", "工号"),
            example="20230101",
        ),
        ColumnSpec(name="phone", zh="电话", en="phone", parse=short, aliases=("手机",)),
        ColumnSpec(name="email", zh="电子邮箱", en="email", parse=text(max_chars=254)),
    )


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "roles": list(values["roles"])}


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
    about = sheet.fault(number, found[2], code=fault.code, text=Text(fault.text, fault.text))
    return _say_fault(visit, about)


def _with_faults(visit: Visit, form: FormState, told: Sequence[str]) -> FormState:
    for one in told[:_FAULTS_SHOWN_MAX]:
        form = form.with_error(one, "file")
    more = len(told) - _FAULTS_SHOWN_MAX
    if more > 0:
        text = visit.texts.ngettext("and %(count)s more", "and %(count)s more", more)
        form = form.with_error(text % {"count": more}, "file")
    return form


def _unreadable(visit: Visit, form: FormState, refusal: DomainError) -> FormState:
    if refusal.faults:
        return _with_faults(
            visit, form, [one.text.in_language(visit.language) for one in refusal.faults]
        )
    words = f"{refusal.title(visit.language)} {refusal.detail(visit.language)}"
    return form.with_error(words, "file")


async def _form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    context = {"form": form, "roles": await role_options(visit), "rows_max": _ROWS_MAX}
    title = visit.texts.gettext("Add many people")
    way = trail(visit, people_link(visit))
    return visit.render("people/import.html", context, title=title, breadcrumb=way, status=status)


def _done(visit: Visit, sheet: Sheet, made: Sequence[Mapping[str, Any]]) -> Response:
    gettext = visit.texts.gettext
    rows = [
        [
            Cell(row.values["name"], sub=one["member_no"] or ""),
            Cell(one["login"]),
            Cell(one["activation_code"] or "—"),
        ]
        for row, one in zip(sheet.rows, made, strict=True)
    ]
    heads = (gettext("Full name"), gettext("Account name"), gettext("Activation code"))
    count = visit.texts.ngettext("%(count)s account", "%(count)s accounts", len(rows))
    context = {
        "codes": Table(count % {"count": len(rows)}, [Column(head) for head in heads], rows),
        "until": made[0]["activation_until"],
    }
    title = gettext("Hand over the activation codes")
    way = trail(visit, people_link(visit))
    return visit.render("people/codes.html", context, title=title, breadcrumb=way, status=201)


PAGES = (
    Page("/organisation/people/import", show_import, "people_import", ADMINISTRATORS),
    Page(
        "/organisation/people/import", import_people, "people_imported", ADMINISTRATORS, ("POST",)
    ),
    Page("/organisation/people/template.xlsx", send_template, "people_template", ADMINISTRATORS),
)
