"""NAB's rules by hand on small cases, against a plain reading of them, and the command."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import SHARED, needs_shared
from tests.unit.cli.conftest import Call
from tongluo.cli.nab_score import (
    PROFILES,
    Scored,
    Weights,
    at_threshold,
    best,
    places,
    probation,
    weight,
)
from tongluo.cli.nab_streams import corpus, gauss_scores

STANDARD = PROFILES["standard"]
FIRST = 2 / (1 + math.exp(-5)) - 1  # 0.98661: the sigmoid at the first row of a window


def points(hits: list[int], windows: list[tuple[int, int]], rows: int = 200) -> float:
    """Of a detector that detects at these rows."""
    scores = np.zeros(rows)
    scores[hits] = 1.0
    return at_threshold([Scored(scores, windows)], STANDARD, 1.0)


def test_the_sigmoid() -> None:
    assert weight(-1.0) == pytest.approx(0.986614, abs=1e-6)
    assert weight(-0.5) == pytest.approx(0.848284, abs=1e-6)
    assert weight(0.0) == 0.0
    assert weight(0.5) == pytest.approx(-0.848284, abs=1e-6)
    assert weight(3.0) == pytest.approx(-0.9999994, abs=1e-7)
    assert weight(3.01) == -1.0


def test_the_probation_is_fifteen_per_cent_of_at_most_5000_rows() -> None:
    assert [probation(n) for n in (0, 100, 4032, 5000, 22695)] == [0, 15, 604, 750, 750]


def test_a_detection_at_each_row_of_a_window() -> None:
    """Ten rows: place -1 at the first, -0.1 at the last."""
    for k in range(10):
        y = -(10 - k) / 10
        want = (2 / (1 + math.exp(5 * y)) - 1) / FIRST
        assert points([100 + k], [(100, 109)]) == pytest.approx(want)
    assert points([100], [(100, 109)]) == pytest.approx(1.0)
    assert places(200, [(100, 109)])[0][100] * FIRST == pytest.approx(0.98661, abs=1e-5)


def test_only_the_earliest_detection_of_a_window_counts() -> None:
    assert points([103, 104, 108], [(100, 109)]) == points([103], [(100, 109)])


def test_a_miss_and_false_alarms() -> None:
    assert points([], [(100, 109)]) == -1.0
    assert points([50], [(100, 109)]) == pytest.approx(-1.0 - 0.11)  # before any window: whole
    near = -0.11 * (1 - 2 / (1 + math.exp(5 * 1 / 9)))
    assert points([110], [(100, 109)]) == pytest.approx(-1.0 + near)  # one row past: 1/9 of it
    assert points([137], [(100, 109)]) == pytest.approx(-1.0 - 0.11)  # more than three lengths
    assert points([50, 60], []) == pytest.approx(-0.22)


def test_a_false_alarm_is_measured_from_the_window_before_it() -> None:
    between = points([130], [(100, 109), (150, 159)])
    assert between == pytest.approx(-2.0 + 0.11 * weight(21 / 9))


def test_the_probation_is_not_scored() -> None:
    assert points([0, 10, 29], [(100, 109)]) == -1.0
    assert points([30], [(100, 109)]) == pytest.approx(-1.11)


def test_a_window_of_one_row() -> None:
    assert points([100], [(100, 100)]) == pytest.approx(1.0)
    assert points([101], [(100, 100)]) == pytest.approx(-1.11)


@pytest.mark.parametrize("name", PROFILES)
def test_null_scores_0_and_perfect_100(name: str) -> None:
    windows = [(60, 79), (100, 109)]
    null, perfect = np.zeros(200), np.zeros(200)
    perfect[[60, 100]] = 1.0
    assert best([Scored(null, windows)], PROFILES[name]).score == 0.0
    assert best([Scored(perfect, windows)], PROFILES[name]).score == pytest.approx(100.0)


def test_a_miss_counts_twice_where_misses_are_dear() -> None:
    scores = np.zeros(200)
    scores[60] = 1.0
    one = [Scored(scores, [(60, 79), (100, 109)])]
    assert best(one, STANDARD).score == pytest.approx(100 * (1 - 1 + 2) / 4)
    assert best(one, PROFILES["reward_low_FN_rate"]).score == pytest.approx(100 * (1 - 2 + 4) / 6)


def plainly(one: Scored, weights: Weights, threshold: float) -> float:
    """The rules read row by row."""
    total, n = 0.0, len(one.scores)
    hits = [i for i in range(probation(n), n) if one.scores[i] >= threshold]
    for a, b in one.windows:
        inside = [i for i in hits if a <= i <= b]
        if inside:
            total += weights.found * weight(-(b - inside[0] + 1) / (b - a + 1)) / FIRST
        else:
            total -= weights.missed
    for i in hits:
        if any(a <= i <= b for a, b in one.windows):
            continue
        past = [(a, b) for a, b in one.windows if b < i]
        w = -1.0
        if past:
            a, b = past[-1]
            w = weight((i - b) / (b - a)) if b > a else -1.0
        total += weights.false * w
    return total


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_is_the_best_of_all_thresholds_read_plainly(data: Any) -> None:
    streams = []
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(30, 80))
        cuts = sorted(data.draw(st.sets(st.integers(10, n - 1), max_size=4)))
        windows = list(zip(cuts[::2], cuts[1::2], strict=False))
        scores = data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
        streams.append(Scored(np.array(scores, float), windows))
    weights = data.draw(st.sampled_from(list(PROFILES.values())))
    for level in range(7):
        want = sum(plainly(one, weights, level) for one in streams)
        assert at_threshold(streams, weights, level) == pytest.approx(want)
    most = max(sum(plainly(one, weights, x) for one in streams) for x in range(7))
    assert best(streams, weights).points == pytest.approx(most)


def test_the_gaussian_is_0_at_first_and_in_the_middle_and_1_far_out() -> None:
    dice = np.random.default_rng(3)  # noqa: TID251 - chance for tests, by a stated seed
    x = dice.normal(5.0, 2.0, 500)
    x[450] = 100.0
    told = gauss_scores(np.arange(500), x)
    assert told[:100].max() == 0.0
    assert told[450] == 1.0
    mean, deviation = x[:200].mean(), x[:200].std()
    z = abs(x[250] - mean) / deviation
    assert told[250] == pytest.approx(1 - 0.5 * math.erfc(z / math.sqrt(2)))


def small(folder: Path) -> Path:
    """A corpus of one stream with a spike, and a label of one that is not there."""
    dice = np.random.default_rng(4)  # noqa: TID251 - chance for tests, by a stated seed
    x = dice.normal(0.0, 1.0, 1000)
    x[700] = 30.0
    stamps = [
        f"2026-01-{1 + n // 288:02} {n // 12 % 24:02}:{n % 12 * 5:02}:00" for n in range(1000)
    ]
    lines = [f"{stamp},{v}" for stamp, v in zip(stamps, x, strict=True)]
    (folder / "data" / "made").mkdir(parents=True)
    (folder / "labels").mkdir()
    (folder / "data" / "made" / "one.csv").write_text("\n".join(["timestamp,value", *lines]))
    labels = {
        "made/one.csv": [[f"{stamps[690]}.000000", f"{stamps[740]}.000000"]],
        "made/no.csv": [],
    }
    (folder / "labels" / "combined_windows.json").write_text(json.dumps(labels))
    return folder


def test_the_command_scores_what_is_there(call: Call, tmp_path: Path) -> None:
    ended = call("benchmark", "nab", small(tmp_path), "--out", tmp_path / "out.json")
    assert ended.code == 0
    assert "made 1/2: one.csv" in ended.out
    assert "1 of 2" in ended.out
    said = json.loads((tmp_path / "out.json").read_text())
    assert said["streams"] == ["made/one.csv"] and said["missing"] == ["made/no.csv"]
    for detector in ("anomaly", "windowed Gaussian"):
        one = said["detectors"][detector]["standard"]
        assert one["score"] > 90
        assert one["by_stream"]["made/one.csv"]["found"] == 1


def test_one_profile_may_be_chosen(call: Call, tmp_path: Path) -> None:
    ended = call("benchmark", "nab", small(tmp_path), "--profile", "standard")
    assert "reward_low_FP_rate" not in ended.out
    wrong = call("benchmark", "nab", tmp_path, "--profile", "mine")
    assert wrong.code == 2 and "standard" in wrong.err


def test_a_wrong_folder_is_one_line(call: Call, tmp_path: Path) -> None:
    ended = call("benchmark", "nab", tmp_path)
    assert ended.code == 1
    assert "combined_windows.json" in ended.err and "Traceback" not in ended.err
    folder = small(tmp_path)
    (folder / "data" / "made" / "one.csv").write_text("a,b\n1,2\n")
    assert "one.csv" in call("benchmark", "nab", folder).err


@needs_shared
def test_windows_of_the_shared_streams_are_where_the_labels_say() -> None:
    found = corpus(SHARED / "data" / "nab")
    streams = {s.name: s for s in found.streams()}
    assert len(streams) == 18 and len(found.labels) == 58
    jump = streams["artificialWithAnomaly/art_daily_jumpsup.csv"]
    assert jump.windows == [(2787, 3189)]
    assert found.profiles() == PROFILES
