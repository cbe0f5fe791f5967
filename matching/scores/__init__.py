"""Scores: how relevant (专业对口) a post is to a student, in terms that each carry a reason."""

from matching.scores.codes import MalformedCodeError, parse_major, parse_occupation, parse_region
from matching.scores.reasons import REASON_TEXTS, Reason
from matching.scores.terms import major_term, occupation_term, region_term, skills_term
from matching.scores.weighted import (
    PostProfile,
    Relevance,
    StudentProfile,
    Term,
    Weights,
    relevance,
)

__all__ = [
    "REASON_TEXTS",
    "MalformedCodeError",
    "PostProfile",
    "Reason",
    "Relevance",
    "StudentProfile",
    "Term",
    "Weights",
    "major_term",
    "occupation_term",
    "parse_major",
    "parse_occupation",
    "parse_region",
    "region_term",
    "relevance",
    "skills_term",
]
