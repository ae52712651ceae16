"""rain_windows against the same rules written plainly over pandas' rolling sums."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_windows import DETECTOR, Options, fill, longest
from tests.build import HOUR, MINUTE, RAIN_LEVELS, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

WINDOWS = {"10 min": 10, "30 min": 30, "1 h": 60}
CADENCE = 2


def table(
    levels: Any = RAIN_LEVELS, running: bool = False, cadence: int = CADENCE, **options: Any
) -> Table:
    """One task: cadence in minutes."""
    params = np.zeros(1, DETECTOR.params)
    fill(params[0], Options(**options), levels, Sensor("rain", cadence * MINUTE, running))
    return Table(DETECTOR, params, Links([(0,)], 1))


def judge(tb: Table, minutes: Any, mm: Any, flags: Any = None) -> list[dict[str, Any]]:
    """Level, sums (mm) and covered time (min) after each reading."""
    out = []
    for n, (m, v) in enumerate(zip(minutes, mm, strict=True)):
        flag = 1 if flags is None else flags[n]
        t = np.array([START + round(m * MINUTE)])
        zero = np.zeros(1, np.int64)
        tb.judge((zero, t, np.array([v], float), np.array([flag]), zero), 0, 1)
        s, used = tb.state[0], int(tb.params[0]["windows"])
        out.append(
            {
                "level": int(s["level"]),
                "sums": (s["sum"][:used] / 1000).tolist(),
                "covered": (s["covered"][:used] / MINUTE).tolist(),
            }
        )
    return out


def rolling(minutes: list[int], values: list[float], length: int) -> np.ndarray[Any, Any]:
    """Sums over (t - length, t] by pandas."""
    times = pd.to_datetime([START + m * MINUTE for m in minutes], unit="ms")
    series = pd.Series(values, index=times, dtype=float)
    return series.rolling(f"{length}min", closed="right").sum().to_numpy()


def reference(
    minutes: list[int], mm: list[float], flags: list[int], coverage: float, band: float
) -> list[int]:
    """The documented rules, as a person would check them by hand."""
    good = [f <= 2 and not math.isnan(v) and v >= 0 for v, f in zip(mm, flags, strict=True)]
    cover, last = [], None
    for m, fine in zip(minutes, good, strict=True):
        cover.append(0 if not fine else CADENCE if last is None else min(m - last, CADENCE))
        last = m if fine else last
    tenths = [round(v * 10) if fine else 0 for v, fine in zip(mm, good, strict=True)]
    lengths = sorted({w for ws in RAIN_LEVELS.values() for w in ws}, key=WINDOWS.__getitem__)
    sums = {w: rolling(minutes, tenths, WINDOWS[w]) for w in lengths}
    shares = [rolling(minutes, cover, WINDOWS[w]) / WINDOWS[w] for w in lengths]
    level, out = -1, []
    for n, fine in enumerate(good):

        def reached(slack: float, n: int = n) -> int:
            grades = ("blue", "yellow", "orange", "red")
            return max(
                (
                    grade + 1
                    for grade, word in enumerate(grades)
                    for w, need in RAIN_LEVELS[word].items()
                    if sums[w][n] >= (float(need.split()[0]) - slack) * 10 - 1e-6
                ),
                default=0,
            )

        def covered(grade: int, n: int) -> bool:
            windows = RAIN_LEVELS.get(("blue", "yellow", "orange", "red")[grade - 1], {})
            return all(shares[lengths.index(w)][n] >= coverage - 1e-12 for w in windows)

        whole = min(share[n] for share in shares) >= coverage - 1e-12
        now = max(reached(0), min(level, reached(band)))
        short = [g for g in (1, 2, 3, 4) if g > now and not covered(g, n)]
        if now < level and level >= 1:
            now = min(level, max([now, *short])) if fine else level
        elif now == 0 and (not whole or (level < 0 and not fine)):
            now = -1
        level = now
        out.append(level)
    return out


SERIES = st.lists(
    st.tuples(
        st.sampled_from([2] * 20 + [1, 1, 1, 3, 4, 7, 15, 45]),
        st.one_of(st.just(0), st.integers(0, 8), st.integers(0, 60)),
        st.sampled_from([1] * 20 + [2, 3, 4, 9, 0]),
    ),
    min_size=10,
    max_size=90,
)


@settings(max_examples=80, deadline=None)
@given(SERIES, st.sampled_from([0.5, 0.8, 1.0]), st.sampled_from([0, 1, 3]))
def test_sums_and_levels_are_those_of_the_plain_rules(
    drawn: list[tuple[int, int, int]], coverage: float, band: int
) -> None:
    minutes = np.cumsum([gap for gap, _, _ in drawn]).tolist()
    mm = [math.nan if flag == 0 else tenths / 10 for _, tenths, flag in drawn]
    flags = [max(flag, 1) for _, _, flag in drawn]
    tb = table(coverage=coverage, dead_band=f"{band} mm")
    got = judge(tb, minutes, mm, flags)
    used = [v if f <= 2 and not math.isnan(v) else 0.0 for v, f in zip(mm, flags, strict=True)]
    tenths = [round(v * 10) for v in used]
    for d, length in enumerate((10, 30)):
        sums = rolling(minutes, tenths, length)
        assert [round(g["sums"][d] * 10, 6) for g in got] == sums.tolist()
    assert [g["level"] for g in got] == reference(minutes, mm, flags, coverage, band)


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(SERIES, st.sampled_from([0.5, 0.8, 1.0]), st.sampled_from([0, 1, 3]))
def test_many_series(drawn: list[tuple[int, int, int]], coverage: float, band: int) -> None:
    test_sums_and_levels_are_those_of_the_plain_rules.hypothesis.inner_test(drawn, coverage, band)


CLOSE = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30)), min_size=150, max_size=400)


@settings(max_examples=40, deadline=None)
@given(CLOSE, st.sampled_from([1, 3, 6]))
def test_readings_far_closer_than_declared_lose_no_rain_and_leave_late_by_little(
    drawn: list[tuple[int, int]], faster: int
) -> None:
    """The ring is too small for them: what is merged is counted at least as long as it should be,
    and at most 4/3 of (longest window / cells) longer."""
    t = np.cumsum([gap for gap, _ in drawn]) // faster
    t = t + np.arange(len(t))  # no two alike
    mm = np.array([tenths / 10 for _, tenths in drawn])
    tb = table({"red": {"10 min": "999 mm", "1 h": "999 mm"}}, cadence=60)
    cells = tb.state["cells"].shape[1]
    late = 3600 * 4 / (3 * cells) + 1
    got = judge(tb, t / 60, mm)
    for d, length in enumerate((600, 3600)):
        for n, now in enumerate(t):
            inside = mm[: n + 1][t[: n + 1] > now - length].sum()
            longer = mm[: n + 1][t[: n + 1] > now - length - late].sum()
            assert inside - 1e-6 <= got[n]["sums"][d] <= longer + 1e-6


def test_a_minute_gauge_declared_as_a_five_minute_one_is_not_taken_for_a_cloudburst() -> None:
    """720 readings in a window whose ring has room for 256."""
    levels = {"blue": {"12 h": "50 mm"}, "orange": {"3 h": "50 mm"}}
    tb = table(levels, cadence=5)
    got = judge(tb, range(1, 1441), [0.1] * 1440)
    assert got[-1]["sums"] == pytest.approx([18.0, 72.0], abs=0.5)
    assert {g["level"] for g in got} == {-1, 1}


def test_a_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    got = judge(table(), [0, 10], [4.0, 1.0])
    assert [g["sums"][0] for g in got] == [4.0, 1.0]
    got = judge(table(), [0, 9.999], [4.0, 1.0])
    assert [(g["sums"][0], g["level"]) for g in got] == [(4.0, -1), (5.0, 1)]


def test_unknown_until_every_window_is_covered() -> None:
    got = judge(table(coverage=0.9), range(2, 60, 2), [0.0] * 29)
    first = next(n for n, g in enumerate(got) if g["level"] == 0)
    assert got[first]["covered"][-1] == pytest.approx(28.0)  # 93 % of 30 min; 26 are 87 %


def test_a_gap_of_increments_is_not_covered_and_tells_no_none() -> None:
    quiet = [*range(2, 62, 2), 80]
    got = judge(table(coverage=0.9), quiet, [0.0] * len(quiet))
    assert (got[-2]["level"], got[-1]["level"]) == (0, -1)


def test_a_running_total_covers_its_gap_and_its_rain_is_spread_over_it() -> None:
    steady = list(range(2, 62, 2))
    got = judge(table(running=True), [*steady, 120], [*([0.0] * len(steady)), 60.0])
    assert got[-1] == {"level": 3, "sums": [10.0, 30.0], "covered": [10.0, 30.0]}


def test_a_year_of_silence_is_spread_too() -> None:
    got = judge(table(running=True), [0, 525_600], [math.nan, 1051.2], [2, 1])
    assert got[-1] == {"level": 0, "sums": [0.02, 0.06], "covered": [10.0, 30.0]}


def test_rain_after_the_first_total_is_spread_from_that_total_on() -> None:
    """NaN (flag 2) is how the order stage says "counting starts here"."""
    got = judge(table(running=True), [0, 600], [math.nan, 60.0], [2, 1])
    assert got[-1] == {"level": 0, "sums": [1.0, 3.0], "covered": [10.0, 30.0]}


def test_time_before_a_counter_started_again_is_not_covered() -> None:
    got = judge(table(running=True), [0, 2, 40, 42], [0.0, 0.0, math.nan, 0.0], [1, 1, 2, 1])
    assert got[-1]["covered"] == [2.0, 2.0]


@pytest.mark.parametrize("absurd", [2000.1, 1e9, 1e300, math.inf, -0.1, -math.inf])
def test_what_is_no_rain_is_not_judged_and_leaves_no_trace(absurd: float) -> None:
    minutes = list(range(2, 100, 2))
    odd = judge(table(), minutes, [absurd if m == 40 else 0.1 for m in minutes])
    gap = judge(table(), minutes, [math.nan if m == 40 else 0.1 for m in minutes])
    assert odd == gap


def test_the_most_that_is_judged_is_taken_out_again_exactly() -> None:
    minutes = range(2, 200, 2)
    got = judge(table(), minutes, [2000.0 if m in (10, 12, 14) else 0.1 for m in minutes])
    assert got[-1]["sums"] == pytest.approx([0.5, 1.5])


def test_merged_cells_full_of_absurd_rain_come_clean_too() -> None:
    """Cells hold 2.1 km: what is more is cut, in the cell and in every sum alike."""
    tb = table({"red": {"10 min": "999 mm", "1 h": "999 mm"}}, cadence=60)
    fast = np.arange(1, 6001) / 2400
    judge(tb, fast, [1999.0] * len(fast))
    assert tb.state[0]["cells"]["rain"].max() == 2**31 - 1
    after = judge(tb, [*range(70, 180, 2)], [0.0] * 55)
    assert after[-1]["sums"] == [0.0, 0.0]
    assert after[-1]["covered"][1] <= 60


def test_dead_band_and_the_way_down() -> None:
    tb = table({"blue": {"10 min": "5 mm"}}, coverage=0.5, dead_band="2 mm")
    got = judge(tb, range(2, 24, 2), [0, 0, 0, 5.0, 0, 0, 0, 3.0, 0, 2.9, 0])
    assert [g["level"] for g in got][2:] == [0, 1, 1, 1, 1, 1, 1, 1, 1]
    assert judge(tb, [26, 28], [0.0, 0.0])[-1]["level"] == 0


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({}, "1 to 8"),
        ({"blue": {}}, "write windows"),
        ({"blue": {"1 h": "0 mm"}}, "more than 0"),
        ({"blue": {"1 h": 5}}, "more than 0"),
        ({"blue": {"1 h": "50 mm"}, "red": {"1 h": "50 mm"}}, "must rise"),
        ({"blue": {"1 h": "50 mm"}, "yellow": {"1 h": "40 mm"}}, "must rise"),
        ({"blue": {f"{n} h": "50 mm" for n in range(1, 10)}}, "1 to 8"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(levels: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(levels)


def test_the_longest_window() -> None:
    assert longest({"blue": {"12 h": "50 mm"}, "red": {"3 h": "100 mm"}}) == 12 * HOUR
