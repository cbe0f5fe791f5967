"""Reads the credential out of a file that somebody hands over: JSON, PDF or PNG."""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import dataclass
from typing import Literal

from services.credits.engine.credentials.baking import PNG_HEAD, unbake
from services.credits.engine.credentials.proofs import ProofSigned
from services.credits.engine.credentials.refusal import RefusedError, malformed
from services.credits.engine.credentials.sealing import check_seal

_PDF_HEAD = b"%PDF-"
FILE_BYTES_MAX = 16 * 1024 * 1024
_ATTACHED_MAX = 32
_INCLUSION = "inclusion.tlog"
_CREDENTIAL = (".json", ".jsonld", ".vc")


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """The JSON of a credential, its kind of file, who sealed its pages, what is attached beside."""

    kind: Literal["json", "pdf", "png"]
    json: bytes
    sealed_by: tuple[ProofSigned, ...] = ()
    inclusion: bytes | None = None


def read_credential(data: bytes) -> CredentialFile:
    """Return the credential in `data`.

    Raises RefusedError: `malformed` where there is none, `tampered` where pages of a PDF are not
    those that were sealed.
    """
    if len(data) > FILE_BYTES_MAX:
        raise malformed(
            f"the file is larger than {FILE_BYTES_MAX} bytes", f"文件超过 {FILE_BYTES_MAX} 字节"
        )
    if data.startswith(PNG_HEAD):
        return CredentialFile("png", unbake(data))
    if data.startswith(_PDF_HEAD):
        sealed_by = tuple(check_seal(data))
        attached = _attached(data)
        found = [content for name, content in attached if name.lower().endswith(_CREDENTIAL)]
        if len(found) != 1:
            raise malformed("the PDF does not hold one credential", "PDF 中没有唯一的凭证附件")
        beside = [content for name, content in attached if name == _INCLUSION]
        return CredentialFile("pdf", found[0], sealed_by, beside[0] if beside else None)
    return CredentialFile("json", data)


def _attached(data: bytes) -> list[tuple[str, bytes]]:
    from pypdf import PdfReader

    found: list[tuple[str, bytes]] = []
    # A stranger's PDF may be odd in many ways; only what is attached is of interest, and the
    # verdict is one line.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data), strict=False)
            for position, (name, contents) in enumerate(reader.attachments.items()):
                if position < _ATTACHED_MAX:
                    found.extend((name, content) for content in contents)
    except RefusedError:
        raise
    except Exception as error:
        # The library raises errors of every kind on bytes that only begin like a PDF.
        raise malformed("the PDF cannot be read", "PDF 无法读取") from error
    return found
