"""`tongluo show rejects`, `show reports`, `show notices`: what came beside the readings."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile, Limit
from tongluo.cli.site import Site, site
from tongluo.cli.texts import say, word

DUMPED = 4096
"""Bytes of one message that are dumped; what is longer is said."""


def rejects(
    config: ConfigFile = DEFAULT_CONFIG,
    code: Annotated[str, typer.Option("--code", metavar="CODE")] = "",
    raw: Annotated[bool, typer.Option("--raw")] = False,
    limit: Limit = 20,
) -> None:
    """Messages that could not be used, newest last."""
    with site(config) as here:
        where, values = ("WHERE code = ?", [code]) if code else ("", [])
        found = here.db.execute(
            "SELECT id, arrival, topic, code, detail, length(raw), fed_again, substr(raw, 1, ?)"
            f" FROM rejects {where} ORDER BY id DESC LIMIT ?",
            [DUMPED, *values, limit],
        ).fetchall()
        out = paint.console()
        made = paint.table("", "number", "time", "topic", "code", "detail", "bytes", "fed_again")
        for number, at, topic, why, detail, size, again, _ in reversed(found):
            when = paint.local(at, here.zone)
            fed = paint.local(again, here.zone)
            paint.row(made, (number, when, topic, why, detail, size, fed))
        out.print(made)
        out.print(Text(totals(here)))
        for number, _, topic, *_, size, _, data in reversed(found) if raw else ():
            out.print(Text(paint.clean(f"\n{number}  {topic}"), "bold"))
            out.print(Text(dump(data) + (f"\n… {size - DUMPED}" if size > DUMPED else "")))


def totals(here: Site) -> str:
    """How many there are of each code, most first."""
    found = here.db.execute(
        "SELECT code, count(*), count(fed_again) FROM rejects GROUP BY code ORDER BY 2 DESC"
    ).fetchall()
    told = [say("code_total", code=c, count=n, fed=fed) for c, n, fed in found]
    return "; ".join(told) or say("none")


def dump(data: bytes) -> str:
    """Bytes as hexadecimal and text, 16 a line.

    >>> dump(b"7E7E\\x01")
    '0000  37 45 37 45 01                                   7E7E.'
    """
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in part)
        lines.append(f"{at:04x}  {part.hex(' '):<47}  {text}")
    return "\n".join(lines)


def reports(config: ConfigFile = DEFAULT_CONFIG, limit: Limit = 20) -> None:
    """What people and cameras said, newest last."""
    with site(config) as here:
        found = here.db.execute(
            "SELECT id, coalesce(time, arrival), station, kind, state, body FROM reports"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        ).fetchall()
        made = paint.table("", "number", "time", "station", "kind", "state", "text")
        for number, time, station, kind, state, body in reversed(found):
            when = paint.local(time, here.zone)
            paint.row(made, (number, when, station, kind, word("report", state), content(body)))
        paint.console().print(made)


def content(body: bytes) -> str:
    """What a report says, in a line; pictures by their size."""
    told: dict[str, Any] = msgspec.msgpack.decode(body, type=dict[str, Any])
    parts = [
        say("picture", size=len(value)) if isinstance(value, bytes)
        else str(value) if name == "text" else f"{name}: {value}"
        for name, value in told.items()
    ]  # fmt: skip
    return "  ".join(parts)


def notices(config: ConfigFile = DEFAULT_CONFIG, limit: Limit = 20) -> None:
    """Other agencies' warnings, newest last."""
    with site(config) as here:
        found = here.db.execute(
            "SELECT sent, issuer, msg_type, headline, expires, identifier FROM notices"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        ).fetchall()
        made = paint.table("", "sent", "issuer", "kind", "headline", "expires", "identifier")
        for sent, issuer, kind, headline, expires, identifier in reversed(found):
            times = paint.local(sent, here.zone), paint.local(expires, here.zone)
            paint.row(made, (times[0], issuer, kind, headline, times[1], identifier))
        paint.console().print(made)
