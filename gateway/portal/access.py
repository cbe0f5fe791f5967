"""Who may open a page; the API behind it decides again, this only saves people dead ends."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.portal.sessions import Caller


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one page: everyone, anyone signed in, or members of some kinds of organisation.

    Empty `org_kinds` or `roles` means any.
    """

    public: bool = False
    org_kinds: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def allows(self, caller: Caller | None) -> bool:
        """Return whether the page opens for this caller."""
        if self.public:
            return True
        if caller is None:
            return False
        if not self.org_kinds and not self.roles:
            return True
        acting = caller.acting
        if acting is None:
            return False
        kind_fits = not self.org_kinds or acting.org_kind in self.org_kinds
        return kind_fits and (not self.roles or bool(self.roles & acting.roles))


PUBLIC = Access(public=True)
SIGNED_IN = Access()


def members_of(*org_kinds: str, roles: frozenset[str] = frozenset()) -> Access:
    """Return the rule for people who act for an organisation of these kinds, in these roles."""
    return Access(org_kinds=frozenset(org_kinds), roles=roles)


HR = members_of("enterprise", roles=frozenset({"hr", "enterprise_admin"}))
OFFICE = members_of("school", roles=frozenset({"internship_office", "school_admin"}))
PLACEMENT_READERS = members_of(
    "school", roles=frozenset({"internship_office", "school_admin", "class_teacher"})
)
STUDENT = members_of("school", roles=frozenset({"student"}))
AUTHORITY = members_of("authority", roles=frozenset({"authority_admin", "analyst", "reviewer"}))
BOARD = members_of(
    "enterprise",
    "school",
    "industry_body",
    "service_organisation",
    "alliance",
    roles=frozenset(
        {"enterprise_admin", "hr", "school_admin", "internship_office", "organisation_admin"}
    ),
)
REGISTRARS = members_of("authority", roles=frozenset({"authority_admin", "reviewer"}))
