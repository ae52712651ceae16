"""The curve of coverage by minute, as SVG; labels are English, other fonts may be missing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from dissemination.coverage.estimate import Interval

SURE, BAND, FAINT, COUNTED = "#1d6b52", "#9cc5b4", "#8a929c", "#b3541e"
STYLE: Any = {"svg.hashsalt": "tongluo", "font.size": 9, "svg.fonttype": "path"}


def picture(
    curve: Sequence[tuple[int, float, Interval]], title: str, targets: Sequence[float],
    counts: Sequence[tuple[int, float, float]] = (),
) -> str:  # fmt: skip
    """Confirmed as steps, the estimate as a band; NaN confirmed = before anything was sent.

    counts: (minute, least, most) share with those whom wardens counted: bars from least to most.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        axes = figure.add_subplot()
        minutes = [m for m, _, _ in curve]
        low, likely, high = (
            [100 * getattr(e, end) for _, _, e in curve] for end in ("low", "likely", "high")
        )
        axes.fill_between(minutes, low, high, color=BAND, label="estimated, 90 %", linewidth=0)
        axes.plot(minutes, likely, color=SURE, linestyle="--", linewidth=1, label="likely")
        sure = [100 * c for _, c, _ in curve]
        if not np.isnan(sure).all():
            axes.step(minutes, sure, where="post", color=SURE, label="confirmed")
        if counts:
            at, least, most = (np.array(x) for x in zip(*counts, strict=True))
            axes.vlines(at, 100 * least, 100 * most, color=COUNTED, linewidth=2,
                        label="with wardens' counts")  # fmt: skip
            axes.plot(at, 100 * least, "_", color=COUNTED)
        for target in targets:
            axes.axhline(100 * target, color=FAINT, linewidth=0.7, linestyle=":")
        axes.set(ylim=(0, 100), xlim=(0, max(minutes[-1], 1)), xlabel="minutes since the issue",
                 ylabel="% of the people", title=title)  # fmt: skip
        axes.title.set_fontsize(9)
        axes.legend(loc="lower right", frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
