"""Fit and fill of clearings over HTTP: for the authority of the place, aggregated."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response, Security

from services.internships.api.callers import InLanguage
from services.internships.api.desks import desk_of
from services.internships.contract.metrics import MatchingMetricsOut
from services.internships.flows.measure_matching import measure_matching
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller, caller_with_scopes
from shared.http.downloads import as_file
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError
from shared.sheets import CSV, write_csv

router = new_router("metrics")

Authority = Annotated[Caller, Security(caller_with_scopes, scopes=["authority:read"])]
Term = Annotated[
    str | None, Query(pattern=r"^\d{4}-\d{4}-[12]$", description="学年学期; the newest one without")
]

_HEADERS = (
    ("统计口径", "by"),
    ("代码", "code"),
    ("名称", "name"),
    ("指标", "indicator"),
    ("数值", "value"),
    ("分子", "count"),
    ("分母", "among"),
    ("隐藏", "hidden"),
    ("学校数", "schools"),
    ("轮次数", "rounds"),
    ("学年学期", "term"),
    ("定义", "definition"),
)


@router.get("/metrics/matching")
async def read_matching_metrics(
    caller: Authority, tx: InTx, request: Request, term: Term = None
) -> MatchingMetricsOut:
    """Return relevance, fill, rank and relocation of the authority's own place, by group."""
    return MatchingMetricsOut.model_validate(await _measured(request, tx, caller, term))


@router.get("/metrics/matching/export", response_class=Response)
async def export_matching_metrics(
    caller: Authority, tx: InTx, request: Request, language: InLanguage, term: Term = None
) -> Response:
    """Return the same figures as a table, one indicator of one group a line."""
    told = await _measured(request, tx, caller, term)
    said = {each["code"]: each for each in told["indicators"]}
    lines = [
        [
            group["by"],
            group["code"],
            group["name"].in_language(language),
            said[figure["indicator"]]["title"].in_language(language),
            *(figure[name] for name in ("value", "count", "among")),
            "1" if figure["hidden"] else "",
            group["schools"],
            group["rounds"],
            told["term"],
            said[figure["indicator"]]["definition"].in_language(language),
        ]
        for group in told["groups"]
        for figure in group["figures"]
    ]
    headers = [names[0 if language == "zh" else 1] for names in _HEADERS]
    return as_file(write_csv(headers, lines), media_type=CSV, name="matching.csv")


async def _measured(request: Request, tx: Tx, caller: Caller, term: str | None) -> dict[str, Any]:
    """Return the report of the caller's own place; nobody else reads across organisations."""
    if caller.org_kind != "authority" or caller.org_id is None:
        raise ForbiddenError(needs="an authority (主管部门)")
    desk = desk_of(request, tx, caller)
    own = await desk.own_organisation()
    if own.region_code is None:
        raise ForbiddenError(needs="a registered region of the authority (登记的行政区划)")
    told = await measure_matching(tx, own.region_code, term, now=desk.now)
    facts = {"region": own.region_code, "term": told["term"], "rounds": told["rounds"]}
    await record(tx, caller, "matching.measured", subject_id=caller.org_id, facts=facts)
    return told
