"""What known majors say of others: a kernel ridge regression that leaves each class out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.occupations.features import Known
from matching.occupations.likeness import Matrix

_RIDGE = 0.3
_RIDGE_BETWEEN = 0.5
_SAME_MIDDLE = 0.3  # added likeness of occupations in one middle group


def regress_pairs(
    alike: Matrix,
    *,
    classes: NDArray[np.int64],
    known: Known,
    asked: NDArray[np.int64],
) -> tuple[Matrix, Matrix]:
    """Regress the pairs on the likeness of majors: of the known, each class from others; of asked.

    Unlike votes of neighbours, near copies of one major share their say.

    Args:
        alike: (majors, majors) float32, 0 to 1: how alike they are.
        classes: (t,) of the known majors.
        known: the majors whose occupations are known.
        asked: (n,) which majors are asked for.

    Returns:
        (t, m) and (n, m) float32, about 0 to 1.

    Cost: O(t^3) for t known majors: 0.1 s for 560.

    Steps: 1. A = (K + ridge I)^-1, weights A Y; 2. for class B the prediction without its rows is
    Y_B - (A_BB)^-1 (A Y)_B; 3. others by K.

    Source: Pahikkala, Boberg and Salakoski, Fast n-fold cross-validation for regularized
    least-squares (2006).

    >>> alike = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=np.float32)
    >>> known = Known(np.array([0, 1]), np.eye(2, dtype=np.float32))
    >>> _, asked = regress_pairs(alike, classes=np.array([0, 1]), known=known, asked=np.array([2]))
    >>> asked.astype(float).round(2).tolist()
    [[0.77, 0.0]]
    """
    inverse = np.linalg.inv(alike[np.ix_(known.rows, known.rows)] + _RIDGE * np.eye(len(classes)))
    weights = (inverse @ known.pairs).astype(np.float64)
    inside = known.pairs.astype(np.float64)
    for one in np.unique(classes):
        own = np.flatnonzero(classes == one)
        inside[own] -= np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
    outside = alike[np.ix_(asked, known.rows)] @ weights
    return inside.astype(np.float32), outside.astype(np.float32)


def spread_between(between: Matrix, middle: NDArray[np.int64]) -> Matrix:
    """Return the (m, m) matrix by which support for an occupation passes to those like it.

    It is how an occupation that no known major names gets any say: from its likeness in text, and
    from standing in the same middle group.

    Args:
        between: (m, m) float32, 0 to 1: how alike the texts of occupations are.
        middle: (m,) the middle group of each occupation.

    Cost: O(m^3): 0.1 s for 436.

    Source: Pahikkala et al., A two-step learning approach for solving full and almost full cold
    start problems in dyadic prediction (2014).

    >>> spread = spread_between(np.eye(3, dtype=np.float32), np.array([0, 0, 1]))
    >>> (spread[0] > 0.01).tolist()
    [True, True, False]
    """
    same = middle[:, None] == middle[None, :]
    alike = between.astype(np.float64) + _SAME_MIDDLE * same
    ridged = alike + _RIDGE_BETWEEN * np.eye(len(middle))
    return np.linalg.solve(ridged, alike).astype(np.float32)
