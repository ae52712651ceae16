"""What other systems read: Atom and CAP."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dissemination import cap
from tongluo.console import atom
from tongluo.console.feed import Feed, Wish
from tongluo.console.refusal import Refused
from tongluo.core.warning import WarningVersion


class Public:
    """Documents of the current warnings."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def routes(self) -> list[Route]:
        """All of them."""
        return [Route("/atom.xml", self.atom), Route("/cap/{identifier}.xml", self.cap)]

    async def atom(self, request: Request) -> Response:
        """What is in force. ?exercises=1: exercises too."""
        feed = self._feed
        if feed.loaded is None:
            raise Refused("not_ready", 503)
        wish = Wish(exercises=request.query_params.get("exercises") == "1")
        found = [entry.warning for entry in feed.current(wish)]
        base = feed.loaded.config.console.public_url or ""
        body = atom.render(feed.site, found, feed.now, base)
        return Response(body, media_type=atom.TYPE, headers=OPEN)

    async def cap(self, request: Request) -> Response:
        """One version as CAP 1.2: the bytes that the dispatcher wrote, with name and signature."""
        feed, identifier = self._feed, request.path_params["identifier"]
        version = await asyncio.to_thread(feed.version, identifier)
        if version is None:
            raise Refused("unknown_warning", 404)
        body = await asyncio.to_thread(self._written, version)
        return Response(body, media_type=atom.CAP_TYPE, headers=OPEN)

    def _written(self, version: WarningVersion) -> bytes:
        """The dispatcher's file; before it has come to write it, the plain message."""
        try:
            return (self._feed.folder / "warnings" / f"{version.identifier}.xml").read_bytes()
        except OSError:
            return cap.render(version)


OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""These are for everybody's readers."""
