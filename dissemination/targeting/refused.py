"""What cannot be taken into the register, and why: a code that the command line puts in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CODES = (
    "id_elsewhere", "id_twice", "area_elsewhere", "missing", "no_area", "one_of", "not_yes",
    "not_size", "one_person", "counted", "not_number", "not_email", "not_speaker", "not_date",
    "not_degrees", "half_point", "too_long", "not_text", "fields", "unreadable",
    "shape", "few_corners", "circle", "reach", "strata", "people",
)  # fmt: skip
"""Every reason there is; `values` never hold a number or a name of a person."""


class Refused(ValueError):
    """An entry that cannot be taken."""

    def __init__(self, code: str, **values: object) -> None:
        assert code in CODES, code
        super().__init__(" ".join([code, *(f"{k}={v}" for k, v in values.items())]))
        self.code, self.values = code, values


@dataclass(frozen=True)
class Bad:
    """A row of a list that was not taken: kept whole, with its reason."""

    line: int
    code: str
    values: Mapping[str, object]
    raw: tuple[str, ...]
    """The row as it came."""
    id: str = ""
    """The entry it speaks of, where that much could be read."""
