"""What the platform counts itself: events taken once, repeats counted once, months in China."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.forecasting.flows.take_facts import PLATFORM
from services.internships.contract.events import title_fingerprint
from shared.db.session import PLATFORM as ALL
from tests.forecasting.conftest import ForecastingRoom
from tests.lone_room import until

TURNER = "6-18-01-01"


@pytest.fixture
async def fresh(working: ForecastingRoom) -> ForecastingRoom:
    """The room without facts of other tests, in October 2026, on no month's first day."""
    tables = "own_facts, histories, forecasts, backtests, forecast_runs, observations"
    async with working.database.begin(ALL) as tx:
        for table in f"submitted_forecasts, forecast_submissions, {tables}".split(", "):
            await tx.execute(text(f"DELETE FROM {table}"))
        await tx.execute(text("DELETE FROM series_breaks"))
        await tx.execute(text("DELETE FROM observation_batches"))
        await tx.execute(text("DELETE FROM series"))
        await tx.execute(text("DELETE FROM datasets"))
    working.now = datetime(2026, 10, 15, 4, tzinfo=UTC)
    return working


def post_event(title: str, when: str, **changes: Any) -> dict[str, Any]:
    """Return an event about a post that was published at a moment."""
    post_id = changes.pop("post_id", str(uuid4()))
    enterprise_id = changes.pop("enterprise_id", str(uuid4()))
    payload = {
        "post_id": post_id,
        "enterprise_id": enterprise_id,
        "version": 1,
        "state": "published",
        "title": title,
        "title_fingerprint": title_fingerprint(title),
        "region_code": "330106",
        "industry_code": "3670",
        "occupation_code": TURNER,
        "seats": 3,
        "published_at": when,
        "closed_at": None,
        **changes,
    }
    return {
        "id": str(uuid4()),
        "kind": "post.published",
        "subject_id": post_id,
        "org_id": enterprise_id,
        "payload": payload,
        "created_at": "2026-10-15T04:00:00+00:00",
        "source": "internships",
    }


def placement_event(accepted_on: str, **changes: Any) -> dict[str, Any]:
    """Return an event about a placement."""
    placement_id = changes.pop("placement_id", str(uuid4()))
    payload = {
        "placement_id": placement_id,
        "version": 1,
        "state": "accepted",
        "enterprise_id": str(uuid4()),
        "major_code": "460103",
        "region_code": "330106",
        "industry_code": "3670",
        "occupation_code": TURNER,
        "accepted_on": accepted_on,
        "started_on": None,
        "ended_on": None,
        **changes,
    }
    return {
        "id": str(uuid4()),
        "kind": "placement.accepted",
        "subject_id": placement_id,
        "org_id": str(uuid4()),
        "payload": payload,
        "created_at": "2026-10-15T04:00:00+00:00",
        "source": "internships",
    }


async def take(room: ForecastingRoom, *events: dict[str, Any]) -> int:
    """Deliver events as the internships room does."""
    answer = await room.service().post("/v1/events/forecasting", json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    return answer.json()["taken"]


async def count(room: ForecastingRoom) -> None:
    """Count the months that are over, and wait for what follows."""
    operator = room.client(
        kind="person", roles=["operator"], org_kind="platform", scope="forecasts:write"
    )
    result = await room.done(operator, await operator.post("/v1/forecasts/months"))
    for job in result["jobs"]:
        answer = httpx.Response(202, headers={"location": f"/v1/jobs/forecasting/{job}"})
        await room.job(operator, answer)


async def counted(room: ForecastingRoom, measure: str = "posts_published") -> dict[str, float]:
    """Return the platform's own numbers of turners in a district, by month."""
    anyone = room.anyone()
    listed = (await anyone.get("/v1/datasets", params={"measure": measure})).json()["items"]
    own = [each for each in listed if each["org_id"] is None]
    assert len(own) == 1
    query = {"occupation": TURNER, "region": "330106"}
    series = (await anyone.get(f"/v1/datasets/{own[0]['id']}/series", params=query)).json()
    if not series["items"]:
        return {}
    path = f"/v1/series/{series['items'][0]['id']}/observations"
    now = {"as_of": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    rows = (await anyone.get(path, params=now)).json()["items"]
    return {row["period"]: row["value"] for row in rows}


async def test_an_event_that_arrives_again_counts_once(fresh: ForecastingRoom) -> None:
    event = post_event("车工", "2026-08-10T02:00:00+00:00")
    assert await take(fresh, event) == 1
    assert await take(fresh, event) == 0
    assert await take(fresh, {**event, "id": str(uuid4())}) == 1
    await count(fresh)
    assert await counted(fresh) == {"2026-08": 1.0}
    assert await counted(fresh, "seats_published") == {"2026-08": 3.0}


async def test_a_repeated_advertisement_counts_once_within_sixty_days(
    fresh: ForecastingRoom,
) -> None:
    enterprise = str(uuid4())
    same = [
        ("车工（急聘）", "2026-05-01T02:00:00+00:00"),
        ("车工 急聘", "2026-06-10T02:00:00+00:00"),
        ("车工(急聘)", "2026-08-09T02:00:00+00:00"),
    ]
    events = [post_event(title, when, enterprise_id=enterprise) for title, when in same]
    other = post_event("车工（急聘）", "2026-06-12T02:00:00+00:00")
    await take(fresh, *reversed(events), other)
    await count(fresh)
    # June's is forty days after May's; August's is sixty after June's; another firm's is its own.
    assert await counted(fresh) == {"2026-05": 1.0, "2026-06": 1.0, "2026-08": 1.0}


async def test_a_month_ends_at_midnight_in_china(fresh: ForecastingRoom) -> None:
    await take(
        fresh,
        post_event("甲", "2026-08-31T15:59:00+00:00"),
        post_event("乙", "2026-08-31T16:01:00+00:00"),
    )
    await count(fresh)
    assert await counted(fresh) == {"2026-08": 1.0, "2026-09": 1.0}


async def test_the_running_month_is_not_counted_yet(fresh: ForecastingRoom) -> None:
    await take(
        fresh,
        post_event("甲", "2026-09-10T02:00:00+00:00"),
        post_event("乙", "2026-10-10T02:00:00+00:00"),
    )
    await count(fresh)
    assert await counted(fresh) == {"2026-09": 1.0}
    fresh.now = datetime(2026, 11, 2, 4, tzinfo=UTC)
    await count(fresh)
    assert await counted(fresh) == {"2026-09": 1.0, "2026-10": 1.0}


async def test_a_later_version_corrects_and_an_older_one_is_dropped(
    fresh: ForecastingRoom,
) -> None:
    post, enterprise = str(uuid4()), str(uuid4())
    who = {"post_id": post, "enterprise_id": enterprise}
    when = "2026-08-10T02:00:00+00:00"
    await take(fresh, post_event("车工", when, **who))
    await count(fresh)
    assert await counted(fresh) == {"2026-08": 1.0}
    await take(fresh, post_event("车工", when, **who, version=3, occupation_code="4-04-05-01"))
    await take(fresh, post_event("车工", when, **who, version=2))
    await count(fresh)
    assert await counted(fresh) == {"2026-08": 0.0}


async def test_placements_count_when_accepted_and_when_begun_unless_cancelled(
    fresh: ForecastingRoom,
) -> None:
    begun = {"started_on": "2026-09-01", "state": "started", "version": 2}
    await take(
        fresh,
        placement_event("2026-07-01", **begun),
        placement_event("2026-07-02"),
        placement_event("2026-07-03", state="cancelled", version=2),
    )
    await count(fresh)
    assert await counted(fresh, "placements_accepted") == {"2026-07": 2.0}
    assert await counted(fresh, "placements_started") == {"2026-09": 1.0}


async def test_the_first_event_of_a_month_starts_its_update(fresh: ForecastingRoom) -> None:
    # Past years of advertisements, so that there is something to forecast from.
    events = [
        post_event(f"车工 {n}", f"{2024 + m // 12}-{m % 12 + 1:02d}-05T02:00:00+00:00")
        for m in range(30)
        for n in range(2 + m % 3)
    ]
    await take(fresh, *events)
    await fresh_forecast(fresh)
    anyone = fresh.anyone()
    for region in ("", "330000", "330100", "330106"):
        answer = await anyone.get("/v1/forecasts", params={"region": region, "h": 3})
        assert answer.status_code == 200, answer.text
        assert answer.json()["cell"]["region"] == (region or None)
        assert answer.json()["source"] == "platform"


async def fresh_forecast(room: ForecastingRoom) -> None:
    """Wait until the platform's own forecast is out."""
    room.built.app.state.answers.forget()

    async def look() -> bool:
        room.built.app.state.answers.forget()
        return (await room.anyone().get("/v1/forecasts")).status_code == 200

    await until(look)


async def test_only_rooms_deliver_events_and_only_the_operator_counts(
    room: ForecastingRoom,
) -> None:
    event = post_event("车工", "2026-08-10T02:00:00+00:00")
    path = "/v1/events/forecasting"
    assert (await room.anyone().post(path, json={"events": [event]})).status_code == 401
    assert (await room.authority().post(path, json={"events": [event]})).status_code == 403
    assert (await room.authority().post("/v1/forecasts/months")).status_code == 403
    assert UUID(int=0) == PLATFORM.subject
