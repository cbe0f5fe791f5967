"""The facts about the labour market that this room tells others, by the kind of their event."""

from __future__ import annotations

ALERT_RAISED = "alert.raised"
ALERT_ENDED = "alert.ended"
CATALOGUE_PUBLISHED = "catalogue.published"
STANDARD_PUBLISHED = "standard.published"
ADVICE_PUBLISHED = "major_advice.published"
