"""What a form shows again after it was refused: the values sent and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile

from gateway.portal.api_client import Upload
from gateway.portal.problems import FieldFault, Problem

Values = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, of radios or of checkboxes."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the error summary; a field of this page gets a link."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FormState:
    """Values and errors of one form, by the names of its fields."""

    fields: tuple[str, ...] = ()
    values: Values = field(default_factory=dict[str, str | list[str]])
    errors: tuple[FormError, ...] = ()

    def value(self, name: str) -> str:
        """Return the value of a field that holds one."""
        told = self.values.get(name, "")
        return told if isinstance(told, str) else next(iter(told), "")

    def chosen(self, name: str) -> list[str]:
        """Return the values of a field that may hold several."""
        told = self.values.get(name, [])
        return [told] if isinstance(told, str) else list(told)

    def error(self, name: str) -> str | None:
        """Return what is wrong with a field."""
        found = [error.text for error in self.errors if error.field == name]
        return " ".join(found) or None

    def refused(self, problem: Problem) -> FormState:
        """Return this form with the faults that the API found in it."""
        told = [self._error(fault) for fault in problem.faults]
        if not told:
            told = [FormError(" ".join(part for part in (problem.title, problem.detail) if part))]
        return FormState(self.fields, self.values, (*self.errors, *told))

    def with_error(self, text: str, name: str | None = None) -> FormState:
        """Return this form with one more error, found by the portal itself."""
        return FormState(self.fields, self.values, (*self.errors, FormError(text, name)))

    def _error(self, fault: FieldFault) -> FormError:
        name = fault.field_name
        # A fault inside a group (`days.2`) is shown at the group's field (`days`).
        while name and name not in self.fields:
            name = name.rpartition(".")[0]
        return FormError(fault.text, name or None)


def form_state(fields: Sequence[str], sent: FormData | None = None) -> FormState:
    """Return the state of a form with `fields`, filled with what was sent."""
    values: dict[str, str | list[str]] = {}
    if sent is not None:
        for name in fields:
            told = [one.strip() for one in sent.getlist(name) if isinstance(one, str)]
            values[name] = told[0] if len(told) == 1 else told
    return FormState(tuple(fields), values)


def form_state_of(fields: Sequence[str], record: Mapping[str, Any]) -> FormState:
    """Return the state of a form that edits a record of the API."""
    values: dict[str, str | list[str]] = {}
    for name in fields:
        value = record.get(name)
        values[name] = [str(one) for one in value] if isinstance(value, list) else _word(value)
    return FormState(tuple(fields), values)


async def sent_file(sent: FormData, name: str) -> Upload | None:
    """Return the file of a field, None if none was chosen."""
    told = sent.get(name)
    if not isinstance(told, UploadFile) or not told.filename:
        return None
    media_type = told.content_type or "application/octet-stream"
    return Upload(told.filename, await told.read(), media_type)


def _word(value: Any) -> str:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
