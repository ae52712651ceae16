"""`tongluo benchmark qc` on made-up series, and the fit of a virtual gauge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.faults import chance, river
from tongluo.cli.app import main
from tongluo.cli.fit_virtual import fit_virtual
from tongluo.cli.qc_scores import Score, score
from tongluo.config.quality import QualityIn
from tongluo.core.errors import TongluoError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = river(3, 3000, floods=1)
    made.put(1500, made.value[1500] + 2.5)
    made.put(2000, made.value[2000] - 2.5)
    t = pd.to_datetime(made.series().t, unit="ms", utc=True)
    frame = pd.DataFrame({"when": t, "cm": made.value * 100, "bad": made.labelled.astype(int)})
    frame.loc[700:705, "cm"] = -9999
    frame.to_csv(tmp_path / "river.csv", index=False)
    log = pd.DataFrame({"from": t[[1499, 1999]], "to": t[[1501, 2001]]})
    log.to_csv(tmp_path / "log.csv", index=False)
    return tmp_path / "river.csv"


def told(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["benchmark", "qc", *args])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


def test_it_finds_the_faults_and_says_so(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ("--unit", "cm", "--missing", "-9999", "--plot", str(file.parent / "river.png"))
    code, text = told(capsys, str(file), "--time", "when", "--value", "cm", "--label", "bad", *more)
    assert code == 0, text
    assert "2,994 readings with a value, 2 labelled" in text
    row = next(line for line in text.splitlines() if "quality control" in line)
    assert [x.strip() for x in row.split("│")[2:4]] == ["2", "2"]
    assert (file.parent / "river.png").read_bytes()[:4] == b"\x89PNG"


def test_a_log_may_stand_for_labels(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = str(file.parent / "log.csv")
    code, text = told(capsys, str(file), "--time", "when", "--value", "cm", "--label-log", log,
                      "--unit", "cm", "--missing", "-9999", "--language", "zh-CN")  # fmt: skip
    assert code == 0, text
    assert "被标注 6 个" in text


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["--time", "when", "--value", "cm"], "--label"),
        (["--time", "at", "--value", "cm", "--label", "bad"], "no column 'at'"),
        (
            ["--time", "when", "--value", "cm", "--label", "bad", "--quantity", "depth"],
            "no quantity 'depth'",
        ),
        (["--time", "bad", "--value", "cm", "--label", "bad", "--format", "%Y"], "river.csv"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(
    file: Path, capsys: pytest.CaptureFixture[str], args: list[str], reason: str
) -> None:
    code, text = told(capsys, str(file), *args)
    assert code == 1
    assert reason in text
    assert "Traceback" not in text


def test_scores_of_events() -> None:
    labelled = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 0], bool)
    flagged = np.array([1, 0, 0, 0, 1, 0, 1, 0, 0, 0], bool)
    assert score(labelled, flagged, 0) == Score(2, 1, 2)
    assert score(labelled, flagged, 2) == Score(2, 2, 0)
    total = Score(2, 1, 2) + Score(2, 2, 0)
    assert (total.precision, total.recall) == (3 / 5, 3 / 4)


def test_a_virtual_gauge_is_fitted_in_spite_of_faults() -> None:
    rng = chance(1)
    near = rng.normal(5, 2, (500, 2))
    value = 0.3 + 0.5 * near[:, 0] + 0.2 * near[:, 1] + rng.normal(0, 0.01, 500)
    value[::25] += 30.0
    found = fit_virtual(value, near, ["a/stage", "b/stage"])
    assert list(found.weights.values()) == pytest.approx([0.5, 0.2], abs=0.01)
    assert found.intercept == pytest.approx(0.3, abs=0.02)
    assert 0.008 < found.sigma < 0.013
    assert QualityIn.model_validate({"virtual": found.block("stage")}).heard == (
        "a/stage",
        "b/stage",
    )


def test_too_short_a_past_is_refused() -> None:
    with pytest.raises(TongluoError, match="50 are needed"):
        fit_virtual(np.zeros(10), np.zeros((10, 1)), ["a/stage"])
