"""Uploads, kept under the SHA-256 of their content: the same bytes are kept once, never changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from shared.kernel.errors import DomainError, NotFoundError, Text

_NAME = re.compile(r"[0-9a-f]{64}")
_CHUNK_BYTES = 1 << 20


class FileTooLargeError(DomainError):
    """The file is larger than the platform takes."""

    code = "file_too_large"
    status = 413
    title_zh = "文件超过大小上限"
    mend = Text(
        "上限为 {bytes_max}；请压缩或拆分后再上传。",
        "At most {bytes_max} are taken: compress or split the file.",
    )


class FileNotKeptError(NotFoundError):
    """No file is kept under this name."""

    code = "file_not_kept"
    title_zh = "没有该文件"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A stored upload: the name of its content and its size."""

    sha256: str
    size_bytes: int


class FileStore(Protocol):
    """Where uploads lie: a folder here, or any S3-compatible storage that does these three."""

    async def keep(self, chunks: AsyncIterable[bytes], *, bytes_max: int) -> KeptFile:
        """Store a stream; raises FileTooLargeError and keeps nothing of a longer one."""
        ...

    async def read(self, sha256: str) -> bytes:
        """Return the whole content; raises FileNotKeptError."""
        ...

    def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raises FileNotKeptError."""
        ...

    async def drop(self, sha256: str) -> None:
        """Forget a file that can be made again, such as what a computation kept for its next."""
        ...


class FolderStore(FileStore):
    """Uploads in a folder: `ab/abcd…`, written beside and renamed, so that none is half there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @override
    async def keep(self, chunks: AsyncIterable[bytes], *, bytes_max: int) -> KeptFile:
        """Store a stream; raises FileTooLargeError and keeps nothing of a longer one."""
        digest = hashlib.sha256()
        size = 0
        handle, partial = await asyncio.to_thread(self._open)
        try:
            with os.fdopen(handle, "wb") as out:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > bytes_max:
                        raise FileTooLargeError(bytes_max=bytes_max)
                    digest.update(chunk)
                    await asyncio.to_thread(out.write, chunk)
            await asyncio.to_thread(_settle, partial, self._path(digest.hexdigest()))
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return KeptFile(digest.hexdigest(), size)

    @override
    async def read(self, sha256: str) -> bytes:
        """Return the whole content; raises FileNotKeptError."""
        return b"".join([chunk async for chunk in self.stream(sha256)])

    @override
    async def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raises FileNotKeptError."""
        try:
            file = self._path(sha256).open("rb")
        except OSError as error:
            raise FileNotKeptError(sha256=sha256) from error
        with file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                yield chunk

    @override
    async def drop(self, sha256: str) -> None:
        """Forget a file that can be made again, such as what a computation kept for its next."""
        await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    def _open(self) -> tuple[int, Path]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="partial-")
        return handle, Path(name)

    def _path(self, sha256: str) -> Path:
        # The name comes from outside: only a digest can be one, so no path leaves the folder.
        if not _NAME.fullmatch(sha256):
            raise FileNotKeptError(sha256=sha256)
        return self._folder / sha256[:2] / sha256


def _settle(partial: Path, path: Path) -> None:
    """Give a written file its name, so that it survives a power cut under that name."""
    path.parent.mkdir(exist_ok=True)
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def as_stream(content: bytes) -> AsyncIterator[bytes]:
    """Yield `content` as one piece."""
    yield content
