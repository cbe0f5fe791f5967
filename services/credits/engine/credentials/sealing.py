"""Seals the pages of a PDF: a signature over all of its bytes, in a line after its end.

The credential in a PDF is signed by itself; what is printed on the pages is not. The last line is
a comment to every reader of PDF: `%chanjiao-seal {...}`, a JSON object with a Data Integrity
proof over the SHA-256 of everything before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast

from services.credits.engine.credentials.parsing import Json, JsonObject, parse_object
from services.credits.engine.credentials.proofs import ProofSigned, canonise_jcs, check_proofs
from services.credits.engine.credentials.refusal import RefusedError, tampered

_MARK = b"\n%chanjiao-seal "
_LINE_BYTES_MAX = 4096


def seal(pages: bytes, sign: Callable[[JsonObject], JsonObject]) -> bytes:
    """Return the PDF with the seal that `sign` puts on its digest.

    Args:
        pages: the whole PDF.
        sign: returns the object that it is given, secured by a proof.
    """
    secured = sign({"sha256": hashlib.sha256(pages).hexdigest()})
    return pages + _MARK + canonise_jcs(secured) + b"\n"


def check_seal(pages: bytes) -> list[ProofSigned]:
    """Return who sealed the pages; nobody where they carry no seal.

    Raises RefusedError `tampered` where they are not those that were sealed.
    """
    place = pages.rfind(_MARK, max(0, len(pages) - _LINE_BYTES_MAX))
    if place < 0:
        return []
    try:
        secured = parse_object(pages[place + len(_MARK) :])
        signed = check_proofs(secured)
    except RefusedError as error:
        raise _broken() from error
    digest = cast("Json", secured.get("sha256"))
    if digest != hashlib.sha256(pages[:place]).hexdigest():
        raise _broken()
    return signed


def _broken() -> RefusedError:
    return tampered("the pages are not those that were sealed", "PDF 页面已被改动")
