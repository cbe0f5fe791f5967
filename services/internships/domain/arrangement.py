"""Self-arranged internships (自主选择): student and guardian apply, the school decides."""

from __future__ import annotations

from shared.catalogues.uscc import find_fault
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError


class ArrangementNotFoundError(NotFoundError):
    """There is no such application."""

    code = "arrangement_not_found"
    title_zh = "没有该自主选择申请"


class ArrangementDecidedError(ConflictError):
    """This application is decided already."""

    code = "arrangement_decided"
    title_zh = "该申请已有决定"


def check_host_code(uscc: str) -> None:
    """Refuse a credit code that cannot be one."""
    found = find_fault(uscc)
    if found is not None:
        fault = Fault(f"uscc_{found.fault}", found.text, pointer="/host_uscc")
        raise InvalidInputError(faults=[fault])
