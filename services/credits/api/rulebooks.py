"""Rulebooks over HTTP: fields, drafts, findings, differences, trials, entry into force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import RuleKeeper, school_of
from services.credits.api.shallow import shallow_router
from services.credits.contract.addresses import ROOM
from services.credits.contract.rulebooks import (
    CreditRulesOut,
    RulebookCheckIn,
    RulebookIn,
    RulebookOut,
    RuleChangeOut,
    RuleDecisionOut,
    RuleDiffOut,
    RuleFieldOut,
    RuleFieldsOut,
    RuleFindingOut,
    RuleFindingsOut,
    RuleTrialIn,
    RuleWordsOut,
    SimulationIn,
    WordsOut,
)
from services.credits.domain.rule_check import CheckFinding, blocking
from services.credits.domain.rule_diff import describe_rule, diff_rulebooks
from services.credits.domain.rule_fields import FIELDS
from services.credits.domain.rule_tree import DEPTH_MAX, OPS_BY_TYPE
from services.credits.domain.rule_words import describe_limit, explain_decision
from services.credits.domain.rulebook import (
    GRANTS,
    LIMITS,
    Rulebook,
    check_facts,
    read_rulebook,
)
from services.credits.flows import keep_rulebooks
from services.credits.store.rows import page_rows
from services.credits.store.tables_rules import rulebooks
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.versions import SeenVersion, set_etag
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.kernel.clock import china_day
from shared.kernel.errors import Text

router = shallow_router("credit-rulebooks")


def words(text: Text) -> WordsOut:
    """Return a sentence as it travels."""
    return WordsOut(zh=text.zh, en=text.en)


@router.get("/credit-rulebooks/fields")
async def read_rule_fields(_caller: SignedIn) -> RuleFieldsOut:
    """Return what a rule editor offers: fields, operators, grants, limits."""
    return RuleFieldsOut(
        fields=[
            RuleFieldOut(
                name=each.name,
                type=each.type,
                title=words(each.title),
                unit=each.unit,
                values={value: words(title) for value, title in each.values.items()},
            )
            for each in FIELDS.values()
        ],
        operators={kind: sorted(ops) for kind, ops in OPS_BY_TYPE.items()},
        grants=sorted(GRANTS),
        limits=sorted(LIMITS),
        depth_max=DEPTH_MAX,
    )


@router.post("/credit-rulebooks", status_code=201, dependencies=[Keyed])
async def draft_rulebook(
    body: RulebookIn, caller: RuleKeeper, tx: InTx, request: Request, response: Response
) -> RulebookOut:
    """Write the next version of the school's rulebook as a draft."""
    now = request.app.state.clock()
    made = await keep_rulebooks.draft_rulebook(
        tx, caller, school_of(caller), body.model_dump(), now=now
    )
    response.headers["Location"] = f"/v1/credit-rulebooks/{made['id']}"
    set_etag(response, made["version"])
    return RulebookOut.model_validate(made)


@router.get("/credit-rulebooks")
async def list_rulebooks(
    _caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    school: Annotated[UUID | None, Query(description="the caller's own where absent")] = None,
) -> Page[RulebookOut]:
    """Return a school's versions, the newest first; drafts only to the school itself."""
    asked = school or school_of(_caller)
    rows = await page_rows(
        tx, rulebooks, rulebooks.c.school_id == asked, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[RulebookOut.model_validate(row) for row in shown], next=following)


@router.post("/credit-rulebooks/check")
async def check_rulebook_content(
    body: RulebookCheckIn, caller: RuleKeeper, tx: InTx, request: Request
) -> RuleFindingsOut:
    """Check content before it is written: rules that never fire, conflicts, gaps, units."""
    findings = await keep_rulebooks.check_content(
        tx,
        school_of(caller),
        content=body.content,
        standard_id=body.standard_id,
        on=china_day(request.app.state.clock()),
    )
    return _findings(read_rulebook(body.content), findings)


@router.get("/credit-rulebooks/{rulebook_id}")
async def read_rulebook_version(
    rulebook_id: UUID, _caller: SignedIn, tx: InTx, response: Response
) -> RulebookOut:
    """Return one version."""
    found = await keep_rulebooks.load_rulebook(tx, rulebook_id)
    set_etag(response, found["version"])
    return RulebookOut.model_validate(found)


@router.put("/credit-rulebooks/{rulebook_id}")
async def put_rulebook(
    rulebook_id: UUID,
    body: RulebookIn,
    caller: RuleKeeper,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> RulebookOut:
    """Replace a draft."""
    book = await keep_rulebooks.load_rulebook(
        tx, rulebook_id, school_id=school_of(caller), lock=True
    )
    now = request.app.state.clock()
    changed = await keep_rulebooks.change_rulebook(
        tx, caller, book, body.model_dump(), seen=seen, now=now
    )
    set_etag(response, changed["version"])
    return RulebookOut.model_validate(changed)


@router.get("/credit-rulebooks/{rulebook_id}/findings")
async def read_rulebook_findings(
    rulebook_id: UUID, caller: RuleKeeper, tx: InTx, request: Request
) -> RuleFindingsOut:
    """Return what the checker finds in a version."""
    school_id = school_of(caller)
    book = await keep_rulebooks.load_rulebook(tx, rulebook_id, school_id=school_id)
    findings = await keep_rulebooks.check_content(
        tx,
        school_id,
        content=book["content"],
        standard_id=book["standard_id"],
        on=china_day(request.app.state.clock()),
    )
    return _findings(read_rulebook(book["content"]), findings)


@router.get("/credit-rulebooks/{rulebook_id}/diff")
async def read_rulebook_diff(
    rulebook_id: UUID, _caller: SignedIn, tx: InTx, against: Annotated[UUID, Query()]
) -> RuleDiffOut:
    """Return what changed from the version `against` to this one, rule by rule."""
    after = await keep_rulebooks.load_rulebook(tx, rulebook_id)
    before = await keep_rulebooks.load_rulebook(tx, against, school_id=after["school_id"])
    changes = diff_rulebooks(read_rulebook(before["content"]), read_rulebook(after["content"]))
    return RuleDiffOut(
        before_id=before["id"],
        after_id=after["id"],
        changes=[
            RuleChangeOut(
                change=each.change,
                part=each.part,
                id=each.id,
                fields=list(each.fields),
                before=words(each.before) if each.before else None,
                after=words(each.after) if each.after else None,
            )
            for each in changes
        ],
    )


@router.post("/credit-rulebooks/{rulebook_id}/trial")
async def try_rulebook(
    rulebook_id: UUID, body: RuleTrialIn, caller: RuleKeeper, tx: InTx
) -> RuleDecisionOut:
    """Ask a version about made-up facts; nothing is written."""
    book = await keep_rulebooks.load_rulebook(tx, rulebook_id, school_id=school_of(caller))
    check_facts(body.facts)
    compiled = keep_rulebooks.compile_row(book)
    decision = compiled.decide(body.facts)
    explained = explain_decision(compiled, body.facts, decision)
    return RuleDecisionOut(
        amount_hundredths=decision.amount,
        rule_ids=list(decision.rule_ids),
        explanation=[words(each) for each in explained.sentences],
        digest=decision.digest,
    )


@router.post("/credit-rulebooks/{rulebook_id}/simulations", status_code=202, dependencies=[Keyed])
async def start_simulation(
    rulebook_id: UUID, body: SimulationIn, caller: RuleKeeper, tx: InTx, response: Response
) -> JobAccepted:
    """Try a version on the applications of the past year: who would gain, who would lose."""
    book = await keep_rulebooks.load_rulebook(tx, rulebook_id, school_id=school_of(caller))
    told = {"rulebook_id": str(book["id"]), "days": body.days}
    return accepted(response, ROOM, await start_job(tx, caller, "rulebook.simulate", told))


@router.post("/credit-rulebooks/{rulebook_id}/entry-into-force", dependencies=[Keyed])
async def put_rulebook_in_force(
    rulebook_id: UUID,
    caller: RuleKeeper,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> RulebookOut:
    """Let a draft in which nothing blocks take effect; the version before ends."""
    book = await keep_rulebooks.load_rulebook(
        tx, rulebook_id, school_id=school_of(caller), lock=True
    )
    now = request.app.state.clock()
    changed = await keep_rulebooks.put_rulebook_in_force(tx, caller, book, seen=seen, now=now)
    set_etag(response, changed["version"])
    return RulebookOut.model_validate(changed)


@router.get("/credit-rules")
async def read_credit_rules(
    caller: SignedIn,
    tx: InTx,
    request: Request,
    school: Annotated[UUID | None, Query()] = None,
    on: Annotated[date | None, Query(description="today where absent")] = None,
) -> CreditRulesOut:
    """Return the rules that hold at a school on a day, in words and as data."""
    day = on or china_day(request.app.state.clock())
    book = await keep_rulebooks.rulebook_on(tx, school or school_of(caller), day)
    return CreditRulesOut(
        rulebook=RulebookOut.model_validate(book), words=_words_of(read_rulebook(book["content"]))
    )


def _words_of(book: Rulebook) -> list[RuleWordsOut]:
    rules = [
        RuleWordsOut(id=rule.id, part="rule", words=words(describe_rule(rule, book)))
        for rule in book.rules
    ]
    limits = [
        RuleWordsOut(id=limit.id, part="limit", words=words(describe_limit(limit)))
        for limit in book.limits
    ]
    return rules + limits


def _findings(book: Rulebook, findings: Sequence[CheckFinding]) -> RuleFindingsOut:
    return RuleFindingsOut(
        digest=book.digest,
        may_take_effect=not blocking(findings),
        findings=[
            RuleFindingOut(
                code=each.code,
                level=each.level,
                rule_ids=list(each.rule_ids),
                words=words(each.text),
            )
            for each in findings
        ],
        words=_words_of(book),
    )
