"""What the API answers when it refuses: RFC 9457 problems, as pages and forms need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from shared.kernel.errors import DomainError, Language


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One wrong place of a form or of an uploaded file, in the reader's language."""

    text: str
    code: str = ""
    pointer: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    @property
    def field_name(self) -> str | None:
        """The form field that the pointer means: `/sites/0/city` is `sites.0.city`."""
        if not self.pointer:
            return None
        steps = self.pointer.lstrip("/").split("/")
        # RFC 6901: ~1 is decoded before ~0.
        return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps)


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal: what is wrong, how to mend it, and where."""

    status: int
    code: str
    title: str
    detail: str = ""
    faults: tuple[FieldFault, ...] = ()
    request_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def from_error(cls, error: DomainError, language: Language) -> Problem:
        """Return the problem of an error that the portal itself found."""
        faults = tuple(
            FieldFault(fault.text.in_language(language), fault.code, fault.pointer)
            for fault in error.faults
        )
        return cls(error.status, error.code, error.title(language), error.detail(language), faults)


class ApiProblemError(Exception):
    """The API refused a request of the portal."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}")
        self.problem = problem


def problem_from_answer(
    status: int, body: Any, *, reason: str, request_id: str | None = None
) -> Problem:
    """Return the problem in an answer, which may be no problem+json at all (a proxy's page)."""
    if not isinstance(body, Mapping):
        return Problem(status, f"http_{status}", reason, request_id=request_id)
    told = cast("Mapping[str, Any]", body)
    return Problem(
        status=status,
        code=str(told.get("code") or f"http_{status}"),
        title=str(told.get("title") or reason),
        detail=str(told.get("detail") or ""),
        faults=_faults(told.get("errors")),
        request_id=told.get("request_id") or request_id,
        facts=told.get("facts") or {},
    )


def _faults(told: Any) -> tuple[FieldFault, ...]:
    if not isinstance(told, Sequence) or isinstance(told, str):
        return ()
    places = cast("Sequence[Any]", told)
    return tuple(_fault(cast("Mapping[str, Any]", one)) for one in places if isinstance(one, dict))


def _fault(told: Mapping[str, Any]) -> FieldFault:
    text = told.get("message") or told.get("detail") or told.get("code")
    row = told.get("row")
    return FieldFault(
        text=str(text or ""),
        code=str(told.get("code") or ""),
        pointer=told.get("pointer"),
        sheet=told.get("sheet"),
        row=row if isinstance(row, int) else None,
        column=told.get("column"),
    )
