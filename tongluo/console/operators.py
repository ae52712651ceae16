"""The operators' API: every act is forwarded to the daemon, which alone decides.

Token and name come in headers, so that no other site's page can make a browser send them. What is
only shown (proposals, calls, answers of residents) needs them as well; there the console itself
compares the token with its digest, outside the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dissemination.installations import Installations
from tongluo.console import openapi
from tongluo.console.daemon import Daemon
from tongluo.console.feed import Feed
from tongluo.console.limits import Rate, address, body_of
from tongluo.console.operations import OPERATIONS, Operation
from tongluo.console.refusal import Refused
from tongluo.core.tokens import fits

LARGEST = 64 * 1024
A_MINUTE = 240
WRONG = 8.0
"""What a wrong token costs of it."""
MOST_ANSWERS = 5000
OURS = {"operator", "token", "command"}
"""Fields that a body may not set: they are the request's own."""


class Operators:
    """The operators' side of the console."""

    def __init__(self, feed: Feed, book: Installations, daemon: Daemon) -> None:
        self._feed, self._book, self._daemon = feed, book, daemon
        self._rate = Rate(A_MINUTE)
        self._shown = {"proposals": self._proposals, "calls": self._calls, "answers": self._answers}

    def routes(self) -> list[Route]:
        """A route for each operation, and the description."""
        found = [Route(o.path, self._endpoint(o), methods=[o.method]) for o in OPERATIONS]
        return [*found, Route(openapi.PATH, self.description)]

    async def description(self, _: Request) -> Response:
        """The API in OpenAPI 3.1."""
        given = self._feed.loaded
        return JSONResponse(
            openapi.describe(given.config.console.public_url or "" if given else "")
        )

    def _endpoint(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def shown(request: Request) -> Response:
            await self._let_in(request)
            return _json(await self._shown[operation.name](request))

        async def act(request: Request) -> Response:
            operator, token = self._signed(request)
            body = await _body(request)
            try:
                said = await self._daemon.command(operator, token, operation.name, body)
            except Refused as refused:
                self._count(request, refused)
                raise
            return _json(said)

        return shown if operation.method == "GET" else act

    def _signed(self, request: Request) -> tuple[str, str]:
        """(operator, token) of a request; Refused without them."""
        self._rate.take(address(request))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        operator = request.headers.get("tongluo-operator", "").strip()
        if scheme.lower() != "bearer" or not token.strip() or not operator:
            raise Refused("no_token", 401)
        return operator, token.strip()

    async def _let_in(self, request: Request) -> None:
        """Who may look: any operator, by name and token."""
        operator, token = self._signed(request)
        if self._feed.loaded is None:
            raise Refused("not_ready", 503)
        known = self._feed.loaded.config.operators.get(operator)
        digest = known.digest if known is not None else ""
        if not await asyncio.to_thread(fits, token, digest):
            refused = Refused("unknown_operator", 403)
            self._count(request, refused)
            raise refused

    def _count(self, request: Request, refused: Refused) -> None:
        """Guessing tokens is slow."""
        if refused.code == "unknown_operator":
            self._rate.spend(address(request), WRONG)

    async def _proposals(self, _: Request) -> Any:
        return await self._daemon.get("/proposals")

    async def _calls(self, _: Request) -> Any:
        return await self._daemon.get("/calls")

    async def _answers(self, request: Request) -> Any:
        after = _number(request, "after", 0)
        most = min(MOST_ANSWERS, _number(request, "limit", 500))
        return {"answers": await asyncio.to_thread(self._book.answers, after, most)}


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Refused("not_json", 415)
    try:
        body = msgspec.json.decode(await body_of(request, LARGEST), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("not_json", 400) from None
    if OURS & body.keys():
        raise Refused("wrong", 400, ", ".join(sorted(OURS & body.keys())))
    return body


def _number(request: Request, name: str, otherwise: int) -> int:
    given = request.query_params.get(name, str(otherwise))
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise Refused("wrong", 400, name)
    return int(given)


def _json(said: Any) -> JSONResponse:
    return JSONResponse(said, headers={"Cache-Control": "no-store"})
