"""Competency standards in words: evidence, states, changes, and who writes or links them."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.portal.access import members_of
from gateway.portal.translation import marked

# Who writes a standard and who says that a course or a post follows one.
WRITERS = members_of(
    "industry_body",
    "enterprise",
    "school",
    roles=frozenset({"organisation_admin", "enterprise_admin", "school_admin", "academic_office"}),
)
LINKERS = members_of(
    "enterprise",
    "school",
    roles=frozenset({"enterprise_admin", "school_admin", "academic_office"}),
)

EVIDENCE: Mapping[str, str] = {
    "written_test": marked("Written test"),
    "practical_test": marked("Practical test"),
    "work_record": marked("Record of work"),
    "portfolio": marked("Portfolio"),
    "certificate": marked("Certificate"),
    "observation": marked("Observation at work"),
    "interview": marked("Interview"),
}
STATES: Mapping[str, str] = {
    "draft": marked("Draft"),
    "published": marked("Published"),
    "withdrawn": marked("Withdrawn"),
}
CHANGES: Mapping[str, str] = {
    "added": marked("Added"),
    "removed": marked("Removed"),
    "changed": marked("Changed"),
}
LINK_KINDS: Mapping[str, str] = {"course": marked("Course"), "post": marked("Post")}
