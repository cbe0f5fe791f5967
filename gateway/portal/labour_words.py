"""What pages of the labour market say alike: records, probabilities, what is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from gateway.portal.api_client import Query
from gateway.portal.problems import ApiProblemError
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_SURE = 0.999

_DRIVERS: Mapping[str, str] = {
    "growth": marked("growth of employment"),
    "separations": marked("people who leave this work"),
    "enrolment": marked("how many were enrolled"),
    "survival": marked("how many finish school"),
    "further_study": marked("further study"),
    "retention": marked("how many stay here"),
    "occupation_share": marked("what graduates go into"),
}


_METHODS: Mapping[str, str] = {
    "smoothing": marked("smoothing with trend and season"),
    "empirical_bayes": marked("rates of sparse cells, learnt from similar ones"),
    "share": marked("a share of the level above"),
    "constant": marked("the level of its last values"),
}


async def read_if_there(visit: Visit, path: str, query: Query | None = None) -> Body | None:
    """Return what the API holds at `path`, or None where there is nothing yet."""
    try:
        answer = await visit.api.get(path, query)
    except ApiProblemError as error:
        if error.problem.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return answer.body


def record_words(texts: Texts, record: Body | None) -> str:
    """Return how well such forecasts did so far, in a sentence."""
    if record is None or record["relative_to_naive"] is None:
        return texts.gettext("No backtest has been published for this series yet.")
    share = abs(1 - record["relative_to_naive"])
    facts = {
        "share": texts.percent(share),
        "origins": record["origins"],
        "coverage": "—" if record["coverage_80"] is None else texts.percent(record["coverage_80"]),
    }
    if record["relative_to_naive"] < 1:
        return (
            texts.gettext(
                "Over %(origins)s past origins its errors were %(share)s smaller than those of the "
                "naive forecast; the 80 %% interval held %(coverage)s of the time."
            )
            % facts
        )
    return (
        texts.gettext(
            "Over %(origins)s past origins its errors were %(share)s larger than those of the "
            "naive forecast; the 80 %% interval held %(coverage)s of the time."
        )
        % facts
    )


def odds_words(texts: Texts, probability: float) -> str:
    """Return a simulated probability; no run of draws makes a thing certain."""
    if probability > _SURE:
        return f"> {texts.percent(_SURE)}"
    if probability < 1 - _SURE:
        return f"< {texts.percent(1 - _SURE)}"
    return texts.percent(probability)


def spread_words(texts: Texts, spread: Body, *, digits: int = 0) -> str:
    """Return the middle of a simulated figure and the interval that holds it 8 times in 10."""

    def number(value: float) -> str:
        return texts.number(round(value, digits) if digits else round(value))

    return f"{number(spread['p50'])} ({number(spread['p10'])}–{number(spread['p90'])})"


def driver_words(texts: Texts, driver: str) -> str:
    """Return what drives a gap, in words."""
    return named(texts, _DRIVERS, driver)


def method_words(texts: Texts, method: str) -> str:
    """Return how a series was forecast, in words."""
    return named(texts, _METHODS, method)


def named(texts: Texts, words: Mapping[str, str], key: str) -> str:
    """Return the name of a code of the API, in the reader's language."""
    return texts.gettext(words.get(key, key))
