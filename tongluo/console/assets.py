"""The files of the page, read once; the service worker is told their version, and keeps them.

A browser asks again each time (`no-cache`) and is answered 304 while nothing has changed; offline
the service worker has them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
WORKER = "sw.js"


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    body: bytes
    kind: str

    @property
    def etag(self) -> str:
        """Changes with the bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


def read(folder: Path = FOLDER) -> dict[str, Asset]:
    """Address -> file; the page itself is `/`."""
    found = {
        f"/{path.name}": Asset(path.read_bytes(), TYPES[path.suffix])
        for path in sorted(folder.iterdir())
        if path.suffix in TYPES
    }
    found["/"] = found.pop("/index.html")
    worker = found.pop(f"/{WORKER}")
    shell = sorted(found)
    digest = hashlib.sha256(b"".join(found[name].body for name in shell) + worker.body)
    told = f"const VERSION = {json.dumps(digest.hexdigest()[:16])};\n"
    told += f"const SHELL = {json.dumps(shell)};\n"
    found[f"/{WORKER}"] = Asset(told.encode() + worker.body, worker.kind)
    return found


def routes(assets: dict[str, Asset]) -> list[Route]:
    """A route for each file."""
    return [Route(address, _server(asset)) for address, asset in assets.items()]


def _server(asset: Asset) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.kind, headers=headers)

    return serve
