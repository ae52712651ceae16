"""Texts of operators' acts: key -> (English, Chinese)."""

ACTS: dict[str, tuple[str, str]] = {
    "help.operator": (
        "A new operator: prints the block for stations.yaml and, once, the token that proves who "
        "it is. Only its digest is kept.\n\nExample: tongluo operator wang --role duty",
        "新建操作员：输出要粘贴到 stations.yaml 的配置块，并只显示一次证明身份的令牌，"
        "配置中只保存其摘要。\n\n例：tongluo operator wang --role duty",
    ),
    "help.approve": (
        "Approve proposals, or all of a storm by its group, in one act. Where two persons are "
        "wanted, the second must be another. With @VERSION only what you have seen is approved."
        "\n\nExample: tongluo approve river_flood.g2@3 --operator wang",
        "批准提请，或按组一次批准同一场过程的全部提请。需双人审批时，第二人须另有其人。"
        "写上 @版本 则只批准你看到的那一版。"
        "\n\n例：tongluo approve river_flood.g2@3 --operator wang",
    ),
    "help.reject": (
        "Reject proposals, with a reason. It holds until the level rises above what was rejected, "
        "or the assessment is over.\n\nExample: tongluo reject A.landslide.p4 --why TEXT",
        "驳回提请，须写理由。直到等级升到被驳回的之上，或研判结束为止有效。"
        "\n\n例：tongluo reject A.landslide.p4 --why 理由",
    ),
    "help.issue": (
        "Issue a warning by hand, as far as the policy lets you: what must be approved is proposed "
        "in your name.\n\nExample: tongluo issue A flash_flood orange --why TEXT",
        "人工发布预警，以策略所许为限：须审批的以你的名义提请。"
        "\n\n例：tongluo issue A flash_flood orange --why 理由",
    ),
    "help.update": (
        "Say more of a warning in force, or change its level; a rise goes as far as the policy "
        "lets you. Where two persons must approve, it waits for the second."
        "\n\nExample: tongluo update EVENT --text TEXT --why TEXT",
        "更新有效预警的内容或等级；升级以策略所许为限。须双人审批的，等第二人批准。"
        "\n\n例：tongluo update EVENT --text 内容 --why 理由",
    ),
    "help.cancel": (
        "Give the all-clear, to everyone who got the alarm. Where two persons must approve, it "
        "waits for the second.\n\nExample: tongluo cancel EVENT --why TEXT",
        "解除预警，发给收到过该预警的所有人。须双人审批的，等第二人批准。"
        "\n\n例：tongluo cancel EVENT --why 理由",
    ),
    "help.retract": (
        "Take back a false alarm, in force or ended: one act, the same channels, and the text says "
        "so.\n\nExample: tongluo retract EVENT --why TEXT",
        "撤回误发的预警（有效或已结束的）：一次操作，原渠道全部发出，文中说明是误发。"
        "\n\n例：tongluo retract EVENT --why 理由",
    ),
    "help.exercise": (
        "Begin an exercise: it reaches only what is enrolled for it, says so first and last, and "
        "ends by its time or by any actual warning."
        "\n\nExample: tongluo exercise flash_flood red --area A --why TEXT",
        "开始演练：只到达登记参加演练的终端和人员，首尾注明演练；到时或真实预警发出即结束。"
        "\n\n例：tongluo exercise flash_flood red --area A --why 理由",
    ),
    "help.mute": (
        "Mute a channel or one endpoint for blue and yellow. It has an owner, a reason and an end, "
        "and ends by itself; orange, red and all-clears always go out."
        "\n\nExample: tongluo mute speakers --until TIME --why TEXT",
        "对蓝色、黄色预警静音一个渠道或终端。须有责任人、理由和结束时间，到时自动恢复；"
        "橙色、红色和解除照常发出。\n\n例：tongluo mute speakers --until 时间 --why 理由",
    ),
    "help.answer": (
        "Answer a call: you are there and look. The next step of the ladder waits a while for your "
        "decision.\n\nExample: tongluo answer river_flood.g2.v1.s1.wang --operator wang",
        "应答呼叫：表示你已到位正在处理，下一级叫应会稍等你的决定。"
        "\n\n例：tongluo answer river_flood.g2.v1.s1.wang --operator wang",
    ),
    "help.show.proposals": (
        "What waits for approval, who may decide it, and what comes when nobody does."
        "\n\nExample: tongluo show proposals",
        "待审批的提请、谁有权决定、无人决定时会怎样。\n\n例：tongluo show proposals",
    ),
    "help.show.calls": (
        "Who was called of late, on which channels, and who answered."
        "\n\nExample: tongluo show calls",
        "最近叫应了谁、经哪些渠道、谁已应答。\n\n例：tongluo show calls",
    ),
    "option.operator": (
        "Your name in `operators` (default: TONGLUO_OPERATOR).",
        "你在 operators 中的名字（默认取 TONGLUO_OPERATOR）。",
    ),
    "option.token_file": (
        "File that holds your token (default: TONGLUO_TOKEN, else it is asked for).",
        "存放令牌的文件（默认取 TONGLUO_TOKEN，否则询问）。",
    ),
    "option.why": ("The reason; it stands in the audit.", "理由，记入审计。"),
    "option.ids": (
        "Proposals or groups, each as ID or ID@VERSION.",
        "提请或组，写作 ID 或 ID@版本。",
    ),
    "option.event": ("The warning's event, or one of its identifiers.", "预警事件名或其标识。"),
    "option.issue.area": ("The area.", "预警区。"),
    "option.exercise.area": ("An area; may be given again.", "预警区，可重复。"),
    "option.exercise.channel": (
        "With --kind test: a channel that is tested, alone; may be given again.",
        "与 --kind test 同用：要测试的渠道，只发往它；可重复。",
    ),
    "option.hazard": ("The hazard.", "灾种。"),
    "option.level": ("blue, yellow, orange or red.", "blue、yellow、orange 或 red。"),
    "option.update.level": ("Another level.", "改为此等级。"),
    "option.text": ("What is said of it in place of the reason.", "预警中替代理由的说明。"),
    "option.kind": (
        "tabletop = only the log; drill = to whoever is enrolled; test = of a channel.",
        "tabletop 只记日志；drill 发给登记参加的；test 测试渠道。",
    ),
    "option.minutes": ("How many minutes it lasts.", "时长（分钟）。"),
    "option.what": ("A channel, or CHANNEL:TARGET.", "渠道，或 渠道:终端。"),
    "option.until": ("A time with offset, or a length like `2 h`.", "带时区的时间，或如 2 h。"),
    "option.call": ("The call, as it was sent to you.", "发给你的呼叫编号。"),
    "option.operator.name": ("The operator's name in the file.", "配置中的操作员名。"),
    "option.operator.title": ("As warnings and the audit name the person.", "预警和审计中的姓名。"),
    "option.operator.role": (
        "A role; may be given again (default: duty).",
        "角色，可重复（默认 duty）。",
    ),
    "option.replay.approve": (
        "What a person must approve: at-once = taken as approved when proposed; never = nobody "
        "answers, and it stays a proposal.",
        "须审批的预警：at-once 视为提请时即获批准；never 为无人答复，只是提请。",
    ),
    "approve_how": (
        "--approve is at-once or never, not {said}",
        "--approve 只可为 at-once 或 never，没有 {said}",
    ),
    "approval_assumed": (
        "what a person must approve was taken as approved at once (else: --approve never)",
        "须审批的预警按提请时即获批准处理（--approve never：无人答复）",
    ),
    "token_prompt": ("Token: ", "令牌："),
    "token_unreadable": (
        "the token in {path} cannot be read: {reason}",
        "无法读取 {path} 中的令牌：{reason}",
    ),
    "token_once": (
        "# the token, shown this once; give it to the person, not into a file that others read:\n"
        "{token}",
        "# 令牌只显示这一次，请交给本人，不要放在他人可读的文件里：\n{token}",
    ),
    "act_issued": ("{id}: {what} is out", "{id}：{what}已发出"),
    "act_signed": (
        "{id}: {what} approved by you; another person must too",
        "{id}：{what}你已批准，还须另一人批准",
    ),
    "act_asked": (
        "{id}: {what} asked for by you; those who may approve it decide",
        "{id}：你已提请{what}，由有审批权的人决定",
    ),
    "all_clear": ("all-clear", "解除"),
    "retraction": ("retraction", "撤回"),
    "act_rejected": ("{id}: rejected", "{id}：已驳回"),
    "act_exercise": ("{id}: the exercise has begun", "{id}：演练已开始"),
    "act_muted": ("{what}: blue and yellow muted until {until}", "{what}：蓝黄静音至 {until}"),
    "act_answered": ("answered; look at {group}", "已应答；请查看 {group}"),
    "proposals_open": ("{count} to be decided", "待审批 {count} 条"),
    "group": ("group", "组"),
    "since": ("since", "起始"),
    "approved": ("approved", "已批准"),
    "on_silence": ("if nobody answers", "无人应答时"),
    "live_level": ("in force", "当前有效"),
    "called": ("called", "被叫"),
    "call": ("call", "呼叫"),
    "answered": ("answered", "应答"),
    "call_open": ("waits", "等待应答"),
    "call_waits": ("{person} is called: {call}", "已叫 {person}：{call}"),
    "mute_runs": (
        "{what} is muted for blue and yellow until {until} by {who}: {why}",
        "{what} 对蓝黄静音至 {until}，{who}：{why}",
    ),
    "unanswered_since": ("nobody answered; held ({at})", "无人应答，暂缓（{at}）"),
    "silence_issues": ("{at}: {level} goes out by order", "{at}：按令发出 {level}"),
    "lapses": ("{at}: lapses", "{at}：提请失效"),
    "silence_holds": ("{at}: staff are told; held", "{at}：告知值守人员，暂缓发布"),
}
