"""Who cannot be reached, against a look at each person and each way by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.coverage.live import Aired, Sent
from dissemination.coverage.people import People
from dissemination.coverage.register import NEVER
from dissemination.coverage.shut import left
from dissemination.coverage.ways import Way

WAYS = (Way("sms", proof="person"), Way("siren", proof="played"), Way("doors", proof="person"))
N = 8
ROW = st.tuples(st.integers(0, N - 1), st.sampled_from([0, 2]),
                st.sampled_from(["proven", "failed", "silent"]))  # fmt: skip
AIRED = st.tuples(st.integers(0, 1), st.sampled_from(["played", "failed", "silent"]))


def minute(words: list[Any], word: str) -> np.ndarray[Any, Any]:
    return np.array([1 if w == word else NEVER for w in words], np.int64)


@settings(max_examples=200)
@given(
    st.lists(ROW, max_size=16), st.lists(AIRED, max_size=3),
    st.lists(st.lists(st.booleans(), min_size=N, max_size=N), min_size=3, max_size=3),
    st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=3, max_size=3), min_size=3,
             max_size=3),
)  # fmt: skip
def test_everybody_without_proof_is_in_one_list(
    rows: list[tuple[int, int, str]], aired: list[tuple[int, str]], contact: list[list[bool]],
    works: list[list[float]],
) -> None:  # fmt: skip
    areas = ["a"] * 4 + ["b"] * 4
    people = People.of((np.arange(N), areas, ["all"] * N, np.ones(N, int)), [])
    words = [word for _, _, word in rows]
    sent = Sent(
        np.array([k for _, k, _ in rows], np.int64), np.array([p for p, _, _ in rows], np.int64),
        np.zeros(len(rows), np.int64), minute(words, "proven"), minute(words, "failed"),
        minute(words, ""),
    )  # fmt: skip
    sounds = [word for _, word in aired]
    cells = np.array([[cell == c for c in range(3)] for cell, _ in aired]).reshape(len(aired), 3)
    out = Aired(np.ones(len(aired), np.int64), cells, np.zeros(len(aired), np.int64),
                minute(sounds, "played"), minute(sounds, "failed"), minute(sounds, ""))  # fmt: skip
    state = np.array(works)
    found = left(people, WAYS, sent, out, np.array(contact), state, ["sms", "siren", "doors"])

    def way(person: int, k: int) -> str:
        cell = int(people.cell[person])
        if state[cell, k] == 0 or not contact[k][person]:
            return "shut"
        if k == 1:
            heard = [w for c, w in aired if c == cell]
            if heard and all(w == "failed" for w in heard):
                return "shut"
            return "doubt" if heard else "untried"
        mine = [w for p, c, w in rows if p == person and c == k]
        if mine and all(w == "failed" for w in mine):
            return "shut"
        return "doubt" if mine else "untried"

    want: dict[str, list[int]] = {"missing": [], "closed": [], "untried": [], "doubtful": []}
    for person in range(N):
        if any(p == person and w == "proven" for p, _, w in rows):
            continue
        ways = [way(person, k) for k in range(3)]
        name = ("closed" if set(ways) == {"shut"} else "untried" if "untried" in ways
                else "doubtful")  # fmt: skip
        want["missing"].append(person)
        want[name].append(person)
    for name, persons in want.items():
        assert getattr(found, name).tolist() == persons, name
