"""Where the measured series and example messages lie: beside the project, never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("TONGLUO_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared")
).resolve()

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no shared data at {SHARED} (set TONGLUO_SHARED)"
)
