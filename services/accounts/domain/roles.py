"""Roles of people, the kind of organisation each belongs to, and the scopes that each gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from services.accounts.contract.scopes import PERSONAL_SCOPES, SCOPES
from shared.kernel.errors import Text

OrganisationKind = Literal[
    "enterprise",
    "school",
    "authority",
    "industry_body",
    "service_organisation",
    "alliance",
    "evaluator",
    "platform",
]
ORGANISATION_KINDS: Final[tuple[OrganisationKind, ...]] = get_args(OrganisationKind)

# Everyone decides over their own data (PIPL 15) and may read what the rules say.
_EVERYONE = frozenset({"consents:write", "policies:read"})
_ADMIN = frozenset({"organisations:write", "people:write", "clients:write", "audit:read"})
_HR = frozenset({"posts:write", "enterprise:manage", "placements:host"})
_OFFICE = frozenset(
    {
        "hosts:write",
        "rosters:write",
        "batches:write",
        "wishes:import",
        "placements:read",
        "appeals:decide",
    }
)

# Who reports on and steers the labour market; each room asks for the kind of organisation too.
_SERIES_SCHOOL = frozenset({"observations:write"})
_SERIES_RUNNER = frozenset({"observations:write", "forecasts:write"})
_SERIES_BODY = _SERIES_RUNNER | {"forecasts:submit"}
_LABOUR_SCHOOL = frozenset({"labour:write", "majors:decide", "standards:write"})
_LABOUR_AUTHORITY = frozenset({"labour:write", "majors:decide", "shortages:write"})
_LABOUR_BODY = frozenset({"labour:write", "standards:write"})
_BOARD = frozenset({"notices:write"})
_REGISTRAR = frozenset({"notices:register"})
# Who keeps the rules of recognition does not also decide over applications by that alone.
_CREDITS_OFFICE = frozenset({"credits:office", "rulebooks:write"})
_CREDITS_REVIEW = frozenset({"credits:review"})


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is in an organisation."""

    name: str
    title: Text
    kinds: frozenset[OrganisationKind]
    scopes: frozenset[str]


_TITLES = {
    "operator": Text("平台运营", "Operator of the platform"),
    "enterprise_admin": Text("企业管理员", "Administrator of the enterprise"),
    "hr": Text("人力资源", "Human resources"),
    "mentor": Text("企业指导人员", "Mentor"),
    "school_admin": Text("学校管理员", "Administrator of the school"),
    "internship_office": Text("实习管理部门", "Internship office"),
    "academic_office": Text("教务部门", "Academic office"),
    "credit_reviewer": Text("学分认定审核人员", "Reviewer of recognition"),
    "class_teacher": Text("班主任", "Class teacher"),
    "student": Text("学生", "Student"),
    "authority_admin": Text("主管部门管理员", "Administrator of the authority"),
    "analyst": Text("数据分析人员", "Analyst"),
    "reviewer": Text("核验审核人员", "Reviewer"),
    "organisation_admin": Text("单位管理员", "Administrator of the organisation"),
}


def _role(name: str, kinds: Collection[OrganisationKind], *scopes: frozenset[str]) -> Role:
    return Role(name, _TITLES[name], frozenset(kinds), _EVERYONE.union(*scopes))


_ROLES = (
    _role(
        "operator",
        ["platform"],
        _ADMIN,
        _SERIES_RUNNER,
        frozenset({"organisations:review", "placements:read", "authority:read"}),
    ),
    _role("enterprise_admin", ["enterprise"], _ADMIN, _HR, _BOARD, frozenset({"standards:write"})),
    _role("hr", ["enterprise"], _HR, _BOARD),
    _role("mentor", ["enterprise"]),
    _role(
        "school_admin",
        ["school"],
        _ADMIN,
        _OFFICE,
        _SERIES_SCHOOL,
        _LABOUR_SCHOOL,
        _CREDITS_OFFICE,
        _CREDITS_REVIEW,
        _BOARD,
    ),
    _role("internship_office", ["school"], _OFFICE, _BOARD),
    # Who keeps the courses says which competency units they teach (FCT-07, CRD-08).
    _role("academic_office", ["school"], _CREDITS_OFFICE, frozenset({"standards:write"})),
    _role("credit_reviewer", ["school"], _CREDITS_REVIEW),
    _role("class_teacher", ["school"], frozenset({"placements:read"})),
    _role("student", ["school"], PERSONAL_SCOPES),
    _role(
        "authority_admin",
        ["authority"],
        _ADMIN,
        _SERIES_BODY,
        _LABOUR_AUTHORITY,
        _REGISTRAR,
        frozenset({"organisations:review", "authority:read"}),
    ),
    _role(
        "analyst",
        ["authority"],
        _SERIES_BODY,
        _LABOUR_AUTHORITY,
        frozenset({"authority:read"}),
    ),
    _role(
        "reviewer",
        ["authority"],
        _REGISTRAR,
        frozenset({"organisations:review", "authority:read"}),
    ),
    _role(
        "organisation_admin",
        ["industry_body", "service_organisation", "alliance", "evaluator"],
        _ADMIN,
        _SERIES_BODY,
        _LABOUR_BODY,
        _BOARD,
        frozenset({"alliances:write"}),
    ),
)
ROLES: Mapping[str, Role] = MappingProxyType({role.name: role for role in _ROLES})
OPERATOR = "operator"


def roles_of_kind(kind: OrganisationKind) -> frozenset[str]:
    """Return the roles that people of such an organisation may have."""
    return frozenset(role.name for role in _ROLES if kind in role.kinds)


def scopes_of_roles(roles: Collection[str]) -> frozenset[str]:
    """Return what holders of `roles` may do.

    >>> sorted(scopes_of_roles(["class_teacher"]))
    ['consents:write', 'placements:read', 'policies:read']
    """
    return frozenset[str]().union(*(ROLES[name].scopes for name in roles))


def scopes_of_machines(kind: OrganisationKind) -> frozenset[str]:
    """Return what API clients of such an organisation may be granted in their own name."""
    return scopes_of_roles(roles_of_kind(kind)) - PERSONAL_SCOPES


def scopes_of_apps(kind: OrganisationKind) -> frozenset[str]:
    """Return what such an organisation's app may ask a person for: anything but to govern.

    An app acts with the lesser of its own and the person's scopes, so a service organisation's
    app may ask a student for `wishes:write`; accounts and review stay with people.
    """
    governing = _ADMIN | {"organisations:review"}
    return frozenset(SCOPES) - governing if kind != "platform" else frozenset(SCOPES)
