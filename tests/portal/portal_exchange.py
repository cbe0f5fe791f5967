"""The pages of the exchange, by who opens them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.demo.door import Actor

HR, JILIN = "demo-hr", "demo-jilin"


class Actors(Protocol):
    """Whoever can act as somebody of the small world."""

    async def actor(self, login: str) -> Actor:
        """Return somebody at the API."""
        ...


async def exchange_paths(world: Actors) -> Mapping[str, Sequence[str]]:
    """Return every page of the exchange, by who opens it."""
    hr, department = await world.actor(HR), await world.actor(JILIN)
    own = await _first(hr, "/v1/notices", mine="true", state="published")
    others = (await hr.get("/v1/notices", params={"side": "need"}))["items"]
    answerable = next(one for one in others if one["organisation"] != own["organisation"])
    connection = await _first(hr, "/v1/connections")
    waiting = await _first(department, "/v1/notice-registrations")
    notices = "/exchange/notices"
    return {
        HR: [
            "/exchange",
            "/exchange?q=物流&side=need",
            "/exchange?q=没有这样的供求",
            "/search?q=物流",
            "/search?q=数控",
            "/search?type=organisations",
            f"{notices}/{own['id']}",
            f"{notices}/{own['id']}/edit",
            f"{notices}/{answerable['id']}",
            f"{notices}/new",
            "/exchange/mine",
            "/exchange/mine?personalised=false",
            "/exchange/connections",
            f"/exchange/connections/{connection['id']}",
        ],
        JILIN: ["/exchange/registrations", f"{notices}/{waiting['id']}"],
    }


async def _first(actor: Actor, path: str, **asked: str) -> Any:
    return (await actor.get(path, params=asked))["items"][0]
