"""Walk cases through trees, compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matching.jit import allocating_kernel

Matrix = NDArray[np.float64]


@allocating_kernel("void(f8[:, ::1], i8[::1], i8[:, ::1], f8[:, ::1], f8[::1])")
def walk_trees(
    cases: Matrix,
    roots: NDArray[np.int64],
    branches: NDArray[np.int64],
    numbers: Matrix,
    told: NDArray[np.float64],
) -> None:
    """Add to `told` the leaf of each tree that a case comes to, tree by tree."""
    for row in range(cases.shape[0]):
        for root in roots:
            node = root
            while branches[node, 0] >= 0:
                value = cases[row, branches[node, 0]]
                left = branches[node, 3] > 0 if math.isnan(value) else value <= numbers[node, 0]
                node = branches[node, 1] if left else branches[node, 2]
            told[row] += numbers[node, 1]
