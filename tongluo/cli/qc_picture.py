"""A labelled series with its flags, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from tongluo.cli.qc_series import I8, Series
from tongluo.core.units import inner_unit


def picture(path: Path, series: Series, flag: I8) -> None:
    """Write it; the ending of the name says how (.png, .svg, .pdf)."""
    t = series.t.astype("datetime64[ms]")
    made = Figure(figsize=(16, 6), layout="constrained")
    axes = made.subplots()
    axes.plot(t, series.value, color="0.4", linewidth=0.7, label="reading")
    marks = (
        ("labelled", series.labelled, "o", "none", "tab:blue"),
        ("suspect (3)", flag == 3, "x", "tab:orange", "tab:orange"),
        ("fail (4)", flag == 4, "x", "tab:red", "tab:red"),
    )
    for name, mask, sign, face, edge in marks:
        rings: dict[str, Any] = {"facecolor": face, "edgecolor": edge}
        colours = rings if sign == "o" else {"color": edge}
        axes.scatter(t[mask], series.value[mask], marker=sign, s=24, label=name, **colours)
    axes.set_ylabel(f"{series.quantity}, {inner_unit(series.quantity)}")
    axes.legend(loc="upper right")
    path.parent.mkdir(parents=True, exist_ok=True)
    made.savefig(path, dpi=110)
