"""Quality control on made-up sites: event-wise F1, recall by class of fault, by stated seeds.

`python -m benchmarks.quality_made [FIRST LAST]`: seeds 11 to 13 by default; it was developed on
1 to 3. One configuration (`quality: {}`) for all. The peer is a range and spike test that may look
at the whole series (`tongluo.cli.qc_scores.plain`).
"""

from __future__ import annotations

import sys
from collections import Counter

from benchmarks.quality_sites import SITES, made
from tongluo.cli.qc_scores import Score, plain, score, widened
from tongluo.cli.qc_series import flags
from tongluo.config.quality import QualityIn

FLOOR, AIM = 0.6, 0.8


def main() -> int:
    first, last = (int(x) for x in sys.argv[1:3]) if len(sys.argv) > 2 else (11, 13)
    ours = peer = Score(0, 0, 0)
    events: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for n, name in enumerate(SITES):
        a = b = Score(0, 0, 0)
        for seed in range(first, last + 1):
            site = made(name, 100 * seed + n)
            series = site.series()
            bad = flags(series, QualityIn())[0] >= 3
            a, b = (
                a + score(series.labelled, bad, 1),
                b + score(series.labelled, plain(series.value), 1),
            )
            near = widened(bad, 1)
            for kind, spans in site.faults.items():
                events[kind] += len(spans)
                hits[kind] += sum(bool(near[x : y + 1].any()) for x, y in spans)
        print(
            f"{name:13} P {a.precision:.2f} R {a.recall:.2f} F1 {a.f1:.2f} | range+spike {b.f1:.2f}"
        )
        ours, peer = ours + a, peer + b
    print("recall: " + ", ".join(f"{k} {hits[k] / n:.2f}" for k, n in events.items()))
    print(f"all: P {ours.precision:.2f} R {ours.recall:.2f}, range+spike F1 {peer.f1:.2f}")
    print(f"quality_made ratio={ours.f1:.2f} floor={FLOOR} aim={AIM}")
    return 0 if ours.f1 >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
