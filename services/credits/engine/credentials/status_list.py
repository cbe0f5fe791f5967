"""Bitstring Status Lists: one bit per credential, many credentials per list.

Source: W3C Bitstring Status List 1.0 (Recommendation, 2025-05-15).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Sequence
from typing import Final, cast

from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.refusal import malformed

# 3.1: so many that one holder cannot be told from the others who ask for the same list.
BITS: Final = 131_072
# A list of 16 million entries; anything beyond is made to fill memory (8.4).
_BYTES_MAX = 2 * 1024 * 1024
_ENTRY_TYPES = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})


def encode_bits(positions: Iterable[int], bits: int = BITS) -> str:
    """Return a list of `bits` bits with those at `positions` set, compressed, as multibase.

    Position 0 is the leftmost bit (3.1). Raises ValueError for a position outside the list.

    >>> has_bit(encode_bits([3, 9]), 9), has_bit(encode_bits([3, 9]), 8)
    (True, False)
    """
    content = bytearray(bits // 8)
    for position in positions:
        if not 0 <= position < bits:
            raise ValueError(position)
        content[position >> 3] |= 0x80 >> (position & 7)
    # mtime 0: the same bits are the same bytes.
    packed = gzip.compress(bytes(content), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def has_bit(encoded: str, position: int) -> bool:
    """Return the bit at `position`; raises RefusedError `malformed`."""
    content = _unpack(encoded)
    if not 0 <= position < len(content) * 8:
        raise malformed("its place is outside the status list", "状态序号超出状态列表")
    return bool(content[position >> 3] & (0x80 >> (position & 7)))


def _unpack(encoded: str) -> bytes:
    body = encoded.removeprefix("u")
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        reader = zlib.decompressobj(wbits=31)
        content = reader.decompress(packed, _BYTES_MAX)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise malformed("the status list cannot be read", "状态列表无法读取") from error
    if reader.unconsumed_tail or not reader.eof:
        raise malformed("the status list is too large", "状态列表过大")
    return content


def entries_of(credential: JsonObject) -> list[tuple[str, str, int]]:
    """Return purpose, list and position of each entry of a credential in a status list.

    Entries of other kinds say nothing that can be looked up here. Raises RefusedError
    `malformed`.
    """
    return [
        _entry(cast("JsonObject", entry))
        for entry in as_list(credential.get("credentialStatus"))
        if isinstance(entry, dict) and _ENTRY_TYPES & set(_texts(entry.get("type")))
    ]


def _entry(entry: JsonObject) -> tuple[str, str, int]:
    purpose, url = entry.get("statusPurpose"), entry.get("statusListCredential")
    try:
        position = int(str(entry.get("statusListIndex")))
    except ValueError:
        position = -1
    if not isinstance(purpose, str) or not isinstance(url, str) or position < 0:
        raise malformed("its status entry is incomplete", "状态条目不完整")
    return purpose, url, position


def list_of(credential: JsonObject) -> tuple[Sequence[str], str]:
    """Return purposes and encoded bits of a status list credential; RefusedError `malformed`."""
    subject = credential.get("credentialSubject")
    told = cast("JsonObject", subject) if isinstance(subject, dict) else {}
    encoded, purposes = told.get("encodedList"), _texts(told.get("statusPurpose"))
    if not isinstance(encoded, str) or not purposes:
        raise malformed("the status list is incomplete", "状态列表不完整")
    return purposes, encoded


def _texts(value: Json) -> list[str]:
    return [each for each in as_list(value) if isinstance(each, str)]
