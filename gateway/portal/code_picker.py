"""Codes of catalogues in forms: found by name, code or pinyin, picked, put into their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.portal.catalogue_names import named_code
from gateway.portal.forms import FormState, Option
from gateway.portal.post_answers import code_of
from gateway.portal.post_steps import Question
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

FIND = "find."
_FOUND_MAX = 12
_PICK = "pick."


@dataclass(frozen=True, slots=True)
class Look:
    """One look into a catalogue: for which field, with which words, and what it holds."""

    find: str | None
    sought: str = ""
    found: Sequence[Option] | None = None


def asked_field(visit: Visit) -> str | None:
    """Return the field whose catalogue the pressed button opens."""
    wanted = str(visit.form.get("_do", ""))
    return wanted.removeprefix(FIND) if wanted.startswith(FIND) else None


def unknown_field(questions: Sequence[Question], form: FormState) -> str | None:
    """Return the field whose code nobody knows: its catalogue is opened at once."""
    coded = [one.name for one in questions if one.catalogue]
    return next((name for name in coded if form.error(name) and form.value(name)), None)


async def look_up(
    visit: Visit, questions: Sequence[Question], form: FormState, *, find: str | None
) -> Look:
    """Search the catalogue of a field for what was typed beside it, or in it."""
    question = next((one for one in questions if one.name == find and one.catalogue), None)
    if question is None:
        return Look(find)
    typed = str(visit.form.get(f"{FIND}{question.name}", "")).strip()
    lines = form.value(question.name).strip().splitlines() or [""]
    wanted = typed or code_of(lines[-1].strip())
    params = {"q": wanted[:100], "limit": _FOUND_MAX}
    answer = await visit.api.get(f"/v1/catalogues/{question.catalogue}", params)
    options = {
        one["code"]: Option(one["code"], named_code(question.name, one["code"]), _about(one))
        for one in answer.body["items"]
    }
    return Look(find, typed, list(options.values()))


def with_picked(visit: Visit, questions: Sequence[Question], form: FormState) -> FormState:
    """Put what was picked from a catalogue into its field."""
    values = dict(form.values)
    for question in questions:
        picks = [str(one) for one in visit.form.getlist(f"{_PICK}{question.name}") if one]
        named = [named_code(question.name, code) for code in picks]
        if not named:
            continue
        if question.form == "codes":
            held = [line.strip() for line in form.value(question.name).splitlines() if line.strip()]
            values[question.name] = "\n".join(dict.fromkeys([*held, *named]))
        else:
            values[question.name] = named[0]
    return replace(form, values=values)


def _about(entry: Body) -> str:
    more = entry["more"]
    return " · ".join(more[name] for name in ("group_name", "class_name") if more.get(name))
