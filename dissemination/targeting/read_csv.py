"""Lists of people as CSV, row by row, however long; UTF-8, or GB 18030 as spreadsheets write it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dissemination.targeting.fields import column, unknown
from dissemination.targeting.refused import Bad
from tongluo.core.errors import RegisterError

CHUNK = 1 << 20


@dataclass(frozen=True)
class Row:
    """One row: words by column."""

    line: int
    said: dict[str, str]
    raw: tuple[str, ...]


class CsvFile:
    """A list of people; RegisterError when it cannot be one at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding = encoding_of(path)
        self.header = self._header()
        self.names = [column(name) for name in self.header]
        odd = unknown(self.names)
        twice = sorted({n for n in self.names if n and self.names.count(n) > 1})
        if odd or twice:
            said = f"unknown columns: {', '.join(odd)}" if odd else f"twice: {', '.join(twice)}"
            raise RegisterError(f"{path}:1: {said} -> see docs/register.md for those there are")
        if "area" not in self.names:
            raise RegisterError(f"{path}:1: there is no column `area` (区域)")

    def _header(self) -> list[str]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            try:
                return next(csv.reader(file), [])
            except csv.Error as error:
                raise RegisterError(f"{self.path}:1: {error}") from None

    def __iter__(self) -> Iterator[Row | Bad]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            rows = csv.reader(file, strict=True)
            next(rows, None)
            while True:
                line = rows.line_num + 1
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Bad(line, "unreadable", {"detail": str(error)}, ())
                    continue
                if any("\n" in field for field in row):  # a stray quote swallows whole rows
                    detail = f"a quote is open over lines {line} to {rows.line_num}"
                    yield Bad(line, "unreadable", {"detail": detail}, tuple(row))
                elif any(field.strip() for field in row):
                    yield self._row(line, row)

    def _row(self, line: int, row: list[str]) -> Row | Bad:
        pairs = zip(self.names, row, strict=False)
        said = {name: text for name, text in pairs if name and not name.startswith("_")}
        if len(row) != len(self.names):
            values = {"wanted": len(self.names), "found": len(row)}
            return Bad(line, "fields", values, tuple(row), said.get("id", "").strip())
        for name in ("line", "reason", "note"):
            said.pop(name, None)
        return Row(line, said, tuple(row))


def encoding_of(path: Path) -> str:
    """UTF-8 where the whole file is that, else GB 18030; RegisterError when it is neither."""
    for name in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=name, newline="") as file:
                while file.read(CHUNK):
                    pass
        except UnicodeDecodeError:
            continue
        except OSError as error:
            raise RegisterError(f"cannot read {path}: {error.strerror}") from None
        return name
    raise RegisterError(f"{path} is neither UTF-8 nor GB 18030 text")
