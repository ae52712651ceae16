"""What `tongluo coverage` says: key -> (English, Chinese)."""

COVERAGE: dict[str, tuple[str, str]] = {
    "help.coverage": (
        "Who has been reached by a warning: confirmed, estimated, and what to do about the rest."
        "\n\nWARNING is an identifier, an event or an area; without it the newest warning in force."
        " With --plan, what a warning would reach, without sending it."
        "\n\nExample: tongluo coverage --plan shangkeng --at 03:00",
        "一条预警送达了多少人：确证的、估计的，以及其余的人怎么办。"
        "\n\nWARNING 为预警编号、事件或预警区；不写则取最新的生效预警。"
        "用 --plan 则不发送，只推算能送达多少。"
        "\n\n示例：tongluo coverage --plan shangkeng --at 03:00",
    ),
    "option.coverage.warning": ("Identifier, event or area.", "预警编号、事件或预警区。"),
    "option.coverage.plan": (
        "What a warning for this area would reach; nothing is sent.",
        "推算对这个预警区发布能送达多少；不发送。",
    ),
    "option.coverage.hazard": ("With --plan: of this hazard.", "配合 --plan：灾种。"),
    "option.coverage.level": ("With --plan: of this level.", "配合 --plan：等级。"),
    "option.coverage.at": (
        "With --plan: at this local time, 03:00 or a whole date and time (default: now).",
        "配合 --plan：当地时间，03:00 或完整的日期时间（默认现在）。",
    ),
    "option.coverage.picture": ("Draw the curve into this SVG file.", "把曲线画到这个 SVG 文件。"),
    "option.coverage.as_json": ("As JSON, for others.", "输出 JSON，供其他程序使用。"),
    "option.coverage.foretell": (
        "When the targets will be met, by what has come back and what escalation will add.",
        "按已有回执和将追加的渠道，推算何时达到目标。",
    ),
    "cov_foretold": (
        "target {target}: foretold for minute {at}, between {early} and {late}",
        "目标 {target}：预计第 {at} 分钟，介于 {early} 与 {late} 之间",
    ),
    "cov_foretold_between": (
        "target {target}: between minute {early} and {late}; nothing closer can be told",
        "目标 {target}：第 {early} 至 {late} 分钟之间，无法更准确",
    ),
    "cov_foretold_never": (
        "target {target}: will not be met within {until} minutes",
        "目标 {target}：{until} 分钟内达不到",
    ),
    "option.coverage.unreached": (
        "List the people without any proof, for wardens.",
        "列出没有送达证明的人，供网格员上门。",
    ),
    "option.coverage.names": (
        "With --unreached: their names too. Needs the register's key, and says so in the audit.",
        "配合 --unreached：同时列出姓名。需要名册密钥，并记入审计。",
    ),
    "option.coverage.calibrate": (
        "Take in a survey after a test day: CSV with area, stratum, a column a channel (1/0), any.",
        "导入测试日问卷：CSV，含 area、stratum、每个渠道一列（1/0）、any。",
    ),
    "option.coverage.day": (
        "With --calibrate: date of the test day.",
        "配合 --calibrate：测试日期。",
    ),
    "option.coverage.outage": (
        "A supply (power, mobile) is out in an area: its channels count for nothing from now on.",
        "某预警区停电（power）或断网（mobile）：依赖它的渠道立即不计。",
    ),
    "option.coverage.hours": (
        "With --outage: ends by itself after so many hours; 0 = it is back.",
        "配合 --outage：多少小时后自动结束；0 为已恢复。",
    ),
    "option.coverage.unknown": (
        "With --outage: nobody knows whether it is out.",
        "配合 --outage：是否中断尚不清楚。",
    ),
    "option.coverage.who": (
        "With --outage and --names: your name.",
        "配合 --outage、--names：姓名。",
    ),
    "option.coverage.why": ("With --outage: how it is known.", "配合 --outage：消息来源。"),
    "cov_none": ("no warning is in force: name one", "没有生效的预警：请指明一条"),
    "cov_unknown": (
        "there is no warning {name!r}: neither an identifier, an event nor an area that has one",
        "没有预警“{name}”：不是编号、事件，也不是有预警的预警区",
    ),
    "cov_no_area": ("there is no area {name!r}", "没有预警区“{name}”"),
    "cov_no_channels": (
        "nothing is believed of any channel: write the block `coverage:` with its channels",
        "没有任何渠道的覆盖参数：请在 `coverage:` 中写明渠道",
    ),
    "cov_time": (
        "{value!r} is no time: write 03:00 or 2026-07-01T03:00+08:00",
        "“{value}”不是时间：写 03:00 或 2026-07-01T03:00+08:00",
    ),
    "cov_date": ("{value!r} is no date like 2026-05-12", "“{value}”不是 2026-05-12 这样的日期"),
    "cov_who": ("say who you are: --who NAME", "请注明姓名：--who 姓名"),
    "cov_no_supply": (
        "no channel under `coverage` needs {name!r}; needed are: {known}",
        "`coverage` 下没有渠道依赖“{name}”；有依赖的为：{known}",
    ),
    "cov_head": (
        "{level} {hazard} for {area}, minute {minute}: {people} people",
        "{area}{hazard}{level}预警，第 {minute} 分钟：{people} 人",
    ),
    "cov_apart": (
        "The site runs on a stream clock: minutes are counted by the clock that stamped the"
        " deliveries, from the first of them.",
        "本系统按数据时间运行：分钟数按发送记录的时钟计，自第一条发送起算。",
    ),
    "cov_exercise": (
        "This is an exercise: these figures are of its own endpoints alone.",
        "这是演练：以下数字只属于演练终端。",
    ),
    "cov_confirmed": (
        "confirmed, each person once: {n} ({share})",
        "确证（每人一次）：{n}（{share}）",
    ),
    "cov_counted": (
        "with wardens' counts, over all overlaps: {least} – {most}",
        "计入网格员报数（按各种可能的重叠）：{least} – {most}",
    ),
    "cov_counts": ("Wardens' counts", "网格员报数"),
    "cov_said": ("Reported in words, unconfirmed", "文字上报（未核实）"),
    "cov_by_report": ("report", "上报"),
    "cov_by_answer": ("answer", "短信回复"),
    "with_counts": ("with counts", "含报数"),
    "by": ("by", "来源"),
    "of": ("of", "应通知"),
    "refuse": ("refuse", "拒绝"),
    "minute": ("minute", "分钟"),
    "cov_estimate": ("estimated: {share}", "估计：{share}"),
    "cov_bound": (
        "  something is not known: the ends count it for nobody and for everybody",
        "  有未知项：下限按无人、上限按全部计",
    ),
    "cov_published": ("published indicator: {share}", "公布指标：{share}"),
    "cov_within": (
        "public coverage, confirmed within {minutes} min: {share}",
        "公众覆盖率（{minutes} 分钟内确证）：{share}",
    ),
    "cov_visitors": ("of visitors: {share}", "其中外来人员：{share}"),
    "cov_target": ("target {target}: {said}", "目标 {target}：{said}"),
    "cov_met": ("confirmed after {minute} min", "第 {minute} 分钟确证达到"),
    "cov_not_met": ("not confirmed yet", "尚未确证达到"),
    "cov_responsible": (
        "responsible people with a proof within {minutes} min: {n} of {all}",
        "责任人 {minutes} 分钟内有送达证明：{all} 人中 {n} 人",
    ),
    "cov_missing": ("deliveries out without any receipt: {n}", "已发出但无回执：{n}"),
    "cov_areas": ("By area", "按预警区"),
    "cov_strata": ("By stratum", "按人群"),
    "cov_channels": ("By channel", "按渠道"),
    "cov_next": ("What would add most", "下一步最有效的做法"),
    "cov_nothing": ("nothing is left that would add anybody", "没有其他能增加送达的做法"),
    "cov_ahead": ("What lies ahead: {area}, {people} people", "推算：{area}，{people} 人"),
    "cov_all": ("all together", "全部合计"),
    "cov_left_out": (
        "not counted, since nothing is said of them under `coverage`: {names}",
        "`coverage` 中没有参数、未计入的渠道：{names}",
    ),
    "cov_unreached": ("Without any proof: {n} people", "没有送达证明：{n} 人"),
    "cov_given": ("given to", "交给"),
    "cov_given_at": ("{who}, minute {minute}", "{who}，第 {minute} 分钟"),
    "cov_given_nobody": ("nobody can be sent", "无人可派"),
    "cov_closed": ("out of reach", "无法送达"),
    "cov_untried": ("a way is not tried yet", "尚有途径未用"),
    "cov_doubtful": ("waited for", "等待结果"),
    "cov_shut": (
        "proved out of reach by every way: {n} people",
        "已证明任何途径都无法送达：{n} 人",
    ),
    "cov_by_count": (
        "and {n} people who are known by number only",
        "另有 {n} 人只有人数、没有名册",
    ),
    "cov_no_names": ("the register is not here, or its key", "这里没有名册或其密钥"),
    "cov_written": ("written: {path}", "已写出：{path}"),
    "cov_day_kept": (
        "test day {date}: {asked} people asked, {share}",
        "测试日 {date}：询问 {asked} 人，{share}",
    ),
    "cov_outage_kept": (
        "{supply} in {area} ({areas} areas): {state}; affects {channels}",
        "{area}（含 {areas} 个预警区）{supply}：{state}；影响 {channels}",
    ),
    "cov_out": ("out until {until}", "中断至 {until}"),
    "cov_doubt": ("unknown until {until}", "未知，至 {until}"),
    "cov_back": ("back", "已恢复"),
    "never": ("never", "达不到"),
    "stratum": ("stratum", "人群"),
    "people": ("people", "人数"),
    "confirmed": ("confirmed", "确证"),
    "share": ("share", "比例"),
    "estimate": ("estimate", "估计"),
    "out": ("deliveries", "发送"),
    "alone": ("by it alone", "仅此渠道"),
    "states": ("states", "状态"),
    "adds": ("adds about", "约增加"),
    "takes": ("minutes", "分钟"),
    "reach": ("reach", "可达"),
    "to_90": ("min to 90 %", "达 90% 分钟"),
    "to_95": ("min to 95 %", "达 95% 分钟"),
    "entry": ("entry", "条目"),
    "person": ("name", "姓名"),
}
