"""What the residents' page asks: places, feed, registration, receipts, answers.

Nothing is asked of a person: an installation is a random number of the browser, and what is typed
into "I need help" or a report is kept as it was typed. Requests are small, limited in rate, and
repeated without harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dissemination.installations import Answer, By, Installations, name_of
from dissemination.subscriptions import LONGEST, Subscriptions, refusal, subscription
from tongluo.config.console import ConsoleIn
from tongluo.console.feed import Feed, Wish, areas_of, pushing
from tongluo.console.limits import Rate, address, body_of
from tongluo.console.refusal import Refused
from tongluo.core.clock import now_ms
from tongluo.core.log import Log
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status

LARGEST = 8192
MOST_PLACES = 50
MOST_AT_ONCE = 200
DAY = 86_400_000

Number = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)]


class Asked(BaseModel):
    """Base of what a page may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    installation: Number


class Registration(Asked):
    """Places of an installation."""

    places: Annotated[list[Name], Field(max_length=MOST_PLACES)]
    exercises: bool = False
    language: Literal["zh-CN", "en-US"] = "zh-CN"


class Forget(Asked):
    """The installation is to be forgotten."""


class Receipts(Asked):
    """Versions that the page received, or that its person has read."""

    warnings: Annotated[list[Name], Field(min_length=1, max_length=MOST_AT_ONCE)]
    state: Literal["delivered", "acknowledged"]
    by: By = "page"
    time: int = 0


class PushKeys(BaseModel):
    """Keys of a browser's subscription, base64url."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    p256dh: Annotated[str, Field(max_length=100)]
    auth: Annotated[str, Field(max_length=30)]


class Pushes(Asked):
    """Where the browser wants pushes; without an endpoint it wants none."""

    endpoint: Annotated[str, Field(max_length=LONGEST)] = ""
    keys: PushKeys = PushKeys(p256dh="", auth="")


class Said(Asked):
    """I am safe, I need help, or what I see here."""

    key: Number
    """Drawn by the page for this answer: the same again is not another."""
    kind: Literal["safe", "help", "report"]
    warning: Annotated[str, Field(max_length=200)] = ""
    place: Annotated[str, Field(max_length=64)] = ""
    text: Words = ""
    time: int = 0


Model = TypeVar("Model", bound=Asked)


class Residents:
    """The page's side of the console."""

    def __init__(
        self, feed: Feed, book: Installations, pushes: Subscriptions, given: ConsoleIn, log: Log
    ) -> None:
        self._feed, self._book, self._log = feed, book, log
        self._pushes = pushes
        self._rate, self._rate_address = Rate(given.rate), Rate(given.rate_address)

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/site.json", self.site),
            Route("/feed", self.feed),
            Route("/installation", self.register, methods=["POST"]),
            Route("/forget", self.forget, methods=["POST"]),
            Route("/push", self.push, methods=["POST"]),
            Route("/receipts", self.receipts, methods=["POST"]),
            Route("/answers", self.answers, methods=["POST"]),
        ]

    async def site(self, _: Request) -> Response:
        """The site's name and places."""
        if self._feed.loaded is None:
            raise Refused("not_ready", 503)
        digest = self._feed.site["digest"]
        return JSONResponse(self._feed.site, headers={"ETag": f'"{digest}"'})

    async def feed(self, request: Request) -> Response:
        """The live feed. ?areas=a,b: places chosen; ?exercises=1; ?since= as Last-Event-ID."""
        loaded, feed = self._feed.loaded, self._feed
        if loaded is None:
            raise Refused("not_ready", 503)
        if feed.pages >= loaded.config.console.most_pages:
            raise Refused("busy", 503)
        chosen = [p for p in request.query_params.get("areas", "").split(",") if p]
        if len(chosen) > MOST_PLACES:
            raise Refused("wrong", detail="areas")
        try:
            areas = areas_of(chosen, feed.site)
        except LookupError:
            raise Refused("place", 404) from None
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")  # it would have no end
        wish = Wish(request.query_params.get("exercises") == "1", areas)
        given = request.headers.get("last-event-id") or request.query_params.get("since") or ""
        since = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        return StreamingResponse(
            feed.follow(wish, since),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def register(self, request: Request) -> Response:
        """An installation with its places."""
        asked = await self._asked(request, Registration)
        try:
            areas_of(asked.places, self._feed.site)
        except LookupError:
            raise Refused("place", 404) from None
        name = name_of(asked.installation)
        await asyncio.to_thread(
            self._book.register, name, asked.places, asked.language, now_ms(),
            exercises=asked.exercises,
        )  # fmt: skip
        return Response(status_code=204)

    async def forget(self, request: Request) -> Response:
        """The installation is not told of anything any more."""
        asked = await self._asked(request, Forget)
        await asyncio.to_thread(self._book.forget, name_of(asked.installation))
        return Response(status_code=204)

    async def push(self, request: Request) -> Response:
        """Keep where pushes go, or end them."""
        asked = await self._asked(request, Pushes)
        await asyncio.to_thread(self._push, asked, now_ms())
        return Response(status_code=204)

    def _push(self, asked: Pushes, now: int) -> None:
        name = self._known(asked)
        if not asked.endpoint:
            self._pushes.drop(name)
            return
        assert self._feed.loaded is not None
        options = pushing(self._feed.loaded.config)
        if options is None:
            raise Refused("no_push", 404)
        if reason := refusal(asked.endpoint, options.services, local=options.local):
            raise Refused("wrong", 422, reason)
        try:
            made = subscription(asked.endpoint, asked.keys.p256dh, asked.keys.auth)
        except ValueError as error:
            raise Refused("wrong", 422, str(error)) from None
        self._pushes.put(name, made, now)

    async def receipts(self, request: Request) -> Response:
        """What the page received, or its person has read. Unknown versions are told, not kept."""
        asked = await self._asked(request, Receipts)
        return JSONResponse(await asyncio.to_thread(self._receive, asked, now_ms()))

    def _receive(self, asked: Receipts, now: int) -> dict[str, Any]:
        name = self._known(asked)
        known, unknown = self._sort(asked.warnings)
        states = dict.fromkeys(known, DeliveryState(asked.state))
        if states:
            self._book.receive(name, states, past(asked.time, now), now, asked.by)
        return {"kept": len(states), "unknown": unknown}

    async def answers(self, request: Request) -> Response:
        """Keep an answer; whoever answers has read the warning, too."""
        asked = await self._asked(request, Said)
        return JSONResponse(await asyncio.to_thread(self._answer, asked, now_ms()))

    def _answer(self, asked: Said, now: int) -> dict[str, Any]:
        name = self._known(asked)
        known, unknown = self._sort([asked.warning] if asked.warning else [])
        if unknown:
            raise Refused("unknown_warning", 404)
        if asked.place:
            self._place(asked.place)
        version = known.get(asked.warning)
        said = Answer(
            asked.key, asked.warning, version.area.id if version else asked.place, asked.kind,
            asked.text, past(asked.time, now), version is not None and _exercise(version),
        )  # fmt: skip
        fresh = self._book.answer(name, said, now)
        if fresh and said.kind == "help" and not said.exercise:
            self._log.say("help is asked for", area=said.area, warning=said.identifier)
        if version is not None:
            read = {version.identifier: DeliveryState.ACKNOWLEDGED}
            self._book.receive(name, read, said.time, now)
        return {"kept": 1}

    def _place(self, place: str) -> None:
        try:
            areas_of([place], self._feed.site)
        except LookupError:
            raise Refused("place", 404) from None

    def _sort(self, names: list[str]) -> tuple[Mapping[str, WarningVersion], list[str]]:
        """(version by identifier, identifiers of none)."""
        found = {name: self._feed.version(name) for name in names}
        known = {name: version for name, version in found.items() if version is not None}
        return known, [name for name in names if name not in known]

    async def _asked(self, request: Request, model: type[Model]) -> Model:
        """What the request says; Refused when it is wrong, too large or too often."""
        self._rate_address.take(address(request))
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise Refused("not_json", 415)
        try:
            asked = model.model_validate_json(await body_of(request, LARGEST))
        except ValidationError as error:
            where = error.errors(include_input=False, include_url=False)[0]["loc"]
            raise Refused("wrong", 422, ".".join(map(str, where))) from None
        if self._feed.loaded is None:
            raise Refused("not_ready", 503)
        self._rate.take(asked.installation)
        return asked

    def _known(self, asked: Asked) -> str:
        name = name_of(asked.installation)
        if not self._book.known(name):
            raise Refused("unknown_installation", 409)
        return name


def past(time: int, now: int) -> int:
    """A page's word of when, where it can be so: within the last day; else now.

    >>> past(5, 10), past(11, 10), past(0, 10)
    (5, 10, 10)
    """
    return time if 0 < time <= now and now - time < DAY else now


def _exercise(version: WarningVersion) -> bool:
    return version.status is Status.EXERCISE
