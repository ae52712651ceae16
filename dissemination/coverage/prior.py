"""What an estimate assumes where the site's own tests say nothing yet. All can be configured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prior:
    """Assumptions; the defaults were set on invented towns other than those that measure them."""

    certainty: float = 0.9
    """Of the interval."""
    draws: int = 1024
    trust: float = 4.0
    """A stated share is worth so many people asked."""
    design: float = 1.5
    """So many people asked are worth one: who lives together answers alike."""
    overlap: float = 0.3
    """Centre of the overlap index (`overlap`)."""
    overlap_width: float = 0.4
    proofs: float = 0.15
    """How far an overlap index seen in proofs may be off."""
    others: float = 0.4
    """Added to it, times the part of the channels that give no proof."""
    alike: float = 0.6
    """From this overlap index on two channels reach the same people (`groups`)."""
    common: float = 0.3
    """Correlation between the channels' shares on a day: a day is good or bad for all."""
    cell: float = 0.35
    """How far cells differ in a channel's share (standard deviation of the logit)."""
    strata: float = 0.7
    """How far strata differ in it (likewise)."""
    returns: float = 0.8
    """Part of the reached whose proof comes back, worth `trust` people."""
    pace: float = 0.3
    """How far wardens' paces differ from what was said (coefficient of variation)."""
    shy: float = 0.25
    """Who was not reached answers a survey up to this part less often."""
    hour: float = 0.1
    """A factor for the hour of the day is right within this part of it."""
    together: float = 2.5
    """People reached or missed together: a household."""

    @property
    def ends(self) -> tuple[float, float, float]:
        """Probabilities of the ends and the middle."""
        return (1 - self.certainty) / 2, 0.5, (1 + self.certainty) / 2


PRIOR = Prior()
