"""Caps on interns over a batch's posts: kind of post inside host, two levels, as a forest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from matching.caps import Caps, build_caps

NO_CAP = 2**40

PostClass = tuple[UUID, str]


def build_intern_caps(
    classes: Sequence[PostClass],
    *,
    by_class: Mapping[PostClass, int],
    by_host: Mapping[UUID, int],
    hard_class: bool,
    hard_host: bool,
) -> Caps:
    """Return caps over m posts.

    Args:
        classes: per post its host and its kind of post (同类岗位).
        by_class: how many more interns each kind of post of a host may take; absent: no cap.
        by_host: how many more interns each host may take; absent: no cap.
        hard_class: whether the school hardens the caps by kind of post; soft ones are reported.
        hard_host: the same for the caps by host.

    Cost: O(m).

    >>> host = UUID(int=1)
    >>> caps = build_intern_caps([(host, "车工")], by_class={}, by_host={host: 3},
    ...                          hard_class=True, hard_host=False)
    >>> caps.parent.tolist(), caps.limits.tolist()[1]
    ([1, 2, -1], 3)
    """
    groups = list(dict.fromkeys(classes))
    hosts = list(dict.fromkeys(host for host, _ in groups))
    group_at = {group: len(classes) + place for place, group in enumerate(groups)}
    host_at = {host: len(classes) + len(groups) + place for place, host in enumerate(hosts)}
    limits = [by_class.get(group, NO_CAP) for group in groups]
    limits += [by_host.get(host, NO_CAP) for host in hosts]
    hard = [hard_class and group in by_class for group in groups]
    hard += [hard_host and host in by_host for host in hosts]
    return build_caps(
        parent=np.array(
            [group_at[group] for group in classes]
            + [host_at[host] for host, _ in groups]
            + [-1] * len(hosts),
            dtype=np.int64,
        ),
        limits=np.array(limits, dtype=np.int64),
        hard=np.array(hard, dtype=bool),
        names=[*(f"{host}/{kind}" for host, kind in groups), *(str(host) for host in hosts)],
    )
