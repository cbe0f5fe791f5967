"""The members' witnesses as the log reaches them over HTTP."""

from __future__ import annotations

from typing import Protocol

from shared.http.outside import post_outside

_ANSWER_BYTES_MAX = 4096  # a few lines of signatures, or a size


class WitnessPost(Protocol):
    """Sends a checkpoint to a witness."""

    async def __call__(self, url: str, body: str) -> tuple[int, str] | None:
        """Return status and text of the answer, or None where there was none."""
        ...


async def post_checkpoint(url: str, body: str) -> tuple[int, str] | None:
    """Send add-checkpoint to the witness at a submission prefix."""
    address = f"{url.rstrip('/')}/add-checkpoint"
    answer = await post_outside(address, body.encode(), answer_bytes_max=_ANSWER_BYTES_MAX)
    return None if answer is None else (answer[0], answer[1].decode(errors="replace"))
