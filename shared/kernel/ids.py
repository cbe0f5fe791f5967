"""UUIDv7 ids, made in Python so that a row knows its name before it is written."""

from __future__ import annotations

import os
import time
from uuid import UUID

_VERSION_7 = 0x7
_VARIANT = 0b10


def new_id(now_ns: int | None = None, entropy: bytes | None = None) -> UUID:
    """Return a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562, 5.7).

    >>> new_id(now_ns=0, entropy=bytes(10))
    UUID('00000000-0000-7000-8000-000000000000')
    """
    millis = (time.time_ns() if now_ns is None else now_ns) // 1_000_000
    random_bits = int.from_bytes(os.urandom(10) if entropy is None else entropy, "big")
    rand_a = random_bits >> 68  # 12 bits
    rand_b = random_bits & ((1 << 62) - 1)
    value = (millis & ((1 << 48) - 1)) << 80
    value |= _VERSION_7 << 76 | (rand_a & 0xFFF) << 64 | _VARIANT << 62 | rand_b
    return UUID(int=value)
