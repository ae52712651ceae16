"""Why an operator's act is refused, in English and Chinese."""

from __future__ import annotations

from typing import Any

from tongluo.core.errors import TongluoError

TEXTS: dict[str, tuple[int, str, str]] = {
    # code: (HTTP status, English, Chinese)
    "unknown_operator": (403, "no such operator, or a wrong token", "没有此操作员，或令牌不对"),
    "unknown_command": (404, "there is no command {word}", "没有命令 {word}"),
    "unreadable": (400, "the command cannot be read: {detail}", "命令无法读取：{detail}"),
    "failed": (422, "the command could not be done: {detail}", "命令未能执行：{detail}"),
    "no_roles": (
        403,
        "{operator} holds no role: answers calls, and may do no more",
        "{operator} 没有角色：只可应答，不可操作",
    ),
    "not_allowed": (
        403,
        "{operator} may not do this: {who} may",
        "{operator} 无权操作：有权的是 {who}",
    ),
    "no_why": (400, "a reason is needed: why", "须说明理由：why"),
    "no_proposal": (404, "there is no open proposal {id}", "没有待审批的 {id}"),
    "other_version": (
        409,
        "{id} is at version {version} by now, level {level}: look again",
        "{id} 已是第 {version} 版，等级 {level}：请重新查看",
    ),
    "signed": (
        409,
        "{operator} has approved {id}: another person must",
        "{operator} 已批准 {id}：须由另一人批准",
    ),
    "authority": (
        403,
        "this site may only {authority}: {to} issues {hazard} warnings",
        "本系统只可 {authority}：{hazard}预警由 {to} 发布",
    ),
    "never": (
        403,
        "the policy never issues {hazard} at {level}",
        "策略规定{hazard}不发布 {level} 等级",
    ),
    "no_question": (
        404,
        "{hazard} is not assessed in area {area}",
        "预警区 {area} 不研判 {hazard}",
    ),
    "no_level": (400, "{level} is no level", "没有等级 {level}"),
    "already": (409, "a warning at {level} is in force: {event}", "已有 {level} 预警有效：{event}"),
    "proposed": (
        409,
        "{id} proposes {level} already: approve that",
        "{id} 已提请 {level}：请审批该条",
    ),
    "apart": (
        409,
        "{id} lowers what {other} raises: approve one of them, by its id",
        "{id} 要降、{other} 要升：请按编号只批准其一",
    ),
    "waits": (
        409,
        "{id} waits for a further person already: approve or reject that first",
        "{id} 正待另一人审批：请先批准或驳回该条",
    ),
    "no_event": (404, "no warning of that name is in force: {event}", "没有有效的预警：{event}"),
    "no_call": (404, "no open call {call} for {operator}", "没有待 {operator} 应答的呼叫 {call}"),
    "no_channel": (404, "there is no channel {channel}", "没有渠道 {channel}"),
    "mute_until": (
        400,
        "a mute ends after now and within {longest}: until",
        "静音须在 {longest} 内结束：until",
    ),
    "exercise_channels": (
        400,
        "a channel test names the channels that it tests, another exercise none: channels",
        "测试渠道须写明渠道，其他演练不写：channels",
    ),
    "exercise_minutes": (
        400,
        "an exercise takes 1 minute to {longest}: minutes",
        "演练时长为 1 分钟至 {longest}：minutes",
    ),
    "exercise_runs": (
        409,
        "an exercise of {hazard} runs in {area}",
        "{area} 的{hazard}演练正在进行",
    ),
    "exercise_actual": (
        409,
        "an actual warning is in force: {event}",
        "真实预警有效期间不可演练：{event}",
    ),
    "no_area": (404, "there is no area {area}", "没有预警区 {area}"),
    "report_empty": (400, "a report has a text or counts", "上报须有文字或人数"),
    "report_counts": (400, "these counts cannot be: {detail}", "人数有误：{detail}"),
    "report_many": (
        400,
        "{area} has {people} people by its configuration: {count} is more. If it is so, say that "
        "you are sure: --force, or sure: true",
        "配置中 {area} 共 {people} 人，{count} 超出。如确属实，请用 --force 或 sure: true 确认",
    ),
    "report_event": (
        409,
        "no warning is in force at {area}: counts belong to one",
        "{area} 没有有效预警：人数须对应一条预警",
    ),
}


class Refused(TongluoError):
    """An act that is not done."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.status, english, chinese = TEXTS[code]
        self.zh = chinese.format(**values)
        super().__init__(english.format(**values))

    def answer(self) -> dict[str, Any]:
        """What the operator is told.

        >>> Refused("no_why").answer()["code"]
        'no_why'
        """
        return {"error": str(self), "error_zh": self.zh, "code": self.code, "status": self.status}
