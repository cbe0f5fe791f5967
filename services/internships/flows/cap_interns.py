"""The caps of article 10 over a batch: 10 % of staff on duty, 20 % per kind of post."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from matching.caps import Caps
from services.internships.domain.clearing_rules import ClearingRules, region_holds, rules_of
from services.internships.domain.facts import InternshipKind
from services.internships.domain.round import RegionQuotaError
from services.internships.engine.caps import CapTerms, PostClass
from services.internships.store import batch_posts, staff
from services.internships.store.rows import Row
from shared.catalogues.regions import lineage_of
from shared.db.session import Tx
from shared.policies.jurisdiction import rulebook_at


async def load_caps(
    tx: Tx, batch: Row, offered: Sequence[Row], *, rules: ClearingRules, on: date
) -> CapTerms | None:
    """Return the caps over a batch's posts; soft unless the school hardens them.

    Where a host has declared no staff there is no cap by law (REG-10a, REG-10b are then skipped),
    and an orientation has none.

    Raises RegionQuotaError where a binding quota by region meets a host in several of them.
    """
    if not offered:
        return None
    terms = _own_terms(offered, rules)
    _refuse_torn_hosts(terms, offered)
    if batch["kind"] != InternshipKind.ON_POST:
        return terms if rules.host_most is not None or rules.regions else None
    by_host, by_class = await _load_limits(tx, batch, offered, on=on)
    return replace(
        terms,
        by_host=by_host,
        by_class=by_class,
        hard_class=bool(batch["caps"].get("same_post")),
        hard_host=bool(batch["caps"].get("staff_on_duty")),
    )


def call_nodes(offered: Sequence[Row], caps: Caps | None) -> list[str]:
    """Return how posts, and after them the groups of `build_intern_caps`, are called."""
    hosts = {str(post["org_id"]): post["enterprise_name"] for post in offered}
    called = [f"{post['title']}（{post['enterprise_name']}）" for post in offered]
    for name in caps.names if caps else ():
        owner, _, part = name.partition("/")
        if owner == "region":
            called.append("".join(one.name for one in lineage_of(part)) or part)
        else:
            called.append(hosts[owner] + (f" · {part}" if part not in {"", "batch"} else ""))
    return called


async def require_nested(tx: Tx, batch: Row) -> None:
    """Refuse a batch whose binding quotas by region meet a host in several of them.

    Before students wish: from then on nobody could mend the quotas, and no round would be cleared.

    Raises RegionQuotaError.
    """
    rules = rules_of(batch["clearing"])
    if any(quota.hard for quota in rules.regions):
        offered = list((await batch_posts.find_posts(tx, batch["id"])).values())
        _refuse_torn_hosts(_own_terms(offered, rules), offered)


def _own_terms(offered: Sequence[Row], rules: ClearingRules) -> CapTerms:
    """Return the caps that the school set by itself."""
    return CapTerms(
        [(post["org_id"], post["post_class"] or "") for post in offered],
        host_most=rules.host_most,
        hard_most=rules.host_most_hard,
        regions=[_quota_region(rules, post["region_code"]) for post in offered],
        by_region={quota.region_code: quota.most for quota in rules.regions},
        hard_regions=frozenset(quota.region_code for quota in rules.regions if quota.hard),
    )


def _quota_region(rules: ClearingRules, code: str) -> str | None:
    codes = (quota.region_code for quota in rules.regions)
    return next((quota for quota in codes if region_holds(quota, code)), None)


def _refuse_torn_hosts(terms: CapTerms, offered: Sequence[Row]) -> None:
    names = {post["org_id"]: post["enterprise_name"] for post in offered}
    torn = [
        names[host]
        for host, regions in terms.region_of_hosts().items()
        if len(regions) > 1 and regions & set(terms.hard_regions)
    ]
    if torn:
        raise RegionQuotaError(hosts="、".join(torn[:5]))


async def _load_limits(
    tx: Tx, batch: Row, offered: Sequence[Row], *, on: date
) -> tuple[dict[UUID, int], dict[PostClass, int]]:
    book = rulebook_at(batch["school_region_code"], on)
    hosts = list({post["org_id"] for post in offered})
    counts, interns = await staff.load_staff(tx, hosts, batch, on=on)
    by_host: dict[UUID, int] = {}
    by_class: dict[PostClass, int] = {}
    in_host, in_class = _count(interns)
    for row in counts:
        host, kind = row["org_id"], row["post_class"]
        if row["measure"] == "staff_on_duty":
            share = book.number("internship.staff_share_max")
            by_host |= {} if share is None else {host: _left(share, row, in_host[host])}
        else:
            share = book.number("internship.same_post_share_max")
            left = {} if share is None else {(host, kind): _left(share, row, in_class[host, kind])}
            by_class |= left
    return by_host, by_class


def _left(share: Decimal, count: Row, interns: int) -> int:
    return max(0, int(share * count["staff"]) - interns)


def _count(interns: Sequence[Row]) -> tuple[Counter[UUID], Counter[PostClass]]:
    in_host: Counter[UUID] = Counter()
    in_class: Counter[PostClass] = Counter()
    for row in interns:
        in_host[row["org_id"]] += int(row["interns"])
        in_class[row["org_id"], row["post_class"]] += int(row["interns"])
    return in_host, in_class
