"""What is said when a request is refused: a code, and a line in each language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

WORDS = {
    "not_found": ("There is nothing here.", "这里没有内容。"),
    "method": ("This address does not take that method.", "此地址不接受该方法。"),
    "too_large": ("The message is too large.", "消息过大。"),
    "too_many": ("Too many messages; try again in a minute.", "消息过于频繁，请一分钟后再试。"),
    "not_json": (
        "The body must be JSON (application/json).",
        "内容须为 JSON（application/json）。",
    ),
    "wrong": ("A value is wrong or missing.", "有内容缺失或有误。"),
    "place": ("There is no such place.", "没有这个地方。"),
    "unknown_installation": ("This page has not registered.", "本页面尚未登记。"),
    "unknown_warning": ("There is no such warning.", "没有这条预警。"),
    "no_push": ("This site sends no pushes.", "本站不发送推送。"),
    "busy": ("Too many pages are connected.", "连接的页面过多。"),
    "not_ready": ("The console has no journal to read yet.", "控制台尚无可读的日志库。"),
    "no_token": (
        "Say who you are: Authorization: Bearer TOKEN and Tongluo-Operator: NAME.",
        "请说明身份：Authorization: Bearer 令牌，以及 Tongluo-Operator: 姓名。",
    ),
    "unknown_operator": ("No such operator, or a wrong token.", "没有此操作员，或令牌不对。"),
    "refused": ("The daemon refuses this.", "守护进程拒绝了这一操作。"),
    "daemon_absent": (
        "No daemon answers; nothing was done by this request.",
        "守护进程无应答；本次请求未执行任何操作。",
    ),
    "daemon_silent": (
        "The daemon took the request and did not answer in time; look before you repeat it.",
        "守护进程已收到请求但未及时应答；请先查看结果再重试。",
    ),
    "failed": ("Something went wrong here.", "内部出错。"),
}


class Refused(Exception):
    """A request that is not done. texts: (English, Chinese), where they are not those of a code."""

    def __init__(
        self, code: str, status: int = 400, detail: str = "", texts: tuple[str, str] = ("", "")
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.detail = code, status, detail
        self.texts = texts if texts[0] else WORDS.get(code, WORDS["refused"])


def told(refused: Refused) -> JSONResponse:
    """The refusal as an answer."""
    english, chinese = refused.texts
    said = {"code": refused.code, "en": english, "zh": chinese}
    if refused.detail:
        said["detail"] = refused.detail
    headers = {"Cache-Control": "no-store"}
    if refused.status in (429, 503):
        headers["Retry-After"] = "60"
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": said}, refused.status, headers)


async def on_refused(_: Request, error: Exception) -> Response:
    """Handler for `Refused`."""
    assert isinstance(error, Refused)
    return told(error)
