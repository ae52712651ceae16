"""A case folder: what happened, where it is written, and what was warned then."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import BeforeValidator, ValidationError, field_validator, model_validator

from tongluo.config.document import Document, parse
from tongluo.config.faults import Path as Where
from tongluo.config.faults import dotted
from tongluo.config.types import LevelWord, Model
from tongluo.core.errors import CaseError
from tongluo.core.times import parse_time
from tongluo.core.words import Hazard

FILE = "case.yaml"


def _moment(value: Any) -> Any:
    return parse_time(value) if isinstance(value, str) else value


def _list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Moment = Annotated[int, BeforeValidator(_moment)]
"""ms since 1970 UTC; written as ISO 8601 with offset."""
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
"""One text, or a list of them."""


class Impact(Model):
    """Harm that was done: a window of time, not a point."""

    area: str
    hazard: Hazard
    level: LevelWord
    start: Moment
    end: Moment
    note: str = ""

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("end is not after start")
        return self


class Official(Model):
    """A warning that was given at the time."""

    area: str
    hazard: Hazard
    level: LevelWord
    time: Moment
    note: str = ""


class Peak(Model):
    """The gauge whose peak the levels are compared with; without a time it is looked up."""

    station: str
    quantity: str
    time: Moment | None = None
    note: str = ""


class CaseFile(Model):
    """What `case.yaml` may say."""

    title: str
    title_en: str = ""
    hazards: tuple[Hazard, ...]
    place: str
    timezone: str
    start: Moment
    end: Moment
    kind: Literal["measured", "published", "synthetic"]
    source: str
    licence: str
    notes: Texts = ()
    stations: str = "stations.yaml"
    readings: Texts = ("readings.csv",)
    impacts: tuple[Impact, ...] = ()
    official: tuple[Official, ...] = ()
    peak: Peak | None = None

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not a time zone (write a name like Asia/Shanghai)")
        return zone

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("end is not after start")
        return self


class Case(CaseFile):
    """A case and the folder it lies in."""

    folder: Path

    @property
    def config_path(self) -> Path:
        """The configuration it is replayed with."""
        return (self.folder / self.stations).resolve()

    @property
    def titles(self) -> tuple[str, str]:
        """(Chinese, English) title."""
        return (self.title, self.title_en) if self.title_en else both(self.title)


def both(text: str) -> tuple[str, str]:
    """(Chinese, English) of a text written as `中文 / English`; else the text twice.

    >>> both("綦江洪水 / Qijiang flood"), both("Swindale")
    (('綦江洪水', 'Qijiang flood'), ('Swindale', 'Swindale'))
    """
    first, mark, second = text.partition(" / ")
    return (first, second) if mark else (text, text)


def load_case(folder: Path) -> Case:
    """Read `case.yaml`; CaseError with one line for each fault: file:line: path: reason -> hint."""
    document = _document(folder)
    try:
        said = CaseFile.model_validate(document.plain)
    except ValidationError as error:
        raise CaseError(
            "\n".join(_fault(document, _path(e), _reason(e)) for e in error.errors())
        ) from None
    return Case.model_construct(**dict(said), folder=folder)


def check_names(case: Case, areas: set[str], sensors: set[str]) -> None:
    """CaseError when the case names an area or a sensor (`station/name`) that is not configured."""
    named: list[tuple[Where, str]] = []
    named += [(("impacts", n, "area"), x.area) for n, x in enumerate(case.impacts)]
    named += [(("official", n, "area"), x.area) for n, x in enumerate(case.official)]
    known = f"areas of {case.config_path.name} are: {', '.join(sorted(areas))}"
    unknown = [(where, area) for where, area in named if area not in areas]
    faults = [(where, f"there is no area {area!r} -> {known}") for where, area in unknown]
    key = f"{case.peak.station}/{case.peak.quantity}" if case.peak else None
    if key is not None and key not in sensors:
        faults.append((("peak",), f"there is no sensor {key!r} -> name its station and its name"))
    if faults:
        document = _document(case.folder)
        raise CaseError("\n".join(_fault(document, where, text) for where, text in faults))


def _document(folder: Path) -> Document:
    path = folder / FILE
    try:
        document = parse(str(path), path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseError(
            f"{path}: cannot be read: {error.strerror} -> name a folder with a {FILE}"
        ) from None
    except UnicodeDecodeError as error:
        raise CaseError(f"{path}: is not UTF-8 (byte {error.start}) -> save as UTF-8") from None
    if document.faults:
        raise CaseError("\n".join(document.lines(document.faults)))
    return document


def _fault(document: Document, path: Where, text: str) -> str:
    return f"{document.name}:{document.line_of(path)}: {dotted(path)}: {text}"


def _path(error: Any) -> Where:
    return tuple(error["loc"])


def _reason(error: Any) -> str:
    """What pydantic found, in words for the writer of the file."""
    if error["type"] == "missing":
        return "is missing -> add it"
    if error["type"] == "extra_forbidden":
        return "is not a key that can stand here -> remove it or correct its spelling"
    return str(error["msg"]).removeprefix("Value error, ")
