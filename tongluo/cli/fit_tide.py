"""Fitting surge_residual: harmonic constants of a year of sea levels by utide (Codiga 2011)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tongluo.cli.fit_readings import Series, read_csv, read_series
from tongluo.core.columns import F8, I8
from tongluo.core.errors import CaseError, TongluoError
from tongluo.core.times import DAY, HOUR, iso

MOST = 37
SHORTEST = 15 * DAY
UNIX = 719_163
"""Day of 1970-01-01 as utide counts days."""


@dataclass(frozen=True)
class Constants:
    """What was fitted; phases at `epoch` (ms)."""

    start: int
    end: int
    epoch: int
    mean: float
    constituents: list[tuple[str, float, float, float]]
    """(name, degrees per hour, m, degrees), strongest first."""
    residual: float
    """Standard deviation of what is left, m."""
    share: float
    """Share of the variance that is tide."""


def fit_tide(path: Path, own: str, latitude: float) -> Constants:
    """Fit to a CSV `time,value` in m (or `time,station,quantity,value` and a name)."""
    if find_spec("utide") is None:
        raise TongluoError("fitting tides needs utide -> pip install 'tongluo[tide]'")
    import utide  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    series = read_series(path, [own])[own] if own else _plain(path)
    t, value = series.t, series.value
    if len(t) < 100 or t[-1] - t[0] < SHORTEST:
        raise CaseError(f"{path}: at least 15 days are needed, better a year")
    # phases "raw", no nodal corrections: the constants are those of this record, as they stand
    got = utide.solve(
        t / DAY, value, lat=latitude, epoch="1970-01-01", method="ols", conf_int="none",
        nodal=False, trend=False, phase="raw", verbose=False,
    )  # fmt: skip
    found = sorted(
        zip(got.name, 360 * got.aux.frq, got.A, got.g, strict=True), key=lambda one: -one[2]
    )[:MOST]
    constituents = [(str(n), float(s), float(a), float(g) % 360) for n, s, a, g in found]
    epoch = round((float(got.aux.reftime) - UNIX) * DAY)
    left = value - harmonic(constituents, float(got.mean), t, epoch)
    share = 1 - float(left.var() / value.var()) if value.var() > 0 else 0.0
    return Constants(
        int(t[0]), int(t[-1]), epoch, float(got.mean), constituents, float(left.std()), share
    )


def _plain(path: Path) -> Series:
    table = read_csv(path, ("time", "value")).dropna(subset=["value"]).drop_duplicates("t")
    table = table.sort_values("t")
    return Series("tide", table["t"].to_numpy(np.int64), table["value"].to_numpy(np.float64))


def harmonic(
    constituents: list[tuple[str, float, float, float]], mean: float, t: I8, epoch: int
) -> F8:
    """The tide at each time, as the detector has it."""
    hours, out = (t - epoch) / HOUR, np.full(len(t), mean)
    for _, speed, amplitude, phase in constituents:
        out += amplitude * np.cos(np.radians(speed * hours - phase))
    return out


def constants_yaml(found: Constants) -> str:
    """The constants as a rule's options, with what is known of their worth as comments."""
    lines = [
        f"# {iso(found.start)} to {iso(found.end)}: the tide is {found.share:.1%} of the variance, "
        f"{found.residual:.3f} m is left (standard deviation)",
        "# without nodal corrections: fit anew every year",
        "detector: surge_residual",
        "options:",
        f'  epoch: "{iso(found.epoch)}"',
        f"  mean: {found.mean:.4f} m",
        "  constituents:",
    ]
    lines += [
        f"    - {{name: {name}, speed_deg_h: {speed:.7f}, amplitude: {amplitude:.5f} m, "
        f"phase_deg: {phase:.3f}}}"
        for name, speed, amplitude, phase in found.constituents
    ]
    return "\n".join(lines)
