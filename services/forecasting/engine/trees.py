"""Fitted regression trees as plain arrays: they can be kept in a file and read without trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.panels import Floats, Ints

LEAF = -1


@dataclass(frozen=True, slots=True)
class Trees:
    """t trees of k nodes together; what they say is the base and one leaf of each, added in order.

    Attributes:
        base: what all say before the first tree, (1,)
        roots: the first node of each tree, (t,)
        branches: per node the feature it asks for (-1: it is a leaf), the node to the left, the
            one to the right, and whether an unknown value goes left, (k, 4)
        numbers: per node the largest value that goes left, and a leaf's value, (k, 2)
    """

    base: Floats
    roots: Ints
    branches: Ints
    numbers: Floats

    def predict(self, cases: Floats) -> Floats:
        """Return what the trees say of each case, (n,), to the bit as the library they come from.

        Args:
            cases: (n, f), NaN where unknown
        """
        from services.forecasting.engine.tree_walks import walk_trees

        told = np.full(cases.shape[0], self.base[0])
        walk_trees(np.ascontiguousarray(cases), self.roots, self.branches, self.numbers, told)
        return told


def trees_of(fitted: Any) -> Trees:
    """Return the trees of a fitted HistGradientBoostingRegressor whose link is the identity.

    The library has no public way to its trees; a test holds that ours say the same to the bit.
    """
    tables = [one.nodes for (one,) in fitted._predictors]  # noqa: SLF001 - see above
    roots = np.cumsum([0, *(table.size for table in tables)], dtype=np.int64)[:-1]
    return Trees(
        base=np.asarray(fitted._baseline_prediction, dtype=np.float64).reshape(1),  # noqa: SLF001
        roots=roots,
        branches=np.concatenate(
            [_branches(table, root) for table, root in zip(tables, roots.tolist(), strict=True)]
        ),
        numbers=np.concatenate(
            [np.column_stack([table["num_threshold"], table["value"]]) for table in tables]
        ),
    )


def _branches(table: NDArray[Any], root: int) -> Ints:
    feature = np.where(table["is_leaf"] != 0, LEAF, table["feature_idx"].astype(np.int64))
    sides = [table[side].astype(np.int64) + root for side in ("left", "right")]
    unknown = table["missing_go_to_left"].astype(np.int64)
    return np.column_stack([feature, *sides, unknown])
