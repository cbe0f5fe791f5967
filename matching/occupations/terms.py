"""Which terms tell an occupation: a weight per term, learned from known pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.occupations.likeness import Matrix

_STEPS = 40
_RATE = 0.05
_SHARPNESS = 25.0  # cosines lie close together: as logits they need this factor
_SHRINK = 0.2  # pulls weights back to 1, per term of the vocabulary


def learn_term_weights(majors: Any, occupations: Any, pairs: Matrix) -> NDArray[np.float32]:
    """Learn which n-grams matter, so that 技术 or 管理 say less than 焊接 or 护理.

    The score of a pair is the sum over terms of weight x major's value x occupation's value; the
    logarithms of the weights minimise the cross-entropy of a softmax over occupations.

    Args:
        majors: (n, v) sparse float32, rows of length 1.
        occupations: (m, v) sparse float32, rows of length 1.
        pairs: (n, m) float32, 1 where a major leads to an occupation.

    Returns:
        (v,) float32 > 0; 1 where nothing was learned.

    Cost: 40 steps of two sparse products; about 6 s for 560 x 436.

    Source: Kingma and Ba, Adam (2015), for the steps.
    """
    wanted = pairs / np.maximum(pairs.sum(axis=1, keepdims=True), 1.0)
    turned = occupations.T.tocsr()
    size = majors.shape[1]
    logs, first, second = (np.zeros(size, dtype=np.float64) for _ in range(3))
    for step in range(1, _STEPS + 1):
        weights = np.exp(logs).astype(np.float32)
        score = (majors.multiply(weights).tocsr() @ turned).toarray() * _SHARPNESS
        error = (_softmax(score) - wanted) / len(pairs)
        pulled = np.asarray((turned @ error.T.astype(np.float32)).T)
        slope = np.asarray(majors.multiply(pulled).sum(axis=0)).ravel() * _SHARPNESS * weights
        slope += _SHRINK * logs / size
        first += 0.1 * (slope - first)
        second += 0.01 * (slope**2 - second)
        logs -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return np.exp(logs).astype(np.float32)


def score_terms(majors: Any, occupations: Any, weights: NDArray[np.float32]) -> Matrix:
    """Return the weighted scores: (n, m) float32.

    Shapes: as `learn_term_weights`. Cost: one sparse product.
    """
    return (majors.multiply(weights).tocsr() @ occupations.T.tocsr()).toarray().astype(np.float32)


def _softmax(score: NDArray[Any]) -> NDArray[Any]:
    powers = np.exp(score - score.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
