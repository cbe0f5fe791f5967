"""One file per group of pages, named by its noun; each offers its `PAGES`."""

from __future__ import annotations

from gateway.portal.pages import (
    account,
    acting,
    applicants,
    authorize,
    clients,
    developers,
    enterprise,
    head_counts,
    home,
    host_placements,
    imports,
    organisation,
    own_posts,
    people,
    people_import,
    policies,
    post_wizard,
    posts,
    quota,
    session,
    verification,
)
from gateway.portal.routing import Page

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *posts.PAGES,
    *enterprise.PAGES,
    *post_wizard.PAGES,  # before own_posts: /new is no id
    *own_posts.PAGES,
    *imports.PAGES,
    *head_counts.PAGES,
    *quota.PAGES,
    *applicants.PAGES,
    *host_placements.PAGES,
    *session.PAGES,
    *account.PAGES,
    *acting.PAGES,
    *authorize.PAGES,
    *organisation.PAGES,
    *verification.PAGES,
    *people.PAGES,
    *people_import.PAGES,
    *clients.PAGES,
    *policies.PAGES,
    *developers.PAGES,
)
