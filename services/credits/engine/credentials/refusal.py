"""Why a credential is refused: one code and one sentence in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RefusalCode = Literal[
    "tampered",
    "expired",
    "revoked",
    "suspended",
    "malformed",
    "undefined_terms",
    "unknown_issuer",
]

# The order in which reasons are told, where a credential has several.
ORDER: tuple[RefusalCode, ...] = (
    "tampered",
    "expired",
    "revoked",
    "suspended",
    "malformed",
    "undefined_terms",
    "unknown_issuer",
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A credential that is not accepted."""

    code: RefusalCode
    en: str
    zh: str


class RefusedError(Exception):
    """A credential is not accepted; caught where the verdict is made."""

    def __init__(self, code: RefusalCode, *, en: str, zh: str) -> None:
        super().__init__(en)
        self.refused = Refused(code, en, zh)


def malformed(en: str, zh: str) -> RefusedError:
    """Return the refusal of a credential whose form is wrong."""
    return RefusedError("malformed", en=en, zh=zh)


def tampered(en: str, zh: str) -> RefusedError:
    """Return the refusal of a credential that its signature does not cover as it stands."""
    return RefusedError("tampered", en=en, zh=zh)
