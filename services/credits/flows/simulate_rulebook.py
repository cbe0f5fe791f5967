"""A draft tried on last year's applications before it takes effect: who would gain or lose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.credits.domain.rule_engine import CompiledRulebook, Converted
from services.credits.domain.rulebook import read_rulebook
from services.credits.flows.keep_rulebooks import load_rulebook
from services.credits.store.rows import Row, list_rows
from services.credits.store.tables_applications import credit_applications
from shared.jobs.worker import Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Text

_EXAMPLES_MAX = 50


async def simulate_rulebook(work: Work, *, clock: Clock) -> None:
    """Ask the draft what it gives for each application of the last `days` days."""
    school_id = work.caller.org_id
    assert school_id is not None, "a simulation is asked for by a school"
    since = clock() - timedelta(days=work.input["days"])
    await work.report(0.1, Text("正在读取往年申请", "Reading last year's applications"))
    async with work.begin() as tx:
        book = await load_rulebook(tx, UUID(work.input["rulebook_id"]), school_id=school_id)
        table = credit_applications.c
        rows = await list_rows(
            tx,
            credit_applications,
            table.school_id == school_id,
            table.submitted_at >= since,
            table.facts.is_not(None),
            order=[table.id],
        )
    told = [_case(row) for row in rows]
    found = await work.cpu.compute(compare_cases, book["content"], told)
    async with work.finishing():
        work.result.update(found, rulebook_id=str(book["id"]), digest=book["digest"])


def _case(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "facts": row["facts"],
        "earlier": row["earlier"] or [],
        "before": [item["amount"] for item in row["items"]],
    }


def compare_cases(content: Mapping[str, Any], cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how a rulebook's content would have decided over cases, beside what was decided.

    Pure: the facts that each application kept are all that is asked.
    """
    compiled = CompiledRulebook(read_rulebook(content))
    changed: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    fired: Counter[str] = Counter()
    before_sum = after_sum = 0
    for case in cases:
        earlier = [Converted(**each) for each in case["earlier"]]
        decisions = [compiled.decide(facts, earlier) for facts in case["facts"]]
        before, after = sum(case["before"]), sum(each.amount for each in decisions)
        before_sum += before
        after_sum += after
        fired.update(rule for each in decisions for rule in each.rule_ids)
        name = "same" if before == after else "more" if after > before else "less"
        counts[name] += 1
        if name != "same":
            changed.append({"application_id": case["id"], "before": before, "after": after})
    unused = [rule.id for rule in compiled.book.rules if rule.id not in fired]
    return {
        "applications": len(cases),
        "same": counts["same"],
        "more": counts["more"],
        "less": counts["less"],
        "before_hundredths": before_sum,
        "after_hundredths": after_sum,
        "fired": dict(sorted(fired.items())),
        "unused_rules": unused,
        "changed": changed[:_EXAMPLES_MAX],
    }
