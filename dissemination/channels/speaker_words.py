"""What is said to a loudspeaker and what it answers, in two forms.

`cmd` is that of geological-hazard devices: `$cmd=broadcast&b_num=..&b_size=..&b_content=..&
volume=..&msgid=..` on `/iot/broadcast/{device}`, answered by `..&result=sucd&msgid=..` on
`/iot/broadcast/{device}/feedback` (some makers leave out `/iot`). `json` is Tongluo's own, with
audio in chunks; see `command` and `chunks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec

TOPICS = {"cmd": "/iot/broadcast/{device}", "json": "tongluo/speakers/{device}/play"}
REPLIES = {
    "cmd": ("/iot/broadcast/+/feedback", "/broadcast/+/feedback"),
    "json": ("tongluo/speakers/+/reply",),
}
_STATES = {"sucd": "done", "succ": "done", "success": "done", "ok": "done", "fail": "failed"}
STATES = ("accepted", "playing", "played", "done", "failed", "missing")
"""`done` = carried out, as the plain form says it: a word of success without a word of sound."""


@dataclass(frozen=True)
class Reply:
    """One answer of a loudspeaker."""

    msgid: str
    state: str
    played: float | None = None
    """Seconds it played, by its own count."""
    level: float | None = None
    """dB by which its microphone heard more than the background."""
    missing: tuple[int, ...] = ()
    """Chunks of audio that did not arrive."""
    message: str = ""


def cmd(text: str, times: int, volume: int, msgid: str, size: str) -> bytes:
    """The plain form. size: `characters` or `bytes`, which makers count differently.

    >>> cmd("前方施工", 1, 80, "7", "characters").decode()
    '$cmd=broadcast&b_num=1&b_size=4&b_content=前方施工&volume=80&msgid=7'
    """
    text = text.replace("&", "和").replace("\n", " ")
    count = len(text.encode()) if size == "bytes" else len(text)
    return (
        f"$cmd=broadcast&b_num={times}&b_size={count}&b_content={text}&volume={volume}"
        f"&msgid={msgid}"
    ).encode()


def command(fields: Mapping[str, Any], audio: bytes = b"", form: str = "", chunk: int = 0) -> bytes:
    """The JSON form; with audio, what is to come in chunks on `<topic>/<msgid>/<n>`."""
    body = dict(fields)
    if audio:
        body["audio"] = {
            "format": form,
            "size": len(audio),
            "sha256": hashlib.sha256(audio).hexdigest(),
            "chunks": -(-len(audio) // chunk),
        }
    return msgspec.json.encode(body)


def chunks(audio: bytes, size: int) -> Iterator[bytes]:
    """The audio in pieces.

    >>> list(chunks(b"abcde", 2))
    [b'ab', b'cd', b'e']
    """
    return (audio[start : start + size] for start in range(0, len(audio), size))


def read(payload: bytes) -> Reply | None:
    """An answer in either form; None when it is none. Never raises.

    >>> read(b"$cmd=broadcast&result=sucd&msgid=7").state, read(b"x")
    ('done', None)
    """
    text = payload.decode(errors="replace").strip()
    fields: Any
    if text.startswith("{"):
        try:
            fields = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return None
    else:
        parts = (part.partition("=") for part in text.split("&"))
        fields = {name: unquote(value) for name, _, value in parts}
        fields["state"] = fields.get("state") or _STATES.get(str(fields.get("result")).lower())
    if not isinstance(fields, dict) or not fields.get("msgid"):
        return None
    state = fields.get("state")
    if state not in STATES:
        return None
    missing = fields.get("missing")
    missing = missing if isinstance(missing, list) else []
    return Reply(
        str(fields["msgid"]), state, _number(fields.get("played_s")), _number(fields.get("level")),
        tuple(n for n in missing if type(n) is int), str(fields.get("message") or "")[:200],
    )  # fmt: skip


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type] # whatever it is
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < 1e6 else None
