"""Caps on interns over a batch's posts: kind of post < host (by law, by the school) < region."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from matching.caps import Caps, build_caps

NO_CAP = 2**40

PostClass = tuple[UUID, str]
FileRow = tuple[str, int | str, str, int | str]


@dataclass(frozen=True, slots=True)
class CapTerms:
    """What limits interns over m posts.

    Attributes:
        classes: per post its host and its kind of post (同类岗位).
        by_class: how many more interns each kind of post of a host may take; absent: no cap.
        by_host: how many more interns each host may take; absent: no cap.
        hard_class: whether the school hardens the caps by kind of post; soft ones are reported.
        hard_host: the same for the caps by host.
        host_most: how many of the batch one host may take, by the school's own wish.
        hard_most: whether that binds.
        regions: per post the region under whose quota it falls, None for none.
        by_region: the quotas.
        hard_regions: those that bind.
    """

    classes: Sequence[PostClass]
    by_class: Mapping[PostClass, int] = field(default_factory=dict[PostClass, int])
    by_host: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    hard_class: bool = False
    hard_host: bool = False
    host_most: int | None = None
    hard_most: bool = False
    regions: Sequence[str | None] = ()
    by_region: Mapping[str, int] = field(default_factory=dict[str, int])
    hard_regions: Collection[str] = ()

    def region_of_hosts(self) -> dict[UUID, set[str | None]]:
        """Return, per host, the quota regions of its posts; several do not nest."""
        found: dict[UUID, set[str | None]] = {}
        for (host, _), region in zip(self.classes, self.regions, strict=False):
            found.setdefault(host, set()).add(region)
        return found


def build_intern_caps(terms: CapTerms) -> Caps:
    """Return caps over m posts; a host's posts lie in one quota region or its region is left out.

    Cost: O(m).

    >>> host = UUID(int=1)
    >>> caps = build_intern_caps(CapTerms(
    ...     [(host, "车工")], by_host={host: 3}, host_most=2, hard_most=True))
    >>> caps.parent.tolist(), caps.limits.tolist()[1:], caps.hard.tolist()
    ([1, 2, 3, -1], [3, 2], [False, False, True])
    """
    groups = list(dict.fromkeys(terms.classes))
    hosts = list(dict.fromkeys(host for host, _ in groups))
    own = hosts if terms.host_most is not None else []
    above = {h: next(iter(r)) for h, r in terms.region_of_hosts().items() if len(r) == 1}
    regions = [region for region in terms.by_region if region in set(above.values())]
    first = len(terms.classes)
    group_at = {group: first + place for place, group in enumerate(groups)}
    first += len(groups)
    host_at = {host: first + place for place, host in enumerate(hosts)}
    first += len(hosts)
    own_at = {host: first + place for place, host in enumerate(own)}
    region_at = {region: first + len(own) + place for place, region in enumerate(regions)}
    over_host = [region_at.get(above.get(host) or "", -1) for host in hosts]
    parent = [group_at[group] for group in terms.classes] + [host_at[host] for host, _ in groups]
    parent += [own_at[host] for host in own] + over_host if own else over_host
    parent += [-1] * len(regions)
    limits = [terms.by_class.get(group, NO_CAP) for group in groups]
    limits += [terms.by_host.get(host, NO_CAP) for host in hosts]
    limits += [NO_CAP if terms.host_most is None else terms.host_most] * len(own)
    limits += [terms.by_region[region] for region in regions]
    hard = [terms.hard_class and group in terms.by_class for group in groups]
    hard += [terms.hard_host and host in terms.by_host for host in hosts]
    hard += [terms.hard_most] * len(own) + [region in terms.hard_regions for region in regions]
    names = [*(f"{host}/{kind}" for host, kind in groups), *(str(host) for host in hosts)]
    names += [*(f"{host}/batch" for host in own), *(f"region/{region}" for region in regions)]
    return build_caps(
        parent=np.array(parent, dtype=np.int64),
        limits=np.array(limits, dtype=np.int64),
        hard=np.array(hard, dtype=bool),
        names=names,
    )


def file_rows(terms: CapTerms) -> list[FileRow]:
    """Return the hard caps of each post as the file command reads them, in two levels.

    The levels are the kind of post and the host where the school hardens the former, else the host
    and the region: rules that harden all three are refused beforehand. Empty where nothing binds.
    """
    if terms.hard_class:
        return [_class_row(terms, group) for group in terms.classes]
    bound = terms.hard_host or (terms.hard_most and terms.host_most is not None)
    if not bound and not terms.hard_regions:
        return []
    regions = terms.regions or [None] * len(terms.classes)
    return [
        _host_row(terms, host, at) for (host, _), at in zip(terms.classes, regions, strict=True)
    ]


def _class_row(terms: CapTerms, group: PostClass) -> FileRow:
    host, kind = group
    return f"{host}/{kind}", terms.by_class.get(group, ""), str(host), _host_limit(terms, host)


def _host_row(terms: CapTerms, host: UUID, region: str | None) -> FileRow:
    if region is None or region not in terms.hard_regions:
        return str(host), _host_limit(terms, host), "", ""
    return str(host), _host_limit(terms, host), region, terms.by_region[region]


def _host_limit(terms: CapTerms, host: UUID) -> int | str:
    limits = [terms.by_host[host]] if terms.hard_host and host in terms.by_host else []
    limits += [terms.host_most] if terms.hard_most and terms.host_most is not None else []
    return min(limits, default="")
