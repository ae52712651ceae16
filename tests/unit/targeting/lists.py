"""Lists of people as files, read into a register."""

from pathlib import Path

from dissemination.targeting import Register
from dissemination.targeting.changes import Change, Difference
from dissemination.targeting.load import Read, load
from dissemination.targeting.refused import Bad
from tests.unit.targeting.people import NOW, PLACES


def lines(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(rows) + "\n", encoding=encoding)
    return path


def take(
    made: Register, path: Path, *, apply: bool = True, remove: bool = False, source: str = "list"
) -> tuple[Read, Difference, list[Bad]]:
    bad: list[Bad] = []
    change = Change(made, source, PLACES)
    read = load(path, change, bad.append)
    done = change.apply("duty", NOW, remove=remove) if apply else change.difference()
    return read, done, bad
