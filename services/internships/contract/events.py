"""The facts that this room tells the others, by the kind of their event."""

from __future__ import annotations

POST_PUBLISHED = "post.published"
POST_CLOSED = "post.closed"
PLACEMENT_ACCEPTED = "placement.accepted"
PLACEMENT_STARTED = "placement.started"
PLACEMENT_ASSESSED = "placement.assessed"
