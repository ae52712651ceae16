"""Decisions as levels over time: for each area and hazard, which level held from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongluo.core.effects import Decision
from tongluo.core.words import Level

Key = tuple[str, str]
"""(area, hazard)"""


@dataclass(frozen=True)
class Span:
    """One level, from start until before end, ms."""

    start: int
    end: int
    level: Level


def spans(
    keys: Iterable[Key], decisions: Iterable[Decision], start: int, end: int
) -> dict[Key, tuple[Span, ...]]:
    """The level of every key from start to end without a gap; UNKNOWN before the first decision.

    >>> spans([("a", "landslide")], [Decision(5, "a", "landslide", "unknown", "red", {})], 0, 9)
    ... # doctest: +NORMALIZE_WHITESPACE
    {('a', 'landslide'): (Span(start=0, end=5, level=<Level.UNKNOWN: -1>),
                          Span(start=5, end=9, level=<Level.RED: 4>))}
    """
    changes: dict[Key, list[tuple[int, Level]]] = {key: [(start, Level.UNKNOWN)] for key in keys}
    for decision in decisions:
        changes[decision.area, decision.hazard].append((decision.time, Level.parse(decision.after)))
    return {key: tuple(_spans(told, end)) for key, told in changes.items()}


def _spans(changes: list[tuple[int, Level]], end: int) -> Iterable[Span]:
    ends = [*(time for time, _ in changes[1:]), max(end, changes[-1][0])]
    for (start, level), until in zip(changes, ends, strict=True):
        yield Span(min(start, until), until, level)  # readings may begin before the case does


def runs(told: Iterable[Span], least: Level) -> list[Span]:
    """Times in which the level was at least `least`, each with its highest level.

    UNKNOWN interrupts nothing: a warning stays in force when nobody can tell.

    >>> runs([Span(0, 2, Level.BLUE), Span(2, 3, Level.RED), Span(3, 4, Level.NONE)], Level.BLUE)
    [Span(start=0, end=3, level=<Level.RED: 4>)]
    """
    found: list[Span] = []
    going = False
    for span in told:
        held = span.level >= least or (going and span.level is Level.UNKNOWN)
        if held and going:
            found[-1] = Span(found[-1].start, span.end, max(found[-1].level, span.level))
        elif held:
            found.append(span)
        going = held
    return found


def first_at(told: Iterable[Span], least: Level) -> int | None:
    """When the level first was at least `least`; None when it never was."""
    return next((span.start for span in told if span.level >= least), None)


def highest(told: Iterable[Span]) -> Level:
    """The highest level of a time; UNKNOWN counts as lowest."""
    return max((span.level for span in told), default=Level.UNKNOWN)


def family(area: str, parents: Mapping[str, str], inside: bool) -> list[str]:
    """The area and all that contain it; with `inside`, also all within it. Nearest first.

    >>> family("town", {"town": "county", "village": "town", "county": ""}, True)
    ['town', 'county', 'village']
    """
    found, at = [area], parents.get(area, "")
    while at:
        found.append(at)
        at = parents.get(at, "")
    if inside:
        found += [a for a in parents if a != area and area in family(a, parents, False)]
    return found
