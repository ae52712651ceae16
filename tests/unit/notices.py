"""CAP messages of another agency, and a desk that relays them."""

from __future__ import annotations

from typing import Any

from tests.build import MINUTE, START
from tests.scenarios.duty import Duty
from tongluo.core.effects import Notice
from tongluo.core.times import iso

MET = "met@example.org"
HEADLINE, TEXT, DO = "市水文局发布洪水{}预警", "上游来水大。", "请远离河岸。"
COLOURS = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
HERE = "<circle>22.5,113.0 5</circle>"


def xml(
    name: str,
    kind: str = "Alert",
    *refers: str,
    at: float = 0,
    level: str = "orange",
    until: float = 360,
    where: str = HERE,
    info: bool = True,
    **more: str,
) -> bytes:
    """A CAP message; times in minutes after the start, `refers` other messages' identifiers."""
    said = {"sender": MET, "status": "Actual", "scope": "Public", "event": "洪水", "extra": ""}
    said |= more
    sent, ends = (iso(int(START + m * MINUTE), "Asia/Shanghai") for m in (at, until))
    triples = " ".join(f"{said['sender']},{r},{sent}" for r in refers)
    block = f"""<info><language>zh-CN</language><category>Met</category>
      <event>{said["event"]}</event><urgency>Expected</urgency><severity>Severe</severity>
      <certainty>Likely</certainty><expires>{ends}</expires><senderName>市水文局</senderName>
      <headline>{HEADLINE.format(COLOURS[level])}</headline><description>{TEXT}</description>
      <instruction>{DO}</instruction><parameter><valueName>CN-LEVEL</valueName>
      <value>{level}</value></parameter>{said["extra"]}
      <area><areaDesc>x</areaDesc>{where}</area></info>"""
    return f"""<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{name}</identifier>
      <sender>{said["sender"]}</sender><sent>{sent}</sent><status>{said["status"]}</status>
      <msgType>{kind}</msgType><scope>{said["scope"]}</scope>
      {f"<references>{triples}</references>" if triples else ""}
      {block if info else ""}</alert>""".encode()


def desk(authority: str = "relay", **policy: Any) -> Duty:
    said = {"levels": {}, "to": "city bureau", "from": [MET], **policy}
    return Duty(authority=authority, **said)


def hear(duty: Duty, minute: float, *said: Any, **more: Any) -> None:
    duty.until(minute)
    duty.feed(Notice(int(START + minute * MINUTE), xml(*said, **more)))
