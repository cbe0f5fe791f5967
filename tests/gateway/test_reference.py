"""What the platform refers to is public: packs with clauses, catalogues with versions."""

from __future__ import annotations

import httpx
import pytest


async def test_six_packs_are_listed(client: httpx.AsyncClient) -> None:
    items = (await client.get("/v1/policy-packs")).json()["items"]
    assert [line["id"] for line in items] == [
        "cn",
        "cn-ha",
        "cn-jl",
        "cn-zj",
        "cn-zj-hz",
        "cn-zj-sx",
    ]


async def test_every_number_of_a_pack_names_its_clause(client: httpx.AsyncClient) -> None:
    pack = (await client.get("/v1/policy-packs/cn-zj")).json()
    spoken = [p for p in pack["parameters"] if not p["silent"]]
    assert spoken
    assert all(p["document"] and p["clause"] for p in spoken)
    assert all(t["document"] and t["clause"] for t in pack["targets"])


async def test_a_version_can_be_pinned(client: httpx.AsyncClient) -> None:
    newest = (await client.get("/v1/policy-packs/cn")).json()
    pinned = await client.get(f"/v1/policy-packs/cn@{newest['version']}")
    assert pinned.json() == newest
    assert (await client.get("/v1/policy-packs/cn@1900.1.1")).status_code == 404


async def test_shaoxing_is_silent_on_the_quota_and_inherits_zhejiangs(
    client: httpx.AsyncClient,
) -> None:
    address = "/v1/policy-packs/cn-zj-sx/parameters/intern_quota.low"
    found = (await client.get(address)).json()
    assert found["value"] == 0.02
    assert found["inherited"] is True
    assert found["cited"]["pack"] == "cn-zj"
    assert found["cited"]["clause"] == "十六"


async def test_henan_and_china_are_silent_and_the_check_is_skipped(
    client: httpx.AsyncClient,
) -> None:
    found = (await client.get("/v1/policy-packs/cn-ha/parameters/intern_quota.low")).json()
    assert found["skipped"] is True
    assert found["reason"]


@pytest.mark.parametrize(
    ("catalogue", "query", "code"),
    [
        ("regions", "杭州", "330100"),
        ("regions", "hangzhou", "330100"),
        ("majors", "数控技术", "460103"),
        ("industries", "软件开发", "6511"),
        ("colleges", "金华职业", None),
        ("occupations", "护士", None),
    ],
)
async def test_a_catalogue_is_searched_by_name_code_and_pinyin(
    client: httpx.AsyncClient, catalogue: str, query: str, code: str | None
) -> None:
    items = (await client.get(f"/v1/catalogues/{catalogue}", params={"q": query})).json()["items"]
    assert items
    assert code is None or code in {item["code"] for item in items}


async def test_a_major_leads_to_occupations_and_back(client: httpx.AsyncClient) -> None:
    major = (await client.get("/v1/catalogues/majors/460103/occupations")).json()
    assert major["occupations"]
    occupation = major["occupations"][0]["code"]
    back = (await client.get(f"/v1/catalogues/occupations/{occupation}/majors")).json()
    assert any(each["name"] for each in back["majors"])


async def test_an_unknown_code_is_a_404_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/catalogues/regions/999999")
    assert answer.status_code == 404
