"""The pages of the labour market and of credits, by who opens them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.demo.door import Actor

ANALYST, ACADEMIC, REVIEWER = "demo-analyst", "demo-academic", "demo-credits"
SCHOOL = "demo-school"
ALLIANCE = "demo-alliance"
CITY = "330600"


class Actors(Protocol):
    """Whoever can act as somebody of the small world."""

    async def actor(self, login: str) -> Actor:
        """Return somebody at the API."""
        ...


async def market_paths(world: Actors) -> Mapping[str, Sequence[str]]:
    """Return every page of the labour market and of credits, by who opens it."""
    analyst = await world.actor(ANALYST)
    datasets = await analyst.pages("/v1/datasets")
    dataset = next(one["id"] for one in datasets if one["current_run_id"])
    student = await world.actor("demo-student-1")
    account = (await student.get("/v1/credit-accounts"))["items"][0]
    outcome = (await student.get("/v1/outcomes"))["items"][0]
    application = (await student.get("/v1/credit-applications"))["items"][0]
    standards = (await (await world.actor(ALLIANCE)).get("/v1/credit-standards"))["items"]
    in_force, waiting = (
        next(f"/credits/standards/{one['id']}" for one in standards if one["number"] == number)
        for number in (1, 2)
    )
    programme = (await (await world.actor(ACADEMIC)).get("/v1/programmes"))["items"][0]
    books = (await (await world.actor(ACADEMIC)).get("/v1/credit-rulebooks"))["items"]
    book, draft = (next(one for one in books if one["number"] == number) for number in (1, 2))
    report = (await analyst.get("/v1/quality-reports"))["items"][0]
    standard = (await analyst.get("/v1/competency-standards"))["items"][0]
    committee = (await analyst.get("/v1/registries/committees"))["items"][0]
    one = f"/labour/standards/{standard['standard_id']}"
    return {
        SCHOOL: [
            "/labour/quality-reports",
            f"/labour/quality-reports/{report['id']}",
            "/labour/quality-reports/new",
            one,
            f"{one}/editions/{standard['edition']}/links",
            "/labour/standards/own",
            "/labour/standards/new",
            f"/labour/priority-majors?region={report['region_code']}",
            "/labour/projects",
        ],
        ANALYST: [
            "/labour",
            "/labour/forecast",
            f"/labour/forecast?dataset_id={dataset}&region=330602&occupation=2-05-08-01",
            "/labour/gaps",
            "/labour/gaps?kind=major",
            f"/labour/gaps/{CITY}",
            "/labour/alerts",
            "/labour/alerts?state=ended",
            "/labour/alerts/record",
            "/labour/catalogues",
            f"/labour/catalogues/{CITY}",
            f"/labour/catalogues/{CITY}/draft",
            "/labour/majors",
            "/labour/majors?q=数控",
            "/labour/majors/460103",
            f"/labour/regions/{CITY}/fit",
            "/majors/advice",
            "/labour/standards",
            "/labour/scoreboard",
            f"/labour/scoreboard/{dataset}",
            "/labour/employment",
            f"/labour/employment/majors?region={CITY}",
            "/labour/employment/seekers",
            "/labour/committees",
            f"/labour/committees/{committee['id']}",
            f"/labour/committees/{committee['id']}/edit",
            "/labour/matching",
            "/labour/desk",
            "/labour/desk/datasets/new",
            f"/labour/desk/datasets/{dataset}",
            f"/labour/desk/datasets/{dataset}/breaks",
            "/labour/desk/reports/market",
            "/labour/desk/publish",
            "/labour/desk/gaps",
        ],
        "demo-student-1": [
            "/credits",
            f"/credits/accounts/{account['id']}",
            "/credits/outcomes/new",
            "/credits/outcomes/credential",
            f"/credits/outcomes/{outcome['id']}",
            f"/credits/applications/{application['id']}",
            "/credits/notices",
            "/verify",
        ],
        REVIEWER: [
            "/credits/cases",
            f"/credits/cases/{application['id']}",
            "/credits/cases/statistics",
            "/credits/batches/cases?state=review",
            "/credits/objections",
            f"/credits/rules/{book['id']}",
        ],
        ACADEMIC: [
            f"{one}/editions/{standard['edition']}/links",
            "/credits/rules",
            f"/credits/rules/{book['id']}",
            f"/credits/rules/{book['id']}/json",
            f"/credits/rules/{book['id']}/trial",
            f"/credits/rules/{draft['id']}/edit",
            f"/credits/rules/{draft['id']}/edit/rules/0",
            f"/credits/rules/{draft['id']}/edit/rules/3",
            f"/credits/rules/{draft['id']}/edit/rules/new",
            f"/credits/rules/{draft['id']}/edit/limits/0",
            "/credits/rules/new",
            "/credits/rules/new/json",
            "/credits/standards",
            in_force,
            waiting,
            "/credits/batches/new",
            "/credits/pilots",
            "/credits/equivalences",
            "/credits/articulations",
            "/credits/imports",
            "/credits/imports/grades",
            "/credits/learners",
            "/credits/courses",
            "/credits/grades",
            "/credits/programmes",
            f"/credits/programmes/{programme['id']}",
        ],
        ALLIANCE: [
            "/credits/standards",
            "/credits/standards/new",
            "/credits/standards/members",
            "/credits/standards/members?q=学院",
            waiting,
        ],
    }
