"""Static files at addresses that carry their content's hash, so browsers keep them a year."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.kernel.errors import NotFoundError

_FOLDER = Path(__file__).parent / "static"
_KEEP_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str


class Assets:
    """All static files, read once; a changed file has a new address."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._addresses: dict[str, str] = {}
        self._served: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self._add(path, path.relative_to(folder).as_posix())

    def _add(self, path: Path, name: str) -> None:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}.{digest}.{suffix}"
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._addresses[name] = f"/static/{hashed}"
        self._served[hashed] = Asset(content, media_type)

    def address(self, name: str) -> str:
        """Return where `name` is served; an unknown name is a programmer's error."""
        return self._addresses[name]

    def route(self) -> Route:
        """Return the route that serves them."""

        async def serve(request: Request) -> Response:
            asset = self._served.get(request.path_params["name"])
            if asset is None:
                raise NotFoundError
            headers = {"Cache-Control": _KEEP_FOREVER}
            return Response(asset.content, media_type=asset.media_type, headers=headers)

        return Route("/static/{name:path}", serve, name="static")
