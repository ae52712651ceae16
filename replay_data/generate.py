"""Write the readings of the invented cases.

    python replay_data/generate.py            writes the files
    python replay_data/generate.py --check    exits 1 when a committed file is not what it writes

Nothing here is measured. Rain is a sum of bell curves with noise; a river answers the rain above
it through a delayed gamma curve (n = 3); slow instruments drift and follow the sun. Values are
whole steps of the instrument's resolution. The seed is fixed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import faulty_gauge as fault
import numpy as np
from numpy.random import PCG64, Generator  # noqa: TID251 - invents readings, judges none
from numpy.typing import NDArray

HERE = Path(__file__).parent
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One line of readings.csv; minutes since the start of the case."""

    time: float
    station: str
    quantity: str
    value: str
    received: float | None = None

    @property
    def arrival(self) -> float:
        """When it came in: rows are written in this order."""
        return self.time if self.received is None else self.received


def bell(minutes: F8, peak: float, width: float) -> F8:
    """A bell curve of area 1 over the given minutes."""
    curve = np.exp(-(((minutes - peak) / width) ** 2) / 2)
    return np.asarray(curve / curve.sum())


def gamma_response(rain: F8, step: float, delay: float, lag: float) -> F8:
    """Rain mm a step, delayed by `delay` minutes and spread by a gamma curve of scale `lag`."""
    age = np.arange(len(rain)) * step - delay
    weight = np.where(age > 0, age**2 * np.exp(-age / lag), 0.0)
    return np.asarray(np.convolve(rain, weight / weight.sum())[: len(rain)])


def steps(values: F8, resolution: float) -> NDArray[np.int64]:
    """Whole steps of the resolution below each value, as a bucket counts."""
    return np.floor(values / resolution + 1e-9).astype(np.int64)


def series(station: str, quantity: str, minutes: F8, values: Any, digits: int) -> list[Row]:
    """Rows of one sensor."""
    pairs = zip(minutes, values, strict=True)
    return [Row(float(t), station, quantity, f"{v:.{digits}f}") for t, v in pairs]


# ---------------------------------------------------------------- flash-flood-night
# gauge: (rain of the night mm, later than the western hills by min, kind, first total or count)
RAIN: dict[str, tuple[float, float, str, float]] = {
    "r01": (255, 0, "rain", 0),
    "r02": (230, 5, "total", 1843.5),
    "r03": (240, 10, "rain", 0),
    "r04": (165, 20, "tips", 65120),
    "r05": (130, 15, "total", 2210.0),
    "r06": (250, 5, "rain", 0),
    "r07": (105, 30, "total", 980.4),
    "r08": (150, 20, "rain", 0),
    "r09": (70, 40, "rain", 0),
    "r10": (85, 35, "total", 1507.2),
    "r11": (60, 45, "rain", 0),
    "r12": (46, 60, "total", 760.8),
    "r13": (44, 65, "rain", 0),
    "r14": (16, 80, "rain", 0),
    "r15": (12, 90, "rain", 0),
    "r16": (95, 25, "tips", 4410),
}
# gauge: (low water m, rise m for 1 mm in 5 min, travel min, lag min, rain gauges above it)
RIVER: dict[str, tuple[float, float, float, float, tuple[str, ...]]] = {
    "z01": (0.42, 0.62, 20, 12, ("r01",)),
    "z02": (118.30, 0.57, 25, 15, ("r03",)),
    "z03": (61.20, 1.06, 60, 25, ("r01", "r02", "r03", "r05")),
    "z04": (33.10, 1.26, 130, 35, ("r01", "r02", "r03", "r05", "r08")),
    "z05": (24.40, 0.97, 180, 40, ("r01", "r02", "r03", "r05", "r08")),
    "z06": (27.60, 0.80, 60, 40, ("r10", "r11", "r16")),
    "z07": (8.90, 1.24, 270, 60, ("r01", "r02", "r03", "r05", "r08", "r10")),
}
NIGHT_START = datetime.fromisoformat("2026-07-08T20:00:00+08:00")
NIGHT_END = 48 * 60
TEN_PM = 26 * 60  # minutes from the start to 22:00 of the next day


def grid(step: float, end: float = NIGHT_END) -> F8:
    """Minutes of a sensor that reports every `step` minutes, both ends included."""
    return np.arange(0, end + step / 2, step)


def rain_of_the_night(rng: Generator) -> dict[str, F8]:
    """mm in the 5 minutes up to each time: a shower at 15:00, then two cells between 22 and 04."""
    minutes, out = grid(5), {}
    for gauge, (total, later, _, _) in RAIN.items():
        night = sum(
            share * bell(minutes, TEN_PM + at + later, width)
            for share, at, width in ((0.40, 100, 35), (0.50, 230, 40), (0.10, 310, 25))
        )
        night = np.where((minutes > TEN_PM) & (minutes <= TEN_PM + 360 + later), night, 0.0)
        shower = 4.0 * bell(minutes, 19 * 60 + later / 2, 12)
        rough = 0.6 + 0.8 * rng.random(len(minutes))
        shaped = night * rough
        out[gauge] = total * shaped / shaped.sum() + np.where(shower > 0.05, shower, 0.0)
    return out


def rain_rows(rain: dict[str, F8]) -> Iterator[Row]:
    """What each kind of gauge reports: rain, a running total, or a count of tips that wraps."""
    minutes = grid(5)
    for gauge, (_, _, kind, first) in RAIN.items():
        total = np.cumsum(rain[gauge])
        if kind == "rain":
            tenths = np.diff(steps(total, 0.1), prepend=0)
            yield from series(gauge, "rain", minutes, tenths / 10, 1)
        elif kind == "total":
            yield from series(gauge, "rain", minutes, first + steps(total, 0.1) / 10, 1)
        else:
            tips = (int(first) + steps(total, 0.2)) % 65536
            yield from series(gauge, "rain", minutes, tips, 0)


def tide_at(minutes: F8, later: float) -> F8:
    """An ordinary tide, m: half a day (12.42 h) and a day (23.93 h)."""
    hours = (minutes - later) / 60
    twice = 0.75 * np.cos(2 * np.pi * (hours - 3) / 12.42)
    return np.asarray(0.2 + twice + 0.35 * np.cos(2 * np.pi * (hours - 9) / 23.93))


def water_rows(rng: Generator, rain: dict[str, F8]) -> Iterator[Row]:
    """Rivers, the estuary, reservoirs and tide."""
    minutes = grid(5)
    for gauge, (low, rise, travel, lag, above) in RIVER.items():
        mean = np.mean([rain[g] for g in above], axis=0)
        level = low + rise * gamma_response(mean, 5, travel, lag)
        yield from series(gauge, "stage", minutes, level + rng.integers(-1, 2, len(level)) / 100, 2)
    far = gamma_response(np.asarray(rain["r05"]), 5, 360, 80)
    yield from series("z08", "stage", minutes, 0.3 + 0.8 * tide_at(minutes, 25) + 0.2 * far, 2)
    half = grid(30)
    for lake, low, gauge in (("res01", 86.40, "r10"), ("res02", 142.15, "r03")):
        filled = low + 0.006 * np.cumsum(gamma_response(rain[gauge], 5, 60, 40))[::6]
        yield from series(lake, "reservoir_stage", half, filled, 2)
    for gauge, later in (("t01", 0), ("t02", 12)):
        ten = grid(10)
        wave = rng.integers(-2, 3, len(ten)) / 100
        yield from series(gauge, "tide", ten, tide_at(ten, later) + wave, 2)


def slope_rows(rng: Generator, rain: dict[str, F8]) -> Iterator[Row]:
    """Two slow slopes: they creep, and a little more when the ground is wet."""
    hour, half = grid(60), grid(30)
    for n, (gauge, creep) in enumerate((("r06", 0.020), ("r08", 0.008))):
        wet = np.cumsum(gamma_response(rain[gauge], 5, 90, 60))
        move = creep * hour / 60 + 0.006 * wet[::12]
        yield from series(f"g0{1 + n}", "crack", hour, 12.4 + 7 * n + move, 1)
        for axis, share in (("x", 1.0), ("y", -0.4), ("z", -0.6)):
            jitter = rng.integers(-15, 16, len(hour)) / 10
            moved = 8.0 + share * move + jitter
            yield from series(f"g0{3 + n}", f"displacement_{axis}", hour, moved, 1)
        shake = rng.integers(-1, 2, len(half)) / 100
        lean = 1.20 + 0.5 * n + 0.0004 * wet[::6] + shake
        yield from series(f"g0{5 + n}", "tilt", half, lean, 2)
        yield from series(f"g0{7 + n}", "pore_pressure", half, 21.5 + 4 * n + 0.045 * wet[::6], 1)


def fire_rows(rng: Generator, rain: dict[str, F8]) -> Iterator[Row]:
    """Four forest nodes through two days and a wet night."""
    half = grid(30)
    sun = np.cos(2 * np.pi * (half / 60 - 18.5) / 24)  # warmest at 14:30
    wet = np.minimum(1.0, gamma_response(rain["r16"], 5, 10, 15)[::6])
    for n in range(1, 5):
        noise = [rng.integers(-5, 6, len(half)) for _ in range(4)]
        warm = 28.5 + 4.5 * sun - 3.0 * wet - 0.3 * n + noise[0] / 20
        damp = np.clip(78 - 15 * sun + 18 * wet + noise[1] / 3, 30, 99)
        yield from series(f"f0{n}", "temperature", half, warm, 1)
        yield from series(f"f0{n}", "humidity", half, damp, 0)
        yield from series(f"f0{n}", "co", half, 0.3 + noise[2] / 50, 1)
        yield from series(f"f0{n}", "pm25", half, 18 - 9 * wet + noise[3], 0)


def clock(day: int, hour: int, minute: int = 0) -> float:
    """Minutes from the start of the night case to a local time on a day of July 2026."""
    return (day - 8) * 1440 + (hour - 20) * 60 + minute


def spoiled(rows: list[Row]) -> Iterator[Row]:
    """The dirty things that `case.yaml` tells of."""
    for row in rows:
        t, station = row.time, row.station
        if station == "r06" and clock(10, 1, 25) <= t < clock(10, 6, 40):
            continue  # no power
        if station == "r08" and clock(10, 0, 30) <= t <= clock(10, 2, 10):
            yield replace(row, received=clock(10, 2, 15))  # kept back by its modem
        elif station == "g07" and clock(10, 0) <= t <= clock(10, 1, 30):
            yield replace(row, time=t + 180, received=t)  # its clock ran three hours ahead
        elif station == "z02" and t == clock(10, 0, 5):
            yield replace(row, value="999.99")  # what it sends when its probe cannot be read
        else:
            yield row
        if station == "z04" and clock(9, 23) <= t <= clock(9, 23, 30):
            yield replace(row, received=t + 0.5)  # sent twice


def flash_flood_night() -> list[Row]:
    """All rows of the case."""
    rng = Generator(PCG64(20260709))
    rain = rain_of_the_night(rng)
    rows = [*rain_rows(rain), *water_rows(rng, rain), *slope_rows(rng, rain), *fire_rows(rng, rain)]
    return list(spoiled(rows))


# ---------------------------------------------------------------- slow-river-flood
SLOW_START = datetime.fromisoformat("2026-06-10T00:00:00+08:00")
SLOW_END = 5 * 1440
# gauge: (low water m, rise m, hour of the peak)
SLOW: dict[str, tuple[float, float, float]] = {
    "s1": (24.10, 5.60, 52),
    "s2": (17.30, 5.20, 60),
    "s3": (9.80, 4.60, 71),
    "s4": (9.70, 4.60, 71.5),
}
SILENT = (42 * 60 + 30, 61 * 60)  # s2 says nothing from 18:30 on the 11th to 13:00 on the 12th


def wave(minutes: F8, peak: float) -> F8:
    """A flood wave from 0 to 1: rises over about a day, falls over two."""
    hours = minutes / 60 - peak
    width = np.where(hours < 0, 17.0, 32.0)
    return np.asarray(np.exp(-((hours / width) ** 2) / 2))


def slow_river_flood() -> list[Row]:
    """All rows of the case."""
    rng = Generator(PCG64(20260610))
    quarter, hour = grid(15, SLOW_END), grid(60, SLOW_END)
    rows: list[Row] = []
    for gauge, (low, rise, peak) in SLOW.items():
        level = low + rise * wave(quarter, peak) + rng.integers(-1, 2, len(quarter)) / 100
        rows += series(gauge, "stage", quarter, level, 2)
    rows += series("lake", "reservoir_stage", hour, 61.30 + 2.8 * wave(hour, 58), 2)
    for gauge, total in (("p1", 96), ("p2", 74)):
        rain = np.cumsum(total * bell(hour, 30 * 60, 600) * (0.5 + rng.random(len(hour))))
        rows += series(gauge, "rain", hour, np.diff(steps(rain, 0.5), prepend=0) / 2, 1)
    return [r for r in rows if r.station != "s2" or not SILENT[0] <= r.time < SILENT[1]]


# ---------------------------------------------------------------- a gauge that fails in mid-rise
FAULTY_START = datetime.fromisoformat("2026-06-21T00:00:00+08:00")


def faulty_gauge() -> list[Row]:
    """All rows of the case."""
    flood = fault.flood(fault.SEED)
    minutes = flood["minutes"]
    rain = np.diff(flood["rain"], prepend=0.0)
    rows = series("p1", "rain", minutes, rain, 1)
    for gauge in ("u1", "d1"):
        rows += series(gauge, "stage", minutes, flood[gauge], 2)
    return rows + series(
        "z1", "stage", minutes, fault.spoiled(flood["z1"], minutes, fault.Fault()), 2
    )


# ---------------------------------------------------------------- files
CASES: dict[str, tuple[datetime, Callable[[], list[Row]]]] = {
    "flash-flood-night": (NIGHT_START, flash_flood_night),
    "slow-river-flood": (SLOW_START, slow_river_flood),
    "faulty-gauge": (FAULTY_START, faulty_gauge),
}


def text_of(start: datetime, rows: list[Row]) -> str:
    """The whole file, in order of arrival."""

    def at(minutes: float) -> str:
        return (start + timedelta(minutes=minutes)).isoformat()

    late = any(row.received is not None for row in rows)
    lines = ["time,station,quantity,value" + (",received_at" if late else "")]
    for row in sorted(rows, key=lambda r: (r.arrival, r.time, r.station, r.quantity)):
        line = f"{at(row.time)},{row.station},{row.quantity},{row.value}"
        received = at(row.received) if row.received is not None else ""
        lines.append(f"{line},{received}" if late else line)
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check; the exit status."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    wrong = 0
    for case, (start, make) in CASES.items():
        path, text = HERE / case / "readings.csv", text_of(start, make())
        same = path.is_file() and path.read_text(encoding="utf-8") == text
        if not check:
            path.write_text(text, encoding="utf-8")
        wrong += check and not same
        print(f"{path}: {text.count(chr(10)) - 1} rows, {'same' if same else 'differs'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
