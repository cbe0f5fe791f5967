"""The facts of the exchange that other rooms may hear."""

from __future__ import annotations

NOTICE_PUBLISHED = "notice.published"
NOTICE_CLOSED = "notice.closed"
CONNECTION_AGREED = "connection.agreed"
