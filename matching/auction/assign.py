"""Central assignment by auction: students placed at the greatest total weight, loss proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.auction.certificate import Certificate, certify
from matching.auction.errors import WeightsNotExactError
from matching.auction.market import AssignmentMarket
from matching.errors import NumberOutOfRangeError

# A tolerance of 0.2 % of the largest weight lost 0.0008 % of the total at a million students and
# proves 0.007 %; a tenth of it takes three times as long.
TOLERANCE = 0.002
_UNITS_MAX = 2**31 - 2
_LEAST, _MOST = 1e-100, 1e100  # outside of these, units per weight and sums leave the numbers


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """A central assignment and the prices that prove how good it is.

    Attributes:
        matching: (n,) int32; the student's post, -1 where none.
        prices: (m + g,) float64 in the unit of the weights; 0 wherever a seat is open.
        certificate: value, bound and gap, recomputed from the two arrays above.
    """

    matching: NDArray[np.int32]
    prices: NDArray[np.float64]
    certificate: Certificate


def assign_central(market: AssignmentMarket, *, eps: float | None = None) -> Assignment:
    """Place students at the greatest total weight under seats and nested caps.

    Args:
        market: pairs with weights, seats, and the caps above them; all caps are kept exactly.
        eps: what each placed student may cost the total, in the unit of the weights; by default
            0.2 % of the largest weight; 0 asks for an exact optimum, which needs whole weights.

    Returns:
        The assignment with a certificate whose gap is at most eps x placed students.

    Raises:
        WeightsNotExactError: eps is 0, and the weights are not whole or too large for it.
        NumberOutOfRangeError: eps is negative, or the largest weight outside of 1e-100..1e100.

    Cost: bids x pairs per student; a million students x 20 pairs take about 1.5 s and 16 bytes per
    pair. With caps above the posts about ten times as long. Smaller eps costs more bids.

    Source: Bertsekas, The auction algorithm (1988); seats as similar objects, Bertsekas and
    Castanon (1989); under nested caps the group keeps its best bids, a laminar matroid.

    Steps: 1. weights to whole units; 2. bid; 3. prices back to the unit of the weights;
    4. the certificate, recomputed from assignment and prices.

    >>> from matching.auction.market import build_assignment_market
    >>> market = build_assignment_market(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], weights=[3, 2, 2.5], seats=[1, 1]
    ... )
    >>> found = assign_central(market)
    >>> found.matching.tolist(), found.certificate.value
    ([1, 0], 4.5)
    """
    from matching.auction.sale import sell  # numba: loaded only where an assignment is wanted

    units_per_weight, step = _scale(market, eps)
    matching, units = sell(market, units_per_weight, step)
    prices = units / units_per_weight
    return Assignment(matching, prices, certify(market, matching, prices))


def _scale(market: AssignmentMarket, eps: float | None) -> tuple[float, int]:
    """Return units per unit of weight, and the bidding step in units."""
    largest = max(float(market.weights.max(initial=0.0)), 0.0)
    if largest == 0.0:
        return 1.0, 1
    if not _LEAST <= largest <= _MOST:
        wanted = f"{_LEAST}..{_MOST}"
        raise NumberOutOfRangeError(name="weights", wanted=wanted, given=largest)
    if eps == 0.0:
        limit = _UNITS_MAX // market.indptr.size
        if largest > limit or (market.weights != np.floor(market.weights)).any():
            raise WeightsNotExactError(limit=limit, given=largest)
        # One unit per placed student is less than one whole weight in all: the optimum.
        return float(market.indptr.size), 1
    tolerance = TOLERANCE * largest if eps is None else eps
    if not 0.0 < tolerance <= _MOST:
        raise NumberOutOfRangeError(name="eps", wanted=f">= 0, <= {_MOST}", given=tolerance)
    units = _UNITS_MAX / (largest + tolerance)
    return units, max(1, int(tolerance * units) - 1)
