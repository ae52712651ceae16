"""What every registered detector must be: a method added to `DETECTORS` is tested by being there.

It needs an example of its levels, its sensor and the values it may be given:
`detector_examples`.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from detectors import DETECTORS
from tests.build import MINUTE, START
from tests.conformance.detector_examples import EXAMPLES
from tests.conformance.detector_trials import (
    GROUPS,
    TASKS,
    YEAR,
    batch,
    digest,
    run,
    sensors_of,
    table,
    told,
)
from tongluo.core.driver import CAPACITY
from tongluo.core.units import QUANTITIES

ROOT = Path(__file__).resolve().parents[2]
every = pytest.mark.parametrize("name", sorted(DETECTORS))


def test_every_registered_detector_has_its_example() -> None:
    assert set(EXAMPLES) == set(DETECTORS)


def plain(dtype: np.dtype[Any]) -> set[np.dtype[Any]]:
    """The scalar types that a row is made of."""
    base = dtype.base
    return {base} if base.names is None else {x for f in base.names for x in plain(base[f])}


@every
def test_registration(name: str) -> None:
    detector = DETECTORS[name]
    assert detector.name == name
    assert set(detector.quantities) <= set(QUANTITIES)
    assert all(p.quantities and set(p.quantities) <= set(QUANTITIES) for p in detector.ports)
    assert detector.longest(EXAMPLES[name].levels) >= 0
    state = detector.state(table(name).params)
    assert state["level"] == np.dtype("i8")
    assert state["why"] == np.dtype(("f8", (len(detector.why),)))
    allowed = {np.dtype(x) for x in ("f8", "i8", "i4", "i1")}
    assert plain(state) <= allowed
    assert plain(detector.params) <= {np.dtype("f8"), np.dtype("i8")}


@every
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 300), max_size=30))
def test_chunks_do_not_matter(name: str, seed: int, cuts: list[int]) -> None:
    columns = batch(name, seed, 300)
    whole, parts = table(name), table(name)
    assert run(whole, columns, []) == run(parts, columns, cuts)
    assert whole.state.tobytes() == parts.state.tobytes()


@every
def test_sensors_do_not_touch_each_other(name: str) -> None:
    columns = batch(name, 5, 600)
    together, alone = table(name), table(name)
    run(together, columns, [])
    for group in range(GROUPS):
        mine = columns[0] % GROUPS == group
        run(alone, tuple(np.ascontiguousarray(c[mine]) for c in columns), [])
    assert together.state.tobytes() == alone.state.tobytes()
    assert together.state[2].tobytes() == together.state[3].tobytes()


@every
def test_more_changes_than_one_call_holds(name: str) -> None:
    """A sensor goes from one end of the example to the other: nearly every row is a change."""
    example, n = EXAMPLES[name], 2 * CAPACITY + 100
    t = START + np.arange(n, dtype=np.int64) * 4 * 3_600_000
    value = np.where(np.arange(n) % 2 == 0, example.low, 100 * example.high)
    sensor, fate = np.full(n, 2), np.zeros(n, np.int64)
    whole, parts = table(name), table(name)
    columns = (sensor, t, value, np.ones(n, np.int64), fate)
    found = told(whole.judge(columns, 0, n))
    assert found == run(parts, columns, list(range(0, n, 1000)))
    assert [x[0] for x in found] == sorted(x[0] for x in found)


@every
def test_a_snapshot_of_the_state_goes_on_as_if_nothing_had_been(name: str) -> None:
    columns = batch(name, 3, 900)
    first, second = table(name), table(name)
    first.judge(columns, 0, 450)
    saved = first.state.tobytes()
    second.state[:] = np.frombuffer(saved, second.state.dtype)
    assert told(first.judge(columns, 450, 900)) == told(second.judge(columns, 450, 900))
    assert first.state.tobytes() == second.state.tobytes()


@every
def test_memory_is_bounded(name: str) -> None:
    tb = table(name)
    address, size, dtype = tb.state.ctypes.data, tb.state.nbytes, tb.state.dtype
    for seed in range(5):
        run(tb, batch(name, seed, 5000), [])
    assert (tb.state.ctypes.data, tb.state.nbytes, tb.state.dtype) == (address, size, dtype)
    assert size // TASKS < 100_000


@every
def test_inputs_are_left_as_they_are(name: str) -> None:
    columns = batch(name, 9, 900, extreme=True)
    before = [c.copy() for c in columns]
    tb = table(name)
    params = tb.params.tobytes()
    run(tb, columns, [])
    assert tb.params.tobytes() == params
    for old, new in zip(before, columns, strict=True):
        assert np.array_equal(old, new, equal_nan=old.dtype == np.float64)


@every
@pytest.mark.parametrize(("value", "flag"), [(math.nan, 1), (math.nan, 9), (0.0, 4), (0.0, 3)])
def test_unknown_before_it_can_tell(name: str, value: float, flag: int) -> None:
    tb, n = table(name), 500
    assert set(tb.state["level"].tolist()) == {-1}
    t = START + np.arange(n, dtype=np.int64) * MINUTE
    zero = np.zeros(n, np.int64)
    found = tb.judge((zero, t, np.full(n, value), np.full(n, flag), zero), 0, n)
    assert told(found) == []
    assert set(tb.state["level"].tolist()) == {-1}


@every
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(math.nan, 1), (math.nan, 9), (0.0, 4), (0.0, 3)]))
def test_what_cannot_be_judged_never_lowers(name: str, seed: int, bad: tuple[float, int]) -> None:
    tb, columns = table(name), batch(name, seed, 400)
    run(tb, columns, [])
    before = tb.state["level"].copy()
    n = 300
    sensor = np.arange(n, dtype=np.int64) % sensors_of(name)
    t = columns[1].max() + np.arange(1, n + 1, dtype=np.int64) * MINUTE
    zero = np.zeros(n, np.int64)
    tb.judge((sensor, t, np.full(n, bad[0]), np.full(n, bad[1]), zero), 0, n)
    held = before >= 1
    assert (tb.state["level"][held] == before[held]).all()
    assert set(tb.state["level"][before == -1].tolist()) <= {-1}
    assert set(tb.state["level"][before == 0].tolist()) <= {-1, 0}


@every
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_nothing_raises_and_levels_stay_on_the_scale(name: str, seed: int) -> None:
    tb = table(name)
    for row in run(tb, batch(name, seed, 400, extreme=True), []):
        assert -1 <= row[2] <= 4
        assert -1 <= row[3] <= 4
        assert row[2] != row[3]
    assert set(tb.state["level"].tolist()) <= set(range(-1, 5))


@every
def test_after_the_absurd_it_still_judges(name: str) -> None:
    """Extreme values leave nothing behind: after a quiet day it knows again."""
    tb, example = table(name), EXAMPLES[name]
    run(tb, batch(name, 1, 400, extreme=True), [])
    n, low = 3000, [example.low, *(low for low, _ in example.ports)]
    t = START + 20 * YEAR + np.arange(1, n + 1, dtype=np.int64) * example.pace
    zero, ones = np.zeros(n * len(low), np.int64), np.ones(n * len(low), np.int64)
    sensor = np.tile(np.arange(len(low), dtype=np.int64) * GROUPS, n)
    tb.judge((sensor, np.repeat(t, len(low)), np.tile(low, n), ones, zero), 0, len(zero))
    assert tb.state["level"][0] == 0


@every
def test_reasons_are_words_and_json(name: str) -> None:
    tb, detector = table(name), DETECTORS[name]
    seen = set()
    changes = [x for odd in (False, True) for x in run(tb, batch(name, 4, 6000, odd), [])]
    for _, task, _, after, why in changes:
        values = dict(zip(detector.why, np.frombuffer(why).tolist(), strict=True))
        said = detector.explain(tb.params[task], values)
        json.dumps(said, allow_nan=False)
        assert set(said) <= {"en", "zh", "lower_if", "higher_if", "missing"}
        if after >= 1:
            assert {"en", "zh", "lower_if"} <= set(said)
            assert "higher_if" in said or after == 4
        seen.add(after)
    assert seen == EXAMPLES[name].seen


@every
def test_wrong_levels_and_options_are_refused_alike(name: str) -> None:
    detector, example = DETECTORS[name], EXAMPLES[name]
    row = np.zeros(1, detector.params)[0]
    for wrong in ({}, {"blue": None}, {"blue": []}, {"blue": "many"}):
        with pytest.raises(ValueError, match=r"\w"):
            detector.fill(row, detector.options(), wrong, example.sensor)
    with pytest.raises(ValidationError):
        detector.options.model_validate({"no such option": 1})
    assert detector.options.model_validate({}) == detector.options()


def test_compiled_and_uncompiled_give_the_same_bits() -> None:
    call = (
        "from tests.conformance.detector_trials import DETECTORS, digest\n"
        "print(*(digest(name) for name in sorted(DETECTORS)))"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", call],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    assert result.stdout.split() == [digest(name) for name in sorted(DETECTORS)]
