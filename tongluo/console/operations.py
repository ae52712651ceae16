"""The table of the operators' API: routes, words and the OpenAPI description are all made of it.

The fields of an order are those that the daemon itself reads (`tongluo.warning.acts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tongluo.warning.acts import ORDERS

BASE = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """One thing an operator may ask for."""

    name: str
    method: Literal["GET", "POST"]
    en: str
    zh: str
    example: dict[str, Any] = field(default_factory=dict)
    """Of the body, or of the parameters."""
    parameters: tuple[tuple[str, int, str], ...] = ()
    """(name, default, meaning) of whole numbers in the query."""

    @property
    def path(self) -> str:
        """Where it is asked for."""
        return f"{BASE}/{self.name}"


def _order(name: str, en: str, zh: str, **example: Any) -> Operation:
    assert name in ORDERS
    return Operation(name, "POST", en, zh, example)


OPERATIONS = (
    Operation(
        "proposals", "GET",
        "What waits for a person, who may decide it, and what comes if nobody does.",
        "待审批事项：由谁决定，无人应答时如何处理。",
    ),
    Operation(
        "calls", "GET",
        "Who was called of late, and who answered.",
        "近期呼叫了谁，谁已应答。",
    ),
    Operation(
        "answers", "GET",
        "What residents said through the page: I am safe, I need help, reports. Oldest first.",
        "居民通过网页所报：平安、求助、情况上报。按时间先后排列。",
        parameters=(("after", 0, "only those with a higher id"), ("limit", 500, "at most so many")),
    ),
    _order(
        "approve",
        "Approve proposals or whole storms; ID@VERSION approves exactly what was looked at.",
        "批准提请，或整场过程；写 ID@版本 表示批准的正是所看到的那一版。",
        ids=["shangkeng.flash_flood.p1@2"],
    ),
    _order(
        "reject", "Turn proposals down, with a reason.", "驳回提请，须说明理由。",
        ids=["shangkeng.flash_flood.p1"], why="the gauge is being cleaned",
    ),
    _order(
        "issue", "Issue a warning by hand.", "人工发布预警。",
        area="shangkeng", hazard="flash_flood", level="orange", why="seen from the bridge",
    ),
    _order(
        "update", "Another text or level of a warning in force.", "更改有效预警的文字或等级。",
        event="shangkeng-flash_flood-1", level="red", why="water reaches the road",
    ),
    _order(
        "cancel", "The all-clear of a warning in force.", "解除有效预警。",
        event="shangkeng-flash_flood-1", why="the water has gone down",
    ),
    _order(
        "retract", "Take a false alarm back, on every channel that carried it, in one act.",
        "撤回误发的预警：一次操作，发过的渠道全部撤回。",
        event="shangkeng-flash_flood-1", why="a test value reached the live system",
    ),
    _order(
        "exercise",
        "An exercise in some areas, for so long. Kind test: of the channels named, each by itself.",
        "在若干预警区开展演练。kind 为 test 时只测试 channels 所列渠道，逐个进行。",
        areas=["shangkeng"], hazard="flash_flood", level="orange", kind="drill", minutes=30,
        why="yearly drill",
    ),
    _order(
        "mute",
        "Silence a channel, or one endpoint of it, for low levels and for a while.",
        "让某渠道或其某个终端在一段时间内不发低等级预警。",
        channel="horns", until="2 h", why="school examination",
    ),
    _order(
        "report",
        "What was seen in an area, or how many people were told; needs no role.",
        "上报现场情况，或已通知、已转移、拒绝的人数；无需角色。",
        area="shangkeng", told=40, of=40, out=37, refuse=3, text="the crack has widened",
    ),
    _order("answer", "A called person answers.", "被呼叫人应答。", call="c-17"),
)  # fmt: skip
