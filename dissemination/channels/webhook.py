"""Warnings to another system by HTTP POST: general JSON by a template, or a group robot.

`form: json` posts a JSON object of texts; each `{name}` in `template` is replaced by a field of the
warning. Any answer of 2xx is `accepted`: the other system has it, and what it does with it is not
known here. The header `Idempotency-Key` is the same for every attempt of a delivery.

`form: wecom` and `form: dingtalk` send a text to a group robot of WeCom (企业微信) or DingTalk
(钉钉), signed where DingTalk's robot has a `secret`, and no more than 20 a minute. `accepted` is
the robot's own `errcode` 0; that a message stands in a group proves no reader.
"""

from __future__ import annotations

import re
import string
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from pydantic import Field, field_validator, model_validator

from dissemination import texts
from dissemination.channels import robots
from dissemination.channels.kind import Endpoint, Kept, Surroundings, refuse_exercise
from dissemination.messages import RESIDENT, Spoken
from tongluo.core.clock import monotonic, now_ms
from tongluo.core.errors import TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import iso
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState

FIELDS = {
    "identifier": "of this version", "event": "the same for all versions of a warning",
    "status": "Actual or Exercise", "act": "issue, update or cancel", "hazard": "its word",
    "hazard_name": "as people call it", "level": "its word; of a cancel, the one it ends",
    "area": "its id", "place": "its name", "code": "its administrative code",
    "sent": "ISO 8601", "expires": "ISO 8601", "sender": "who says so",
    "headline": "place, hazard, level and what to do", "description": "what happened, and why",
    "instruction": "what to do", "cap": "the CAP message",
}  # fmt: skip
TEMPLATE = {name: f"{{{name}}}" for name in FIELDS if name != "cap"}
MINUTE = 60.0


class Options(Endpoint):
    """Options of a webhook."""

    url: str
    """Where to post; without its key."""
    form: Literal["json", "wecom", "dingtalk"] = "json"
    key: Kept | None = None
    """Of a robot: its `key` or `access_token`. Of `json`: sent as `Authorization: Bearer`."""
    secret: Kept | None = None
    """Of a DingTalk robot that asks for signatures (加签)."""
    template: dict[str, Any] = Field(default_factory=lambda: dict(TEMPLATE))
    """Of `json`: the object to post. Must hold {headline}, or {place} and {instruction}."""
    languages: tuple[Literal["zh-CN", "en-US"], ...] = Field(("zh-CN",), min_length=1)
    """A robot says them one below the other; a template takes the first."""
    everyone: bool = False
    """Of a robot: whether it calls everybody in its group (@所有人)."""
    timeout: float = Field(10.0, gt=0, le=60)
    """Seconds to wait for an answer."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
            raise ValueError("this is no address like https://example.org/hook, without a query")
        return url

    @field_validator("template")
    @classmethod
    def _template(cls, template: dict[str, Any]) -> dict[str, Any]:
        names = {name for text in _texts(template) for name in _names(text)}
        unknown = sorted(names - FIELDS.keys())
        if unknown:
            raise ValueError(f"there is no {{{unknown[0]}}}; there are: {', '.join(FIELDS)}")
        if "headline" not in names and not {"place", "instruction"} <= names:
            raise ValueError("the template must hold {headline}, or {place} and {instruction}")
        return template

    @model_validator(mode="after")
    def _robot(self) -> Options:
        if self.form != "json" and self.key is None:
            raise ValueError(f"a robot of {self.form} needs its key")
        return self


class Webhook:
    """Posts one version at a time."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        from dissemination.channels import web  # noqa: PLC0415 - httpx loads for who sends only

        self._options, self._web, self._cap = options, web, surroundings.cap
        folder = surroundings.folder
        self._key = options.key.read(folder) if options.key else ""
        self._secret = options.secret.read(folder) if options.secret else ""
        self._http = web.client(options.timeout)
        self._times = deque[float]()
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> Handed:
        """Post one version and read the answer."""
        refuse_exercise(delivery.warning, self._options)
        if self._options.form == "json":
            said = self._post(self._json(delivery.warning), {}, delivery.key)
            return Handed(DeliveryState.ACCEPTED, {"said": said[:100]})
        self._pace()
        said = self._post(self._message(delivery.warning), self._query(), delivery.key)
        try:
            answer = msgspec.json.decode(said)
        except msgspec.DecodeError:
            answer = None
        refused = robots.refusal(self._options.form, answer)
        if refused is not None:
            raise refused
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _json(self, warning: WarningVersion) -> dict[str, Any]:
        values = fields(warning, self._options.languages[0])
        if any("{cap}" in text for text in _texts(self._options.template)):
            values["cap"] = self._cap(warning).decode()
        filled: dict[str, Any] = _filled(self._options.template, values)
        return filled

    def _message(self, warning: WarningVersion) -> dict[str, Any]:
        text = "\n".join(words(warning, language) for language in self._options.languages)
        make = robots.wecom if self._options.form == "wecom" else robots.dingtalk
        return make(text, self._options.everyone)

    def _query(self) -> dict[str, str]:
        if self._options.form == "wecom":
            return {"key": self._key}
        query = {"access_token": self._key}
        if self._secret:
            now = now_ms()
            query |= {"timestamp": str(now), "sign": robots.signature(now, self._secret)}
        return query

    def _post(self, body: dict[str, Any], query: dict[str, str], key: str) -> str:
        head = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        if self._options.form == "json" and self._key:
            head["Authorization"] = f"Bearer {self._key}"
        data = msgspec.json.encode(body)
        return self._web.post(self._http, self._options.url, query, data, head)

    def _pace(self) -> None:
        """TemporaryFailure when the robot has had as many in this minute as it takes."""
        with self._lock:
            now = monotonic()
            while self._times and now - self._times[0] >= MINUTE:
                self._times.popleft()
            if len(self._times) >= robots.PER_MINUTE:
                wait = MINUTE - (now - self._times[0])
                raise TemporaryFailure("20 messages a minute are sent", wait, everyone=True)
            self._times.append(now)


def fields(warning: WarningVersion, language: str) -> dict[str, str]:
    """What a template may say; without `cap`."""
    over = warning.act is Act.CANCEL
    return {
        "identifier": warning.identifier, "event": warning.event, "status": warning.status.value,
        "act": warning.act.value, "hazard": warning.hazard.value,
        "hazard_name": texts.event(warning, language),
        "level": (warning.previous if over else warning.level).word, "area": warning.area.id,
        "place": texts.place(warning, language), "code": warning.area.code,
        "sent": iso(warning.sent, warning.zone), "expires": iso(warning.expires, warning.zone),
        "sender": texts.sender_name(warning, language),
        "headline": texts.headline(warning, language),
        "description": texts.description(warning, language),
        "instruction": texts.instruction(warning, language),
    }  # fmt: skip


def words(warning: WarningVersion, language: str, to: Spoken = RESIDENT) -> str:
    """A message in full: headline, what to do, why, who; an exercise is said first and last."""
    news = texts.headline(warning, language, mark=False)
    todo = texts.told(to.hears(warning), language, to.audience)
    why = texts.description(warning, language, mark=False)
    who = {"zh": "发布单位：", "en": "Issued by "}[texts.tongue(language)]
    who += texts.sender_name(warning, language)
    return texts.marked(warning, language, "\n".join([news, todo, why, who]))


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict | list | tuple):
        for part in template.values() if isinstance(template, dict) else template:
            yield from _texts(part)


def _names(text: str) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError(f"the template cannot be read: {error}") from None


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, str):
        return template.format_map(values)
    if isinstance(template, dict):
        return {name: _filled(part, values) for name, part in template.items()}
    if isinstance(template, list | tuple):
        return [_filled(part, values) for part in template]
    return template
