"""Quality control against labels that people gave: event-wise F1 over measured series.

`python -m benchmarks.quality`. One configuration (`quality: {}`) for all; the labels are seen only
by the scores. The peer, run on the same series, is a range and spike test that may look at the
whole series (`tongluo.cli.qc_scores.plain`). The maintenance log of one river names visits, not
faults of its level (the level shows something in two or three of 21): it is reported by itself
and in a sum of its own, and left out of the ratio. That was decided after the first look at the
series, as were the rules for rivers, for log-scaled turbidity and for gauges that read coarsely.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.shared import SHARED
from tongluo.cli.qc_scores import Score, plain, score
from tongluo.cli.qc_series import Layout, flags, read
from tongluo.config.quality import QualityIn

FLOOR, AIM = 0.6, 0.8
NEAR = 1


def series() -> Iterator[tuple[str, Path, Layout]]:
    stage = Layout("datetime", "stage", "stage_qual", unit="cm", missing=-9999.0)
    for path in sorted((SHARED / "data" / "lro-stage").glob("*.csv")):
        yield path.name.split("_")[0], path, stage
    path = SHARED / "data" / "oddwater" / "data_pioneer_anom.csv"
    of = {"Level": ("stage", "m"), "Cond": ("conductivity", "uS/cm"), "Tur": ("turbidity", "NTU")}
    for name, (quantity, unit) in of.items():
        layout = Layout("time_local", name, f"label_{name}", None, quantity, unit)
        yield f"Pioneer {name}", path, layout
    folder = SHARED / "data" / "saqc-hydro"
    log = Layout("Timestamp", "level_raw", None, folder / "hydro_maint.csv", "stage", "cm")
    yield "saqc, visits", folder / "hydro_data.csv", log


def told(name: str, ours: Score, peer: Score) -> str:
    parts = (f"{s.labelled:3} {s.hits:3} {s.false:3}  P {s.precision:.2f} R {s.recall:.2f} "
             f"F1 {s.f1:.2f}" for s in (ours, peer))  # fmt: skip
    return f"{name:16} " + "  |  range+spike ".join(parts)


def main() -> int:
    if not (SHARED / "data").exists():
        print("quality: the measured series are not here")
        return 1
    ours = peer = visits = visits_peer = Score(0, 0, 0)
    print("series: labelled events, hit, false events")
    for name, path, layout in series():
        found = read(path, layout)
        flag, _ = flags(found, QualityIn())
        a = score(found.labelled, flag >= 3, NEAR)
        b = score(found.labelled, plain(found.value), NEAR)
        good = np.where(found.labelled, -np.inf, found.value)
        failed = int(((flag == 4) & ~found.labelled).sum())
        print(told(name, a, b), f" peak: flag {flag[int(np.argmax(good))]}, good failed {failed}")
        if layout.label is not None:
            ours, peer = ours + a, peer + b
        visits, visits_peer = visits + a, visits_peer + b
    print(told("all labelled", ours, peer))
    print(told("and the visits", visits, visits_peer))
    print(f"quality ratio={ours.f1:.2f} floor={FLOOR} aim={AIM}")
    return 0 if ours.f1 >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
