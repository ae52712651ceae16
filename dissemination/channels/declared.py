"""Television, radio, screens and whatever else a person has to see to: declared, never proven.

What is to be shown is written as a line of `file`, with a link; `handed_over` says no more than
that somebody was asked. Whoever has seen it on the air opens the link with `&by=NAME` behind it:
that makes it `played`, said by that person (`&what=not` says that it was not shown). It counts for
coverage by its stated `audibility` alone (`coverage: channels:` with `proof: played`), and no
person is ever proven by it.

Links are sealed with the folder's key: nobody can declare what was not asked. They open on this
machine only, unless `listen` says otherwise.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
from pydantic import Field, field_validator

from dissemination import texts
from dissemination.channels.kannel import seal, unseal
from dissemination.channels.kind import Ear, Endpoint, Surroundings, refuse_exercise
from dissemination.phones import hide, key_of
from dissemination.receipts import Receipt
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import DeliveryState

ANSWERS = {"shown": DeliveryState.PLAYED, "not": DeliveryState.FAILED}
NAME_LONGEST = 60


class Options(Endpoint):
    """Options of a declared channel."""

    medium: str = Field(min_length=1)
    """What it is: "county television", "screens at the station"."""
    listen: str = "http://127.0.0.1:13020/declared"
    """Where declarations are taken."""
    file: str = "declared.jsonl"
    languages: tuple[str, ...] = Field(("zh-CN",), min_length=1)

    @field_validator("listen")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.query or not parts.port:
            raise ValueError("this is no address like http://127.0.0.1:13020/declared")
        return url

    @field_validator("languages")
    @classmethod
    def _spoken(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        for language in languages:
            texts.tongue(language)
        return languages


class Declared:
    """Writes down what is to be shown."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._options, self._key = options, key_of(surroundings.folder)
        path = surroundings.folder / options.file
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab+")
        self._keys = self._read()

    def _read(self) -> set[str]:
        self._file.seek(0)
        text = self._file.read()
        if text and not text.endswith(b"\n"):  # cut short by a crash
            self._file.write(b"\n")
        return {line["key"] for line in asked(text)}

    def send(self, delivery: Delivery) -> Handed:
        """Ask for one version to be shown."""
        refuse_exercise(delivery.warning, self._options)
        if delivery.key not in self._keys:
            self._file.write(msgspec.json.encode(self._line(delivery)) + b"\n")
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._keys.add(delivery.key)
        return Handed(DeliveryState.HANDED_OVER)

    def _line(self, delivery: Delivery) -> dict[str, Any]:
        warning, o = delivery.warning, self._options
        said = [
            {"language": x, "headline": texts.headline(warning, x),
             "instruction": texts.instruction(warning, x)}
            for x in o.languages
        ]  # fmt: skip
        return {
            "key": delivery.key, "channel": delivery.channel, "medium": o.medium,
            "identifier": warning.identifier, "status": warning.status.value, "texts": said,
            "link": f"{o.listen}?k={quote(seal(delivery.key, self._key))}",
        }  # fmt: skip

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def asked(text: bytes) -> list[dict[str, Any]]:
    """The lines of the file; one that a crash cut short is left out."""
    found = []
    for line in text.splitlines():
        try:
            one = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if isinstance(one, dict) and {"key", "link", "identifier", "channel"} <= one.keys():
            found.append(one)
    return found


def ear(options: Options, surroundings: Surroundings) -> Ear:
    """Where declarations arrive."""
    parts = urlsplit(options.listen)
    reader = partial(declaration, key=key_of(surroundings.folder))
    return Ear(parts.hostname or "127.0.0.1", parts.port or 80, reader)


def declaration(query: str, key: bytes) -> Receipt | None:
    """What somebody declares; None without a seal of ours, a name, or a word of `ANSWERS`."""
    try:
        given = parse_qs(query, errors="replace", max_num_fields=20)
    except ValueError:
        return None
    word, who, what = (given.get(k, [""])[0] for k in ("k", "by", "what"))
    name, opened = hide(" ".join(who.split()))[:NAME_LONGEST], unseal(word, key)
    state = ANSWERS.get(what or "shown")
    if opened is None or state is None or not name:
        return None
    return Receipt(opened, state, None, f"declared by {name}: {what or 'shown'}")
