"""Files that an organisation shows: what kinds are taken, told by their first bytes."""

from __future__ import annotations

from shared.kernel.errors import DomainError, Text

EVIDENCE_BYTES_MAX = 10 * 1024 * 1024
_KINDS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


class EvidenceKindError(DomainError):
    """This is not a PDF, PNG or JPEG file."""

    code = "evidence_kind"
    status = 415
    title_zh = "仅接受 PDF、PNG 或 JPEG 文件"
    mend = Text(
        "请上传营业执照等材料的扫描件。",
        "Upload a scan of the licence in one of these formats.",
    )


def media_type_of(content: bytes) -> str:
    """Return the media type by the content itself; the sender's word is not trusted.

    >>> media_type_of(b"%PDF-1.7 ...")
    'application/pdf'
    """
    for beginning, media_type in _KINDS:
        if content.startswith(beginning):
            return media_type
    raise EvidenceKindError
