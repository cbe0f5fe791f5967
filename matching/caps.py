"""Nested caps over posts (kind of post, enterprise, region): a forest of limits, soft or hard.

A hard cap binds the clearing. A soft cap does not: it is counted and reported, for a person to
decide. (A cap that gave way whenever a seat is open would never bind; so soft means reported.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.errors import (
    CapCycleError,
    NegativeCapError,
    ShapeMismatchError,
    UnknownGroupError,
)
from matching.problem import readonly, whole_numbers


@dataclass(frozen=True, slots=True, eq=False)
class Caps:
    """A forest over posts and groups; make it by `build_caps`.

    Attributes:
        parent: (m + g,) int32; the group above each post (0..m-1) and each group (m..m+g-1), -1
            where there is none.
        limits: (g,) int64 caps of the groups.
        hard: (g,) bool.
        names: (g,) names of the groups.
    """

    parent: NDArray[np.int32]
    limits: NDArray[np.int64]
    hard: NDArray[np.bool_]
    names: tuple[str, ...]

    @property
    def posts(self) -> int:
        """Number of posts below the groups."""
        return self.parent.size - self.limits.size


def build_caps(
    *,
    parent: ArrayLike,
    limits: ArrayLike,
    hard: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Caps:
    """Validate nested caps.

    Args:
        parent: (m + g,) integers: posts first, then groups; -1 for no group above.
        limits: (g,) integers, 0 or more.
        hard: (g,) booleans; all soft where left out.
        names: (g,) for messages; numbers where left out.

    Raises:
        UnknownGroupError, NegativeCapError, CapCycleError, ShapeMismatchError,
        PriorityNotANumberError for a cap or parent that is NaN or no whole number, with its row.

    Cost: O((m + g) depth). Source: Biro, Fleiner, Irving and Manlove 2010 (nested common quotas).

    >>> caps = build_caps(parent=[2, 2, -1], limits=[1], hard=[True])
    >>> caps.posts, caps.names
    (2, ('0',))
    """
    limits_ = whole_numbers("limits", limits).astype(np.int64)
    parent_ = whole_numbers("parent", parent).astype(np.int64)
    groups, posts = limits_.size, parent_.size - limits_.size
    hard_ = np.zeros(groups, dtype=bool) if hard is None else np.asarray(hard, dtype=bool)
    names_ = tuple(names) or tuple(str(group) for group in range(groups))
    if posts < 0 or hard_.size != groups or len(names_) != groups:
        raise ShapeMismatchError(name="caps", wanted=groups, given=min(hard_.size, len(names_)))
    unknown = (parent_ != -1) & ((parent_ < posts) | (parent_ >= parent_.size))
    if unknown.any():
        row = int(np.argmax(unknown))
        raise UnknownGroupError(row=row, group=int(parent_[row]))
    if (limits_ < 0).any():
        group = int(np.argmax(limits_ < 0))
        raise NegativeCapError(group=names_[group], cap=int(limits_[group]))
    _refuse_cycles(parent_, posts, names_)
    return Caps(readonly(parent_.astype(np.int32)), readonly(limits_), readonly(hard_), names_)


def _refuse_cycles(parent: NDArray[np.int64], posts: int, names: tuple[str, ...]) -> None:
    """Walk all groups upwards at once: who is still inside after g steps goes in a circle."""
    at = np.arange(posts, parent.size)
    for _ in names:
        if not at.size:
            return
        at = parent[at]
        at = at[at != -1]
    if not at.size:
        return
    circle = [int(at[0])]
    while (node := int(parent[circle[-1]])) != circle[0]:
        circle.append(node)
    raise CapCycleError(groups=", ".join(names[node - posts] for node in circle))


def count_by_group(caps: Caps, matching: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many students each post and group holds: (m + g,) int64.

    Shapes: matching (n,), -1 where unplaced. Cost: O(n depth).

    >>> caps = build_caps(parent=[2, 2, -1], limits=[3])
    >>> count_by_group(caps, np.array([0, 1, 1, -1], dtype=np.int32)).tolist()
    [1, 2, 3]
    """
    counts = np.zeros(caps.parent.size, dtype=np.int64)
    at = matching[matching >= 0].astype(np.int64)
    while at.size:
        counts += np.bincount(at, minlength=counts.size)
        at = caps.parent[at].astype(np.int64)
        at = at[at != -1]
    return counts


def list_exceeded(caps: Caps, matching: NDArray[np.int32]) -> list[tuple[str, int, int]]:
    """Return the caps that a matching exceeds, soft ones too, as (group, cap, placed).

    Shapes: matching (n,). Cost: that of `count_by_group`.

    >>> caps = build_caps(parent=[1, -1], limits=[1], names=["mill"])
    >>> list_exceeded(caps, np.array([0, 0], dtype=np.int32))
    [('mill', 1, 2)]
    """
    placed = count_by_group(caps, matching)[caps.posts :]
    return [
        (caps.names[group], int(caps.limits[group]), int(placed[group]))
        for group in np.flatnonzero(placed > caps.limits)
    ]


def binding_forest(caps: Caps, seats: NDArray[np.int32]) -> Caps:
    """Return the forest of hard caps that can bind; the others never change a clearing.

    1. Soft groups go, and groups whose cap is at least what their members can hold together.
    2. Each node hangs below its nearest remaining group.

    Cost: O((m + g) depth). Source: a laminar family of capacities (Fleiner 2003).
    Shapes: seats (m,).

    >>> caps = build_caps(parent=[2, 2, -1], limits=[3], hard=[True], names=["mill"])
    >>> [binding_forest(caps, np.array([1, one], dtype=np.int32)).names for one in (2, 3)]
    [(), ('mill',)]
    """
    posts = seats.size
    # The last entry of each array stands for no group: that is where a parent of -1 leads.
    reach = np.concatenate([seats, np.zeros_like(caps.limits), [0]])
    kept = np.full(reach.size, fill_value=False)
    for nodes in _levels(caps.parent):
        groups = nodes[nodes >= posts]
        binds = caps.hard[groups - posts] & (caps.limits[groups - posts] < reach[groups])
        kept[groups] = binds
        reach[groups[binds]] = caps.limits[groups[binds] - posts]
        np.add.at(reach, caps.parent[nodes], reach[nodes])
    left = np.flatnonzero(kept)
    number = np.full(reach.size, -1)
    number[left] = posts + np.arange(left.size)
    kept[-1] = True
    above = caps.parent.astype(np.int64)
    while not kept[above].all():
        above = np.where(kept[above], above, caps.parent[above])
    parent = number[above[np.concatenate([np.arange(posts), left])]]
    groups = left - posts
    return Caps(
        readonly(parent.astype(np.int32)),
        readonly(caps.limits[groups]),
        readonly(caps.hard[groups]),
        tuple(caps.names[group] for group in groups),
    )


def _levels(parent: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """Return the nodes of a forest by their number of groups above, the most first."""
    levels: list[NDArray[np.int64]] = []
    nodes = np.flatnonzero(parent == -1)
    while nodes.size:
        levels.append(nodes)
        nodes = np.flatnonzero(np.isin(parent, nodes))
    return levels[::-1]
