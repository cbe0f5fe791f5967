"""Annual quality reports of vocational schools: read by everyone, written by their school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, members_of
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name, region_path
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, form_state, form_state_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.row_forms import Group, row_count, sent_rows, with_rows
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.sheets import CSV, write_csv

Body = Mapping[str, Any]

WRITERS = members_of("school", roles=frozenset({"school_admin"}))
_PAGE = 50
_FIELDS = ("year", "title", "source_url")
_INDICATORS = Group("indicators", ("name", "value", "unit", "definition"))
_SECTIONS = Group("sections", ("title", "text"))
_REFUSED = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 422}
)


async def list_reports(visit: Visit) -> Response:
    texts, query, say = visit.texts, visit.request.query_params, visit.texts.gettext
    year, school = query.get("year", "").strip(), query.get("school", "").strip()
    asked = {
        "year": year if year.isdecimal() else None,
        "school": school or None,
        "limit": _PAGE,
        "cursor": query.get("cursor"),
    }
    found = await visit.api.get("/v1/quality-reports", asked)
    items: Sequence[Body] = found.body["items"]
    context = {
        "form": form_state_of(("year", "school"), {"year": year, "school": school}),
        "table": _report_table(texts, items) if items else None,
        "pager": pager(visit.request.url, found, shown=len(items)),
        "may_write": WRITERS.allows(visit.caller),
    }
    title = say("Annual quality reports")
    return visit.render(
        "labour/quality_reports.html", context, title=title, breadcrumb=[_market(visit)]
    )


async def show_report(visit: Visit) -> Response:
    path, texts = _path(visit), visit.texts
    answer = await visit.api.get(f"/v1/quality-reports/{path}")
    told: Body = answer.body
    context = {
        "told": told,
        "draft": told["state"] == "draft",
        "indicators": _indicator_table(texts, told["indicators"]),
        "computed": _computed_table(texts, told["computed"].get("outcomes", {})),
        "seen": answer.etag or "",
        "page_path": f"/labour/quality-reports/{path}",
        "place": region_path(told["region_code"]),
        "may_write": WRITERS.allows(visit.caller),
    }
    return visit.render(
        "labour/quality_report.html", context, title=told["title"], breadcrumb=_trail(visit)
    )


async def download_report(visit: Visit) -> Response:
    told = (await visit.api.get(f"/v1/quality-reports/{_path(visit)}")).body
    say = visit.texts.gettext
    heads = [say("Indicator"), say("Value"), say("Unit of measure"), say("Definition")]
    rows = [[one[name] for name in _INDICATORS.fields] for one in told["indicators"]]
    name = f"quality-report-{told['year']}.csv"
    return as_file(write_csv(heads, rows), media_type=CSV, name=name)


async def show_new(visit: Visit) -> Response:
    return _form(visit, _with_groups(form_state(_FIELDS), [], []))


async def draft_report(visit: Visit) -> Response:
    form, told = _sent(visit)
    try:
        made = await visit.api.post("/v1/quality-reports", told, key=visit.key)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal)
    page = f"/labour/quality-reports/{made.body['id']}"
    return visit.redirect(_next(visit, page), notice=visit.texts.gettext("The draft is kept."))


async def show_edit(visit: Visit) -> Response:
    answer = await visit.api.get(f"/v1/quality-reports/{_path(visit)}")
    told: Body = answer.body
    form = form_state_of(_FIELDS, told)
    form = _with_groups(form, told["indicators"], told["sections"])
    return _form(visit, form, seen=answer.etag or "")


async def change_report(visit: Visit) -> Response:
    form, told = _sent(visit)
    seen = str(visit.form.get("seen", ""))
    page = f"/labour/quality-reports/{_path(visit)}"
    try:
        await visit.api.put(f"/v1/quality-reports/{_path(visit)}", told, etag=seen or None)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal, seen=seen)
    return visit.redirect(_next(visit, page), notice=visit.texts.gettext("The draft is kept."))


async def publish_report(visit: Visit) -> Response:
    page = f"/labour/quality-reports/{_path(visit)}"
    seen = str(visit.form.get("seen", "")) or None
    path = f"/v1/quality-reports/{_path(visit)}/publish"
    try:
        await visit.api.post_seen(path, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return visit.redirect(page, notice=said, tone="warn")
    said = visit.texts.gettext("The report is public now.")
    return visit.redirect(page, notice=said)


def _sent(visit: Visit) -> tuple[FormState, dict[str, Any]]:
    form = form_state(_FIELDS, visit.form)
    indicators, sections = sent_rows(_INDICATORS, visit.form), sent_rows(_SECTIONS, visit.form)
    told = {
        "year": form.value("year"),
        "title": form.value("title"),
        "source_url": form.value("source_url") or None,
        "indicators": indicators,
        "sections": sections,
    }
    return _with_groups(form, indicators, sections), told


def _with_groups(
    form: FormState, indicators: Sequence[Body], sections: Sequence[Body]
) -> FormState:
    return with_rows(with_rows(form, _INDICATORS, indicators), _SECTIONS, sections)


def _next(visit: Visit, page: str) -> str:
    """Return the form again where more rows are wanted, else the report."""
    return f"{page}/edit" if visit.form.get("more") else page


def _refused(
    visit: Visit, form: FormState, refusal: ApiProblemError, *, seen: str = ""
) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return _form(visit, form.refused(refusal.problem), seen=seen)


def _form(visit: Visit, form: FormState, *, seen: str = "") -> Response:
    say = visit.texts.gettext
    rows = {group.name: range(row_count(form, group)) for group in (_INDICATORS, _SECTIONS)}
    new = "report_id" not in visit.request.path_params
    context = {
        "form": form,
        "rows": rows,
        "seen": seen,
        "new": new,
        "action": visit.request.url.path,
    }
    return visit.render(
        "labour/quality_form.html",
        context,
        title=say("Write a quality report") if new else say("Change the quality report"),
        breadcrumb=_trail(visit),
        status=422 if form.errors else 200,
    )


def _path(visit: Visit) -> str:
    return str(visit.request.path_params["report_id"])


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [_market(visit), Link(say("Annual quality reports"), "/labour/quality-reports")]


def _report_table(texts: Texts, items: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], href=f"/labour/quality-reports/{one['id']}", sub=one["school_name"]),
            Cell(region_path(one["region_code"])),
            Cell(str(one["year"])),
            Cell(texts.date(one["published_at"]))
            if one["published_at"]
            else Cell(tag=Tag(say("Draft"), "info")),
        ]
        for one in items
    ]
    heads = (say("Report"), say("Place"), say("Year"), say("Published on"))
    columns = [Column(head) for head in heads]
    return Table(say("Annual quality reports"), columns, rows, caption_hidden=True)


def _indicator_table(texts: Texts, indicators: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["name"]),
            Cell(f"{texts.number(one['value'])} {one['unit']}"),
            Cell(one["definition"]),
        ]
        for one in indicators
    ]
    columns = [
        Column(say("Indicator")),
        Column(say("Value"), numeric=True),
        Column(say("Definition")),
    ]
    return Table(say("Indicators that the school states"), columns, rows)


def _computed_table(texts: Texts, outcomes: Mapping[str, Body]) -> Table | None:
    """Return what the platform had released about the school's majors when it published."""
    if not outcomes:
        return None
    say = texts.gettext

    def share(value: float | None) -> Cell:
        return Cell(tag=Tag(say("Hidden"))) if value is None else Cell(texts.percent(value))

    rows = [
        [
            Cell(major_name(code), href=f"/labour/majors/{code}", sub=code),
            Cell(tag=Tag(say("Hidden")))
            if one.get("graduates") is None
            else Cell(texts.number(one["graduates"])),
            share(one.get("employment_share")),
        ]
        for code, one in sorted(outcomes.items())
    ]
    columns = [
        Column(say("Major")),
        Column(say("Graduates"), numeric=True),
        Column(say("Employed"), numeric=True),
    ]
    return Table(say("What the platform released about its majors"), columns, rows)


_ALL, _NEW = "/labour/quality-reports", "/labour/quality-reports/new"
_ONE = f"{_ALL}/{{report_id}}"

PAGES = (
    Page(_ALL, list_reports, "quality_reports", PUBLIC),
    Page(_NEW, show_new, "quality_report_new", WRITERS),
    Page(_NEW, draft_report, "quality_report_made", WRITERS, ("POST",)),
    Page(_ONE, show_report, "quality_report", PUBLIC),
    Page(f"{_ONE}/indicators.csv", download_report, "quality_report_file", PUBLIC),
    Page(f"{_ONE}/edit", show_edit, "quality_report_edit", WRITERS),
    Page(f"{_ONE}/edit", change_report, "quality_report_changed", WRITERS, ("POST",)),
    Page(f"{_ONE}/publish", publish_report, "quality_report_publish", WRITERS, ("POST",)),
)
