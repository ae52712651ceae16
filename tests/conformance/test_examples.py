"""The example of each detector's page runs.

Uncompiled, which takes seconds where compiling each by itself takes minutes: that both give the
same bits, `test_detectors` shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from detectors import DETECTORS

ROOT = Path(__file__).resolve().parents[2]


def test_examples_run() -> None:
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "detectors"]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    passed = set(re.findall(r"::detectors\.(\w+) PASSED", ended.stdout))
    assert set(DETECTORS) <= passed
