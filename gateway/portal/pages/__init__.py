"""One file per group of pages, named by its noun; each offers its `PAGES`."""

from __future__ import annotations

from gateway.portal.pages import home, session
from gateway.portal.routing import Page

PAGES: tuple[Page, ...] = (*home.PAGES, *session.PAGES)
