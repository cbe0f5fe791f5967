"""The unified social credit code (GB 32100-2015): check it, explain what is wrong, make one.

18 characters: registering department, kind of organisation, six digits of the region, nine of the
organisation code (GB 11714, the last of them its own check character), and the check character.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.errors import Text

# GB 32100-2015, table 1: no I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3**i mod 31
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
_LOOKALIKES = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}


class UsccFault(StrEnum):
    """What may be wrong with a code."""

    LENGTH = "length"
    CHARACTER = "character"
    REGION = "region"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class UsccError:
    """The first thing wrong: between which characters (1 is the first) and how to mend it."""

    fault: UsccFault
    places: tuple[int, int]
    text: Text


def normalise(code: str) -> str:
    """Return a code as it is compared: no blanks or hyphens, full-width letters narrowed, upper.

    >>> normalise("9133 0100-ｍａ27")
    '91330100MA27'
    """
    narrow = code.translate({wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)})
    return "".join(c for c in narrow if not c.isspace() and c != "-").upper()


def check_character(body: str) -> str:
    """Return the 18th character for the first 17.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    assert len(body) == 17, "the body of a credit code has 17 characters"
    total = sum(_VALUES[c] * weight for c, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """Return the ninth character of an organisation code for its first eight (GB 11714)."""
    assert len(body) == 8, "the body of an organisation code has 8 characters"
    total = sum(_value_11714(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def _value_11714(character: str) -> int:
    return int(character) if character.isdigit() else ord(character) - ord("A") + 10


def find_fault(code: str) -> UsccError | None:
    """Return what is wrong with a code, or None where it holds.

    A wrong check character proves a typing error somewhere. The organisation code inside (9-17)
    has a check of its own: whether it holds too tells where the error most likely lies (surely, if
    one digit is wrong). Alone it refuses nothing.

    >>> find_fault("91350100M000100Y43") is None
    True
    >>> find_fault("91350100M000100Y44").places
    (1, 18)
    """
    plain = normalise(code)
    if len(plain) != 18:
        return _wrong_length(plain)
    for place, character in enumerate(plain, start=1):
        if character not in _VALUES:
            return _wrong_character(place, character)
    for place, character in enumerate(plain[2:8], start=3):
        if not character.isdigit():
            return _wrong_region(place, character)
    wanted = check_character(plain[:17])
    return None if wanted == plain[17] else _wrong_check(plain, wanted)


def _wrong_length(plain: str) -> UsccError:
    return UsccError(
        UsccFault.LENGTH,
        (1, 18),
        Text(
            f"统一社会信用代码应为18位，现为{len(plain)}位。请对照营业执照重新填写。",
            f"A credit code has 18 characters, this one {len(plain)}. Copy it from the licence.",
        ),
    )


def _wrong_region(place: int, character: str) -> UsccError:
    return UsccError(
        UsccFault.REGION,
        (place, place),
        Text(
            f"第{place}位“{character}”应为数字：第3—8位是登记机关行政区划码。请核对。",
            f"Character {place}, “{character}”, must be a digit: 3 to 8 are the registry's region.",
        ),
    )


def _wrong_check(plain: str, wanted: str) -> UsccError:
    inner_holds = organisation_check_character(plain[8:16]) == plain[16]
    first, last = (1, 18) if inner_holds else (9, 17)
    where_zh = "第1—8位或第18位" if inner_holds else "第9—17位"
    where_en = "1 to 8 or 18" if inner_holds else "9 to 17"
    return UsccError(
        UsccFault.CHECK,
        (first, last),
        Text(
            f"校验码不符：按前17位，第18位应为“{wanted}”，现为“{plain[17]}”。"
            f"错误多在{where_zh}，请逐位对照营业执照。",
            f"The check fails: for these 17 the last should be “{wanted}”, not “{plain[17]}”. "
            f"Look at characters {where_en} first and compare with the licence.",
        ),
    )


def _wrong_character(place: int, character: str) -> UsccError:
    meant = _LOOKALIKES.get(character)
    zh = f"是否应为“{meant}”？" if meant else "请核对。"
    en = f"Is it “{meant}”?" if meant else "Check it."
    return UsccError(
        UsccFault.CHARACTER,
        (place, place),
        Text(
            f"第{place}位“{character}”不在代码字符集内（不使用I、O、S、V、Z）。{zh}",
            f"Character {place}, “{character}”, is not used in credit codes "
            f"(no I, O, S, V, Z). {en}",
        ),
    )


def is_valid(code: str) -> bool:
    """Return whether a code holds."""
    return find_fault(code) is None


def make_code(region: str, serial: int, *, department: str = "9", kind: str = "1") -> str:
    """Return a valid code for generated data: the serial becomes the organisation code.

    Generated codes start their organisation code with DEM, so that nobody takes them for real.

    Raises ValueError for a serial outside 0..99,999 or a region that is not six digits.

    >>> make_code("330100", 7), is_valid(make_code("330100", 7))
    ('91330100DEM000073C', True)
    """
    if not 0 <= serial <= 99_999:
        raise ValueError("serial must lie in 0..99,999")
    if len(region) != 6 or not region.isdigit():
        raise ValueError("region must be six digits of GB/T 2260")
    organisation = f"DEM{serial:05d}"
    body = f"{department}{kind}{region}{organisation}{organisation_check_character(organisation)}"
    return body + check_character(body)
