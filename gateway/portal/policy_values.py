"""Values of policy packs in words: shares, money, times, and how well a text is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.portal.components import Cell, Tag, Tone
from gateway.portal.post_words import HAZARDS
from gateway.portal.translation import Texts, marked

_CHINESE = "zh-CN"

_CONFIRMATIONS: Mapping[str, tuple[str, Tone]] = {
    "TEXT": (marked("Wording read"), "good"),
    "CONTENT": (marked("Content known, wording not read"), "info"),
    "2016 TEXT": (marked("Wording of the 2016 version"), "info"),
    "CONTENT + 2016 TEXT": (marked("Content known, wording of 2016"), "info"),
    "MEMORY": (marked("From memory, to be checked"), "warn"),
}
_STATUSES: Mapping[str, tuple[str, Tone]] = {
    "printed_valid": (marked("Printed as valid"), "good"),
    "not_stated": (marked("End not stated"), "neutral"),
    "to_check": (marked("To be checked"), "warn"),
}
_LEVELS: Mapping[str, tuple[str, Tone]] = {
    "block": (marked("Blocks"), "bad"),
    "warn": (marked("Warning"), "warn"),
    "info": (marked("Information"), "neutral"),
}
# The packs keep some values in the words in which they were first collected: said for people here.
_COLLECTED: Mapping[str, str] = {
    "≥1 year": marked("≥1 year"),
    "≥0.5 year": marked("≥0.5 years"),
    "≥0.5 y": marked("≥0.5 years"),
    "≥0.5 y / 5 y": marked("≥0.5 years in 5 years"),
    "≥90% by 2024": marked("≥90% by 2024"),
    "≥3 years, 高职+, from 2020": marked("≥3 years, with higher vocational education, from 2020"),
    "1000–2000 CNY": marked("1000–2000 CNY"),
    "2000–3000 CNY/person": marked("2000–3000 CNY a person"),
    "free": marked("free"),
    "per policy": marked("as the policy in force says"),
    "1 school or 2–3 majors": marked("1 school or 2–3 majors"),
    "1 month after notice of 2022-07-29": marked("1 month after the notice of 2022-07-29"),
}
_OPERATORS = {">=": "≥ ", "<=": "≤ ", "=": "", "~": "≈ ", "or": "", "": ""}


def confirmation_tag(confirmation: str | None, texts: Texts) -> Tag | None:
    """Return how well the wording behind a value is known."""
    return _tag(_CONFIRMATIONS, confirmation, texts)


def status_tag(status: str, texts: Texts) -> Tag | None:
    """Return what is known about a document being in force."""
    return _tag(_STATUSES, status, texts)


def level_tag(level: str, texts: Texts) -> Tag | None:
    """Return what a rule does to a post that breaks it."""
    return _tag(_LEVELS, level, texts)


def value_cell(found: Mapping[str, Any], texts: Texts) -> Cell:
    """Return the value of a parameter, with the source's own words below it."""
    text = say_value(found["kind"], found["value"], texts)
    words = _collected(found["words"], texts)
    lang = _CHINESE if found["kind"] == "text" else None
    return Cell(text, sub=words if words not in {text, "yes"} else "", lang=lang)


def _collected(words: str, texts: Texts) -> str:
    return texts.gettext(_COLLECTED[words]) if words in _COLLECTED else words


def say_value(kind: str, value: Any, texts: Texts) -> str:
    """Return a value as people read it.

    >>> from gateway.portal.translation import texts_in
    >>> say_value("share_range", {"low": 0.015, "high": 0.025}, texts_in("en"))
    '1.5%–2.5%'
    """
    if isinstance(value, Mapping):
        inner = kind.removesuffix("_range")
        return "–".join(say_value(inner, value[end], texts) for end in ("low", "high"))
    if isinstance(value, list):
        told: list[str] = [str(one) for one in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return texts.gettext(", ").join(
            texts.gettext(HAZARDS[one]) if one in HAZARDS else one for one in told
        )
    say = _WAYS.get(kind)
    return say(value, texts) if say else str(value)


def target_value(target: Mapping[str, Any], texts: Texts) -> Cell:
    """Return what a target promises; one without a number is told in words."""
    value = target["value"]
    if value is None:
        return Cell(texts.gettext("In words only"))
    if isinstance(value, Mapping):
        said = f"{texts.number(value['low'])}–{texts.number(value['high'])}"
    else:
        said = _collected(value, texts) if isinstance(value, str) else texts.number(value)
    unit = target["unit"]
    gap = "" if unit in {"", "%"} else " "
    return Cell(f"{_OPERATORS[target['op']]}{said}{gap}{unit}", lang=_CHINESE if unit else None)


def _tag(words: Mapping[str, tuple[str, Tone]], name: str | None, texts: Texts) -> Tag | None:
    if name is None or name not in words:
        return None
    text, tone = words[name]
    return Tag(texts.gettext(text), tone)


def _share(value: float, texts: Texts) -> str:
    hundredths = value * 100
    return texts.percent(value, 0 if abs(hundredths - round(hundredths)) < 1e-9 else 1)


def _years(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s year", "%(count)s years", _plural(value)) % told


def _months(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s month", "%(count)s months", _plural(value)) % told


def _weeks(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s week", "%(count)s weeks", _plural(value)) % told


def _days(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s day", "%(count)s days", _plural(value)) % told


def _hours(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s hour", "%(count)s hours", _plural(value)) % told


def _plural(value: float) -> int:
    """Return 1 only for exactly one: half a year is "0.5 years"."""
    return 1 if value == 1 else 2


def _flag(value: object, texts: Texts) -> str:
    return texts.gettext("Yes") if value else texts.gettext("No")


_WAYS: Mapping[str, Callable[[Any, Texts], str]] = {
    "share": _share,
    "money_fen": lambda value, texts: texts.money(int(value)),
    "years": _years,
    "months": _months,
    "weeks": _weeks,
    "days": _days,
    "hours": _hours,
    "count": lambda value, texts: texts.number(value),
    "flag": _flag,
}
