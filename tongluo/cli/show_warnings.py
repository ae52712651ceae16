"""`tongluo show warnings` and `show decisions`: what was found, and what went out of it."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile, Limit
from tongluo.cli.site import Site, site
from tongluo.cli.texts import chinese, hazard_word, say, word
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level, Status
from tongluo.store.current import in_force
from tongluo.store.rows import warning_of

Area = Annotated[str, typer.Option("--area", metavar="AREA")]


def warnings(config: ConfigFile = DEFAULT_CONFIG, limit: Limit = 20, area: Area = "") -> None:
    """Warnings in force, then recent ones."""
    with site(config) as here:
        now, states = here.now(), delivery_states(here)
        current = [w for w in in_force(here.db, now) if area in ("", w.area.id)]
        out = paint.console()
        out.print(_table(here, say("in_force", count=len(current)), current, states))
        past = recent(here, area, limit)
        out.print(_table(here, say("recent", count=len(past)), past, states))


def recent(here: Site, area: str, limit: int) -> list[WarningVersion]:
    """The newest warning versions, newest last."""
    found = here.db.execute(
        f"SELECT body FROM warnings {'WHERE area = ?' if area else ''}"
        " ORDER BY seq DESC, sent DESC LIMIT ?",
        [*([area] if area else []), limit],
    )
    return [warning_of(body) for (body,) in found][::-1]


def _table(
    here: Site, title: str, told: list[WarningVersion], states: dict[str, dict[str, str]]
) -> Table:
    made = paint.table(title, "level", "hazard", "area", "act", "version", "sent", "expires",
                       "deliveries", "identifier")  # fmt: skip
    for w in told:
        shown = w.level if w.act is not Act.CANCEL else w.previous
        area = w.area.name if chinese() else w.area.name_en or w.area.name
        act = say(f"act_{w.act.value}")
        if w.status is Status.EXERCISE:
            act = f"{act} ({say('exercise')})"
        paint.row(
            made,
            (
                paint.level(shown),
                hazard_word(w.hazard),
                f"{area} ({w.area.id})",
                act,
                w.version,
                paint.local(w.sent, here.zone),
                paint.local(w.expires, here.zone),
                "; ".join(f"{c}: {state}" for c, state in states.get(w.identifier, {}).items()),
                w.identifier,
            ),
        )
    return made


def delivery_states(here: Site) -> dict[str, dict[str, str]]:
    """identifier -> channel -> how far its deliveries got; planned ones count as queued."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for identifier, channel in here.db.execute(
        "SELECT identifier, channel FROM outbox ORDER BY id"
    ):
        found[identifier][channel] = say(f"state_{DeliveryState.QUEUED.value}")
    tally: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for identifier, channel, state, count in _delivered(here.folder / "deliveries.db"):
        tally[identifier, channel][state] += count
    for (identifier, channel), states in tally.items():
        said = (word("state", s) + (f" {n}" if n > 1 else "") for s, n in sorted(states.items()))
        found[identifier][channel] = ", ".join(said)
    return found


def _delivered(path: Path) -> list[tuple[str, str, str, int]]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        return db.execute(
            "SELECT identifier, channel, state, count(*) FROM deliveries"
            " GROUP BY identifier, channel, state"
        ).fetchall()


def decisions(config: ConfigFile = DEFAULT_CONFIG, limit: Limit = 40, area: Area = "") -> None:
    """Changes of assessment, newest last."""
    with site(config) as here:
        found = here.db.execute(
            "SELECT time, area, hazard, before, after, reason FROM decisions"
            f" {'WHERE area = ?' if area else ''} ORDER BY id DESC LIMIT ?",
            [*([area] if area else []), limit],
        ).fetchall()
        made = paint.table("", "time", "area", "hazard", "from", "to", "reason")
        for time, where, hazard, before, after, reason in reversed(found):
            cells = (
                paint.local(time, here.zone),
                where,
                hazard_word(hazard),
                *change(before, after),
            )
            paint.row(made, (*cells, words(msgspec.json.decode(reason))))
        paint.console().print(made)


def change(before: str, after: str) -> tuple[Text, Text]:
    """Both levels of a change, coloured."""
    return paint.level(Level.parse(before)), paint.level(Level.parse(after))


def words(reason: dict[str, object]) -> str:
    """A reason in the chosen language."""
    return str(reason.get("zh" if chinese() else "en", ""))
