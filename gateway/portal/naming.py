"""Names for ids and codes: organisations, roles and kinds as readers know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

_LOOKUP_MAX = 1000

KINDS: Mapping[str, str] = {
    "enterprise": marked("Enterprise"),
    "school": marked("School"),
    "authority": marked("Authority"),
    "industry_body": marked("Industry body"),
    "service_organisation": marked("Service organisation"),
    "alliance": marked("Alliance"),
    "evaluator": marked("Evaluator"),
    "platform": marked("Operator of the platform"),
}


def kind_title(kind: str, texts: Texts) -> str:
    """Return what kind of organisation this is, in the reader's language."""
    return texts.gettext(KINDS.get(kind, kind))


async def organisation_names(visit: Visit, ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of organisations by id, in one call; unknown ids are left out."""
    wanted = list(dict.fromkeys(one for one in ids if one))
    if not wanted:
        return {}
    answer = await visit.api.post("/v1/organisations/lookup", {"ids": wanted[:_LOOKUP_MAX]})
    return {one["id"]: one["name"] for one in answer.body["items"]}


async def role_titles(visit: Visit) -> dict[str, str]:
    """Return the roles of the caller's kind of organisation, by name."""
    answer = await visit.api.get("/v1/people/roles")
    return {one["name"]: one["title"] for one in answer.body["items"]}
