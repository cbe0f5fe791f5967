"""The caps of article 10 over a batch: 10 % of staff on duty, 20 % per kind of post."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from matching.caps import Caps
from services.internships.domain.facts import InternshipKind
from services.internships.domain.jurisdiction import rulebook_at
from services.internships.engine.caps import PostClass, build_intern_caps
from services.internships.store import staff
from services.internships.store.rows import Row
from shared.db.session import Tx


async def load_caps(tx: Tx, batch: Row, offered: Sequence[Row], *, on: date) -> Caps | None:
    """Return the caps over a batch's posts; soft unless the school hardens them.

    Where a host has declared no staff there is no cap (REG-10a, REG-10b are then skipped), and an
    orientation has none.
    """
    if batch["kind"] != InternshipKind.ON_POST or not offered:
        return None
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
    return build_intern_caps(
        [(post["org_id"], post["post_class"] or "") for post in offered],
        by_class=by_class,
        by_host=by_host,
        hard_class=bool(batch["caps"].get("same_post")),
        hard_host=bool(batch["caps"].get("staff_on_duty")),
    )


def _left(share: Decimal, count: Row, interns: int) -> int:
    return max(0, int(share * count["staff"]) - interns)


def _count(interns: Sequence[Row]) -> tuple[Counter[UUID], Counter[PostClass]]:
    in_host: Counter[UUID] = Counter()
    in_class: Counter[PostClass] = Counter()
    for row in interns:
        in_host[row["org_id"]] += int(row["interns"])
        in_class[row["org_id"], row["post_class"]] += int(row["interns"])
    return in_host, in_class
