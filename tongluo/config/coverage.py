"""The block `coverage:` of `stations.yaml`: what is believed of channels, and what is aimed at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from tongluo.config.types import Duration, LevelWord, Model, Rate, Text, Word, refuse
from tongluo.core.rate import parse_rate

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=10)]
HOURS = 24


class WayIn(Model):
    """What is believed of one channel."""

    reach: Share | None = Field(
        default=None,
        description="share of the people it reaches where it works; left out: nobody knows",
    )
    audibility: Share | None = Field(
        default=None,
        description="of a loudspeaker: share of those within earshot who understand it",
    )
    proof: Literal["person", "played", "none"] = Field(
        default="none",
        description="what its receipts prove: a person, that a loudspeaker sounded, or nothing",
    )
    rate: Rate | None = Field(
        default=None, description="messages or doors, like 300/min; left out: one act reaches all"
    )
    apart: bool = Field(
        default=False, description="the rate holds in each area by itself, as wardens' does"
    )
    crew: int = Field(
        default=0,
        ge=0,
        description="with `apart`: one warden for so many people, and the rate is each one's",
    )
    delay: Duration = Field(default=0, description="from hand-over until it is there")
    notice: Duration = Field(default=0, description="until half of those it reaches have noticed")
    gives_up: Duration | None = Field(
        default=None,
        description="a message that got nowhere has failed for good after; left out: nobody knows",
    )
    hours: tuple[Factor, ...] | None = Field(
        default=None, description="24 factors of its reach, from midnight on; left out: all 1"
    )
    tested: int = Field(default=12, ge=0, le=23, description="local hour that `reach` holds for")
    needs: tuple[Word, ...] = Field(default=(), description="supplies: power, mobile, ...")

    @field_validator("hours")
    @classmethod
    def _hours(cls, hours: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if hours is not None and len(hours) != HOURS:
            raise refuse("hours_24", count=len(hours))
        return hours

    @property
    def per_minute(self) -> float:
        """Messages a minute; infinite where one act reaches all."""
        if self.rate is None:
            return float("inf")
        rate = parse_rate(self.rate)
        return rate.count * 60_000 / rate.period


class CountIn(Model):
    """People of a stratum in an area where no register knows them by name."""

    area: Word
    stratum: Word
    people: int = Field(ge=0)


class EscalationIn(Model):
    """What is done while too few are reached."""

    channels: tuple[Word, ...] = Field(min_length=1, description="that may be added")
    from_level: LevelWord = Field(default="orange", description="of the warning")
    target: Share = 0.95
    by: Literal["confirmed", "estimated"] = Field(
        default="confirmed", description="what must meet the target; estimated: its lower end"
    )
    wait: Duration = Field(
        default=300_000, description="what a channel is given before another is added"
    )
    stuck: Duration = Field(
        default=900_000, description="a channel that has not got through is waited for no longer"
    )
    queue: Duration = Field(
        default=1_800_000,
        description="unless its queue moves, and will be done so soon after it began",
    )
    until: Duration = Field(
        default=2 * 3_600_000, description="after the issue; then the hazard is there"
    )
    everywhere: bool = Field(default=True, description="each area is to meet the target")


class CoverageIn(Model):
    """How coverage is told, and when more is done."""

    channels: dict[Word, WayIn] = Field(
        default_factory=dict,
        description="a configured channel, or a way of others (tv, doors) that counts by its share",
    )
    targets: tuple[Share, ...] = (0.9, 0.92, 0.95)
    within: Duration = Field(
        default=1_800_000, description="by when; published with the indicators"
    )
    responsible_within: Duration = Field(
        default=300_000, description="by when responsible people are to have read it"
    )
    people: tuple[CountIn, ...] = ()
    outages: Text | None = Field(
        default=None,
        description="MQTT topic on which a utility or an operator tells outages, one JSON each",
    )
    escalation: EscalationIn | None = None

    @field_validator("outages")
    @classmethod
    def _one(cls, topic: str | None) -> str | None:
        if topic is not None and {"+", "#"} & set(topic):
            raise refuse("topic_one", value=topic)
        return topic
