"""A major by its code, as the routes of this room ask for it."""

from __future__ import annotations

from shared.catalogues.entries import Major
from shared.catalogues.majors import find_major
from shared.kernel.errors import NotFoundError, Text


class MajorUnknownError(NotFoundError):
    """No catalogue of majors has this code."""

    code = "major_unknown"
    title_zh = "专业目录中没有该代码"
    mend = Text(
        "请使用教育部专业目录的代码；收到的是 {major}。",
        "Use a code of the Ministry's catalogues; this was {major}.",
    )


def major_named(code: str) -> Major:
    """Return a major by its code, with or without T and K; raises MajorUnknownError."""
    found = find_major(code)
    if found is None:
        raise MajorUnknownError(major=code[:16])
    return found
