"""The catalogue of errors, read from their classes: what each means and how to mend it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.http.language import language_of
from shared.http.problems import PROBLEM_RESPONSES
from shared.kernel.errors import DomainError, Language, NotFoundError, Text

router = APIRouter(prefix="/v1", tags=["reference"], responses=PROBLEM_RESPONSES)

_HOUSE = ("shared", "services", "matching", "gateway")
_DECLARES = re.compile(r"^class \w+Error\(", re.MULTILINE)


class ProblemUnknownError(NotFoundError):
    """There is no error with this code."""

    code = "problem_unknown"
    title_zh = "没有该错误代码"
    mend = Text("请在错误目录中核对代码 {problem}。", "Check {problem} in the catalogue of errors.")


class KnownProblemOut(BaseModel):
    """One error: its code, HTTP status, meaning, remedy and the facts that it tells."""

    code: str
    status: int
    title: str
    mend: str
    facts: list[str]
    part: str


class KnownProblemsOut(BaseModel):
    """Every error that the platform may answer."""

    items: list[KnownProblemOut]


@router.get("/problems")
async def list_problems(request: Request) -> KnownProblemsOut:
    """List every error that the platform may answer, by code."""
    language = language_of(request.headers.get("accept-language"))
    return KnownProblemsOut(items=[_show(each, language) for each in known_errors().values()])


@router.get("/problems/{code}")
async def read_problem(code: str, request: Request) -> KnownProblemOut:
    """Say what one error means and how to mend it."""
    error = known_errors().get(code)
    if error is None:
        raise ProblemUnknownError(problem=code)
    return _show(error, language_of(request.headers.get("accept-language")))


@cache
def known_errors() -> Mapping[str, type[DomainError]]:
    """Return every error class by its code; a code that two classes claim is refused."""
    # A room that runs elsewhere has its code here all the same: only its classes are read.
    for module in _declaring_modules():
        import_module(module)
    found: dict[str, type[DomainError]] = {}
    for error in _walk(DomainError):
        if "code" in vars(error) and error.__module__.split(".")[0] in _HOUSE:
            assert error.code not in found, f"{error.code} means two things"
            found[error.code] = error
    return dict(sorted(found.items()))


def _declaring_modules() -> Iterator[str]:
    """Name the modules that declare errors: found by reading, so that none is forgotten."""
    for package in _HOUSE:
        spec = find_spec(package)
        for place in (spec and spec.submodule_search_locations) or ():
            for file in sorted(Path(place).rglob("*.py")):
                if _DECLARES.search(file.read_text(encoding="utf-8")):
                    yield ".".join((package, *file.relative_to(place).with_suffix("").parts))


def _walk(error: type[DomainError]) -> Iterator[type[DomainError]]:
    yield error
    for inner in error.__subclasses__():
        yield from _walk(inner)


def _show(error: type[DomainError], language: Language) -> KnownProblemOut:
    mend = error.mend.in_language(language)
    return KnownProblemOut(
        code=error.code,
        status=error.status,
        title=error.title_zh if language == "zh" else error.title_en(),
        mend=mend,
        facts=[name for _, name, _, _ in string.Formatter().parse(mend) if name],
        part=_part(error.__module__),
    )


def _part(module: str) -> str:
    house, inner = module.split(".")[:2]
    if module.startswith("shared.db") or module.endswith(".commands"):
        return "operation"
    return inner if house == "services" else house
