"""Uploads are kept by their content, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.files import FileNotKeptError, FileTooLargeError, FolderStore, as_stream

CONTENT = b"inspection report" * 1000


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_a_file_is_read_back_under_the_hash_of_its_content(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    kept = await store.keep(as_stream(CONTENT), bytes_max=len(CONTENT))
    assert kept.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert kept.size_bytes == len(CONTENT)
    assert await store.read(kept.sha256) == CONTENT


async def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    first = await store.keep(as_stream(CONTENT), bytes_max=len(CONTENT))
    again = await store.keep(as_stream(CONTENT), bytes_max=len(CONTENT))
    assert first == again
    assert names(tmp_path) == [first.sha256]


async def test_a_larger_file_leaves_nothing_behind(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield CONTENT

    with pytest.raises(FileTooLargeError):
        await FolderStore(tmp_path).keep(endless(), bytes_max=100_000)
    assert names(tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    class LinkLostError(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise LinkLostError

    with pytest.raises(LinkLostError):
        await FolderStore(tmp_path).keep(broken(), bytes_max=100_000)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab", "A" * 64, "g" * 64, "0" * 64])
async def test_no_name_but_the_hash_of_a_kept_file_is_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotKeptError):
        await FolderStore(tmp_path).read(name)


async def test_a_dropped_file_is_gone_and_dropping_it_again_is_no_error(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = await store.keep(as_stream(CONTENT), bytes_max=len(CONTENT))
    await store.drop(kept.sha256)
    await store.drop(kept.sha256)
    assert names(tmp_path) == []
    with pytest.raises(FileNotKeptError):
        await store.drop("../" + kept.sha256)
