"""Which delivery a message on its way was: kept on disk, so that what is said of it after a restart
still finds its delivery."""

from __future__ import annotations

from pathlib import Path

import msgspec

Entry = tuple[str, str, float]


class Remembered:
    """Name of a message -> (key of its delivery, a number of the channel's own).

    The newest `most` are kept. A line lost in a power cut costs no more than a late proof.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._most = most
        self._known = dict[str, tuple[str, float]]()
        path.parent.mkdir(parents=True, exist_ok=True)
        for name, key, number in _lines(path)[-most:]:
            self._known[name] = (key, number)
        fresh = path.with_name(f"{path.name}.writing")
        fresh.write_bytes(b"".join(_line(n, *known) for n, known in self._known.items()))
        fresh.replace(path)
        self._path = path

    def __len__(self) -> int:
        return len(self._known)

    def keep(self, name: str, key: str, number: float = 0.0) -> None:
        """Remember one."""
        if self._known.get(name) == (key, number):
            return
        self._known[name] = (key, number)
        with self._path.open("ab") as file:
            file.write(_line(name, key, number))
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def of(self, name: str) -> tuple[str, float] | None:
        """What was remembered; None when nothing was, or too much has come since."""
        return self._known.get(name)


def look(path: Path, name: str) -> tuple[str, float] | None:
    """What another has remembered under a name in that file, as it is now."""
    found = [(key, number) for known, key, number in _lines(path) if known == name]
    return found[-1] if found else None


def _line(name: str, key: str, number: float) -> bytes:
    return msgspec.json.encode((name, key, number)) + b"\n"


def _lines(path: Path) -> list[Entry]:
    found = list[Entry]()
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            found.append(msgspec.json.decode(line, type=Entry))
        except msgspec.DecodeError:  # cut short by a crash
            continue
    return found
