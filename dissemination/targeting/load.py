"""A file of people or areas, read into a change of the register; what cannot be taken is kept."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from dissemination.targeting import fields
from dissemination.targeting.changes import Change
from dissemination.targeting.places import Place
from dissemination.targeting.read_csv import CsvFile, Row
from dissemination.targeting.read_geojson import Found, read_geojson
from dissemination.targeting.refused import Bad, Refused
from tongluo.core.errors import RegisterError

SHOWN = 10


@dataclass
class Read:
    """What came of a file."""

    rows: int = 0
    """Rows or features."""
    bad: int = 0
    first: list[Bad] = field(default_factory=list)
    """The first bad ones, without their content."""
    encoding: str = "utf-8"


def load(path: Path, change: Change, keep: Callable[[Bad], None]) -> Read:
    """Read a file into a change; `keep` is given every row that was not taken.

    RegisterError when the file cannot be used at all.
    """
    known = {".csv": _csv, ".geojson": _geojson, ".json": _geojson}
    if path.suffix.lower() not in known:
        raise RegisterError(f"{path}: a list of people ends in .csv or .geojson")
    found = Read()

    def refuse(bad: Bad) -> None:
        found.bad += 1
        if len(found.first) < SHOWN:
            found.first.append(Bad(bad.line, bad.code, bad.values, ()))
        if bad.id:
            change.spare(bad.id)
        keep(bad)

    known[path.suffix.lower()](path, change, found, refuse)
    return found


def _csv(path: Path, change: Change, found: Read, refuse: Callable[[Bad], None]) -> None:
    file = CsvFile(path)
    found.encoding = file.encoding
    for row in file:
        found.rows += 1
        if isinstance(row, Bad):
            refuse(row)
            continue
        try:
            change.entry(fields.entry(row.said, change.areas))
        except Refused as error:
            refuse(_bad(row, error))


def _bad(row: Row, error: Refused) -> Bad:
    return Bad(row.line, error.code, error.values, row.raw, row.said.get("id", "").strip())


def _geojson(path: Path, change: Change, found: Read, refuse: Callable[[Bad], None]) -> None:
    """Areas first, so that a house may stand before its village."""
    features = list(read_geojson(path))
    found.rows = len(features)
    ids = {one.place.id for one in features if isinstance(one, Found) and one.place}
    taken = list[Found]()
    for one in features:
        if isinstance(one, Bad):
            refuse(one)
            continue
        try:
            if one.place is not None:
                _place(one.place, change, ids)
            taken.append(one)
        except Refused as error:
            refuse(_of(one, error))
    for one in taken:
        _people(one, change, refuse)


def _place(place: Place, change: Change, ids: Set[str]) -> None:
    """An area of another source may be named without a shape, to say how many live there."""
    if not place.shape and change.elsewhere(place.id):
        return
    if place.parent and place.parent not in ids and place.parent not in change.areas.values():
        raise Refused("no_area", value=place.parent)
    change.place(place)


def _people(one: Found, change: Change, refuse: Callable[[Bad], None]) -> None:
    for row in one.rows:
        try:
            change.entry(fields.entry(row, change.areas))
        except Refused as error:
            refuse(_of(one, error))
            return


def _of(one: Found, error: Refused) -> Bad:
    name = "" if one.place else str(one.rows[0].get("id", ""))
    return Bad(one.number, error.code, error.values, (one.raw,), name)


class Kept:
    """The file of rows that were not taken, beside their list; none is made where all were."""

    def __init__(self, path: Path, header: Sequence[str], words: Callable[[Bad], str]) -> None:
        self.path = path
        self._header, self._words = ["line", "reason", *header], words
        self._file: TextIO | None = None

    def __call__(self, bad: Bad) -> None:
        """Write one down."""
        if self._file is None:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.fchmod(descriptor, 0o600)  # it holds numbers in clear, as the list does
            self._file = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(self._header)
        csv.writer(self._file).writerow([bad.line, self._words(bad), *bad.raw])

    def close(self) -> None:
        """On disk from here on."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
