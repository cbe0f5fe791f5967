"""Sets pages: transcripts as PDF with the credential attached, badges as pictures."""

from __future__ import annotations

import io
import json
import threading
from functools import cache
from importlib.resources import files
from typing import Any, cast

from services.credits.domain.credential_errors import FontMissingError
from services.credits.domain.recognition import credits_text
from services.credits.domain.transcript import KINDS, Transcript

# The first that is installed sets every page; each has the 8,105 characters of the national list.
_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Noto Serif CJK SC",
    "WenQuanYi Zen Hei",
    "SimSun",
)
# The compiler keeps state between documents: one at a time.
_ONE_AT_A_TIME = threading.Lock()
_TITLE = "学分认定成绩单 Transcript of Recognised Credits"


def set_transcript(
    transcript: Transcript, credential: bytes, *, url: str, inclusion: bytes | None = None
) -> bytes:
    """Return the transcript as PDF/A-3 with `credential` attached and `url` as a QR code.

    `inclusion`: proofs that its postings are in the ledger's tree, attached as well.

    Raises FontMissingError. Cost: some 30 ms once the fonts are known, 0.3 s at first.
    """
    data = {
        "title": _TITLE,
        "school": transcript.school,
        "holder_name": transcript.holder_name,
        "holder_number": transcript.holder_number,
        "issued_on": transcript.issued_on.isoformat(),
        "total": credits_text(transcript.credits_hundredths),
        "url": url,
        "lines": [
            [
                line.title,
                KINDS.get(line.kind, line.kind),
                line.issuer,
                line.completed_on.isoformat() if line.completed_on else "",
                line.courses_text,
                credits_text(line.credits_hundredths),
                line.grade or "",
            ]
            for line in transcript.lines
        ],
    }
    proofs = (inclusion or b"").decode()
    more = {"credential": credential.decode(), "qr": _qr(url), "inclusion": proofs}
    moment = int(transcript.issued_at.timestamp())
    return _set(
        "transcript.typ", data, more, format="pdf", pdf_standards=["a-3b"], timestamp=moment
    )


def set_badge(transcript: Transcript) -> bytes:
    """Return the picture of a badge as PNG, without the credential; raises FontMissingError."""
    line = transcript.lines[0]
    data = {
        "school": transcript.school,
        "title": line.title,
        "credits": credits_text(line.credits_hundredths),
        "issued_on": transcript.issued_on.isoformat(),
    }
    return _set("badge.typ", data, {}, format="png", ppi=144.0)


def _set(template: str, data: dict[str, Any], more: dict[str, str], **output: Any) -> bytes:
    compiler, font = _compiler()
    source = (files("services.credits.adapters") / template).read_bytes()
    inputs = {"data": json.dumps({**data, "font": font}, ensure_ascii=False), **more}
    with _ONE_AT_A_TIME:
        made = compiler.compile(input=source, sys_inputs=inputs, **output)
    return cast("bytes", made[0] if isinstance(made, list) else made)


@cache
def _compiler() -> tuple[Any, str]:
    import typst

    fonts = typst.Fonts()
    installed = set(fonts.families())
    font = next((name for name in _FONTS if name in installed), None)
    if font is None:
        raise FontMissingError
    return typst.Compiler(font_paths=fonts), font


def _qr(url: str) -> str:
    import segno

    out = io.BytesIO()
    segno.make(url, error="m").save(out, kind="svg", xmldecl=False, border=0)
    return out.getvalue().decode()
