"""The console as one ASGI application: every route, and what stands around all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from dissemination.installations import Installations
from dissemination.subscriptions import Subscriptions
from tongluo.config.console import ConsoleIn
from tongluo.console import assets
from tongluo.console.armour import Armour
from tongluo.console.daemon import Daemon
from tongluo.console.feed import Feed
from tongluo.console.operators import Operators
from tongluo.console.public import Public
from tongluo.console.refusal import Refused, on_refused, told
from tongluo.console.residents import Residents
from tongluo.core.log import Log


@dataclass(frozen=True)
class Console:
    """The application, and its feed to be ended before the server is."""

    app: Starlette
    feed: Feed


def build(folder: Path, given: ConsoleIn, log: Log) -> Console:
    """The console of a store's folder; it works as soon as a daemon has written a journal there."""
    book = Installations(folder)
    feed = Feed(folder, book, log)
    daemon = Daemon(folder)
    pushes = Subscriptions(folder)
    residents = Residents(feed, book, pushes, given, log)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await feed.look()
        task = asyncio.create_task(feed.run())
        yield
        feed.end()
        await task  # not cancelled: its thread would go on looking while the files are closed
        await daemon.close()
        feed.reader.close()
        pushes.close()
        book.close()

    routes = [
        *assets.routes(assets.read()),
        *residents.routes(),
        *Public(feed).routes(),
        *Operators(feed, book, daemon).routes(),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(Armour)],
        exception_handlers={Refused: on_refused, HTTPException: _by_status, 500: _failed},
    )
    return Console(app, feed)


async def _by_status(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method"}.get(error.status_code, "wrong")
    return told(Refused(code, error.status_code))


async def _failed(_: Request, _error: Exception) -> Response:
    return told(Refused("failed", 500))
