"""Public data of a log in a folder or at a public address."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import orjson

from services.credits.domain.ledger_audit import CHECKPOINTS, Source

_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A log's public data as files."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None."""
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return None

    def write(self, path: str, content: bytes) -> None:
        """Keep a content as a file."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A log's public data at its prefix, such as `https://example.edu.cn/v1/ledger`."""

    prefix: str

    def read(self, path: str) -> bytes | None:
        """Return what is served under a path, or None."""
        if path == CHECKPOINTS:
            return self._read_checkpoints()
        return self._fetch(path)

    def _read_checkpoints(self) -> bytes:
        """Return every checkpoint: the address serves a page of them at a time."""
        pages: list[bytes] = []
        after = -1
        while page := self._fetch(f"{CHECKPOINTS}?after={after}"):
            last = orjson.loads(page.splitlines()[-1])["size"]
            if last <= after:
                break  # a server of plain files gives the whole list again
            pages.append(page)
            after = last
        return b"".join(pages)

    def _fetch(self, path: str) -> bytes | None:
        # `open_source` has looked at the scheme: no file is read through it.
        request = urllib.request.Request(f"{self.prefix.rstrip('/')}/{path}")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise


def open_source(where: str) -> Source:
    """Return the public data in a folder, or at an address with its scheme."""
    if where.startswith(("https://", "http://")):
        return UrlSource(where)
    return FolderSource(Path(where))
