"""The members' witnesses as the log reaches them over HTTP."""

from __future__ import annotations

from typing import Protocol

import httpx

_TIMEOUT_S = 5.0


class WitnessPost(Protocol):
    """Sends a checkpoint to a witness."""

    async def __call__(self, url: str, body: str) -> tuple[int, str] | None:
        """Return status and text of the answer, or None where there was none."""
        ...


async def post_checkpoint(url: str, body: str) -> tuple[int, str] | None:
    """Send add-checkpoint to the witness at a submission prefix."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.post(f"{url.rstrip('/')}/add-checkpoint", content=body.encode())
    except httpx.HTTPError:
        return None
    return answer.status_code, answer.text
