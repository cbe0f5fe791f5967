"""Occupations that a major leads to, ranked from its name and courses and from known pairs."""

from matching.occupations.rank import NoOccupationsError, rank_occupations
from matching.occupations.texts import MajorText, OccupationText, gather_minor_groups

__all__ = [
    "MajorText",
    "NoOccupationsError",
    "OccupationText",
    "gather_minor_groups",
    "rank_occupations",
]
