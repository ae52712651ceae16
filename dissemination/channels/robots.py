"""Group robots of WeCom (企业微信) and DingTalk (钉钉): what they take, and what they answer.

By their makers' documents: at most 20 messages a minute for each robot; WeCom's text holds 2048
bytes of UTF-8, DingTalk's message 20,000. DingTalk signs the time in ms and the robot's secret,
`timestamp\\nsecret`, by HMAC-SHA256. The codes of answers were not checked against the live
services: one that is not known here is final.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, UnknownOutcome

WECOM_BYTES = 2048
DINGTALK_BYTES = 18_000
"""Less than the whole message may hold."""
PER_MINUTE = 20
PAUSE = 60.0
BUSY = {"wecom": (-1, 45009, 45033), "dingtalk": (-1, 130101, 130102, 410100)}
"""Codes of a service that is busy, or that was sent too much."""
NOT_OURS = {"wecom": (93000, 40001, 40014, 40035), "dingtalk": (300001, 300005, 310000, 400013)}
"""Codes of a wrong key, signature or keyword: every message is refused alike."""


def wecom(text: str, everyone: bool) -> dict[str, Any]:
    """WeCom's text message.

    >>> wecom("a", True)["text"]
    {'content': 'a', 'mentioned_list': ['@all']}
    """
    said = {"content": cut(text, WECOM_BYTES)}
    more = {"mentioned_list": ["@all"]} if everyone else {}
    return {"msgtype": "text", "text": {**said, **more}}


def dingtalk(text: str, everyone: bool) -> dict[str, Any]:
    """DingTalk's text message."""
    content = {"content": cut(text, DINGTALK_BYTES)}
    return {"msgtype": "text", "text": content, "at": {"isAtAll": everyone}}


def signature(timestamp: int, secret: str) -> str:
    """DingTalk's `sign`; the query encodes it once more.

    >>> signature(1782864000000, "SEC1")
    'To33whhId2rxf5p6/B9Uoihgo366PnAPfiMBk+FpK3g='
    """
    said = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), said, hashlib.sha256)).decode()


def cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, its last line whole: it says by whom, and of an
    exercise that it is one.

    >>> cut("青溪镇暴雨\\n演练", 18)
    '青溪…\\n演练'
    """
    if len(text.encode()) <= most:
        return text
    head, _, last = text.rpartition("\n")
    room = most - len(last.encode()) - len("…\n".encode())
    return head.encode()[: max(0, room)].decode(errors="ignore") + "…\n" + last


def refusal(form: str, answer: Any) -> ChannelError | None:
    """What a robot's answer means for a delivery; None = it took the message."""
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(code, int):
        return UnknownOutcome("the robot's answer has no errcode")
    if code == 0:
        return None
    said = f"the robot says {code}: {str(answer.get('errmsg', ''))[:80]}"
    if code in BUSY[form] or code in NOT_OURS[form]:
        return TemporaryFailure(said, PAUSE, everyone=True)
    return PermanentFailure(said)
