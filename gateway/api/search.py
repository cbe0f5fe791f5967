"""One entry to everything that can be found: each type from the room that keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from gateway.search.policies import PolicyEntry, PolicyKind, find_policies
from gateway.search.rooms import Part, Refusal, RoomSearch, Silence, Turn
from gateway.search.sources import SOURCES, FoundType, Wanted, unknown_filters
from shared.http.filters import Industry, Major, Occupation, Region
from shared.http.language import language_of
from shared.http.pages import CursorError, decode_cursor, encode_cursor
from shared.http.service import new_router
from shared.kernel.errors import Fault, InvalidInputError, Language, Text, UnavailableError

router = new_router("search")

_HERE = "/v1/search"
# Of each type where all are shown, of the one where one is asked for.
_FEW, _PAGE, _PAGE_MAX = 5, 20, 100
_KEPT_HEADERS = ("content-type", "content-language", "www-authenticate", "retry-after")


class PolicyFoundOut(BaseModel):
    """A document, value, target or rule of a policy pack, as a search lists it."""

    id: str
    kind: PolicyKind
    key: str
    name: str
    pack: str
    pack_name: str
    region_code: str
    document: str
    number: str
    issued_on: date | None
    clause: str
    quote: str
    href: str


class FoundGroupOut(BaseModel):
    """One type: a page of its own list, the newest first unless that list has another order."""

    type: FoundType
    found: int | None = Field(description="how many fit; null where the list does not count them")
    items: list[PolicyFoundOut | dict[str, Any]] = Field(
        description="as the list at `href` gives them"
    )
    next: str | None = Field(description="cursor of the next page, with `type`; null on the last")
    href: str = Field(description="address of the whole list, with the finer filters of its own")


class LeftOutOut(BaseModel):
    """A type that was not searched, because it does not know some of the filters."""

    type: FoundType
    filters: list[str]


class SearchOut(BaseModel):
    """What was found, by type."""

    groups: list[FoundGroupOut]
    unavailable: list[FoundType] = Field(description="types whose room did not answer in time")
    left_out: list[LeftOutOut]


async def wanted(
    q: Annotated[str, Query(max_length=100, description="words, Chinese or English")] = "",
    region: Region = None,
    industry: Industry = None,
    occupation: Occupation = None,
    major: Major = None,
) -> Wanted:
    """Read what is searched for."""
    told = {
        "region": region.ljust(6, "0") if region else None,
        "industry": industry.upper() if industry else None,
        "occupation": occupation,
        "major": major,
    }
    return Wanted(q.strip(), {name: value for name, value in told.items() if value})


@router.get("/search", response_model=SearchOut)
async def search_everything(
    asked: Annotated[Wanted, Depends(wanted)],
    request: Request,
    response: Response,
    kind: Annotated[
        FoundType | None, Query(alias="type", description="one type, page by page")
    ] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=_PAGE_MAX, description="of each type; 5, with `type` 20")
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=2000, description="of that type's page before; with `type`")
    ] = None,
) -> SearchOut | Response:
    """Search posts, notices, verified organisations, competency standards and policies.

    Every room answers for itself and sees who asks: nothing is found here that its own list
    would not show. Without `type`, the first few of each.
    """
    if kind is None and cursor is not None:
        said = Text("翻页须同时给出 type", "a cursor belongs to one type: give `type` too")
        raise InvalidInputError(faults=[Fault("cursor_without_type", said, pointer="query:cursor")])
    types = [kind] if kind else list(FoundType)
    left_out = {each: unknown_filters(each, asked) for each in types}
    searched = [each for each in types if not left_out[each]]
    turn = Turn(limit or (_PAGE if kind else _FEW), cursor)
    answers = await asyncio.gather(*(_find(each, asked, turn, request) for each in searched))
    refusal = next((each for each in answers if isinstance(each, Refusal)), None)
    if refusal is not None:
        return _refused(refusal)
    found = dict(zip(searched, answers, strict=True))
    silent = [each for each, part in found.items() if isinstance(part, Silence)]
    if kind is not None and kind in silent:
        raise UnavailableError(part=kind.value, retry_after_s=1)
    groups = [_group(each, part) for each, part in found.items() if isinstance(part, Part)]
    if kind and groups and groups[0].next:
        target = request.url.include_query_params(cursor=groups[0].next)
        response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
    return SearchOut(
        groups=groups,
        unavailable=silent,
        left_out=[
            LeftOutOut(type=each, filters=unknown) for each, unknown in left_out.items() if unknown
        ],
    )


async def _find(
    kind: FoundType, asked: Wanted, turn: Turn, request: Request
) -> Part | Silence | Refusal:
    if kind is FoundType.POLICIES:
        language = language_of(request.headers.get("accept-language"))
        # In a thread: the first search reads the dictionary of Chinese words, half a second.
        entries = await asyncio.to_thread(find_policies, asked.words, asked.filters.get("region"))
        part = _policies(entries, turn, request.app.state.cursor_secret, language)
        return replace(part, address=f"{_HERE}?{urlencode({**asked.query(), 'type': kind.value})}")
    rooms = RoomSearch(
        request.app.state.peers,
        headers=request.headers,
        request_id=getattr(request.state, "request_id", None),
    )
    return await rooms.ask(SOURCES[kind], asked, turn)


def _policies(
    entries: Sequence[PolicyEntry], turn: Turn, secret: bytes, language: Language
) -> Part:
    begin = 0
    if turn.cursor is not None:
        (last,) = decode_cursor(turn.cursor, secret, of=_HERE)
        places = {each.id: place for place, each in enumerate(entries, 1)}
        if last not in places:
            raise CursorError
        begin = places[last]
    shown = entries[begin : begin + turn.limit]
    more = begin + len(shown) < len(entries)
    return Part(
        items=[_policy(each, language).model_dump(mode="json") for each in shown],
        following=encode_cursor([shown[-1].id], secret, of=_HERE) if more else None,
        found=len(entries),
        address=_HERE,
    )


def _policy(entry: PolicyEntry, language: Language) -> PolicyFoundOut:
    return PolicyFoundOut(
        id=entry.id,
        kind=entry.kind,
        key=entry.key,
        name=entry.name.in_language(language),
        pack=entry.pack.id,
        pack_name=entry.pack.name.in_language(language),
        region_code=entry.pack.region,
        document=entry.document.title.in_language(language),
        number=entry.document.number,
        issued_on=entry.document.issued_on,
        clause=entry.clause,
        quote=entry.quote,
        href=f"/v1/policy-packs/{entry.pack.id}",
    )


def _group(kind: FoundType, part: Part) -> FoundGroupOut:
    return FoundGroupOut(
        type=kind,
        found=part.found,
        items=[dict(each) for each in part.items],
        next=part.following,
        href=part.address,
    )


def _refused(refusal: Refusal) -> Response:
    """Return what a room refused as it said it: it knows best what is wrong."""
    told: Mapping[str, str] = refusal.headers
    kept = {name: told[name] for name in _KEPT_HEADERS if name in told}
    return Response(refusal.content, refusal.status, kept)
