"""Quality control reading by reading: what is doubted, what is cleared, and that chunks are one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import order, quality_tables
from ingest.quality_words import EN, TESTS, ZH
from ingest.stage import OrderStage
from tests.faults import QUARTER, START, chance, river
from tongluo.cli.qc_scores import plain, score
from tongluo.cli.qc_series import flags
from tongluo.config.plan_quality import fill
from tongluo.config.quality import QualityIn
from tongluo.core.columns import Columns

CODE = {word: code for code, word in TESTS.items()}
MINUTES_5 = 300_000


def stage(*sensors: tuple[str, QualityIn | None, tuple[int, ...]], cadence: int) -> OrderStage:
    """A stage of sensors: (quantity, block, rows of its neighbours)."""
    params = np.zeros(len(sensors), order.PARAMS)
    tests = np.zeros(len(sensors), quality_tables.PARAMS)
    for n, (quantity, block, near) in enumerate(sensors):
        params[n]["cells"], params[n]["quality"] = 64, n + 1
        params[n]["rewind"] = 40 * cadence
        for key, limit in (("fail_low", -np.inf), ("low", -np.inf), ("fail_high", np.inf)):
            params[n][key] = limit
        params[n]["high"] = np.inf
        fill(tests[n], block, quantity, cadence)
        tests[n]["nears"] = len(near)
        tests[n]["near"][: len(near)] = near
    clock = np.zeros(1, order.CLOCK)
    clock["tick"], clock["step"] = 60_000, 1 << 60
    made = OrderStage(params, clock, tests)
    made.start(START)
    return made


def feed(made: OrderStage, rows: list[tuple[int, int, float]]) -> tuple[list[int], list[str]]:
    """Rows (sensor, time, value) one batch: flags and tests."""
    sensor, t, value = (list(x) for x in zip(*rows, strict=True))
    columns = Columns.of(sensor, t, value, arrival=t)
    out = made.blank(columns)
    made.admit(columns, out, 0)
    return out.flag.tolist(), [TESTS[x] for x in out.test.tolist()]


def judged(values: Any, block: QualityIn | None = None) -> tuple[list[int], list[str]]:
    made = stage(("stage", block or QualityIn(), ()), cadence=QUARTER)
    return feed(made, [(0, START + QUARTER * n, float(v)) for n, v in enumerate(values)])


def calm(seed: int = 1, n: int = 600) -> Any:
    return river(seed, n + 900, floods=0).value[:n]


def test_every_test_has_words_in_both_languages() -> None:
    assert set(EN) == set(ZH) == set(TESTS.values())


def test_a_spike_is_doubted_and_the_reading_that_comes_back_is_good() -> None:
    values = calm()
    values[500] += 2.0
    flag, test = judged(values)
    assert (flag[500], test[500]) == (3, "spike")
    assert set(flag[100:500] + flag[501:]) == {1}


def test_a_rise_that_goes_on_is_cleared_by_the_next_reading_and_is_never_failed() -> None:
    values = calm()
    values[500:] += np.minimum(1.5 * np.arange(1, 101), 6.0)
    flag, _ = judged(values)
    assert flag[500] == 3
    assert set(flag[501:504]) == {1}
    assert 4 not in flag


def test_a_step_is_doubted_until_it_has_settled() -> None:
    values = calm()
    values[500:] += 0.8
    flag, test = judged(values)
    assert flag[500:524] == [3] * 24
    assert test[502] == "step"
    assert set(flag[525:]) == {1}


def test_the_same_value_for_long_is_flat_and_a_coarse_gauge_at_base_flow_is_not() -> None:
    values = calm()
    values[500:560] = values[499]
    flag, test = judged(values)
    assert (flag[540], test[540]) == (3, "flat")
    coarse = np.round(1.0 + 0.05 * np.sin(np.arange(3000) / 100), 2)
    assert set(judged(coarse)[0][100:]) == {1}


def test_noise_far_above_its_own_is_doubted() -> None:
    values = calm()
    values[500:530] += chance(3).normal(0, 0.1, 30)
    flag, test = judged(values)
    assert "noise" in test[500:530]
    assert set(flag[550:]) == {1}


def test_too_little_past_is_flag_2() -> None:
    flag, test = judged(calm(n=120))
    assert flag[:90] == [2] * 90
    assert (test[0], flag[110]) == ("learning", 1)


def test_given_limits_need_no_past() -> None:
    flag, test = judged([1.0, 1.1, 9.0, 1.1], QualityIn(spike="1 m"))
    assert flag == [1, 1, 3, 1]
    assert test[2] == "spike"


def test_maintenance_is_doubted_and_its_values_teach_nothing() -> None:
    window = {"from": "2025-06-15T00:00:00Z", "to": "2025-06-16T00:00:00Z"}
    block = QualityIn.model_validate({"spike": "1 m", "maintenance": [window]})
    at = 1_749_945_600_000  # 2025-06-15T00:00Z
    made = stage(("stage", block, ()), cadence=QUARTER)
    rows = [(0, at + QUARTER * n, v) for n, v in ((-1, 1.0), (0, 8.0), (95, 9.0), (96, 1.0))]
    flag, test = feed(made, rows)
    assert flag == [1, 3, 3, 1]
    assert test[1:3] == ["maintenance"] * 2


def rain(times: int, own: Any, others: Any) -> list[tuple[int, int, float]]:
    """Two neighbours (rows 1, 2), then the gauge itself (row 0), every 5 minutes."""
    return [
        (row, START + MINUTES_5 * n, float(own(n) if row == 0 else others(n)))
        for n in range(times)
        for row in (1, 2, 0)
    ]


def gauges() -> OrderStage:
    near = ("rain", None, ())
    return stage(("rain", QualityIn(), (1, 2)), near, near, cadence=MINUTES_5)


@pytest.mark.parametrize(
    ("own", "others", "word"),
    [
        (lambda n: 0.0, lambda n: 1.0, "clogged"),
        (lambda n: 0.05, lambda n: 3.0 if n < 12 else 0.0, "drizzle"),
        (lambda n: 4.0 if n > 50 else 0.0, lambda n: 0.0, "isolated"),
        (lambda n: 120.0 if n > 50 else 0.1, lambda n: 4.0, "intense"),
    ],
)
def test_faults_of_a_rain_gauge(own: Any, others: Any, word: str) -> None:
    flag, test = feed(gauges(), rain(80, own, others))
    mine = [(f, t) for f, t, k in zip(flag, test, [1, 2, 0] * 80, strict=True) if k == 0]
    assert (3, word) in mine
    assert {t for _, t in mine} <= {word, "none", "clogged"}


def test_a_downpour_that_all_gauges_have_is_good() -> None:
    flag, _ = feed(gauges(), rain(80, lambda n: 8.0 if n > 30 else 0.0, lambda n: 7.0))
    assert [f for f, k in zip(flag, [1, 2, 0] * 80, strict=True) if k == 0 and f > 2][:1] == [3]
    wet = flag[2::3][40:]
    assert set(wet) == {1}


def test_rain_nearby_clears_a_rise() -> None:
    values = calm()
    values[500] += 0.12  # beyond the limit, but not of a jump that is explained
    dry = judged(values)[0][500]
    block = QualityIn()
    made = stage(("stage", block, (1,)), ("rain", None, ()), cadence=QUARTER)
    rows = [
        (row, START + QUARTER * n, 6.0 if row else float(v))
        for n, v in enumerate(values)
        for row in (1, 0)
    ]
    flag, _ = feed(made, rows)
    assert dry == 3
    assert flag[2 * 500 + 1] == 1


def test_a_virtual_gauge_tells_a_drift() -> None:
    made = stage(("stage", QualityIn(), (1,)), ("stage", None, ()), cadence=QUARTER)
    made.tests[0]["weight"][0], made.tests[0]["sigma"] = 1.0, 0.02
    rows = []
    for n, v in enumerate(calm()):
        own = float(v) + max(0, n - 300) * 0.002
        rows += [(1, START + QUARTER * n, float(v)), (0, START + QUARTER * n, own)]
    flag, test = feed(made, rows)
    assert (flag[-1], test[-1]) == (3, "virtual")
    assert set(flag[300:600:2]) == {1}


def test_no_fix_is_missing() -> None:
    made = stage(("displacement", QualityIn(), ()), cadence=QUARTER)
    values = 40 + chance(5).normal(0, 1, 200)
    values[150] = 0.0
    flag, test = feed(made, [(0, START + QUARTER * n, float(v)) for n, v in enumerate(values)])
    assert (flag[150], test[150]) == (9, "fix")
    assert flag[151] == 1


def test_turn_marks_where_another_test_stands() -> None:
    values = calm()
    values[500] += 2.0
    made = stage(("stage", QualityIn(), ()), cadence=QUARTER)
    t = [START + QUARTER * n for n in range(len(values))]
    columns = Columns.of([0] * len(t), t, values.tolist(), arrival=t)
    out = made.blank(columns)
    made.admit(columns, out, 0)
    assert np.flatnonzero(out.turn).tolist() == [500, 501]


@pytest.mark.parametrize("absurd", [1e300, -1e300, float("inf"), float("nan"), 1e-320])
def test_absurd_values_do_not_poison_the_state(absurd: float) -> None:
    values = calm()
    values[300:303] = absurd
    flag, _ = judged(values)
    assert set(flag[340:]) == {1}


# laws


def mixed(seed: int) -> list[tuple[int, int, float]]:
    rng, rows = chance(seed), []
    level = calm(seed % 7, 240)
    level[rng.integers(100, 200, 4)] += rng.normal(0, 1, 4)
    for n, v in enumerate(level):
        at = START + QUARTER * int(n - (rng.random() < 0.05) * rng.integers(1, 9))
        rows.append((0, at, float(v)))
        rows.append((1, START + QUARTER * n, float(max(0.0, rng.normal(-1, 2)))))
        rows.append((2, START + QUARTER * n, float("nan") if rng.random() < 0.1 else float(v) - 1))
    return rows


def of_three() -> OrderStage:
    return stage(
        ("stage", QualityIn(learn=16), (1, 2)),
        ("rain", QualityIn(), ()),
        ("stage", QualityIn(learn=16), (0,)),
        cadence=QUARTER,
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 719), max_size=6))
def test_any_split_gives_the_same_flags_and_state(seed: int, cuts: list[int]) -> None:
    rows = mixed(seed)
    whole, parts = of_three(), of_three()
    expected = feed(whole, rows)
    found: tuple[list[int], list[str]] = ([], [])
    edges = [0, *sorted(set(cuts)), len(rows)]
    for a, b in pairwise(edges):
        flag, test = feed(parts, rows[a:b])
        found = (found[0] + flag, found[1] + test)
    assert found == expected
    assert whole.minds.tobytes() == parts.minds.tobytes()
    assert whole.state.tobytes() == parts.state.tobytes()


def test_late_readings_are_judged_with_what_was_learned() -> None:
    made = stage(("stage", QualityIn(), ()), cadence=QUARTER)
    values = calm(n=200)
    values[198] += 2.0
    rows = [(0, START + QUARTER * n, float(v)) for n, v in enumerate(values) if n != 190]
    feed(made, rows)
    before = made.minds[0]["up"].copy()
    feed(made, [(0, START + QUARTER * 190, float(values[190]))])
    t, _, flag = made.recall(0)
    doubted = t[flag == 3]
    assert doubted.tolist() == [START + QUARTER * 198]
    assert made.minds[0]["up"].tolist() == before.tolist()


def test_a_glance_changes_nothing() -> None:
    made = stage(("stage", QualityIn(), ()), cadence=QUARTER)
    feed(made, [(0, START + QUARTER * n, float(v)) for n, v in enumerate(calm(n=200))])
    before = made.minds.tobytes(), made.state.tobytes(), made.clock.tobytes()
    made.glance(0)
    assert (made.minds.tobytes(), made.state.tobytes(), made.clock.tobytes()) == before


# by events


def test_made_up_faults_are_found_and_floods_are_kept() -> None:
    made = river(11)
    rng = chance(12)
    for at in range(700, 7500, 700):
        if not any(a - 100 < at < b + 200 for a, b in made.floods):
            made.put(at, made.value[at] + rng.choice([-1, 1]) * rng.uniform(0.8, 2.0))
            made.put(at + 300, np.full(48, made.value[at + 300]))
    flag, _ = flags(made.series(), QualityIn())
    ours = score(made.labelled, flag >= 3, 1)
    assert ours.f1 >= 0.8
    assert ours.f1 > score(made.labelled, plain(made.value), 1).f1
    assert 4 not in flag
