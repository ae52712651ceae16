"""Who holds authority, and how a warning is approved: operators, ladders (叫应), quiet hours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tongluo.config.types import Duration, LevelWord, Model, Names, Text, Word, refuse

CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
DIGEST = r"^scrypt:(16384|32768|65536):8:[1-4]:[0-9a-f]{32}:[0-9a-f]{64}$"


class OperatorIn(Model):
    """A person who may act; `tongluo operator NAME` prints this block and the token once."""

    name: Text = Field(description="as it stands in the audit and on a warning")
    roles: tuple[Word, ...] = Field(
        default=(), description="without any: answers calls, and may do no more"
    )
    digest: str = Field(
        default="",
        pattern=f"{DIGEST}|^$",
        description="of the token, by scrypt; without one: is called, and cannot act",
    )
    contacts: dict[Word, Text] = Field(
        default_factory=dict,
        description="channel -> target that reaches this person, as the channel's `staff` list"
        " has it, or `register:ROLE` or `deputy:ROLE` of the register; default: the name of the"
        " block",
    )


class StepIn(Model):
    """One step of a ladder."""

    after: Duration = Field(default=0, description="so long after it was proposed")
    whom: Names = Field(min_length=1, description="operators or roles")
    by: Names = Field(min_length=1, description="channels")
    answer: Literal["required", "none"] = Field(
        default="required", description="an answer puts the next step off"
    )


class TellIn(Model):
    """Who is told, and need not answer."""

    whom: Names = Field(min_length=1, description="operators or roles")
    by: Names = Field(min_length=1, description="channels")


class ApproveIn(Model):
    """How a level is approved."""

    who: Names = Field(min_length=1, description="operators or roles that may approve")
    two: bool = Field(default=False, description="two different persons must approve")
    wait: Duration = Field(
        default=900_000, description="so long for an answer; then what `on_silence` says"
    )
    ladder: tuple[StepIn, ...] = Field(default=(), description="who is called, in order")
    tell: TellIn | None = Field(
        default=None, description="staff and wardens, told at once and when nobody answers"
    )
    on_silence: Literal["hold", "issue"] = Field(
        default="hold", description="issue = it goes out without an answer, by a written order"
    )
    order: str = Field(default="", description="the written order that lets silence issue it")
    act_within: Duration = Field(
        default=300_000, description="who has answered decides within this, or the ladder goes on"
    )
    together: Duration = Field(
        default=1_800_000, description="areas of one hazard proposed within this are one storm"
    )
    lower: Literal["automatic", "approve"] = Field(
        default="automatic", description="whether lower levels and the all-clear are approved too"
    )


class LevelIn(Model):
    """What holds for one level in place of the policy's own."""

    issue: Literal["automatic", "approve", "never"]
    approve: ApproveIn | None = None


class QuietIn(Model):
    """Hours in which channels that would wake people hold the all-clear of a low level."""

    from_: Annotated[str, Field(alias="from", pattern=CLOCK)]
    until: str = Field(pattern=CLOCK)
    up_to: LevelWord = "yellow"
    channels: Names = Field(min_length=1, description="channels that hold it")

    @model_validator(mode="after")
    def _low(self) -> QuietIn:
        if self.up_to in ("orange", "red"):
            raise refuse("quiet_high", level=self.up_to)
        if self.from_ == self.until:
            raise refuse("quiet_empty")
        return self


class DutyIn(Model):
    """Limits of what operators may do."""

    longest_mute: Duration = Field(default=86_400_000, description="no mute lasts longer")
    longest_exercise: Duration = Field(default=14_400_000, description="no exercise lasts longer")
    mute: Names = Field(default=(), description="roles that may mute; default: any role")
    exercise: Names = Field(default=(), description="roles that may exercise; default: any role")
