"""A student's credit account: what is held, what it could become, what is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT, members_of
from gateway.portal.components import Cell, Column, Link, Stat, Table, Tag
from gateway.portal.credit_words import OUTCOME_KINDS, credits_of, stage_words, state_tag
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_SCHOOL = members_of("school")
_PAGE = 100
_NOTHING = frozenset({403, 404})


async def show_account(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    accounts, outcomes, applications, credentials = await asyncio.gather(
        _items(visit, "/v1/credit-accounts"),
        _items(visit, "/v1/outcomes"),
        _items(visit, "/v1/credit-applications"),
        _items(visit, "/v1/credentials"),
    )
    held = [one for one in accounts if one["kind"] == "credit"]
    context = {
        "figures": [
            Stat(credits_of(texts, sum(one["balance_centi"] for one in held)), say("Credits held")),
            Stat(
                credits_of(texts, sum(one["pending_centi"] for one in held)),
                say("Credits under way"),
            ),
            Stat(texts.number(len(credentials)), say("Credentials")),
        ],
        "accounts": _account_table(texts, held),
        "outcomes": _outcome_table(texts, outcomes),
        "applications": _application_table(texts, applications),
        "credentials": _credential_table(texts, credentials),
    }
    return visit.render("credits/account.html", context, title=say("My credits"))


async def show_statement(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    account_id = visit.request.path_params["account_id"]
    asked = visit.request.query_params.get("as_of") or None
    told = (await visit.api.get(f"/v1/credit-accounts/{account_id}", {"as_of": asked})).body
    rows = [
        [
            Cell(texts.moment(one["at"])),
            Cell(str(one["facts"].get("title") or one["transaction_kind"])),
            Cell(credits_of(texts, one["amount_centi"])),
            Cell(credits_of(texts, one["balance_centi"])),
            Cell("—" if one["leaf"] is None else texts.number(one["leaf"])),
        ]
        for one in told["lines"]
    ]
    columns = [
        Column(say("When")),
        Column(say("What")),
        Column(say("Credits"), numeric=True),
        Column(say("Held after it"), numeric=True),
        Column(say("Place in the public log"), numeric=True),
    ]
    context = {
        "told": told,
        "as_of": asked or "",
        "lines": Table(say("Statement"), columns, rows, caption_hidden=True) if rows else None,
    }
    trail = [Link(say("My credits"), "/credits")]
    title = stage_words(texts, told["account"]["label"]) or say("Statement")
    return visit.render("credits/statement.html", context, title=title, breadcrumb=trail)


async def ask_transcript(visit: Visit) -> Response:
    made = await visit.api.post("/v1/credentials/transcripts", {}, key=visit.key)
    say = visit.texts.gettext
    return visit.redirect(f"/verify/{made.body['id']}", notice=say("Your transcript is signed."))


async def download_credential(visit: Visit) -> Response:
    credential_id = visit.request.path_params["credential_id"]
    form = visit.request.query_params.get("format", "pdf")
    answer = await visit.api.get(f"/v1/credentials/{credential_id}/file", {"format": form})
    headers = {
        name: answer.headers[name]
        for name in ("content-type", "content-disposition")
        if name in answer.headers
    }
    return Response(answer.content, headers=headers)


async def list_notices(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    items = (await visit.api.get("/v1/credit-notices", {"limit": _PAGE})).body["items"]
    rows = [
        [
            Cell(one["name_masked"], sub=one["class_name"]),
            Cell(one["outcome_title"], sub=named(texts, OUTCOME_KINDS, one["outcome_kind"])),
            Cell(say("; ").join(str(each.get("title", "")) for each in one["courses"])),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(texts.date(one["ends_at"])),
            Cell(say("Object"), href=f"/credits/notices/{one['id']}/objection"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Student")),
        Column(say("Learning outcome")),
        Column(say("Courses")),
        Column(say("Credits"), numeric=True),
        Column(say("Shown until")),
        Column(say("Objection")),
    ]
    title = say("Public notices of recognition")
    table = Table(title, columns, rows, caption_hidden=True) if rows else None
    return visit.render("credits/notices.html", {"table": table}, title=title)


async def _items(visit: Visit, path: str) -> Sequence[Body]:
    """Return a list of the student's own; a student whom the room does not know has nothing yet."""
    try:
        return (await visit.api.get(path, {"limit": _PAGE})).body["items"]
    except ApiProblemError as refusal:
        if refusal.problem.status in _NOTHING:
            return ()
        raise


def _account_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                stage_words(texts, one["label"] or one["scope"]),
                href=f"/credits/accounts/{one['id']}",
            ),
            Cell(credits_of(texts, one["balance_centi"])),
            Cell(credits_of(texts, one["pending_centi"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Account")),
        Column(say("Held"), numeric=True),
        Column(say("Reserved"), numeric=True),
    ]
    return Table(say("What I have"), columns, rows)


def _outcome_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["title"],
                href=f"/credits/outcomes/{one['id']}",
                sub=named(texts, OUTCOME_KINDS, one["kind"]),
            ),
            Cell(one["issuer_name"]),
            Cell(texts.date(one["completed_on"])),
            Cell(tag=Tag(say("Verified"), "good") if one["verified"] else Tag(say("Not verified"))),
        ]
        for one in items
    ]
    heads = (say("Learning outcome"), say("Issuer"), say("Completed on"), say("State"))
    return Table(say("What it could become"), [Column(head) for head in heads], rows)


def _application_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["outcome_title"], href=f"/credits/applications/{one['id']}"),
            Cell(say("; ").join(each["title"] for each in one["items"])),
            Cell(tag=state_tag(texts, one["state"])),
            Cell(texts.date(one["due_at"]) if one["due_at"] else "—"),
        ]
        for one in items
    ]
    heads = (say("Learning outcome"), say("Courses"), say("State"), say("Next by"))
    return Table(say("What is under way"), [Column(head) for head in heads], rows)


def _credential_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], href=f"/verify/{one['id']}"),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(texts.date(one["issued_at"])),
            Cell("PDF", href=f"/credits/credentials/{one['id']}/file?format=pdf"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Credential")),
        Column(say("Credits"), numeric=True),
        Column(say("Issued on")),
        Column(say("Download")),
    ]
    return Table(say("Credentials that anyone can verify"), columns, rows)


PAGES = (
    Page("/credits", show_account, "credits", STUDENT),
    Page("/credits/accounts/{account_id}", show_statement, "credit_statement", _SCHOOL),
    Page("/credits/transcript", ask_transcript, "credit_transcript", STUDENT, ("POST",)),
    Page("/credits/credentials/{credential_id}/file", download_credential, "credit_file", _SCHOOL),
    Page("/credits/notices", list_notices, "credit_notices", _SCHOOL),
)
