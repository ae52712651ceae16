"""Golden storms: the decisions of the made-up cases change only with a reviewed diff.

After a change that is meant: `python -m tests.scenarios.test_golden` writes the files anew, and
their diff is what a reviewer reads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tongluo.core.times import iso
from tongluo.replay.case import load_case
from tongluo.replay.run import replay

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
CASES = ("flash-flood-night", "slow-river-flood")


def decisions(name: str) -> str:
    """Every decision of a case, one a line."""
    case = load_case(ROOT / "replay_data" / name)
    lines = [
        f"{iso(d.time, case.timezone)},{d.area},{d.hazard},{d.before},{d.after},{d.reason['cause']}"
        for d in replay(case).decisions
    ]
    return "\n".join(["time,area,hazard,from,to,cause", *lines]) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_decisions_are_those_that_were_reviewed(name: str) -> None:
    assert decisions(name) == (GOLDEN / f"{name}.csv").read_text(encoding="utf-8")


if __name__ == "__main__":
    for case_name in CASES:
        (GOLDEN / f"{case_name}.csv").write_text(decisions(case_name), encoding="utf-8")
