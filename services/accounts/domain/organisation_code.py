"""The codes of an organisation: the credit code's check digit, and which codes a kind has."""

from __future__ import annotations

from services.accounts.domain.organisation import Organisation
from shared.kernel.errors import Fault, InvalidInputError, Text

# GB 32100-2015, 4.1: the letters I, O, S, V and Z are left out.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def uscc_holds(uscc: str) -> bool:
    """Return whether the check digit of a unified social credit code is right (GB 32100, 5).

    >>> uscc_holds("911101135658030704"), uscc_holds("911101135658030705")
    (True, False)
    """
    if len(uscc) != 18 or any(sign not in _ALPHABET for sign in uscc):
        return False
    total = sum(
        _ALPHABET.index(sign) * weight for sign, weight in zip(uscc[:17], _WEIGHTS, strict=True)
    )
    return _ALPHABET[-total % 31] == uscc[17]


def check_codes(organisation: Organisation) -> None:
    """Refuse codes that cannot be right, each one named."""
    faults: list[Fault] = []
    if organisation.uscc is not None and not uscc_holds(organisation.uscc):
        faults.append(
            Fault(
                code="uscc_check_digit",
                text=Text(
                    "统一社会信用代码校验位不符（GB 32100），请核对营业执照",
                    "The check digit is wrong (GB 32100); compare it with the licence",
                ),
                pointer="/uscc",
            )
        )
    if organisation.kind != "school":
        faults.extend(
            Fault(
                code="only_schools",
                text=Text("仅学校填写", "Only a school has this"),
                pointer=f"/{field}",
            )
            for field in ("moe_code", "level")
            if getattr(organisation, field) is not None
        )
    if faults:
        raise InvalidInputError(faults=faults)
