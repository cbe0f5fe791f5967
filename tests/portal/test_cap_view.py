"""Limits that a clearing does not keep are told by name: host, kind of post, region."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from gateway.portal.cap_view import cap_table
from gateway.portal.translation import texts_in
from gateway.portal.visits import Visit

FIRM = "0192f0c0-0000-7000-8000-000000000001"


class Lookup:
    """The accounts room as far as names go."""

    async def post(self, _path: str, body: dict[str, Any]) -> SimpleNamespace:
        assert body == {"ids": [FIRM]}
        return SimpleNamespace(body={"items": [{"id": FIRM, "name": "绍兴精工"}]})


async def test_an_exceeded_limit_is_told_by_name() -> None:
    visit = cast("Visit", SimpleNamespace(texts=texts_in("en"), api=Lookup()))
    exceeded = [
        {"group": group, "cap": 7, "placed": 9}
        for group in (FIRM, f"{FIRM}/装配", f"{FIRM}/batch", "region/330600")
    ]
    table = await cap_table(visit, exceeded)
    assert table is not None
    assert [(row[0].text, row[0].sub) for row in table.rows] == [
        ("绍兴精工", ""),
        ("绍兴精工", "装配"),
        ("绍兴精工", "Limit of this batch"),
        ("浙江省绍兴市", ""),
    ]
    assert [(row[1].text, row[2].text) for row in table.rows] == [("7", "9")] * 4
    assert await cap_table(visit, []) is None
