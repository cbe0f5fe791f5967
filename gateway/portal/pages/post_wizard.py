"""Writing a post: one thing per page, kept as a draft at each step, checked while one writes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.api_client import Answer
from gateway.portal.code_picker import asked_field, look_up, unknown_field, with_picked
from gateway.portal.components import Link
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.pages.posts import rules_of
from gateway.portal.post_answers import read_answers, shown_answers, terms_of
from gateway.portal.post_steps import BY_KEY, STEPS, Question, Step, step_after
from gateway.portal.problems import ApiProblemError
from gateway.portal.report_view import has_open, report_view
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of the post while a step is open; a new one has no body yet."""

    step: Step
    body: Body | None = None
    etag: str = ""

    @property
    def path(self) -> str:
        """The address of the step."""
        if self.body is None:
            return "/enterprise/posts/new"
        return f"/enterprise/posts/{self.body['id']}/edit/{self.step.key}"

    @property
    def overview(self) -> str:
        """Where the person leaves to."""
        return f"/enterprise/posts/{self.body['id']}" if self.body else "/enterprise/posts"


async def show_step(visit: Visit) -> Response:
    draft = await _draft(visit)
    form = shown_answers(draft.step, draft.body or {})
    report = draft.body["report"] if draft.body else None
    return await _page(visit, draft, form, report=report)


async def send_step(visit: Visit) -> Response:
    draft = await _draft(visit)
    sent = form_state(draft.step.names, visit.form)
    form = with_picked(visit, draft.step.questions, sent)
    wanted, find = str(visit.form.get("_do", "save")), asked_field(visit)
    if find is not None:
        return await _page(visit, draft, form, find=find)
    answers, form = read_answers(draft.step, form, visit.texts)
    if form.errors:
        return await _page(visit, draft, form, status=422)
    if wanted == "check":
        return await _checked(visit, draft, form, answers)
    try:
        saved = await _save(visit, draft, answers)
    except ApiProblemError as refusal:
        if refusal.problem.status not in {409, 412, 422}:
            raise
        return await _page(visit, draft, form.refused(refusal.problem), status=422)
    return _onward(visit, draft.step, saved.body, leaves=wanted == "leave")


async def _draft(visit: Visit) -> Draft:
    told = visit.request.path_params
    if "post_id" not in told:
        return Draft(STEPS[0])
    if told["step"] not in BY_KEY:
        raise NotFoundError
    answer = await visit.api.get(f"/v1/posts/{told['post_id']}")
    assert visit.caller is not None, "the page is for signed-in people"
    if answer.body["org_id"] != visit.caller.acting_org_id:
        raise NotFoundError
    return Draft(BY_KEY[told["step"]], answer.body, answer.etag or "")


async def _save(visit: Visit, draft: Draft, answers: Mapping[str, Any]) -> Answer:
    if draft.body is None:
        return await visit.api.post("/v1/posts", answers, key=visit.key)
    seen = str(visit.form.get("_seen", draft.etag))
    return await visit.api.patch(f"/v1/posts/{draft.body['id']}", answers, etag=seen)


def _onward(visit: Visit, step: Step, post: Body, *, leaves: bool) -> Response:
    """Lead on; a step whose answers a rule speaks of is shown again, with what it says."""
    home = f"/enterprise/posts/{post['id']}"
    say = visit.texts.gettext
    if leaves:
        return visit.redirect(home, notice=say("The draft is kept."))
    already = "saved" in visit.request.query_params
    if not already and has_open(post["report"], step.rules):
        here = f"{home}/edit/{step.key}?saved=1"
        text = say("Saved. The rules have something to say about these answers.")
        return visit.redirect(here, notice=text, tone="warn")
    following = step_after(step)
    if post["state"] != "draft" or "back" in visit.request.query_params or following is None:
        return visit.redirect(f"{home}/check", notice=say("Saved."))
    return visit.redirect(f"{home}/edit/{following.key}", notice=say("Saved as a draft."))


async def _checked(
    visit: Visit, draft: Draft, form: FormState, answers: Mapping[str, Any]
) -> Response:
    """Check answers that are not kept yet."""
    terms = {**(terms_of(draft.body) if draft.body else {}), **answers}
    try:
        report = await visit.api.post("/v1/posts/check", terms)
    except ApiProblemError as refusal:
        if refusal.problem.status != 422:
            raise
        return await _page(visit, draft, form.refused(refusal.problem), status=422)
    return await _page(visit, draft, form, report=report.body)


async def _page(
    visit: Visit,
    draft: Draft,
    form: FormState,
    *,
    report: Body | None = None,
    find: str | None = None,
    status: int = 200,
) -> Response:
    step, say = draft.step, visit.texts.gettext
    find = find or unknown_field(step.questions, form)
    rules, sites, look = await asyncio.gather(
        rules_of(visit), _sites(visit, step), look_up(visit, step.questions, form, find=find)
    )
    context = {
        "form": form,
        "step": step,
        "number": STEPS.index(step) + 1,
        "steps": len(STEPS),
        "path": _address(visit, draft),
        "seen": draft.etag,
        "draft": draft,
        "questions": [(one, _options(visit, one, sites)) for one in step.questions],
        "find": look.find,
        "found": look.found,
        "sought": look.sought,
        "report": report_view(report, rules, visit.texts, only=step.rules) if report else None,
        "next_href": _next_href(visit, draft),
    }
    trail = [Link(say("My enterprise"), "/enterprise"), Link(say("Posts"), "/enterprise/posts")]
    if draft.body is not None:
        trail.append(Link(draft.body["title"], draft.overview))
    return visit.render(
        "enterprise/step.html", context, title=say(step.title), breadcrumb=trail, status=status
    )


def _address(visit: Visit, draft: Draft) -> str:
    query = visit.request.url.query
    kept = "&".join(part for part in query.split("&") if part.split("=")[0] in {"back", "saved"})
    return f"{draft.path}?{kept}" if kept else draft.path


def _next_href(visit: Visit, draft: Draft) -> str | None:
    """Return the way past findings that stay as they are, once the answers are kept."""
    if draft.body is None or "saved" not in visit.request.query_params:
        return None
    following = step_after(draft.step)
    if following is None or "back" in visit.request.query_params:
        return f"{draft.overview}/check"
    return f"{draft.overview}/edit/{following.key}"


async def _sites(visit: Visit, step: Step) -> list[Option]:
    if all(question.form != "site" for question in step.questions):
        return []
    assert visit.caller is not None, "the page is for signed-in people"
    answer = await visit.api.get(f"/v1/organisations/{visit.caller.acting_org_id}/sites")
    return [Option(one["id"], f"{one['name']} {one['address']}") for one in answer.body["items"]]


def _options(visit: Visit, question: Question, sites: Sequence[Option]) -> Sequence[Option]:
    return sites if question.form == "site" else question.options(visit.texts)


PAGES = (
    Page("/enterprise/posts/new", show_step, "new_post", HR),
    Page("/enterprise/posts/new", send_step, "new_post_sent", HR, ("POST",)),
    Page("/enterprise/posts/{post_id}/edit/{step}", show_step, "post_step", HR),
    Page("/enterprise/posts/{post_id}/edit/{step}", send_step, "post_step_sent", HR, ("POST",)),
)
