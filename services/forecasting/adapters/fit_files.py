"""Kept fits between the room's files and its numeric child, which reads them from a disk."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from shared.files import FileNotKeptError, FileStore

_CHUNK_BYTES = 1 << 20


async def bring_fit(files: FileStore, kept: Mapping[str, Any], path: Path) -> bool:
    """Copy a kept file to `path`; False where it is gone or is not what was kept."""
    told = hashlib.sha256()
    try:
        with await asyncio.to_thread(path.open, "wb") as out:
            async for chunk in files.stream(kept["sha256"]):
                told.update(chunk)
                await asyncio.to_thread(out.write, chunk)
    except FileNotKeptError:
        return False
    return told.hexdigest() == kept["sha256"]


async def keep_fit(files: FileStore, path: Path) -> Mapping[str, Any]:
    """Store the file at `path` under its content; returns its name and size."""
    size = (await asyncio.to_thread(path.stat)).st_size
    file = await files.keep(_chunks(path), bytes_max=size)
    return {"sha256": file.sha256, "bytes": file.size_bytes}


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
