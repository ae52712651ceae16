"""`tongluo register`: lists of people in, figures and masked numbers out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from dissemination.targeting import Place, Register, tally
from dissemination.targeting.changes import Change, Difference
from dissemination.targeting.forget import forget as forget_entry
from dissemination.targeting.forget import mark as mark_contact
from dissemination.targeting.load import Kept, Read, load
from dissemination.targeting.places import below
from dissemination.targeting.read_csv import CsvFile
from dissemination.targeting.refused import Bad
from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import folder_of
from tongluo.cli.texts import chinese, config_language, say, word
from tongluo.config.load import Loaded
from tongluo.config.load import load as load_config
from tongluo.config.nesting import places_of
from tongluo.core.clock import now_ms
from tongluo.core.errors import RegisterError
from tongluo.core.times import DAY, iso

Who = Annotated[str, typer.Option("--who", metavar="NAME")]
Area = Annotated[str, typer.Argument(metavar="[AREA]")]
AREAS_SHOWN = 20


class Contact(StrEnum):
    """Kinds of contacts that can be marked."""

    SMS = "sms"
    VOICE = "voice"
    SPEAKER = "speaker"
    APP = "app"
    EMAIL = "email"


class State(StrEnum):
    """What a contact can be marked as."""

    DEAD = "dead"
    ALIVE = "alive"


@contextmanager
def opened(config: Path) -> Iterator[tuple[Register, Loaded]]:
    """The site's register, made where there is none."""
    loaded = load_config(config, config_language())
    register = Register.open(folder_of(loaded))
    try:
        yield register, loaded
    finally:
        register.close()


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    apply: Annotated[bool, typer.Option("--apply")] = False,
    remove: Annotated[bool, typer.Option("--remove")] = False,
    who: Who = "",
    source: Annotated[str, typer.Option("--source", metavar="NAME")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Compare a list with the register, and take it in when told to."""
    if apply and not who:
        raise RegisterError(say("register_who"))
    with opened(config) as (register, loaded):
        change = Change(register, source or file.stem, places_of(loaded.config))
        kept = _kept(file) if apply else None
        try:
            read = load(file, change, kept or _ignored)
        finally:
            if kept is not None:
                kept.close()
        if apply and remove and read.bad:
            raise RegisterError(say("register_remove_bad", bad=read.bad))
        done = change.apply(who, now_ms(), remove=remove) if apply else change.difference()
    _tell(read, done, apply=apply, remove=remove, bad=kept.path if kept and read.bad else None)


def _kept(file: Path) -> Kept:
    beside = file.with_suffix(".bad.csv")
    header = CsvFile(file).header if file.suffix.lower() == ".csv" else ["feature"]
    return Kept(beside, header, _reason)


def _ignored(_: Bad) -> None:
    """In a dry run the list itself keeps its bad rows."""


def _reason(bad: Bad) -> str:
    values = {key: paint.clean(value) for key, value in bad.values.items()}
    return say(f"register_bad_{bad.code}", **values)


def _tell(read: Read, done: Difference, *, apply: bool, remove: bool, bad: Path | None) -> None:
    out = paint.console()
    out.print(Text(say("register_read", rows=read.rows, encoding=read.encoding, bad=read.bad)))
    absent = "register_removed" if remove else "register_absent"
    for key, count in (("register_added", done.added), ("register_changed", done.changed),
                       ("register_same", done.same), (absent, done.absent),
                       ("register_shared", done.shared)):  # fmt: skip
        out.print(Text(say(key, count=count)))
    for key, areas in (("register_areas", done.areas), (f"{absent}_areas", done.areas_absent)):
        if areas:
            some = ", ".join(areas[:AREAS_SHOWN]) + (" …" if len(areas) > AREAS_SHOWN else "")
            out.print(Text(say(key, count=len(areas), areas=some)))
    for one in read.first:
        out.print(Text(say("register_bad", line=one.line, reason=_reason(one)), "yellow"))
    if read.bad > len(read.first):
        out.print(Text(say("register_more_bad", count=read.bad - len(read.first)), "yellow"))
    if bad is not None:
        out.print(Text(say("register_kept", path=bad)))
    out.print(Text(say("register_applied" if apply else "register_dry"), "bold"))


def show(area: Area = "", config: ConfigFile = DEFAULT_CONFIG) -> None:
    """The register in figures."""
    with opened(config) as (register, loaded):
        areas = _areas(register, loaded, area)
        out = paint.console()
        out.print(_people(register, areas))
        out.print(_contacts(register, areas))
        made = paint.table(say("register_strata"), "register_stratum", "people")
        for stratum, people in tally.by_stratum(register, areas):
            paint.row(made, (_stratum(stratum), f"{people:,}"))
        out.print(made)
        if not area and (lost := tally.orphans(register)):
            out.print(Text(say("register_orphans", count=lost), "yellow"))


def _people(register: Register, areas: set[str]) -> Table:
    made = paint.table(say("register_people"), "area", "register_named", "register_counted",
                       "register_help", "register_reachable", "register_acting")  # fmt: skip
    for a in tally.by_area(register, areas):
        figures = (a.named, a.counted, a.needs_help, a.reachable, a.responsible)
        paint.row(made, (a.area, *(f"{n:,}" for n in figures)))
    return made


def _contacts(register: Register, areas: set[str]) -> Table:
    made = paint.table(say("register_contacts"), "kind", "register_addresses", "register_fresh",
                       "register_stale", "register_old", "register_unknown", "register_doubtful",
                       "register_dead", "register_shared_by")  # fmt: skip
    for k in tally.by_kind(register, areas, now_ms()):
        figures = (k.addresses, k.fresh, k.stale, k.old, k.unknown, k.doubtful, k.dead, k.shared)
        paint.row(made, (word("contact", k.kind), *(f"{n:,}" for n in figures)))
    return made


def _areas(register: Register, loaded: Loaded, area: str) -> set[str]:
    """The areas asked for: one and those below it, or all."""
    known: dict[str, Place] = {**register.places(), **{p.id: p for p in places_of(loaded.config)}}
    everywhere = set(tally.areas_in(register)) | set(known)
    if not area:
        return everywhere
    if area not in everywhere:
        raise RegisterError(say("register_no_area", area=area))
    return below([area], known)


def _stratum(words: str) -> str:
    """A stratum's words.

    >>> _stratum("old.rural.needs_help")
    'old, rural, needs help'
    """
    separator = "，" if chinese() else ", "
    return separator.join(word("stratum", one) for one in words.split("."))


def export(area: Area = "", config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Contacts as CSV on standard output, every address masked."""
    with opened(config) as (register, loaded):
        areas = _areas(register, loaded, area)
        out = csv.writer(sys.stdout)
        out.writerow(["person", "area", "audience", "rank", "stratum", "kind", "masked",
                      "confirmed", "state"])  # fmt: skip
        for s in tally.masked(register, areas):
            day = "" if s.confirmed is None else iso(s.confirmed * DAY)[:10]
            out.writerow([s.person, s.area, s.audience, s.rank, s.stratum, s.kind, s.masked, day,
                          s.state or "alive"])  # fmt: skip


def forget(
    person: Annotated[str, typer.Argument(metavar="ID")],
    who: Who,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Take somebody out of the register."""
    with opened(config) as (register, _):
        if not forget_entry(register, person, who, now_ms()):
            raise RegisterError(say("register_nobody"))
    print(say("register_forgotten"))


def mark(
    person: Annotated[str, typer.Argument(metavar="ID")],
    kind: Annotated[Contact, typer.Argument(metavar="KIND")],
    state: Annotated[State, typer.Argument(metavar="dead|alive")],
    who: Who,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Say that somebody's contacts of a kind are dead, or alive again."""
    with opened(config) as (register, _):
        told = "" if state is State.ALIVE else state.value
        changed = mark_contact(register, person, kind.value, told, who, now_ms())
    print(say("register_marked", count=changed))
