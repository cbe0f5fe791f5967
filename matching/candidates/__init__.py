"""Candidates: the best posts for a student, or students for a post, exactly and with reasons."""

from matching.candidates.features import (
    KIND_WEIGHTS,
    FeatureSpace,
    Profile,
    Share,
    fit_space,
    list_features,
)
from matching.candidates.index import CandidateIndex, DenseIndex, SparseIndex, build_index
from matching.candidates.rows import Candidates, SparseRows, build_rows

__all__ = [
    "KIND_WEIGHTS",
    "CandidateIndex",
    "Candidates",
    "DenseIndex",
    "FeatureSpace",
    "Profile",
    "Share",
    "SparseIndex",
    "SparseRows",
    "build_index",
    "build_rows",
    "fit_space",
    "list_features",
]
