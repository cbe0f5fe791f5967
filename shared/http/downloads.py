"""Files that a caller takes away."""

from __future__ import annotations

from starlette.responses import Response


def as_file(content: bytes, *, media_type: str, name: str) -> Response:
    """Return `content` as a download."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
