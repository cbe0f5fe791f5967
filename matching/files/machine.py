"""What a clearing takes of this machine's memory, told before it begins."""

from __future__ import annotations

import sys
from pathlib import Path

from matching.errors import MatchingError
from matching.memory import bound_market
from matching.problem import Problem
from shared.kernel.errors import Text

_MEMORY = Path("/proc/meminfo")
_MB = 10**6


class MemoryShortError(MatchingError):
    """The clearing may take more memory than there is."""

    code = "matching_memory_short"
    title_zh = "内存可能不足"
    mend = Text(
        "清算至多还需 {needed_mb} MB，可用 {available_mb} MB；请换用内存更大的机器或按地区拆分。"
        "--memory-max 可另行规定上限。",
        "The clearing takes at most {needed_mb} MB more, {available_mb} MB are available: take a "
        "larger machine or split the market by region. --memory-max states another limit.",
    )


def available_bytes() -> int | None:
    """Return the bytes that a process may still take without swapping, None where nobody says.

    It is Linux's own estimate; a container's limit is not in it.
    """
    if not _MEMORY.exists():
        return None
    lines = _MEMORY.read_text(encoding="ascii").splitlines()
    told = (int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    return next(told, None)


def tell_memory(problem: Problem, *, most_mb: int | None) -> None:
    """Say on the error stream what clearing a market takes at most; refuse what is not there.

    Args:
        problem: the market.
        most_mb: what it may take, in 10**6 bytes; by default what the machine has.

    Raises: MemoryShortError.
    """
    needed = -(-bound_market(problem) // _MB)
    told = f"清算至多还需内存 {needed} MB / the clearing takes at most {needed} MB more of memory"
    sys.stderr.write(f"{told}\n")
    free = available_bytes()
    most = free // _MB if most_mb is None and free is not None else most_mb
    if most is not None and needed > most:
        raise MemoryShortError(needed_mb=needed, available_mb=most)
