"""Policy packs: what each jurisdiction's documents say, clause by clause, and side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.policy_values import (
    confirmation_tag,
    level_tag,
    status_tag,
    target_value,
    value_cell,
)
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_CHINESE = "zh-CN"


async def show_policies(visit: Visit) -> Response:
    packs, names = await asyncio.gather(
        visit.api.get("/v1/policy-packs"), visit.api.get("/v1/policy-parameters")
    )
    context = {
        "packs": _pack_table(visit, packs.body["items"]),
        "keys": [
            Link(name, visit.request.app.url_path_for("policy_parameter", key=key))
            for key, name in names.body.items()
        ],
    }
    title = visit.texts.gettext("Policy packs")
    return visit.render("policies/list.html", context, title=title)


async def show_policy(visit: Visit) -> Response:
    pack_id = str(visit.request.path_params["pack_id"])
    pack, held, names, packs = await asyncio.gather(
        visit.api.get(f"/v1/policy-packs/{pack_id}"),
        visit.api.get(f"/v1/policy-packs/{pack_id.partition('@')[0]}/parameters"),
        visit.api.get("/v1/policy-parameters"),
        visit.api.get("/v1/policy-packs"),
    )
    body: Body = pack.body
    told = {one["key"]: one for one in body["parameters"] if not one["silent"]}
    others = [one for one in held.body["items"] if one["key"] not in told]
    known = _names_of(packs.body["items"], visit)
    context = {
        "pack": body,
        "pack_names": known,
        "documents": [(one, status_tag(one["status"], visit.texts)) for one in body["documents"]],
        "own": _own_table(visit, body, names.body),
        "inherited": _inherited_table(visit, others, (names.body, known)),
        "silent": [
            (names.body[one["key"]], _parameter_href(visit, one["key"]), one["reason"])
            for one in others
            if one["skipped"]
        ],
        "targets": _target_table(visit, body),
        "rules": _rule_table(visit, body),
        "overrides": _override_table(visit, body),
    }
    title = body["name"]
    return visit.render("policies/pack.html", context, title=title, breadcrumb=_trail(visit))


async def show_parameter(visit: Visit) -> Response:
    key = str(visit.request.path_params["key"])
    names, packs = await asyncio.gather(
        visit.api.get("/v1/policy-parameters"), visit.api.get("/v1/policy-packs")
    )
    lines = packs.body["items"]
    # Read first what refuses an unknown key, so that its page says what is wrong.
    held = await asyncio.gather(
        *(visit.api.get(f"/v1/policy-packs/{one['id']}/parameters/{key}") for one in lines)
    )
    whole = await asyncio.gather(*(visit.api.get(f"/v1/policy-packs/{one['id']}") for one in lines))
    quotes = {
        one.body["id"]: told["quote"]
        for one in whole
        for told in one.body["parameters"]
        if told["key"] == key and not told["silent"]
    }
    known = _names_of(lines, visit)
    rows = [
        _comparison_row(visit, line, (answer.body, known, quotes))
        for line, answer in zip(lines, held, strict=True)
    ]
    context = {"key": key, "comparison": _comparison_table(visit, rows)}
    title = names.body[key]
    return visit.render("policies/parameter.html", context, title=title, breadcrumb=_trail(visit))


def _trail(visit: Visit) -> Sequence[Link]:
    return [Link(visit.texts.gettext("Policy packs"), "/policies")]


def _names_of(lines: Iterable[Body], visit: Visit) -> dict[str, str]:
    return {one["id"]: one[f"name_{visit.language}"] for one in lines}


def _pack_href(visit: Visit, pack_id: str) -> str:
    return str(visit.request.app.url_path_for("policy", pack_id=pack_id))


def _parameter_href(visit: Visit, key: str) -> str:
    return str(visit.request.app.url_path_for("policy_parameter", key=key))


def _pack_table(visit: Visit, lines: Sequence[Body]) -> Table:
    gettext = visit.texts.gettext
    names = _names_of(lines, visit)
    columns = [
        Column(gettext("Jurisdiction")),
        Column(gettext("Takes over from")),
        Column(gettext("Values"), numeric=True),
        Column(gettext("Targets"), numeric=True),
        Column(gettext("Rules"), numeric=True),
        Column(gettext("Version")),
        Column(gettext("Compiled on")),
    ]
    rows = [
        [
            Cell(names[one["id"]], href=_pack_href(visit, one["id"]), sub=one["id"]),
            Cell(names[one["parent"]] if one["parent"] else "—"),
            *(Cell(visit.texts.number(one[n])) for n in ("parameters", "targets", "rules")),
            Cell(one["version"]),
            Cell(visit.texts.date(one["compiled_on"])),
        ]
        for one in lines
    ]
    return Table(gettext("Packs in force on this platform"), columns, rows)


def _clause(document: Body, clause: str) -> Cell:
    return Cell(f"{document['number']} {clause}", lang=_CHINESE)


def _documents(body: Body) -> dict[str, Body]:
    return {one["id"]: one for one in body["documents"]}


def _own_table(visit: Visit, body: Body, names: Mapping[str, str]) -> Table | None:
    gettext, documents = visit.texts.gettext, _documents(body)
    rows = [
        [
            Cell(
                names[one["key"]],
                href=_parameter_href(visit, one["key"]),
                sub=one["note"] or "",
                anchor=one["key"],
            ),
            value_cell(one, visit.texts),
            _clause(documents[one["document"]], one["clause"]),
            Cell(one["quote"] or "—", lang=_CHINESE),
            Cell(tag=confirmation_tag(one["confirmation"], visit.texts)),
        ]
        for one in body["parameters"]
        if not one["silent"]
    ]
    heads = (
        gettext("Parameter"),
        gettext("Value"),
        gettext("Clause"),
        gettext("Wording"),
        gettext("Known by"),
    )
    return (
        Table(gettext("Values of its own"), [Column(head) for head in heads], rows)
        if rows
        else None
    )


def _inherited_table(
    visit: Visit, others: Sequence[Body], names: tuple[Mapping[str, str], Mapping[str, str]]
) -> Table | None:
    gettext, (keys, packs) = visit.texts.gettext, names
    rows = [
        [
            Cell(keys[one["key"]], href=_parameter_href(visit, one["key"])),
            value_cell(one, visit.texts),
            Cell(
                packs[one["cited"]["pack"]],
                href=f"{_pack_href(visit, one['cited']['pack'])}#{one['key']}",
            ),
            _clause(one["cited"], one["cited"]["clause"]),
        ]
        for one in others
        if not one["skipped"]
    ]
    heads = (gettext("Parameter"), gettext("Value"), gettext("Taken over from"), gettext("Clause"))
    caption = gettext("Values taken over, because the documents here are silent")
    return Table(caption, [Column(head) for head in heads], rows) if rows else None


def _target_table(visit: Visit, body: Body) -> Table | None:
    gettext, documents = visit.texts.gettext, _documents(body)
    rows = [
        [
            Cell(one["metric"], sub=one["to_check"] or "", anchor=one["id"]),
            target_value(one, visit.texts),
            Cell(one["due"]),
            _clause(documents[one["document"]], one["clause"]),
            Cell(one["quote"] or "—", lang=_CHINESE),
        ]
        for one in body["targets"]
    ]
    heads = (
        gettext("Promise"),
        gettext("Figure"),
        gettext("Due"),
        gettext("Clause"),
        gettext("Wording"),
    )
    return (
        Table(gettext("What is promised"), [Column(head) for head in heads], rows) if rows else None
    )


def _rule_table(visit: Visit, body: Body) -> Table | None:
    gettext, documents = visit.texts.gettext, _documents(body)
    rows = [
        [
            Cell(one["title"], sub=one["check"], anchor=one["id"]),
            Cell(tag=level_tag(one["level"], visit.texts), sub=_exceptions(visit, one)),
            _clause(documents[one["document"]], one["article"]),
            Cell(tag=confirmation_tag(one["confirmation"], visit.texts)),
        ]
        for one in body["rules"]
    ]
    heads = (gettext("Rule"), gettext("Level"), gettext("Clause"), gettext("Known by"))
    caption = gettext("Rules that posts and placements are checked against")
    return Table(caption, [Column(head) for head in heads], rows) if rows else None


def _exceptions(visit: Visit, rule: Body) -> str:
    gettext = visit.texts.gettext
    told = [
        (rule["releasable"], gettext("A named person may release it")),
        (rule["filing_exempts"], gettext("A filed special requirement exempts")),
        (rule["local"], gettext("Local rules may detail it")),
    ]
    return visit.texts.gettext("; ").join(text for holds, text in told if holds)


def _override_table(visit: Visit, body: Body) -> Table | None:
    gettext, documents = visit.texts.gettext, _documents(body)
    rows = [
        [
            Cell(one["rule"]),
            Cell(tag=level_tag(one["level"], visit.texts)),
            Cell(one["reason"]),
            _clause(documents[one["document"]], one["clause"]),
        ]
        for one in body["overrides"]
    ]
    heads = (gettext("Rule"), gettext("Level"), gettext("Reason"), gettext("Clause"))
    caption = gettext("Rules whose level differs here")
    return Table(caption, [Column(head) for head in heads], rows) if rows else None


def _comparison_row(
    visit: Visit, line: Body, found: tuple[Body, Mapping[str, str], Mapping[str, str]]
) -> Sequence[Cell]:
    held, names, quotes = found
    own = Cell(names[line["id"]], href=_pack_href(visit, line["id"]), sub=line["id"])
    if held["skipped"]:
        return [own, Cell(visit.texts.gettext("Silent")), Cell(held["reason"]), Cell("—"), Cell()]
    cited = held["cited"]
    source = visit.texts.gettext("Its own document")
    if held["inherited"]:
        source = visit.texts.gettext("Taken over from %(pack)s") % {"pack": names[cited["pack"]]}
    return [
        own,
        value_cell(held, visit.texts),
        Cell(source, href=f"{_pack_href(visit, cited['pack'])}#{held['key']}"),
        Cell(f"{cited['number']} {cited['clause']}", sub=quotes[cited["pack"]], lang=_CHINESE),
        Cell(tag=confirmation_tag(held["confirmation"], visit.texts), sub=held["caution"] or ""),
    ]


def _comparison_table(visit: Visit, rows: Sequence[Sequence[Cell]]) -> Table:
    gettext = visit.texts.gettext
    heads = (
        gettext("Jurisdiction"),
        gettext("Value"),
        gettext("Source"),
        gettext("Clause and wording"),
        gettext("Known by"),
    )
    return Table(
        gettext("The same question, place by place"), [Column(head) for head in heads], rows
    )


PAGES = (
    Page("/policies", show_policies, "policies", PUBLIC),
    Page("/policies/parameters/{key}", show_parameter, "policy_parameter", PUBLIC),
    Page("/policies/{pack_id}", show_policy, "policy", PUBLIC),
)
