"""Verification of a credential by anyone: no account, nothing kept, nobody asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.api_client import Upload
from gateway.portal.components import Tag, Tone
from gateway.portal.credit_words import credits_of
from gateway.portal.forms import FormState, form_state, sent_file
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_REFUSED = frozenset({413, 415, 422})
_CODES: Mapping[str, str] = {
    "tampered": marked("The contents were changed after signing"),
    "expired": marked("It has expired"),
    "revoked": marked("Its issuer has revoked it"),
    "suspended": marked("Its issuer has suspended it"),
    "malformed": marked("This is no readable credential"),
    "undefined_terms": marked("It carries terms that no context defines"),
    "unknown_issuer": marked("The signature is sound, the issuer is not on our list"),
}


async def ask_verification(visit: Visit) -> Response:
    return _page(visit, FormState(("file",)), None)


async def send_verification(visit: Visit) -> Response:
    form = form_state(("file",), visit.form)
    upload = await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return _page(visit, form.with_error(said, "file"), None)
    try:
        told = await visit.api.upload("/v1/credentials/verifications", _named(upload))
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return _page(visit, form.with_error(said, "file"), None)
    return _page(visit, form, told.body)


async def show_verification(visit: Visit) -> Response:
    credential_id = visit.request.path_params["credential_id"]
    told = await visit.api.get(f"/v1/credentials/{credential_id}/verification")
    return _page(visit, FormState(("file",)), told.body)


def _named(upload: Upload) -> Upload:
    """Return the file with the type that its name tells, where the browser knew none."""
    types = {".pdf": "application/pdf", ".png": "image/png", ".json": "application/vc"}
    for ending, media_type in types.items():
        if upload.name.lower().endswith(ending):
            return Upload(upload.name, upload.content, media_type)
    return upload


def _page(visit: Visit, form: FormState, verdict: Body | None) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    context: dict[str, Any] = {"form": form, "verdict": verdict, "tag": None, "facts": []}
    if verdict is not None:
        context["tag"] = _tag(visit, verdict)
        context["reason"] = verdict["reason"][visit.language] if verdict["reason"] else ""
        claims = verdict["claims"]
        if claims is not None:
            context["facts"] = [
                (say("Title"), claims["title"]),
                (say("Issuer"), claims["issuer_name"] or claims["issuer_id"]),
                (say("Credits"), credits_of(texts, claims["credits_hundredths"])),
                (
                    say("Completed on"),
                    texts.date(claims["completed_on"]) if claims["completed_on"] else "—",
                ),
                (
                    say("Issued on"),
                    texts.date(claims["valid_from"]) if claims["valid_from"] else "—",
                ),
                ("SHA-256", claims["sha256"]),
            ]
    title = say("Verify a credential")
    status = 422 if form.errors else 200
    return visit.render("credits/verify.html", context, title=title, status=status)


def _tag(visit: Visit, verdict: Body) -> Tag:
    say = visit.texts.gettext
    if verdict["accepted"]:
        return Tag(say("Sound, current, and from an issuer on our list"), "good")
    code = verdict["code"] or ""
    tone: Tone = "warn" if code == "unknown_issuer" else "bad"
    return Tag(say(_CODES.get(code, code)), tone)


PAGES = (
    Page("/verify", ask_verification, "verify", PUBLIC),
    Page("/verify/file", send_verification, "verify_file", PUBLIC, ("POST",)),
    Page("/verify/{credential_id}", show_verification, "verify_issued", PUBLIC),
)
