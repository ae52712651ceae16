"""The Chinese words of faults in policies, approval, channels and messages."""

from __future__ import annotations

ZH_WARNING: dict[str, tuple[str, str]] = {
    # policies and channels
    "no_channel": ("没有渠道“{name}”", "{choice}"),
    "no_kind": ("没有渠道类型“{name}”", "{choice}"),
    "push_reach": (
        "不可为“{name}”承诺送达率：推送服务属于他人，可能连不上",
        "删去这一项；页面的回执照样计入（`proof: person`）",
    ),
    "push_alone": ("“{name}”推送到的页面不会显示该预警", "在旁边写上一个 app 类渠道"),
    "nowhere": ("预警发不出去", "写上渠道，或写 `issue: never`"),
    "renew": ("{renew} 不短于有效期 {validity}", "预警要在到期前续发"),
    "policy_unused": ("永远用不到：前面的策略已包含它的全部灾种", "移到前面，或删去"),
    "no_policy": ("没有策略说明 {hazard} 预警怎么办", "加一条策略；`issue: never` 表示不对外发布"),
    "never_issued": ("{hazard} 不对外预警，只用于 `chains`", "从这条策略中去掉"),
    # people, approval and silence
    "digest": ("不是令牌摘要", "粘贴 `tongluo operator NAME` 输出的内容；这里不写令牌本身"),
    "approve_missing": ("{level} 须审批，却没有写由谁审批", "加上含 `who:` 的 `approve:` 块"),
    "no_person": ("“{name}”不是操作员，也没有人有此角色", "{choice}"),
    "contact_number": (
        "个人的号码或邮箱不写在这里",
        "写一个名字，号码写在该渠道 `staff` 名单中这个名字旁边",
    ),
    "contact_register": (
        "渠道“{name}”不能按登记册中的职责找人",
        "`register:职责` 或 `deputy:职责` 只用于带 `recipients: register` 的短信或邮件渠道",
    ),
    "few_approvers": (
        "需要 {needed} 名有令牌且可审批的操作员，现有 {count} 名",
        "多写几名，或给他们 `digest` 和角色",
    ),
    "silence_order": (
        "预警会在无人授权时发出",
        "在 `order:` 写明允许这样做的书面规定，或写 `hold`",
    ),
    "silence_authority": ("只有 {to} 可发布：沉默不能代替", "写 `on_silence: hold`"),
    "ladder_order": ("{after} 早于上一级（{before}）", "按先后次序写各级"),
    # the authority, and another's warnings
    "authority_to": ("本系统只可 {authority}，却没有写明发布单位", "在 `to:` 写明发布单位"),
    "relay_from": ("没有写明转发谁的预警", "在 `from:` 写明所转发预警的 CAP 发送者标识"),
    "relay_nowhere": ("转发的预警发不出去", "写上渠道"),
    "from_idle": (
        "这类预警由本系统发布，不采用其他单位的预警",
        "删去，或写 `authority: relay` 或 `propose`",
    ),
    "from_self": ("是本系统自己", "写所指单位的标识"),
    "from_id": (
        "“{name}”不是 CAP 发送者标识：其中不含空格、逗号、< 和 &",
        "照该单位消息中 `<sender>` 的写法填写",
    ),
    # quiet hours
    "quiet_high": ("{level} 从不延后：橙色和红色关系生命", "写 `up_to: yellow` 或 `blue`"),
    "quiet_empty": ("起止时间相同", "写两个不同的时间"),
    # messages
    "message_empty": ("没有内容", "写 `zh:` 或 `en:`，或两者都写"),
    "template_place": ("没有写地点", "加上 {{news}} 或 {{place}}"),
    "template_action": ("没有写该怎么做", "加上 {{action}}"),
    "template_field": ("花括号里的名称不存在", "可用：{fields}"),
    "template_braces": ("读不懂", "花括号里只写名称，如 {{place}}"),
    "message_long": (
        "在“{name}”的 {parts} 条之内放不下地点和行动（预警区“{area}”）",
        "缩短文本，或在该渠道增大 `parts:`",
    ),
    "levels_of_all_clear": ("预警解除没有等级", "删去 `levels:`，或删去 `all_clear:`"),
}
