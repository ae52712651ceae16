"""What `stations.yaml` may say: one model a block. Cross-checks between blocks: `checks.py`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, field_validator

from tongluo.config.areas import AreaIn as AreaIn  # noqa: PLC0414 - others take it from here
from tongluo.config.cap import CapIn
from tongluo.config.console import ConsoleIn
from tongluo.config.coupled import ChainIn
from tongluo.config.coverage import CoverageIn
from tongluo.config.duty import ApproveIn, DutyIn, LevelIn, OperatorIn, QuietIn
from tongluo.config.messages import MessageIn
from tongluo.config.stations import SensorIn, StationIn
from tongluo.config.types import (
    Duration,
    LevelKey,
    LevelWord,
    Model,
    Names,
    Rate,
    Secret,
    Source,
    Text,
    Validity,
    Word,
    is_address,
    refuse,
)
from tongluo.core.words import Hazard


class SenderIn(Model):
    """Who issues, as it stands in every warning."""

    id: str = Field(pattern=r"^[^\s,<&]+$", description="CAP sender: no space, comma, < or &")
    name: Text
    name_en: Text
    contact: str = ""


class Site(Model):
    """The place this installation watches."""

    name: Text
    name_en: Text
    timezone: str = "Asia/Shanghai"
    languages: tuple[Literal["zh-CN", "en-US"], ...] = Field(
        default=("zh-CN", "en-US"), min_length=1
    )
    status: Literal["Actual", "Exercise"] = "Actual"
    synthetic: bool = Field(
        default=False, description="names and numbers of this file are invented"
    )
    note: str = ""
    sender: SenderIn


class Broker(Model):
    """The MQTT broker that the stations publish to."""

    url: str = "mqtt://127.0.0.1:1883"
    client_id: Word = "tongluo"
    username: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    session_expiry: Duration = 86_400_000
    receive_maximum: int = Field(default=2000, ge=1, le=65535)
    keepalive: Duration = 30_000

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        if "@" in url:
            raise refuse("secret_in_url")
        if not is_address(url, ("mqtt", "mqtts")):
            raise refuse("broker_url", value=url)
        return url


class TimeRules(Model):
    """What passes for now, and what is done with readings whose time cannot be right."""

    clock: Literal["system", "stream"] = "system"
    tick: Duration = 60_000
    future: Duration = Field(
        default=300_000, description="dated later than this after arrival: not judged"
    )
    earliest: AwareDatetime = datetime.fromisoformat("2000-02-01T00:00:00+00:00")
    stream_step: Duration = Field(
        default=86_400_000, description="one row raises the stream clock by no more"
    )
    rewind: Duration | None = Field(
        default=None,
        description="default: the longest window of the sensor's rules, an hour to a day",
    )


class SourceIn(Model):
    """Where messages come from: a topic and the codec that reads them."""

    topic: Text = Field(
        description="an MQTT filter; {station} and {quantity} stand for one level each"
    )
    codec: str
    options: dict[str, Any] = Field(default_factory=dict)


class Thresholds(Model):
    """A named set of level thresholds with its source and the time it is in force."""

    source: Source
    valid: Validity = Validity()
    datum: str | None = None
    levels: dict[LevelKey, Any] = Field(min_length=1)


class RuleIn(Model):
    """One detector for one hazard over the sensors of one quantity, in every area or in some."""

    id: Word
    hazard: Hazard
    detector: str
    quantity: str
    thresholds: Word | None = Field(
        default=None, description="default set for sensors that name none"
    )
    areas: tuple[Word, ...] | None = None
    sensors: tuple[Word, ...] | None = Field(
        default=None, description="names of sensors; default: every sensor of the quantity"
    )
    inputs: dict[str, Text] = Field(
        default_factory=dict,
        description="further input -> sensor of the same station, or station/sensor",
    )
    hold: Duration = Field(
        default=1_800_000, description="how long it must stay lower before the level falls"
    )
    quorum: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="share of the area's sensors that must be known for NONE",
    )
    cap_level: LevelWord | None = Field(
        default=None, description="this rule alone raises no higher"
    )
    doubtful: Literal["none", "blue", "yellow", "orange", "red"] = Field(
        default="yellow",
        description="suspect readings alone raise no higher without a second station",
    )
    votes: dict[LevelKey, int] = Field(
        default_factory=dict, description="level -> how many stations must show it"
    )
    forecast: bool = Field(
        default=False, description="judge forecast readings instead of measured ones"
    )
    options: dict[str, Any] = Field(default_factory=dict)


class PolicyIn(Model):
    """Who or what lets a warning out, and by which channels. The first that fits is used."""

    hazards: tuple[Hazard, ...] | None = None
    from_level: LevelWord = "blue"
    authority: Literal["issue", "propose", "relay"] = Field(
        default="issue", description="what this site may do; no command can exceed it"
    )
    to: str = Field(default="", description="who issues, where this site only proposes or relays")
    from_: Annotated[Names, Field(alias="from")] = Field(
        default=(),
        description="CAP senders whose Notices this site relays, or that take over its proposals",
    )
    issue: Literal["automatic", "approve", "never"] = "automatic"
    approve: ApproveIn | None = Field(default=None, description="how a level is approved")
    levels: dict[LevelKey, LevelIn] = Field(
        default_factory=dict, description="level -> what holds for it in place of the above"
    )
    who: Names = Field(
        default=(), description="operators or roles that may act by hand; default: who may approve"
    )
    quiet: QuietIn | None = Field(
        default=None, description="when voice channels hold the all-clear of a low level"
    )
    by: Text = Field(description="the order, plan or person on whose authority it goes out")
    channels: tuple[Word, ...] = ()
    validity: Duration = Field(
        default=6 * 3_600_000, description="a warning expires after this unless renewed"
    )
    renew: Duration = Field(default=1_800_000, description="renewed this long before it expires")


class ChannelIn(Model):
    """One way to people; what else it takes is said by its kind."""

    kind: str
    options: dict[str, Any] = Field(default_factory=dict)
    rate: Rate | None = Field(
        default=None,
        description="most messages that its gateway takes, like 300/min or 20/s; default: no limit",
    )


class InfluxIn(Model):
    """The networked time-series store, fed from the journal."""

    url: str
    org: Text = "tongluo"
    bucket: Text = "tongluo"
    token: Secret | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        if "@" in url:
            raise refuse("secret_in_url")
        if not is_address(url, ("http", "https")):
            raise refuse("web_url", value=url)
        return url


class Store(Model):
    """Where the journal lies. A relative path starts from the configuration file's folder."""

    folder: Path = Path("var")
    snapshot_every: Duration = 600_000
    keep: Duration | None = Field(
        default=None, description="readings older than this are deleted; default: kept for ever"
    )


class Config(Model):
    """The whole file."""

    site: Site
    broker: Broker = Broker()
    time: TimeRules = TimeRules()
    store: Store = Store()
    influx: InfluxIn | None = None
    sources: tuple[SourceIn, ...] = (SourceIn(topic="ews/{station}/{quantity}", codec="native"),)
    profiles: dict[Word, SensorIn] = Field(default_factory=dict)
    thresholds: dict[Word, Thresholds] = Field(default_factory=dict)
    stations: tuple[StationIn, ...] = ()
    stations_csv: Path | None = Field(
        default=None, description="columns id,name,name_en,lat,lon,profiles,device,owner"
    )
    areas: tuple[AreaIn, ...] = ()
    rules: tuple[RuleIn, ...] = ()
    chains: tuple[ChainIn, ...] = ()
    policies: tuple[PolicyIn, ...] = ()
    channels: dict[Word, ChannelIn] = Field(default_factory=dict)
    messages: tuple[MessageIn, ...] = ()
    operators: dict[Word, OperatorIn] = Field(default_factory=dict)
    duty: DutyIn = DutyIn()
    console: ConsoleIn = ConsoleIn()
    coverage: CoverageIn = CoverageIn()
    cap: CapIn = CapIn()
