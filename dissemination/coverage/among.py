"""In what cells a channel reaches more people than in the whole place, and in what fewer.

A share of a test day holds for everybody who was asked. Two things are known of the people of a
cell before anything is sent. Whom a channel can be sent to at all: nobody without a number gets a
message, and of those who have one so many more do. And what surveys say of their stratum: the old
hear a loudspeaker less, visitors are seldom at home.

    among = (contacts of the cell / its people) / (contacts of all / all people)   with contacts
    among = share of the stratum / share of all, by surveys                        without

A stratum's share is drawn towards that of all by so many people as tell apart strata that differ
by `Prior.strata` (a Beta distribution of that standard deviation of the logit, by the delta method;
Gelman et al. 2013, Bayesian Data Analysis, section 5.1).
"""

from __future__ import annotations

import numpy as np

from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.ways import Tests, Ways


def among(
    people: People, ways: Ways, tests: Tests, contacts: I8 | None, beliefs: Prior = PRIOR
) -> F8:
    """(cells, channels) share of a channel in a cell against that in the whole place."""
    out = _by_stratum(people, tests, len(ways), beliefs)
    if contacts is None:
        return out
    whole = contacts.sum(axis=0) / max(1, people.total)
    own = contacts / np.maximum(people.people, 1)[:, None]
    some = (whole > 0) & (contacts.sum(axis=0) < people.total)
    return np.asarray(np.where(some, own / np.where(some, whole, 1.0), out))


def _by_stratum(people: People, tests: Tests, channels: int, beliefs: Prior) -> F8:
    """By surveys; 1 for a stratum of which nobody was asked."""
    out = np.ones((len(people.people), channels))
    if not len(tests.asked):
        return out
    words = [people.strata[s] for s in people.stratum]
    for k in range(channels):
        asked = np.where(tests.heard[:, :, k] >= 0, tests.asked, 0).sum(axis=0) / beliefs.design
        heard = np.maximum(tests.heard[:, :, k], 0).sum(axis=0) / beliefs.design
        whole = float(np.clip(heard.sum() / max(asked.sum(), 1.0), 0.01, 0.99))
        pull = 1 / (beliefs.strata**2 * whole * (1 - whole))
        for word in set(words) & {stratum for _, stratum in tests.cells}:
            of = np.array([stratum == word for _, stratum in tests.cells])
            n, x = asked[of].sum(), heard[of].sum()
            out[[w == word for w in words], k] = (x + pull * whole) / (n + pull) / whole
    return out
