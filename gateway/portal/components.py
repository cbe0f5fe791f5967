"""What the macros of `templates/components` show: plain values, made by the pages' code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["neutral", "info", "good", "warn", "bad"]
Level = Literal["block", "warn", "info", "review", "skipped"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where something leads."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """The state of a thing in a word; its colour only repeats the word."""

    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: text of one or several lines, perhaps a link, a tag, a second line.

    `lang` is set where the words are not in the page's language (a quotation); `anchor` is what
    other pages lead to.
    """

    text: str = ""
    href: str | None = None
    tag: Tag | None = None
    sub: str = ""
    form: CellForm | None = None
    lang: str | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class CellForm:
    """A button in a cell that does one thing to its row."""

    action: str
    label: str
    about: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `numeric` aligns right, `sort` is the name that the address uses.

    `tight` keeps a short cell on one line (a day).
    """

    label: str
    numeric: bool = False
    tight: bool = False
    sort: str | None = None
    sorted: Literal["ascending", "descending", "none"] = "none"
    sort_href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading.

    `narrow` says what becomes of it on a phone: `cards` suits few short rows that are read one by
    one, `scroll` suits rows that are compared.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    narrow: Literal["cards", "scroll"] = "cards"
    caption_hidden: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with its count; the link adds it, or takes it away when chosen."""

    text: str
    count: int | None
    href: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a list."""

    title: str
    values: Sequence[FacetValue]
    open: bool = True


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list goes on: cursors only lead forward, so the way back is the first page."""

    shown: int
    total: int | None = None
    next_href: str | None = None
    first_href: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who released a blocked finding, when, and why."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a rule, with the clause it rests on."""

    level: Level
    message: str
    document: str = ""
    clause: str = ""
    clause_href: str | None = None
    facts: Sequence[tuple[str, str]] = ()
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a task list; a task that cannot start yet has no link."""

    title: str
    tag: Tag
    href: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer to check, with the way back to change it."""

    key: str
    value: str
    change_href: str | None = None


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure of a strip, with what it counts."""

    value: str
    label: str
    hint: str = ""
    href: str | None = None
    series: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart."""

    label: str
    value: float
    text: str
    href: str | None = None
    highlighted: bool = False


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars whose title says the finding; the bars lie inside the table of the same figures."""

    title: str
    label_heading: str
    value_heading: str
    bars: Sequence[Bar]
    source: str = ""

    @property
    def largest(self) -> float:
        """The value of the longest bar."""
        return max((bar.value for bar in self.bars), default=0.0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `share` between 0 and 1."""

    title: str
    share: float
    message: str
    state: Literal["queued", "running", "succeeded", "failed"]
    self_href: str
    result_href: str | None = None
    error: str | None = None

    @property
    def moving(self) -> bool:
        """Whether the page should look again by itself."""
        return self.state in {"queued", "running"}
