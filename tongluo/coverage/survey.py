"""A survey after a test day: a CSV with a row for each person asked.

    area,stratum,sms,siren,any,sms.proof
    shangkeng,old.rural,1,0,1,1
    shangkeng,old.rural,0,1,1,

A column for each channel that was tested: 1 it reached me, 0 it did not, empty = not asked.
`any` = reached by any of them. `CHANNEL.proof` = whether a proof of it came back (1, 0). `stratum`
may be left out. Yes and no may stand as words, in English or Chinese.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path

from dissemination.coverage.people import REST
from tongluo.core.errors import TongluoError
from tongluo.coverage.kept import Day

YES, NO = ("1", "yes", "y", "true", "是", "有"), ("0", "no", "n", "false", "否", "没有", "无")
ANY, PROOF = "any", ".proof"


class SurveyError(TongluoError):
    """A survey that cannot be used; the text names file and line."""


def read(path: Path, date: str, channels: Collection[str], areas: Collection[str]) -> Day:
    """The answers, counted by cell; SurveyError with the line of the first that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SurveyError(f"{path}: cannot be read: {error}") from None
    if len(lines) < 2:
        raise SurveyError(f"{path}: a heading and a row for each person asked are needed")
    head = [name.strip() for name in lines[0]]
    tested = _columns(path, head, channels)
    asked, yes = Counter[tuple[str, str]](), defaultdict[str, Counter[tuple[str, str]]](Counter)
    returned: dict[str, list[int]] = {}
    for n, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        row = dict(zip(head, (cell.strip() for cell in line), strict=False))
        where = f"{path}:{n}"
        if row.get("area") not in areas:
            raise SurveyError(f"{where}: there is no area {row.get('area')!r}")
        cell = row["area"], row.get("stratum") or REST
        asked[cell] += 1
        got = [name for name in (*tested, ANY) if _answer(where, row.get(name, ""), name)]
        for name in (*got, *(f"{a}+{b}" for a, b in combinations(got, 2))):
            yes[name][cell] += 1
        _count_proofs(where, row, tested, returned)
    cells = sorted(asked)
    return Day(
        date, cells, [asked[c] for c in cells],
        {name: [yes[name][c] for c in cells] for name in tested},
        [yes[ANY][c] for c in cells] if ANY in head else [],
        {pair: [yes[pair][c] for c in cells] for pair in map("+".join, combinations(tested, 2))},
        {name: (reached, back) for name, (reached, back) in returned.items()},
    )  # fmt: skip


def _columns(path: Path, head: Sequence[str], channels: Collection[str]) -> list[str]:
    """Channels that were tested, by the heading."""
    for name in head:
        plain = name.removesuffix(PROOF)
        if name not in ("area", "stratum", ANY) and plain not in channels:
            raise SurveyError(f"{path}:1: there is no channel {plain!r} under `coverage`")
    found = [name for name in head if name in channels]
    if "area" not in head or not found:
        raise SurveyError(f"{path}:1: the heading needs `area` and the name of a channel")
    return found


def _count_proofs(
    where: str, row: dict[str, str], tested: Sequence[str], into: dict[str, list[int]]
) -> None:
    for name in tested:
        proof = _answer(where, row.get(name + PROOF, ""), name + PROOF)
        if proof is not None and _answer(where, row.get(name, ""), name):
            pair = into.setdefault(name, [0, 0])
            pair[0] += 1
            pair[1] += proof


def _answer(where: str, word: str, column: str) -> bool | None:
    word = word.lower()
    if word and word not in YES and word not in NO:
        raise SurveyError(f"{where}: {column}: {word!r} is neither 1 nor 0")
    return word in YES if word else None
