"""Answers of the wizard between its forms, where people type, and the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.portal.catalogue_names import named_code
from gateway.portal.forms import FormState
from gateway.portal.post_steps import NO_HAZARDS, TERMS, Question, Step
from gateway.portal.post_words import code_lines
from gateway.portal.translation import Texts

Body = Mapping[str, Any]

_LEADING_CODE = re.compile(r"([0-9A-Z]{1,2}[0-9A-Z-]*|[A-Z])\s+\S")


def shown_answers(step: Step, post: Body) -> FormState:
    """Return the step's form filled with a post of the API."""
    values = {
        question.name: _shown(question, _held(post, question.name)) for question in step.questions
    }
    return FormState(step.names, values)


def read_answers(step: Step, form: FormState, texts: Texts) -> tuple[dict[str, Any], FormState]:
    """Return the step's answers as the API takes them, and the form with what cannot be read."""
    answers: dict[str, Any] = {}
    for question in step.questions:
        try:
            value = _read(question, form)
        except ValueError:
            form = form.with_error(_unreadable(question, texts), question.name)
            continue
        if value is None and question.required:
            said = texts.gettext("Fill in: %(field)s") % {"field": texts.gettext(question.label)}
            form = form.with_error(said, question.name)
        _put(answers, question.name, value)
    return answers, form


def is_answered(step: Step, post: Body) -> bool:
    """Return whether every question that matters in a step has its answer."""
    return any(_held(post, name) not in (None, "", []) for name in step.names)


def terms_of(post: Body) -> dict[str, Any]:
    """Return what a post declares, as the API takes it to check it."""
    terms: dict[str, Any] = {}
    for name in TERMS:
        _put(terms, name, _held(post, name))
    return terms


def _held(post: Body, name: str) -> Any:
    outer, _, inner = name.partition(".")
    held = post.get(outer)
    return (held or {}).get(inner) if inner else held


def _put(answers: dict[str, Any], name: str, value: Any) -> None:
    outer, _, inner = name.partition(".")
    if inner:
        answers.setdefault(outer, {})[inner] = value
    else:
        answers[name] = value


def _shown(question: Question, value: Any) -> str | list[str]:
    if question.form == "hazards":
        return [NO_HAZARDS] if value == [] else list(value or ())
    if value is None:
        return ""
    way = _SHOWN.get(question.form, str)
    return way(value) if question.form not in {"code", "codes"} else _coded(question, value)


def _coded(question: Question, value: Any) -> str:
    if question.form == "codes":
        return code_lines(question.name, value)
    return named_code(question.name, value)


def _yuan(fen: int) -> str:
    return str(fen // 100) if fen % 100 == 0 else f"{fen / 100:.2f}"


def _figure(value: float) -> str:
    return f"{value:g}"


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "yuan": _yuan,
    "decimal": _figure,
    "flag": lambda value: "true" if value else "false",
    "time": lambda value: value[:5],
    "lines": "\n".join,
}


def _read(question: Question, form: FormState) -> Any:
    name = question.name
    if question.form == "hazards":
        return _hazards(form.chosen(name))
    told = form.value(name).strip()
    if question.form in {"lines", "codes"}:
        split = [line.strip() for line in re.split(r"[\n;；]", told) if line.strip()]
        return [code_of(line) for line in split] if question.form == "codes" else split
    if not told:
        return None
    way = _READ.get(question.form)
    return way(told) if way else told


def _hazards(chosen: Sequence[str]) -> list[str] | None:
    named = [each for each in chosen if each and each != NO_HAZARDS]
    return named or ([] if NO_HAZARDS in chosen else None)


def code_of(told: str) -> str:
    """Return the code where one leads the text, else the text: the API takes names, too.

    >>> code_of("460103 数控技术"), code_of("数控技术"), code_of("C34 通用设备制造业")
    ('460103', '数控技术', 'C34')
    """
    return told.split(maxsplit=1)[0] if _LEADING_CODE.match(told) else told


def _number(told: str) -> int:
    return int(told.replace(",", "").replace("，", ""))


def _decimal(told: str) -> str:
    try:
        number = Decimal(told)
    except InvalidOperation as error:
        raise ValueError(told) from error
    if not number.is_finite():
        raise ValueError(told)
    return str(number)


def fen_of(told: str) -> int:
    """Return an amount typed in yuan as fen; raises ValueError for what is none."""
    fen = Decimal(_decimal(told.removeprefix("¥").replace(",", "").replace("，", ""))) * 100
    if fen != fen.to_integral_value():
        raise ValueError(told)
    return int(fen)


_READ: Mapping[str, Callable[[str], Any]] = {
    "number": _number,
    "decimal": _decimal,
    "yuan": fen_of,
    "flag": lambda told: told == "true",
    "code": code_of,
}


def _unreadable(question: Question, texts: Texts) -> str:
    label = {"field": texts.gettext(question.label)}
    if question.form == "yuan":
        said = texts.gettext("%(field)s: give an amount in yuan, such as 3000 or 3000.50")
    else:
        said = texts.gettext("%(field)s: give a number")
    return said % label
