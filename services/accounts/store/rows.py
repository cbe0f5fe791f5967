"""Rows as the domain's frozen objects: one column per field, by name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Column, Table
from sqlalchemy.engine import RowMapping


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T", bound=_Dataclass)


def columns(table: Table, kind: type[T]) -> list[Column[Any]]:
    """Return the columns that hold the fields of `kind`."""
    return [table.c[field.name] for field in fields(kind)]


def from_row(kind: type[T], row: RowMapping) -> T:
    """Return one row as `kind`; arrays become tuples, so that nothing inside can change."""
    values = {field.name: _frozen(row[field.name]) for field in fields(kind)}
    return kind(**values)


def to_row(value: _Dataclass) -> dict[str, Any]:
    """Return the fields of `value` as a row."""
    return {field.name: _thawed(getattr(value, field.name)) for field in fields(value)}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
