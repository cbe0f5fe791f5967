"""A strict reader of TOML tables: every mistake names the file and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from shared.kernel.errors import Text

T = TypeVar("T")


class PackFormatError(ValueError):
    """A pack file does not follow the schema; the message names the file and the key."""


@dataclass(slots=True)
class Table:
    """One table of one file; what is not taken by the end is refused."""

    place: str
    cells: Mapping[str, Any]
    taken: set[str] = field(default_factory=set[str])

    def take(self, key: str, want: type[T]) -> T:
        """Return a required cell of exactly this type."""
        if key not in self.cells:
            raise PackFormatError(f"{self.place}: `{key}` is missing")
        return self._checked(key, want)

    def take_or(self, key: str, want: type[T], default: T) -> T:
        """Return an optional cell of exactly this type."""
        return self._checked(key, want) if key in self.cells else default

    def take_one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return a cell that must be one of a few words."""
        found = self.take(key, str) if default is None else self.take_or(key, str, default)
        if found not in allowed:
            raise PackFormatError(f"{self.place}: `{key}` is {found!r}, not one of {allowed}")
        return found

    def take_date(self, key: str) -> date | None:
        """Return an optional day (never a moment)."""
        found = self.take_or(key, object, None)
        if found is None:
            return None
        if not isinstance(found, date) or isinstance(found, datetime):
            raise PackFormatError(f"{self.place}: `{key}` is no day like 2020-03-16")
        return found

    def take_words(self, key: str) -> tuple[str, ...]:
        """Return an optional list of words."""
        found = cast("list[object]", self.take_or(key, list, []))
        if not all(isinstance(word, str) for word in found):
            raise PackFormatError(f"{self.place}: `{key}` must hold strings only")
        return tuple(str(word) for word in found)

    def take_text(self, key: str) -> Text:
        """Return `<key>_zh` and `<key>_en`, both required."""
        return Text(self.take(f"{key}_zh", str), self.take(f"{key}_en", str))

    def take_text_or_none(self, key: str) -> Text | None:
        """Return `<key>_zh` and `<key>_en`: both or neither."""
        given = {f"{key}_zh", f"{key}_en"} & set(self.cells)
        return self.take_text(key) if given else None

    def take_table(self, key: str) -> Table:
        """Return a required table inside this one."""
        return Table(f"{self.place}.{key}", self.take(key, dict))

    def take_tables(self, key: str, name: str) -> list[Table]:
        """Return an array of tables, each placed by its own `name` cell."""
        rows = cast("list[dict[str, Any]]", self.take_or(key, list, []))
        return [Table(f"{self.place}.{key}[{row.get(name, '?')}]", row) for row in rows]

    def close(self) -> None:
        """Refuse what the schema does not know."""
        unknown = set(self.cells) - self.taken
        if unknown:
            raise PackFormatError(f"{self.place}: unknown key {sorted(unknown)}")

    def _checked(self, key: str, want: type[T]) -> T:
        self.taken.add(key)
        found = self.cells[key]
        if want is not object and type(found) is not want:
            raise PackFormatError(
                f"{self.place}: `{key}` must be {want.__name__}, not {type(found).__name__}"
            )
        return cast("T", found)


def read_toml(name: str, text: str) -> Table:
    """Parse one file; numbers with a point are exact decimals."""
    parse_float: Callable[[str], Decimal] = Decimal
    try:
        return Table(name, tomllib.loads(text, parse_float=parse_float))
    except tomllib.TOMLDecodeError as error:
        raise PackFormatError(f"{name}: {error}") from error
