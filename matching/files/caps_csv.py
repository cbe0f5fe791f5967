"""Nested caps from the columns `enterprise,enterprise_cap,region,region_cap` of the posts' file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps, build_caps
from matching.files.columns import Column, FaultList, Sheet, parse_integers
from shared.kernel.errors import Text

CAP_COLUMNS = ("enterprise", "enterprise_cap", "region", "region_cap")
_NO_CAP = 2**40


def read_caps(sheet: Sheet, *, hard: bool) -> Caps | None:
    """Return the caps that the posts' file states, or None where it states none.

    Each row belongs to the enterprise and the region named in it; an enterprise lies in one region.
    A cap stands on any row of its group; an empty cell states nothing.

    Raises:
        MarketFileError: caps that contradict each other, an enterprise in two regions, and cells
            that are no number.
    """
    faults = FaultList(sheet)
    rows = sheet.rows.size
    enterprise = _groups(sheet, "enterprise", faults)
    region = _groups(sheet, "region", faults)
    faults.raise_any()
    if enterprise is None and region is None:
        return None
    hosts = enterprise or _nothing(rows)
    regions = region or _nothing(rows)
    above = _region_of_each(hosts, regions, faults)
    faults.raise_any()
    first_region = rows + len(hosts.names)
    inside = np.where(hosts.member >= 0, rows + hosts.member, -1)
    direct = np.where(regions.member >= 0, first_region + regions.member, -1)
    parent = [
        np.where(inside >= 0, inside, direct),
        np.where(above >= 0, first_region + above, -1),
        np.full(len(regions.names), -1),
    ]
    limits = np.concatenate([hosts.caps, regions.caps])
    return build_caps(
        parent=np.concatenate(parent),
        limits=limits,
        hard=np.full(limits.size, hard),
        names=(*hosts.names, *regions.names),
    )


class _Groups:
    """One kind of group: its names, caps and which of them each row belongs to (-1: none)."""

    def __init__(
        self, names: tuple[str, ...], caps: NDArray[np.int64], member: NDArray[np.int64]
    ) -> None:
        self.names = names
        self.caps = caps
        self.member = member


def _nothing(rows: int) -> _Groups:
    return _Groups((), np.zeros(0, dtype=np.int64), np.full(rows, -1))


def _groups(sheet: Sheet, kind: str, faults: FaultList) -> _Groups | None:
    """Return the groups of one kind, or None where the file states no cap for them."""
    named, capped = sheet.columns.get(kind), sheet.columns.get(f"{kind}_cap")
    if capped is None or not any(capped.texts):
        return None
    if named is None:  # a limit that belongs to nothing must not be left out without a word
        named = Column(kind, ("",), np.zeros(sheet.rows.size, dtype=np.int64))
    stated = np.array([bool(text) for text in capped.texts], dtype=bool)[capped.codes]
    cleaned = Column(capped.name, tuple(text or "0" for text in capped.texts), capped.codes)
    numbers = parse_integers(cleaned, faults, least=0)
    kept = [text for text in named.texts if text]
    code = {text: at for at, text in enumerate(kept)}
    member = np.array([code.get(text, -1) for text in named.texts])[named.codes]
    nameless = np.flatnonzero(stated & (member < 0))
    faults.add(
        nameless, kind, lambda _: Text("有限额而无分组名。", "A cap needs its group's name.")
    )
    caps = np.full(len(kept), _NO_CAP)
    rows = np.flatnonzero(stated & (member >= 0))
    caps[member[rows][::-1]] = numbers[rows][::-1]  # the first row that states one
    other = rows[numbers[rows] != caps[member[rows]]]
    said = Text("同一分组的限额前后不一。", "This group has another cap above.")
    faults.add(other, f"{kind}_cap", lambda _: said)
    return _Groups(tuple(kept), caps, member)


def _region_of_each(hosts: _Groups, regions: _Groups, faults: FaultList) -> NDArray[np.int64]:
    above = np.full(len(hosts.names), -1)
    rows = np.flatnonzero(hosts.member >= 0)
    above[hosts.member[rows][::-1]] = regions.member[rows][::-1]
    torn = rows[regions.member[rows] != above[hosts.member[rows]]]
    said = Text(
        "同一企业的岗位分属两个地区；请按地区拆分企业。",
        "This enterprise has posts in another region above; split it by region.",
    )
    faults.add(torn, "region", lambda _: said)
    return above
