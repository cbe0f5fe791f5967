"""Central assignment: the school places its students at the greatest total weight, with proof."""

from matching.auction.assign import Assignment, assign_central
from matching.auction.certificate import Certificate, certify
from matching.auction.errors import (
    CyclicGroupsError,
    InfeasibleAssignmentError,
    WeightsNotExactError,
)
from matching.auction.market import AssignmentMarket, Nest, build_assignment_market

__all__ = [
    "Assignment",
    "AssignmentMarket",
    "Certificate",
    "CyclicGroupsError",
    "InfeasibleAssignmentError",
    "Nest",
    "WeightsNotExactError",
    "assign_central",
    "build_assignment_market",
    "certify",
]
