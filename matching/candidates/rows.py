"""Rows of non-negative features (CSR), and the candidates found for each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.errors import PriorityNotANumberError, ShapeMismatchError, TooLargeError
from matching.problem import readonly

ROWS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class SparseRows:
    """Rows of features; make them by `build_rows` or `FeatureSpace.encode`.

    Attributes:
        indptr: (n + 1,) int64; the features of row i are `indptr[i]:indptr[i + 1]`.
        features: (e,) int32 in 0..width-1, each at most once in a row.
        values: (e,) float32, finite and >= 0.
        width: number of features of the space.
    """

    indptr: NDArray[np.int64]
    features: NDArray[np.int32]
    values: NDArray[np.float32]
    width: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.indptr.size - 1

    def part(self, first: int, last: int) -> SparseRows:
        """Return rows first..last-1 without copying their features. Cost: O(rows)."""
        pairs = slice(int(self.indptr[first]), int(self.indptr[last]))
        return SparseRows(
            readonly(self.indptr[first : last + 1] - self.indptr[first]),
            self.features[pairs],
            self.values[pairs],
            self.width,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The best items of each row.

    Attributes:
        items: (n, k) int32, best first; -1 where fewer than k items score above 0.
        scores: (n, k) float32, falling; 0 beside -1.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]


def build_rows(
    *, indptr: ArrayLike, features: ArrayLike, values: ArrayLike, width: int
) -> SparseRows:
    """Validate rows of features.

    Raises:
        ShapeMismatchError: the arrays do not fit together, or a feature is outside or repeated.
        PriorityNotANumberError: a value is negative, infinite or NaN; names its place.
        TooLargeError: more than 2**31 - 1 rows.

    Cost: one sort of the features.
    Shapes: indptr (n + 1,), features and values (e,).

    >>> len(build_rows(indptr=[0, 2, 2], features=[0, 3], values=[1.0, 0.5], width=4))
    2
    """
    indptr_ = np.asarray(indptr, dtype=np.int64)
    features_ = np.asarray(features, dtype=np.int64)
    values_ = np.asarray(values, dtype=np.float32)
    if values_.shape != features_.shape:
        raise ShapeMismatchError(name="values", wanted=features_.size, given=values_.size)
    ends = indptr_.size > 0 and indptr_[0] == 0 and indptr_[-1] == features_.size
    if not ends or (np.diff(indptr_) < 0).any():
        wanted = f"rising from 0 to {features_.size}"
        raise ShapeMismatchError(name="indptr", wanted=wanted, given=indptr_.size)
    if indptr_.size - 1 > ROWS_MAX:
        raise TooLargeError(name="rows", given=indptr_.size - 1, limit=ROWS_MAX)
    if features_.size and not 0 <= int(features_.min()) <= int(features_.max()) < width:
        given = f"{int(features_.min())}..{int(features_.max())}"
        raise ShapeMismatchError(name="features", wanted=f"0..{width - 1}", given=given)
    wrong = ~np.isfinite(values_) | (values_ < 0)
    if wrong.any():
        raise PriorityNotANumberError(row=int(np.argmax(wrong)), name="values")
    owner = np.repeat(np.arange(indptr_.size - 1), np.diff(indptr_))
    cells = np.sort(owner * width + features_)
    if (np.diff(cells) == 0).any():
        raise ShapeMismatchError(name="features", wanted="each once in a row", given="repeated")
    return SparseRows(
        readonly(indptr_), readonly(features_.astype(np.int32)), readonly(values_), width
    )
