"""Reports in gammu's log: of which message, when all parts have come, and when nobody can tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.channels import gammu_log
from dissemination.channels.gammu_log import Log

HEAD = "Sun 2026/11/22 10:03:31 gammu-smsd[22175]: "
A, B = "8613800138000", "8613800138001"


def sent(name: str, part: int, of: int, number: str, reference: int) -> str:
    kind = "total" if part == of else "part"
    return (f"{HEAD}Transmitted {name} ({kind}: {part}) to {number},"
            f" message reference 0x{reference:02x}")  # fmt: skip


def came(number: str, reference: int, word: str = "Delivered") -> str:
    return f"{HEAD}Delivery report: {word} to {number}, message reference 0x{reference:02x}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def told(path: Path, *lines: str) -> list[tuple[str, str]]:
    path.write_text("".join(f"{line}\n" for line in lines))
    return [(name, state.value) for name, state in Log(path).news()]


def test_only_all_parts_are_the_message(path: Path) -> None:
    two = [sent("X", 1, 2, A, 7), sent("X", 2, 2, A, 8)]
    assert told(path, *two, came(A, 7)) == []
    assert told(path, *two, came(A, 8), came(A, 7)) == [("X", "delivered")]
    early = [two[0], came(A, 7), two[1], came(A, 8)]
    assert told(path, *early) == [("X", "delivered")]
    assert told(path, *two, came(A, 7), came(A, 7)) == [], "the same part twice is one part"
    assert told(path, *two, came(A, 7, "Failed")) == [("X", "failed")]


def test_other_words_other_numbers_and_other_references_prove_nothing(path: Path) -> None:
    one = sent("X", 1, 1, A, 7)
    for line in (came(A, 7, "Pending"), came(A, 7, "Unknown"), came(B, 7), came(A, 8),
                 came(A, 7)[1:], came(A, 7) + " ", "Delivery report: Delivered"):  # fmt: skip
        assert told(path, one, line) == [], line
    assert told(path, came(A, 7), one) == [], "a report of what was not sent yet"


@pytest.mark.parametrize("number", ["+8613800138000", "008613800138000", "13800138000"])
def test_numbers_as_networks_write_them(path: Path, number: str) -> None:
    assert told(path, sent("X", 1, 1, A, 7), came(number, 7)) == [("X", "delivered")]


def test_of_two_that_cannot_be_told_apart_none_is_proven(path: Path) -> None:
    same = [sent("X", 1, 1, A, 7), sent("Y", 1, 1, A, 7)]
    assert told(path, *same, came(A, 7), came(A, 7)) == []
    after = [same[0], came(A, 7), same[1], came(A, 7)]
    assert told(path, *after) == [("X", "delivered"), ("Y", "delivered")]
    assert told(path, same[0], same[0], came(A, 7)) == [("X", "delivered")], "sent once more"


def test_a_log_that_grows_is_read_bit_by_bit_and_one_begun_anew_from_its_start(
    path: Path,
) -> None:
    log = Log(path)
    assert list(log.news()) == []  # there is none yet
    whole = f"{sent('X', 1, 1, A, 7)}\n{came(A, 7)}\n".encode()
    found = []
    for byte in whole:
        with path.open("ab") as file:
            file.write(bytes((byte,)))
        found += [state.value for _, state in log.news()]
    assert found == ["delivered"]
    path.write_text(f"{sent('Y', 1, 1, B, 9)}\n")
    assert list(log.news()) == []
    with path.open("a") as file:
        file.write(f"{came(B, 9)}\n")
    assert [name for name, _ in log.news()] == ["Y"]


def test_little_is_kept_of_many(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gammu_log, "KEPT", 5)
    many = [sent(f"X{n}", 1, 1, f"8613800{n:06d}", n) for n in range(20)]
    reports = [came(f"8613800{n:06d}", n) for n in (0, 19)]
    assert told(path, *many, *reports) == [("X19", "delivered")]


@given(st.lists(st.text(max_size=80)))
def test_noise(lines: list[str]) -> None:
    pairs = gammu_log.Pairs()
    for line in lines:
        assert pairs.read(line) is None
