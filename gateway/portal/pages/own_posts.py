"""An enterprise's own posts: what needs a person now, the list by state, one post and its fate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.addresses import pager, with_query
from gateway.portal.api_client import Answer
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, Column, Link, SummaryRow, Table, Tag, Task
from gateway.portal.forms import FormError, FormState, form_state
from gateway.portal.pages.posts import rules_of
from gateway.portal.post_answers import is_answered, shown_answers
from gateway.portal.post_steps import STEPS, Question, Step
from gateway.portal.post_words import STATES, days_text, level_tag, pay_text, state_tag
from gateway.portal.problems import ApiProblemError
from gateway.portal.report_view import ReportView, has_open, report_view
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_PAGE = 50


async def list_posts(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    state = query.get("state", "draft")
    state = state if state in STATES else "draft"
    asked = {"mine": "true", "q": query.get("q", ""), "level": query.get("level") or None}
    listed, *counted = await asyncio.gather(
        visit.api.get(
            "/v1/posts",
            {**asked, "state": state, "limit": _PAGE, "cursor": query.get("cursor")},
        ),
        *(visit.api.get("/v1/posts/facets", {"mine": "true", "state": each}) for each in STATES),
    )
    counts = {each: one.body["found"] for each, one in zip(STATES, counted, strict=True)}
    address = visit.request.url
    context = {
        "tabs": [
            Link(
                f"{say(text)} ({visit.texts.number(counts[each])})",
                f"{address.path}?state={each}",
                current=each == state,
            )
            for each, (text, _tone) in STATES.items()
        ],
        "state": state,
        "words": asked["q"],
        "posts": _own_table(visit, listed.body["items"], state),
        "pager": pager(address, listed, shown=len(listed.body["items"])),
        "level": level_tag(asked["level"], visit.texts),
        "every_level": with_query(address, level=None),
    }
    trail = [Link(say("My enterprise"), "/enterprise")]
    return visit.render("enterprise/posts.html", context, title=say("Posts"), breadcrumb=trail)


async def show_own_post(visit: Visit) -> Response:
    return await _own_page(visit, FormState())


async def check_answers(visit: Visit) -> Response:
    return await _check_page(visit, FormState())


async def publish_post(visit: Visit) -> Response:
    try:
        await visit.api.post(f"{_api_path(visit)}/publish", key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in {409, 422}:
            raise
        return await _check_page(visit, _blocked(refusal), status=422)
    notice = visit.texts.gettext("Published. Schools and students see the post now.")
    return visit.redirect(_overview(visit), notice=notice)


async def ask_close(visit: Visit) -> Response:
    post = (await _own(visit)).body
    title = visit.texts.gettext("Close this post?")
    context = {"post": post, "back": _overview(visit), "form": FormState()}
    return visit.render(
        "enterprise/close.html", context, title=title, breadcrumb=_trail(visit, post)
    )


async def close_post(visit: Visit) -> Response:
    try:
        await visit.api.post(f"{_api_path(visit)}/close", key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, refusal)
    return visit.redirect(_overview(visit), notice=visit.texts.gettext("The post is closed."))


async def clone_post(visit: Visit) -> Response:
    copy = await visit.api.post(f"{_api_path(visit)}/clone", key=visit.key)
    notice = visit.texts.gettext("Copied to a new draft. Change what differs, then publish it.")
    return visit.redirect(f"/enterprise/posts/{copy.body['id']}", notice=notice)


async def ask_release(visit: Visit) -> Response:
    return await _release_page(visit, form_state(("reason",)))


async def release_finding(visit: Visit) -> Response:
    rule = str(visit.request.path_params["rule"])
    form = form_state(("reason",), visit.form)
    if not form.value("reason"):
        said = visit.texts.gettext("Give the reason, in at least ten characters")
        return await _release_page(visit, form.with_error(said, "reason"), status=422)
    told = {"rule": rule, "reason": form.value("reason")}
    try:
        await visit.api.post(f"{_api_path(visit)}/releases", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in {409, 422}:
            raise
        return await _release_page(visit, form.refused(refusal.problem), status=422)
    notice = visit.texts.gettext("Released. Your name and reason are kept with the report.")
    return visit.redirect(f"{_overview(visit)}/check", notice=notice)


def _api_path(visit: Visit) -> str:
    return f"/v1/posts/{visit.request.path_params['post_id']}"


def _overview(visit: Visit) -> str:
    return f"/enterprise/posts/{visit.request.path_params['post_id']}"


def _trail(visit: Visit, post: Body | None = None) -> list[Link]:
    say = visit.texts.gettext
    trail = [Link(say("My enterprise"), "/enterprise"), Link(say("Posts"), "/enterprise/posts")]
    return (
        trail if post is None else [*trail, Link(post["title"], f"/enterprise/posts/{post['id']}")]
    )


async def _own(visit: Visit) -> Answer:
    """Return a post of the caller's enterprise; another's is not found here."""
    answer = await visit.api.get(_api_path(visit))
    assert visit.caller is not None, "the page is for signed-in people"
    if answer.body["org_id"] != visit.caller.acting_org_id:
        raise NotFoundError
    return answer


async def _refused(visit: Visit, refusal: ApiProblemError) -> Response:
    if refusal.problem.status != 409:
        raise refusal
    return await _own_page(visit, FormState().refused(refusal.problem), status=409)


async def _own_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    post = (await _own(visit)).body
    report = await _report(visit, post)
    context = {
        "form": form,
        "post": post,
        "state": state_tag(post["state"], visit.texts),
        "pay": pay_text(post, visit.texts),
        "days": days_text(post, visit.texts),
        "tasks": _tasks(visit, post) if post["state"] != "closed" else [],
        "report": report,
        "base": _overview(visit),
    }
    return visit.render(
        "enterprise/post.html",
        context,
        title=post["title"],
        breadcrumb=_trail(visit),
        status=status,
    )


async def _check_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    post = (await _own(visit)).body
    report = await _report(visit, post)
    blocked = [line for line in report.findings if line.level == "block" and not line.released]
    say = visit.texts.gettext
    context = {
        "form": form,
        "post": post,
        "groups": [(say(step.title), _answers(visit, step, post)) for step in STEPS],
        "report": report,
        "blocked": blocked,
        "base": _overview(visit),
    }
    title = say("Check your answers")
    return visit.render(
        "enterprise/check.html",
        context,
        title=title,
        breadcrumb=_trail(visit, post),
        status=status,
    )


async def _release_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    post = (await _own(visit)).body
    rule = str(visit.request.path_params["rule"])
    report = await _report(visit, post)
    lines = [line for line in report.findings if line.rule == rule and line.release_href]
    if not lines and not form.errors:
        raise NotFoundError
    assert visit.caller is not None, "the page is for signed-in people"
    context = {
        "form": form,
        "lines": lines,
        "name": visit.caller.name,
        "path": visit.request.url.path,
        "back": f"{_overview(visit)}/check",
    }
    title = visit.texts.gettext("Release a finding")
    return visit.render(
        "enterprise/release.html",
        context,
        title=title,
        breadcrumb=_trail(visit, post),
        status=status,
    )


async def _report(visit: Visit, post: Body) -> ReportView:
    rules, releases = await asyncio.gather(
        rules_of(visit), visit.api.get(f"{_api_path(visit)}/releases")
    )
    base = f"{_overview(visit)}/releases" if post["state"] != "closed" else None
    return report_view(
        post["report"], rules, visit.texts, release_base=base, releases=releases.body["items"]
    )


def _blocked(refusal: ApiProblemError) -> FormState:
    """Return the refusal with every rule that stops the post leading to its finding."""
    problem = refusal.problem
    found = [FormError(fault.text, f"rule.{fault.code}") for fault in problem.faults]
    whole = FormError(f"{problem.title} {problem.detail}".strip())
    return FormState(errors=tuple(found or [whole]))


def _tasks(visit: Visit, post: Body) -> list[Task]:
    say = visit.texts.gettext
    done, todo = Tag(say("Filled in"), "good"), Tag(say("Nothing yet"), "neutral")
    found = Tag(say("See the findings"), "warn")
    return [
        Task(
            say(step.title),
            found
            if has_open(post["report"], step.rules)
            else done
            if is_answered(step, post)
            else todo,
            f"/enterprise/posts/{post['id']}/edit/{step.key}?back=check",
        )
        for step in STEPS
    ]


def _answers(visit: Visit, step: Step, post: Body) -> list[SummaryRow]:
    shown = shown_answers(step, post)
    href = f"/enterprise/posts/{post['id']}/edit/{step.key}?back=check"
    closed = post["state"] == "closed"
    return [
        SummaryRow(
            visit.texts.gettext(one.label),
            _said(visit, one, shown),
            None if closed else f"{href}#{_anchor(one)}",
        )
        for one in step.questions
        if one.form != "site"
    ]


def _anchor(question: Question) -> str:
    return "field-" + question.name.replace(".", "-").replace("_", "-")


def _said(visit: Visit, question: Question, shown: FormState) -> str:
    texts = visit.texts
    told = shown.chosen(question.name)
    if question.form == "date" and told and told[0]:
        return texts.date(told[0])
    if question.form in {"radios", "flag", "hazards"}:
        named = {one.value: one.label for one in question.options(texts)}
        return texts.gettext(", ").join(named.get(one, one) for one in told if one)
    said = shown.value(question.name)
    suffix = f" {texts.gettext(question.suffix)}" if question.suffix and said else ""
    return f"{said}{suffix}"


def _own_table(visit: Visit, posts: Sequence[Body], state: str) -> Table | None:
    if not posts:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["title"], href=f"/enterprise/posts/{one['id']}"),
            Cell(region_name(one["region_code"])),
            Cell(pay_text(one, texts) or say("Not declared")),
            Cell(texts.date(one["start_on"]), sub=texts.date(one["end_on"])),
            Cell(f"{texts.number(one['seats_left'])} / {texts.number(one['seats'])}"),
            Cell(tag=level_tag(one["report_level"], texts)),
        ]
        for one in posts
    ]
    columns = [
        Column(say("Post")),
        Column(say("Place")),
        Column(say("Pay")),
        Column(say("First and last day")),
        Column(say("Seats left"), numeric=True),
        Column(say("Compliance")),
    ]
    return Table(say(STATES[state][0]), columns, rows, caption_hidden=True)


PAGES = (
    Page("/enterprise/posts", list_posts, "own_posts", HR),
    Page("/enterprise/posts/{post_id}", show_own_post, "own_post", HR),
    Page("/enterprise/posts/{post_id}/check", check_answers, "check_post", HR),
    Page("/enterprise/posts/{post_id}/publish", publish_post, "publish_post", HR, ("POST",)),
    Page("/enterprise/posts/{post_id}/close", ask_close, "close_post", HR),
    Page("/enterprise/posts/{post_id}/close", close_post, "close_post_sent", HR, ("POST",)),
    Page("/enterprise/posts/{post_id}/clone", clone_post, "clone_post", HR, ("POST",)),
    Page("/enterprise/posts/{post_id}/releases/{rule}", ask_release, "release", HR),
    Page(
        "/enterprise/posts/{post_id}/releases/{rule}",
        release_finding,
        "release_sent",
        HR,
        ("POST",),
    ),
)
