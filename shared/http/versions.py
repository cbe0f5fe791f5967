"""Strong ETags: a writer names the version that it saw."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.kernel.errors import PreconditionMissingError, PreconditionStaleError

# ASCII digits only, and no more than a version has: a header may hold any sign of Latin-1.
_TAG = re.compile(r'"v([0-9]{1,18})"')


def etag_of(version: int) -> str:
    """Return the strong ETag of a version number.

    >>> etag_of(3)
    '"v3"'
    """
    return f'"v{version}"'


def set_etag(response: Response, version: int) -> None:
    """Put the version's ETag on `response`."""
    response.headers["ETag"] = etag_of(version)


async def seen_version(if_match: Annotated[str | None, Header()] = None) -> int:
    """Return the version that If-Match names; -1 for one that can never be current."""
    if if_match is None:
        raise PreconditionMissingError
    found = _TAG.fullmatch(if_match.strip())
    return int(found.group(1)) if found else -1


SeenVersion = Annotated[int, Depends(seen_version)]


def expect_version(*, seen: int, current: int) -> None:
    """Refuse a writer who saw another version than the current one."""
    if seen != current:
        raise PreconditionStaleError(current=current)
