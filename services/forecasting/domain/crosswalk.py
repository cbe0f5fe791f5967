"""From one version of a classification to another: shares of old codes that belong to new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from services.forecasting.domain.cell import DIMENSIONS, Cell
from shared.kernel.errors import DomainError, Fault, InvalidInputError, Text

_TOLERANCE = 1e-6


class Link(NamedTuple):
    """One row of a crosswalk."""

    from_code: str
    to_code: str
    share: float


# By dimension: old code -> its new codes with their shares.
Crosswalks: TypeAlias = Mapping[str, Mapping[str, Sequence[tuple[str, float]]]]


class CrosswalkMissingError(DomainError):
    """There is no table from this version of a classification to the present one."""

    code = "crosswalk_missing"
    status = 409
    title_zh = "缺少分类版本对照表"
    mend = Text(
        "请先上传 {dimension} 从 {from_version} 版到 {to_version} 版的对照表（/v1/crosswalks）。",
        "Send the table of {dimension} codes from {from_version} to {to_version} to "
        "/v1/crosswalks first.",
    )


def check_links(links: Sequence[Link]) -> None:
    """Refuse a table whose shares of an old code are not one together; raises InvalidInputError."""
    total: defaultdict[str, float] = defaultdict(float)
    last: dict[str, int] = {}
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for place, link in enumerate(links):
        total[link.from_code] += link.share
        last[link.from_code] = place
        if (link.from_code, link.to_code) in seen:
            said = Text("同一对照重复出现", "this pair stands here already")
            faults.append(Fault("repeated", said, pointer=f"/rows/{place}"))
        seen.add((link.from_code, link.to_code))
    faults += [
        Fault(
            "share_not_one",
            Text(
                f"{code} 的份额合计 {whole:g}，应为 1",
                f"the shares of {code} add up to {whole:g}, not to 1",
            ),
            pointer=f"/rows/{last[code]}/share",
        )
        for code, whole in total.items()
        if abs(whole - 1) > _TOLERANCE
    ]
    if faults:
        raise InvalidInputError(faults=faults[:100])


def table_of(links: Sequence[Link]) -> dict[str, list[tuple[str, float]]]:
    """Return the rows by old code, in the order of the new ones."""
    table: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for link in sorted(links):
        table[link.from_code].append((link.to_code, link.share))
    return dict(table)


def cross(cell: Cell, crosswalks: Crosswalks) -> list[tuple[Cell, float]]:
    """Return the cells of the newest lists that a cell's number goes to, with their shares.

    A code that the table does not name stays as it is.

    >>> table = {"6-01": [("6-02", 0.25), ("6-03", 0.75)]}
    >>> found = cross(Cell("", "", "6-01"), {"occupation": table})
    >>> [(cell.occupation, share) for cell, share in found]
    [('6-02', 0.25), ('6-03', 0.75)]
    """
    found = [(cell, 1.0)]
    for name in DIMENSIONS:
        table = crosswalks.get(name)
        if table is not None:
            found = [
                (each._replace(**{name: code}), share * part)
                for each, share in found
                for code, part in table.get(getattr(each, name), [(getattr(each, name), 1.0)])
            ]
    return found
