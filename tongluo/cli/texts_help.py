"""Help texts: key -> (English, Chinese). `help.X` is a command's, `option.X` an option's."""

HELP: dict[str, tuple[str, str]] = {
    "help": (
        "Tongluo: readings of stations in, warnings to people out."
        "\n\nBegin with: tongluo check stations.yaml, then: tongluo doctor, then: tongluo run",
        "铜锣：站点读数进来，预警送到人。\n\n从这里开始：tongluo check stations.yaml，"
        "再 tongluo doctor，再 tongluo run",
    ),
    "help.demo": (
        "The whole way on this machine, with nothing else installed: a broker, a bundled storm "
        "published to it as stations would, the daemon, the warnings as they are raised, CAP "
        "files, deliveries and a report with pictures, in one folder."
        "\n\nExample: tongluo demo",
        "在本机走完全程，不需另装软件：启动消息代理，像测站那样发送一场自带的暴雨，运行守护进程，"
        "逐条显示预警，生成 CAP 文件、发送记录和带图的报告，都在一个文件夹里。\n\n例：tongluo demo",
    ),
    "option.demo.case": (
        "Folder of another case (default: the bundled flash-flood night)",
        "另一个案例的文件夹（默认：自带的山洪之夜）",
    ),
    "option.demo.out": (
        "Folder to write to; an earlier demo in it is replaced",
        "写入的文件夹；其中先前的演示会被替换",
    ),
    "help.check": (
        "Read a configuration and say everything that is wrong with it at once, each fault with "
        "file, line, reason and what to do. Exit code 0 when it can be used, 2 when not."
        "\n\nExample: tongluo check stations.yaml",
        "检查配置文件，一次说出全部错误：文件、行号、原因、怎么改。可用时退出码为 0，否则为 2。"
        "\n\n例：tongluo check stations.yaml",
    ),
    "help.schema": (
        "Print the JSON Schema of stations.yaml, so that an editor can complete and check it while "
        "you type.\n\nExample: tongluo schema > stations.schema.json",
        "输出 stations.yaml 的 JSON Schema，供编辑器补全和检查。"
        "\n\n例：tongluo schema > stations.schema.json",
    ),
    "help.run": (
        "Run the daemon: it receives readings over MQTT, keeps and judges them, and sends warnings "
        "out. SIGTERM drains and stops; SIGHUP reads the configuration again, all or nothing."
        "\n\nExample: tongluo run --config stations.yaml",
        "运行守护进程：经 MQTT 接收读数，保存、研判，并发出预警。SIGTERM：处理完后停止；"
        "SIGHUP：重新读取配置，要么全部生效，要么不变。\n\n例：tongluo run --config stations.yaml",
    ),
    "help.console": (
        "Serve the residents' page, the live feed, Atom and CAP of current warnings, and the "
        "operators' HTTP API. Reads the journal beside the daemon, which never waits for it."
        "\n\nExample: tongluo console --config stations.yaml",
        "提供居民页面、实时消息流、当前预警的 Atom 和 CAP，以及操作员的 HTTP 接口。"
        "只读取守护进程旁的日志库，守护进程从不等它。"
        "\n\n例：tongluo console --config stations.yaml",
    ),
    "option.listen": (
        "Where to listen (default: the file's).",
        "监听地址（默认按配置文件）。",
    ),
    "help.refeed": (
        "Feed rejected messages again, once their cause is mended (a station declared, a source "
        "added). The running daemon does it; your name goes into the audit log."
        "\n\nExample: tongluo refeed --code station --who NAME",
        "原因排除后（如补录了站点、加了来源），把拒收的报文重新送入。由运行中的守护进程执行，"
        "操作人姓名记入审计日志。\n\n例：tongluo refeed --code station --who 姓名",
    ),
    "help.replay": (
        "Judge a past storm with the code that runs live, as fast as it can, and write decisions, "
        "CAP warnings, would-be deliveries, scores and a report. Nobody is reached."
        "\n\nExample: tongluo replay replay_data/flash-flood-night --out out/night",
        "用线上同一套程序重新研判一场过去的过程，写出研判、CAP 预警、拟发送、评分和报告，"
        "不会发给任何人。"
        "\n\n例：tongluo replay replay_data/flash-flood-night --out out/night",
    ),
    "help.publish": (
        "Play a case to a broker as its stations would have sent it, to try a running daemon "
        "(start that one with --clock stream)."
        "\n\nExample: tongluo publish replay_data/flash-flood-night --speed 600",
        "把案例像站点那样发往消息代理，用来试运行守护进程（守护进程请用 --clock stream 启动）。"
        "\n\n例：tongluo publish replay_data/flash-flood-night --speed 600",
    ),
    "help.doctor": (
        "Look at everything the daemon depends on: one line each, OK, WARN or FAIL, and what to "
        "do. Exit code 1 if anything fails. --deep also measures how many messages the broker "
        "keeps for an absent client.\n\nExample: tongluo doctor --deep",
        "检查守护进程所依赖的一切：每项一行，正常、注意或故障，以及怎么办。有故障时退出码为 1。"
        "--deep 另外实测服务器为离线客户端保留多少条消息。\n\n例：tongluo doctor --deep",
    ),
    "help.show": (
        "What the daemon knows now, read beside it without disturbing it. Times are local, with "
        "their offset.\n\nExample: tongluo show stations",
        "查看守护进程当前掌握的情况，只读，不打扰它。时间为当地时间并带时区。"
        "\n\n例：tongluo show stations",
    ),
    "help.show.stations": (
        "Every sensor: last value, its time and flag, since when it is silent, how much it sent."
        "\n\nExample: tongluo show stations --silent",
        "所有传感器：最近读数、时间、质量标志、何时起失联、收到条数。"
        "\n\n例：tongluo show stations --silent",
    ),
    "help.show.station": (
        "One station: its sensors, last readings and what became of them, its conditions, and a "
        "ledger of received against expected with every gap.\n\nExample: tongluo show station r01",
        "一个测站：传感器、最近读数及其去向、状态变化，以及应到与实到台账和每处缺口。"
        "\n\n例：tongluo show station r01",
    ),
    "help.show.warnings": (
        "Warnings in force now and recent ones, each with its channels and how far it got there."
        "\n\nExample: tongluo show warnings",
        "当前有效的和最近的预警，以及各渠道送到了哪一步。\n\n例：tongluo show warnings",
    ),
    "help.show.decisions": (
        "Changes of assessment, newest last, each with its reason."
        "\n\nExample: tongluo show decisions --area shiling",
        "研判等级的变化及理由，最新的在最后。\n\n例：tongluo show decisions --area shiling",
    ),
    "help.show.rejects": (
        "Messages that could not be used, and why; they are kept and can be fed again."
        "\n\nExample: tongluo show rejects --code station --raw",
        "无法使用的报文及原因；原文都保留，可重新送入。"
        "\n\n例：tongluo show rejects --code station --raw",
    ),
    "help.show.reports": (
        "What people and cameras reported.\n\nExample: tongluo show reports",
        "人员和摄像头的上报。\n\n例：tongluo show reports",
    ),
    "help.show.notices": (
        "Warnings of other agencies.\n\nExample: tongluo show notices",
        "其他单位发布的预警。\n\n例：tongluo show notices",
    ),
    "panel.commands": ("Commands", "命令"),
    "option.language": (
        "en or zh-CN (default: by TONGLUO_LANGUAGE or LANG).",
        "en 或 zh-CN（默认取 TONGLUO_LANGUAGE 或 LANG）。",
    ),
    "option.config": ("The configuration.", "配置文件。"),
    "option.replay.config": (
        "Judge with this configuration in place of the case's own.",
        "改用这份配置研判，而不用案例自带的。",
    ),
    "option.file": ("The configuration to check.", "要检查的配置文件。"),
    "option.clock": (
        "system = wall time; stream = the time that arriving readings tell (default: the file's).",
        "system 为系统时间；stream 为到达读数所示时间（默认按配置文件）。",
    ),
    "option.dispatch": (
        "Also send warnings out and export to InfluxDB.",
        "同时发送预警并导出到 InfluxDB。",
    ),
    "option.ids": (
        "Numbers of rejected messages (tongluo show rejects).",
        "拒收报文的编号（见 tongluo show rejects）。",
    ),
    "option.refeed.code": ("All not yet fed again with this code.", "该原因代码下尚未重送的全部。"),
    "option.who": ("Your name, for the audit log.", "操作人姓名，记入审计日志。"),
    "option.case": ("A case folder (with case.yaml).", "案例文件夹（内有 case.yaml）。"),
    "option.out": ("Folder to write to (default: out/<case>).", "输出文件夹（默认 out/<案例>）。"),
    "option.speed": (
        "So many times real time (default: as fast as the broker takes it).",
        "实时的多少倍（默认：服务器能收多快就多快）。",
    ),
    "option.broker": ("mqtt://host:port or mqtts://host:port.", "mqtt://主机:端口 或 mqtts://。"),
    "option.username": ("User at the broker.", "MQTT 用户名。"),
    "option.password_env": (
        "Environment variable that holds the password.",
        "存放密码的环境变量名。",
    ),
    "option.deep": (
        "Also measure the broker's queue with 1,500 small messages of its own.",
        "另用 1,500 条自己的小消息实测服务器队列。",
    ),
    "option.id_": ("The station's id.", "测站编号。"),
    "option.silent": ("Only sensors that are silent.", "只看失联的传感器。"),
    "option.area": ("Only this area.", "只看这个预警区。"),
    "option.code": ("Only this reason code.", "只看这个原因代码。"),
    "option.raw": ("Also the bytes as they came.", "同时显示原始字节。"),
    "option.limit": ("At most so many, the newest.", "最多显示多少条（取最新的）。"),
}
