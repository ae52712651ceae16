"""The picture of `docs/coverage.md`: an invented town of 12,000 people, 90 minutes."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from dissemination.coverage.draws import mixed
from dissemination.coverage.estimate import draw
from dissemination.coverage.known import F8, Known, known
from dissemination.coverage.predict import Pace, band, curves, noticed, time_to
from dissemination.coverage.register import Reached, Register
from docs.chain_pictures import FAINT, INK, STYLE

PEOPLE, MINUTES = 12_000, 90
PACES = {
    "sms": Pace(per_minute=300, delay=1, notice=4),
    "siren": Pace(per_minute=np.inf),
    "warden": Pace(per_minute=120, delay=10),
}
PROOF = {"sms": 0.62, "warden": 0.45}
"""Part of the people with a proof in the end; a siren gives none of a person."""


def town() -> Known:
    """Two test days: 400 and 300 people asked."""
    return known(
        tuple(PACES),
        np.array([PEOPLE]),
        asked=np.array([[400], [300]]),
        heard=np.array([[[330, 236, 250]], [[249, 186, 177]]]),
        anyone=np.array([[386], [289]]),
    )


def proofs() -> tuple[F8, F8]:
    """By minute: (share with a proof, each counted once; the sum of all proofs over the people)."""
    nowhere = np.zeros(PEOPLE, np.int64)
    reached, added = Reached(Register.of(nowhere, nowhere), tuple(PROOF)), np.zeros(MINUTES)
    for key, (name, share) in enumerate(PROOF.items()):
        order = np.argsort(mixed(key + 1, PEOPLE))
        minute = (np.arange(PEOPLE) / PACES[name].per_minute + PACES[name].delay).astype(np.int64)
        some = mixed(key + 11, PEOPLE) / 2.0**64 < share
        reached.add(name, order[some], minute[some])
        added += np.cumsum(np.bincount(minute[some], minlength=MINUTES)[:MINUTES])
    return reached.curve(MINUTES)[:, 0] / PEOPLE, added / PEOPLE


def predicted() -> tuple[F8, str]:
    """((minutes, 3) low, likely, high; when 90 % is met, in words)."""
    here = town()
    draws = draw(here, 0.0)
    parts = np.stack([noticed(here.people, pace, MINUTES) for pace in PACES.values()])
    every = curves(draws, here.people, parts)
    found = time_to(draws, every, 0.9)
    ends = [f"{x:.0f}" if np.isfinite(x) else "never" for x in (found.early, found.late)]
    rows = [(x.low, x.likely, x.high) for x in band(draws, every)]
    return np.round(np.array(rows), 4), f"90 % after {ends[0]} to {ends[1]} min"


def figures() -> str:
    """What the picture shows, in figures: it is stale when they change."""
    rows, words = predicted()
    return " ".join([words, *(f"{x:.2f}" for x in [*rows[::10].ravel(), *proofs()[0][::10]])])


def svg() -> str:
    """The curve with its interval, the proofs, their sum, and the lines at 90 and 95 %."""
    minutes = np.arange(1, MINUTES + 1)
    confirmed, added = proofs()
    rows, words = predicted()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4.2))
        axes = figure.add_axes((0.08, 0.12, 0.89, 0.83))
        axes.fill_between(minutes, rows[:, 0], rows[:, 2], color="#b9d3ee", lw=0,
                          label=f"estimated, 90 % interval: {words}")  # fmt: skip
        axes.plot(minutes, rows[:, 1], color="#2f6db3", lw=1.6, label="estimated, likely")
        axes.plot(minutes, confirmed, color="#2e7d4f", lw=1.8, label="confirmed by a proof")
        axes.plot(minutes, added, color="#c2453b", lw=1.2, ls="--",
                  label="sum of receipts: not coverage")  # fmt: skip
        for target in (0.9, 0.95):
            axes.axhline(target, color=FAINT, lw=0.8, ls=":")
            axes.text(1, target + 0.008, f"{target:.0%}", color=FAINT, fontsize=8)
        axes.set(xlim=(0, MINUTES), ylim=(0, 1.12), xlabel="minutes since the warning",
                 ylabel="share of the people")  # fmt: skip
        axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0))
        axes.tick_params(colors=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower right", frameon=False, fontsize=8)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
