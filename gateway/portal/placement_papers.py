"""The papers of a placement: which there are, and which one lacks before its first day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.portal.translation import marked

Body = Mapping[str, Any]

PAPERS: Mapping[str, str] = {
    "people": marked("Teacher and mentor"),
    "consent": marked("Informed consent"),
    "agreement": marked("Tripartite agreement"),
    "insurance": marked("Insurance"),
    "safety": marked("Safety training"),
    "filing": marked("Filing with the authority"),
}
# Without these nobody starts; filing is asked for where the rules ask for it.
NEEDED = ("people", "consent", "agreement", "insurance", "safety")


def has_paper(placement: Body, paper: str) -> bool:
    """Return whether a paper is filled in; whether it suffices is for the rules to say."""
    if paper == "people":
        return bool(placement["teacher"] and placement["mentor"])
    if paper == "consent":
        told = placement["consent"] or {}
        return bool(told.get("student_on") and told.get("guardian_on"))
    if paper == "agreement":
        return _signed(placement["agreement"] or {})
    held = {"safety": "safety_trained_on"}.get(paper, paper)
    return bool(placement[held])


def _signed(agreement: Body) -> bool:
    parties = ("school_signed_on", "enterprise_signed_on", "student_signed_on")
    return all(agreement.get(party) for party in parties)


def missing_papers(placement: Body) -> list[str]:
    """Return the names of the papers that a placement lacks before it may start."""
    return [paper for paper in NEEDED if not has_paper(placement, paper)]
