"""The two tables of quality control: one row of parameters and one of state for each sensor.

Only sensors that are tested, or are a neighbour of one, have rows. Fixed size: histories are
counts (`quality_scale`), never readings.
"""

from __future__ import annotations

import numpy as np

from ingest.quality_scale import BINS

NEAR = 6  # neighbours
WINDOWS = 16  # maintenance windows
BUCKETS = 12  # of rain
BUCKET = 1_800_000  # ms

LEVEL, RAIN, DISPLACEMENT, OTHER, TEMPERATURE = range(5)
"""Kinds of quantity, as far as faults differ: water, rain, ground that moves, all else."""

PARAMS = np.dtype(
    [
        ("on", "i8"),  # 0: only a neighbour of others
        ("kind", "i8"),
        ("cadence", "i8"),
        ("tests", "i8"),  # bit n: test of code n is chosen
        ("learn", "i8"),  # readings before the sensor is judged by its own past
        ("day", "i8"),  # 1: driven by events, a jump of a day's range is not doubted
        ("log", "f8"),  # judged as log(value + this); 0 = as it is
        ("settle", "i8"),  # ms that a jump which stays is doubted
        ("spike", "f8"),  # given limits; 0 = by its own past
        ("rate", "f8"),
        ("rate_fail", "f8"),  # units in a ms; inf = none
        ("flat", "i8"),
        ("flat_fail", "i8"),  # ms; 0 = none
        ("flat_given", "i8"),
        ("tolerance", "f8"),
        ("noise", "f8"),
        ("bottom", "f8"),
        ("top", "f8"),
        ("low", "f8"),
        ("high", "f8"),  # beyond: physically impossible
        ("pour", "f8"),  # mm in 3 h at neighbours, against a clogged bucket
        ("burst", "f8"),  # mm in 1 h at this gauge alone
        ("wet", "f8"),  # mm in 6 h that explain a rise
        ("near", "i8", (NEAR,)),
        ("nears", "i8"),
        ("weight", "f8", (NEAR,)),
        ("intercept", "f8"),
        ("sigma", "f8"),  # 0 = no virtual gauge
        ("windows", "i8"),
        ("start", "i8", (WINDOWS,)),
        ("end", "i8", (WINDOWS,)),
    ],
    align=True,
)

STATE = np.dtype(
    [
        ("t", "i8"),
        ("value", "f8"),
        ("flag", "i8"),  # the latest reading with a value
        ("test", "i8"),
        ("standing", "i8"),
        ("turn", "i8"),
        ("seen", "i8"),  # readings learned from
        # jumps
        ("base", "f8"),
        ("base_t", "i8"),  # the last accepted reading; 0 = none
        ("old", "f8"),
        ("old_held", "i8"),  # where it stood before the last step
        ("lively", "f8"),  # size of recent accepted changes
        ("first", "f8"),
        ("away", "f8"),
        ("away_t", "i8"),
        ("away_n", "i8"),  # readings away from the base
        ("usual", "f8"),
        ("leap_up", "f8"),
        ("leap_down", "f8"),
        ("most_up", "f8"),
        ("most_down", "f8"),  # from the counts
        # runs of one value
        ("same", "f8"),
        ("same_t", "i8"),
        ("run", "i8"),
        ("runs", "i8"),
        ("repeats", "i8"),
        ("longest", "i8"),
        ("overlong", "i8"),
        # zigzag
        ("raw", "f8"),
        ("raw_t", "i8"),
        ("change", "f8"),
        ("zig", "f8"),
        ("path", "f8"),
        ("drift", "f8"),
        ("noisy", "i8"),
        ("zigs_at", "i8", (2,)),
        # range in a block of time
        ("block_t", "i8"),
        ("block_n", "i8"),
        ("low", "f8"),
        ("high", "f8"),
        ("dull", "f8"),  # range below which it moves too little; 0 = it moves
        ("swing", "f8"),  # range of three blocks in four
        # for neighbours
        ("slow", "f8"),
        ("bias", "f8"),
        # rain
        ("bucket", "i8"),
        ("wet_n", "i8"),
        ("wet_low", "f8"),
        ("wet_high", "f8"),
        ("rain_t", "i8"),
        ("sums", "f8", (BUCKETS,)),
        # counts, last: what every reading touches lies together
        ("up", "i4", (BINS + 1,)),
        ("down", "i4", (BINS + 1,)),
        ("leaps_up", "i4", (BINS + 1,)),
        ("leaps_down", "i4", (BINS + 1,)),  # changes over recent ones
        ("zigs", "i4", (BINS + 1,)),
        ("spans", "i4", (BINS + 1,)),
        ("apart", "i4", (BINS + 1,)),
    ],
    align=True,
)
