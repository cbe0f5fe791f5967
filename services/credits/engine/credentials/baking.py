"""Badges baked into pictures: the credential lies in a text chunk of the PNG.

Source: Open Badges 3.0, 5.3.1: chunk iTXt, keyword `openbadgecredential`, no compression.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from services.credits.engine.credentials.parsing import BYTES_MAX
from services.credits.engine.credentials.refusal import malformed

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_CHUNKS_MAX = 10_000
# No compression, no language, no translated keyword.
_PLAIN = b"\0\0\0\0\0"


def bake(picture: bytes, credential: bytes) -> bytes:
    """Return the PNG with `credential` (UTF-8 JSON) in it, in place of one that it holds.

    Raises RefusedError `malformed` where `picture` is no PNG.
    """
    kept = [PNG_HEAD]
    for kind, body in _chunks(picture):
        if kind == b"IEND":
            kept.append(_chunk(b"iTXt", _KEYWORD + _PLAIN + credential))
        if kind != b"iTXt" or not body.startswith(_KEYWORD + b"\0"):
            kept.append(_chunk(kind, body))
    return b"".join(kept)


def unbake(picture: bytes) -> bytes:
    """Return the credential of a baked PNG; raises RefusedError `malformed` without one."""
    found = [
        body
        for kind, body in _chunks(picture)
        if kind == b"iTXt" and body.startswith(_KEYWORD + b"\0")
    ]
    if len(found) != 1:
        raise malformed("the picture holds no credential", "图片中没有凭证")
    head, _, rest = found[0].partition(b"\0")
    compressed = rest[:1] == b"\1"
    # After the two flags: language and translated keyword, each ended by a zero byte.
    text = rest[2:].split(b"\0", 2)[2:]
    if head != _KEYWORD or not text:
        raise malformed("the picture's credential is cut short", "图片中的凭证不完整")
    return _inflate(text[0]) if compressed else text[0]


def _inflate(packed: bytes) -> bytes:
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(packed, BYTES_MAX)
    except zlib.error as error:
        raise malformed(
            "the picture's credential cannot be read", "图片中的凭证无法读取"
        ) from error
    if reader.unconsumed_tail or not reader.eof:
        raise malformed("the picture's credential is too large", "图片中的凭证过大")
    return content


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(PNG_HEAD):
        raise malformed("the file is no PNG", "文件不是 PNG")
    place = len(PNG_HEAD)
    for _ in range(_CHUNKS_MAX):
        if len(picture) < place + 12:
            break
        length, kind = struct.unpack_from(">I4s", picture, place)
        body = picture[place + 8 : place + 8 + length]
        place += 12 + length
        if len(body) != length:
            break
        yield kind, body
        if kind == b"IEND":
            return
    raise malformed("the picture is cut short", "图片不完整")


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check
