"""A small listwise ranker in numpy: one hidden layer, softmax over the candidates of each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_HIDDEN = 24
_EPOCHS = 20
_RATE = 3e-3
_DECAY = 1e-2
_DROP = 0.5  # share of the features hidden in a step: no single one may carry the ranking
_ROWS_PER_STEP = 24
_LIMIT = 6.0  # standardised features beyond it are cut


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """Scores candidates by their features; make it by `train_ranker`.

    Attributes:
        mean, spread: (d,) float32 of the training features.
        layers: per member of the ensemble: (d, h), (h,), (h,), (d,) float32.
    """

    mean: Array
    spread: Array
    layers: tuple[tuple[Array, Array, Array, Array], ...]

    def score(self, features: Array) -> Array:
        """Return (n, m) scores of (n, m, d) features; only their order within a row counts.

        Cost: O(n m d hidden units).
        """
        flat = _standardise(features, self.mean, self.spread).reshape(-1, features.shape[2])
        total = np.zeros(flat.shape[0], dtype=np.float32)
        for inner, shift, outer, direct in self.layers:
            total += np.maximum(flat @ inner + shift, 0.0) @ outer + flat @ direct
        return total.reshape(features.shape[:2])


def train_ranker(
    features: Array, wanted: Array, *, members: int, rng: np.random.Generator
) -> Ranker:
    """Train an ensemble to put the wanted candidates of each row first.

    Args:
        features: (n, m, d) float32, finite.
        wanted: (n, m) float32, 1 where a candidate is right; rows without any teach nothing.
        members: networks whose scores are summed.
        rng: draws starting weights, batches and hidden features.

    Returns:
        A ranker whose rows' cross-entropy (listwise softmax) is low.

    Cost: members x 20 epochs x 6 n m d h operations.

    Source: Cao et al., Learning to rank: from pairwise to listwise (2007); Srivastava et al.,
    Dropout (2014); Loshchilov and Hutter, Decoupled weight decay (2019).
    """
    mean = features.mean(axis=(0, 1))
    spread = features.std(axis=(0, 1)) + np.float32(1e-6)
    ready = _standardise(features, mean, spread)
    share = wanted / np.maximum(wanted.sum(axis=1, keepdims=True), 1.0)
    layers = tuple(_train_one(ready, share.astype(np.float32), rng) for _ in range(members))
    return Ranker(mean, spread, layers)


def _standardise(features: Array, mean: Array, spread: Array) -> Array:
    return np.clip((features - mean) / spread, -_LIMIT, _LIMIT)


def _train_one(
    features: Array, share: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    rows, _, width = features.shape
    weights = [
        rng.normal(0, width**-0.5, (width, _HIDDEN)).astype(np.float32),
        np.zeros(_HIDDEN, dtype=np.float32),
        rng.normal(0, 0.3 * _HIDDEN**-0.5, _HIDDEN).astype(np.float32),
        np.zeros(width, dtype=np.float32),
    ]
    first = [np.zeros_like(one) for one in weights]
    second = [np.zeros_like(one) for one in weights]
    step = 0
    for epoch in range(_EPOCHS):
        rate = _RATE * min(1.0, 2 * (1 - epoch / _EPOCHS))
        for batch in np.array_split(rng.permutation(rows), max(1, rows // _ROWS_PER_STEP)):
            step += 1
            kept = (rng.random(width) > _DROP).astype(np.float32) / np.float32(1 - _DROP)
            slopes = _slopes(weights, features[batch] * kept, share[batch])
            for at, slope in enumerate(slopes):
                first[at] += 0.1 * (slope - first[at])
                second[at] += 0.01 * (slope**2 - second[at])
                pace = np.sqrt(second[at] / (1 - 0.99**step)) + 1e-8
                move = first[at] / (1 - 0.9**step) / pace + _DECAY * weights[at]
                weights[at] -= (rate * move).astype(np.float32)
    return weights[0], weights[1], weights[2], weights[3]


def _slopes(weights: list[Array], features: Array, share: Array) -> tuple[Array, ...]:
    """Return the gradients of the cross-entropy for one batch."""
    inner, shift, outer, direct = weights
    flat = features.reshape(-1, features.shape[2])
    hidden = np.maximum(flat @ inner + shift, 0.0)
    score = (hidden @ outer + flat @ direct).reshape(share.shape)
    powers = np.exp(score - score.max(axis=1, keepdims=True))
    found = powers / powers.sum(axis=1, keepdims=True)
    # A row without any right candidate asks for nothing.
    error = (found * share.sum(axis=1, keepdims=True) - share).ravel() / len(share)
    back = (error[:, None] * outer) * (hidden > 0)
    return flat.T @ back, back.sum(axis=0), hidden.T @ error, flat.T @ error
