"""What `tongluo report` says: key -> (English, Chinese)."""

REPORT: dict[str, tuple[str, str]] = {
    "help.report": (
        "Report back from an area: what was seen, how many people were told, are out or refuse, or "
        "what was broadcast. Any operator may, without a role. Counts and broadcasts enter "
        "coverage; a text changes nothing by itself."
        "\n\nExample: tongluo report shangkeng --out 37 --refuse 3 --of 40 --operator wang",
        "从现场上报：看到的情况，已通知、已转移、拒绝的人数，或已播出的渠道。"
        "任何操作员均可，无需角色。人数和播出计入覆盖率；文字本身不改变任何等级。"
        "\n\n例：tongluo report shangkeng --out 37 --refuse 3 --of 40 --operator wang",
    ),
    "option.report.area": ("The area", "预警区"),
    "option.report.text": ("What was seen", "看到的情况"),
    "option.report.told": (
        "People told by now, all in all (default: those out and those who refuse)",
        "截至目前已通知的总人数（默认：已转移与拒绝之和）",
    ),
    "option.report.of": ("People who are to be told there", "应通知人数"),
    "option.report.out": ("People who have left", "已转移人数"),
    "option.report.refuse": ("People who will not leave", "拒绝转移人数"),
    "option.report.force": (
        "There really are more people than the configuration has there: it proves nobody told",
        "该处人数确实多于配置：覆盖率下限不计",
    ),
    "option.report.channel": (
        "Television, radio, a screen: it was shown there",
        "电视、广播、屏幕：已在该处播出",
    ),
    "option.report.at": (
        "With --channel: when, 14:05 or a whole date and time (default: now)",
        "配合 --channel：播出时间，14:05 或完整的日期时间（默认现在）",
    ),
    "report_shown": (
        "{area}: shown by {channel}, for {events}",
        "{area}：{channel} 已播出，计入 {events}",
    ),
    "report_kept": ("{area}: kept", "{area}：已记录"),
    "report_counted": (
        "{area}: {told} people told, for {events}",
        "{area}：已通知 {told} 人，计入 {events}",
    ),
}
