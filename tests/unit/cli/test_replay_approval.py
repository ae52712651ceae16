"""A replay where a person would have had to approve: assumed at once, or never given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Call
from tests.unit.cli.test_case_commands import case
from tongluo.core.tokens import digest

__all__ = ["case"]

POLICY = f"""
operators:
  li: {{name: 李, roles: [duty], digest: "{digest("t", bytes(16))}"}}
policies:
  - by: trial order
    channels: [record]
    issue: approve
    levels: {{blue: {{issue: automatic}}}}
    approve:
      who: duty
      wait: 20 min
      ladder: [{{after: 0 s, whom: duty, by: record}}]
      on_silence: SILENCE
      order: Order 7
"""


@pytest.fixture
def approved(case: Path) -> Path:
    """The case, under a policy where a person approves whatever is above blue."""
    path = case / "stations.yaml"
    text = path.read_text(encoding="utf-8")
    old = "policies:\n  - {by: trial order, channels: [record]}\n"
    assert old in text
    path.write_text(text.replace(old, POLICY.replace("SILENCE", "hold")), encoding="utf-8")
    return case


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_by_default_approval_is_assumed_and_every_warning_says_so(
    call: Call, approved: Path, tmp_path: Path
) -> None:
    ended = call("replay", approved, "--out", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert "approved at once" in ended.out
    said = [p.read_text("utf-8") for p in (tmp_path / "out" / "warnings").glob("*.xml")]
    assert len(said) == 2
    assert all("(approval assumed at once)" in text for text in said)
    assert not (tmp_path / "out" / "proposals.jsonl").exists()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "taken here as approved" in page


def test_never_leaves_a_proposal_and_the_report_says_when(
    call: Call, approved: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = call("replay", approved, "--out", out, "--approve", "never")
    assert ended.code == 0, ended.err
    told = [(x["time"][11:16], x.get("state") or x["step"]) for x in lines(out / "proposals.jsonl")]
    assert told == [("08:10", "proposed"), ("08:10", "s1"), ("08:30", "silence"),
                    ("08:30", "unanswered")]  # fmt: skip
    assert [x["level"] for x in lines(out / "deliveries.jsonl")] == ["blue"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Would have been proposed at" in page
    assert "nobody answered; not issued (2026-07-01 08:30)" in page


def test_never_and_a_written_order_that_lets_silence_issue(
    call: Call, approved: Path, tmp_path: Path
) -> None:
    path = approved / "stations.yaml"
    text = path.read_text(encoding="utf-8").replace("on_silence: hold", "on_silence: issue")
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert call("replay", approved, "--out", out, "--approve", "never").code == 0
    assert [x["level"] for x in lines(out / "deliveries.jsonl")] == ["blue", "red"]
    assert "issued by the written order" in (out / "report.html").read_text(encoding="utf-8")


def test_another_word_is_refused(call: Call, approved: Path) -> None:
    ended = call("replay", approved, "--approve", "maybe")
    assert (ended.code, "at-once or never" in ended.err) == (1, True)
