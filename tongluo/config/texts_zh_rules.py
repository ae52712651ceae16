"""The Chinese words of faults in rules, thresholds and chains."""

from __future__ import annotations

ZH_RULES: dict[str, tuple[str, str]] = {
    # rules and thresholds
    "rule_twice": ("已有规则“{name}”", "每条规则用自己的 id"),
    "no_detector": ("没有方法“{name}”", "{choice}"),
    "not_judged": ("{detector} 不能判断 {quantity}", "{choice}"),
    "watches_nothing": (
        "什么也没看：所属预警区没有测站测 {quantity}",
        "加传感器，或把测站列入预警区，或改正 `quantity:`、`areas:`",
    ),
    "watches_no_forecast": (
        "什么也没看：所属预警区没有 {quantity} 的预报",
        "给传感器写 `forecast: true`，或删去规则的 `forecast:`",
    ),
    "area_unwatched": ("预警区“{name}”没有测站测 {quantity}", "给它加测站，或从这条规则中去掉"),
    "no_thresholds": (
        "规则“{rule}”没有 {sensor} 的阈值",
        "在这里加 `thresholds: {{{rule}: 名称}}`，或给规则加 `thresholds:`",
    ),
    "no_set": ("没有阈值组“{name}”", "{choice}"),
    "no_rule": ("没有规则“{name}”", "{choice}"),
    "rule_other_quantity": (
        "规则“{rule}”判断 {judged}，这个传感器测 {quantity}",
        "换成判断 {quantity} 的规则，或删去",
    ),
    "set_no_datum": ("没有说明高程从哪个基面算起（用于 {sensor}）", "加 `datum:`，与传感器一致"),
    "sensor_no_datum": (
        "没有说明 {sensor} 的高程从哪个基面算起",
        "在这里或模板里加 `datum:`，与“{set}”一致",
    ),
    "datum_differs": (
        "{sensor} 从“{own}”算起，阈值组“{set}”从“{other}”算起",
        '统一基面，或加 `offsets: {{"{other}": 高度}}`：{own} 零点高出 {other} 多少',
    ),
    "levels_refused": ("{detail}", "等级的写法见 docs/ 中 {detector} 一页"),
    "wants_value": ("{detector} 的每个等级要写一个值", "连单位一起写，例如 '{example}'"),
    "wants_windows": ("{detector} 的每个等级要写时段和雨量", "都带单位，例如 {example}"),
    "not_rising": (
        "{value} 不大于{word}的 {lower}",
        "每一级都要高于前一级：blue、yellow、orange、red（蓝、黄、橙、红）",
    ),
    "beyond_range": (
        "{value} 永远达不到：{sensor} 高于 {limit} 的值会被剔除或存疑",
        "放宽传感器的 `range:`，或降低阈值",
    ),
    "option_refused": ("{detail}", "选项见 docs/ 中 {detector} 一页"),
    "sensors_none": ("所属预警区没有叫“{name}”的 {quantity} 传感器", "{choice}"),
    "no_port": ("不是 {detector} 的输入", "{choice}"),
    "no_ports": ("不是 {detector} 的输入", "删去：{detector} 没有其他输入"),
    "port_empty": (
        "{detector} 判断 {sensor} 时还需要“{port}”，却没有",
        "给该站加一个 {quantity} 传感器，或指明：`inputs: {{{port}: 测站/传感器}}`",
    ),
    "port_quantity": ("{name} 测的是 {quantity}，不能用作“{port}”", "{choice}"),
    "port_forecast": ("{name} 是实测值，“{port}”要的是预报", "改用预报"),
    "port_measured": ("{name} 是预报，“{port}”要的是实测值", "改用实测的传感器"),
    "votes_many": (
        "要求 {count} 个测站，而规则的预警区最多只有 {most} 个",
        "写 {most} 或更小，或增加测站",
    ),
    # chains
    "chain_twice": ("已有灾害链“{name}”", "每条链用自己的 id"),
    "one_of_two": ("`{one}:` 和 `{other}:` 要写且只写一个", "只写其中一个"),
    "chain_always": (
        "会一直起作用",
        "写明何时起作用：`when:`，或起止日期：`valid: {{from: 日期, to: 日期}}`",
    ),
    "chain_warns_always": ("要发布预警，却没有说明在什么情况下", "加 `when:`，写明由哪项研判引起"),
    "chain_nowhere": (
        "不起作用：它的规则在任何预警区都没有可判断的",
        "改正 `lower:`，或让规则有可判断的",
    ),
    "chain_without_area": (
        "不起作用：没有规则研判它所要求的灾种",
        "写明向哪里预警：`areas: [编号]`",
    ),
    "chain_no_rule_here": (
        "它降低的规则在预警区“{name}”都没有可判断的",
        "去掉这个预警区，或换成在那里判断的规则",
    ),
    "chain_unasked": (
        "预警区“{name}”没有 {hazard} 的研判",
        "加这样的规则或链，或写明在哪个预警区研判：`area: 编号`",
    ),
    "chain_circle": ("作用到自己身上：{chain}", "去掉其中一条链"),
    "by_shape": (
        "{detector}（规则“{rule}”）的阈值不能乘系数",
        "不写 `by:`，用 `thresholds:` 指明另一个阈值组",
    ),
    "by_height": (
        "{quantity}（规则“{rule}”）从基面算起：高程乘系数不成为更低的阈值",
        "不写 `by:`，用 `thresholds:` 指明另一个阈值组",
    ),
}
