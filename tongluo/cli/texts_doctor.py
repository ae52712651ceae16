"""Doctor's lines: key -> (English, Chinese); `key.todo` says what to do."""

DOCTOR: dict[str, tuple[str, str]] = {
    "configuration": ("configuration", "配置"),
    "entrance": ("entrance", "准入"),
    "limits": ("broker limits", "服务器限额"),
    "queue": ("broker queue", "服务器队列"),
    "clock": ("clock", "时钟"),
    "disk": ("disk", "磁盘"),
    "daemon": ("daemon", "守护进程"),
    "influx": ("InfluxDB", "InfluxDB"),
    "channel": ("channel", "渠道"),
    "config_ok": ("{file}, version {digest}", "{file}，版本 {digest}"),
    "config_bad": (
        "{count} fault(s) in {file}; the first: {first}",
        "{file} 有 {count} 处错误，第一处：{first}",
    ),
    "config_bad.todo": ("tongluo check {file}", "运行 tongluo check {file}"),
    "secret_missing": ("{reason}", "{reason}"),
    "secret_missing.todo": ("set it where the daemon starts", "在启动守护进程处设置它"),
    "broker_ok": (
        "{url} answers, MQTT {protocol} {version}",
        "{url} 可连接，MQTT {protocol} {version}",
    ),
    "broker_unreachable": ("{url} cannot be reached: {reason}", "{url} 无法连接：{reason}"),
    "broker_unreachable.todo": (
        "start the broker, or correct broker.url",
        "启动消息代理，或改正 broker.url",
    ),
    "broker_refused": ("{url} refused: {reason}", "{url} 拒绝：{reason}"),
    "broker_refused.todo": (
        "correct broker.username and its password, or the broker's users",
        "改正 broker.username 及密码，或服务器上的用户",
    ),
    "anyone": (
        "the broker lets in anyone without a name, who may then send false readings",
        "服务器允许匿名接入，任何人都能发送假读数",
    ),
    "anyone.todo": (
        "give each station a user: allow_anonymous false, password_file, acl_file "
        "(deploy/mosquitto.conf shows how)",
        "给每个测站设用户：allow_anonymous false、password_file、acl_file"
        "（见 deploy/mosquitto.conf）",
    ),
    "only_known": ("only known users may connect", "只有已知用户可以接入"),
    "old_protocol": (
        "the broker speaks MQTT 3.1.1 only: it decides alone how many messages are in "
        "flight (mosquitto: 20)",
        "服务器只支持 MQTT 3.1.1：在途消息数由它单方面决定（mosquitto 为 20）",
    ),
    "old_protocol.todo": (
        "set max_inflight_messages 2000, or use a broker with MQTT 5",
        "设 max_inflight_messages 2000，或改用支持 MQTT 5 的服务器",
    ),
    "short_session": (
        "the broker keeps the session {granted} only, wanted {wanted}",
        "服务器只保留会话 {granted}，需要 {wanted}",
    ),
    "short_session.todo": (
        "raise the broker's limit of session expiry, or lower broker.session_expiry",
        "提高服务器的会话保留上限，或调低 broker.session_expiry",
    ),
    "has_dropped": (
        "the broker has dropped {count} messages since its start",
        "服务器启动以来已丢弃 {count} 条消息",
    ),
    "has_dropped.todo": (
        "set max_queued_messages 1000000 (deploy/mosquitto.conf); tongluo show "
        "station ID shows the gaps",
        "设 max_queued_messages 1000000（见 deploy/mosquitto.conf）；缺口见 tongluo show station",
    ),
    "limits_ok": (
        "largest packet {packet}, {receive} in flight, nothing known to be dropped",
        "最大报文 {packet}，在途 {receive}，未见丢弃",
    ),
    "queue_not_measured": (
        "not measured (tongluo doctor --deep measures it)",
        "未测（tongluo doctor --deep 可实测）",
    ),
    "queue_unknown": ("could not be measured: {reason}", "无法实测：{reason}"),
    "queue_unknown.todo": (
        "let this user read and write tongluo/doctor/#",
        "允许该用户读写 tongluo/doctor/#",
    ),
    "queue_short": (
        "kept {kept} of {sent} messages for an absent client: an outage of the daemon "
        "loses readings",
        "离线客户端 {sent} 条消息只保留了 {kept} 条：守护进程停机会丢读数",
    ),
    "queue_short.todo": (
        "set max_queued_messages 1000000 and max_queued_bytes (deploy/mosquitto.conf)",
        "设 max_queued_messages 1000000 及 max_queued_bytes（见 deploy/mosquitto.conf）",
    ),
    "queue_ok": (
        "kept all {sent} messages for an absent client",
        "离线客户端 {sent} 条消息全部保留",
    ),
    "clock_ok": ("{now}, follows a time server", "{now}，已与授时服务器同步"),
    "clock_unknown": (
        "{now}; whether it follows a time server is unknown here",
        "{now}；无法得知是否与授时服务器同步",
    ),
    "clock_alone": ("{now}, follows no time server", "{now}，未与授时服务器同步"),
    "clock_alone.todo": (
        "timedatectl set-ntp true, or chrony",
        "timedatectl set-ntp true，或装 chrony",
    ),
    "clock_behind": (
        "{now} lies before {newest}, when something was received already",
        "{now} 早于已收到数据的时间 {newest}",
    ),
    "clock_behind.todo": (
        "set the clock before anything else: levels depend on it",
        "先校时：研判依赖时钟",
    ),
    "disk_ok": (
        "{free} free in {folder}, room for about {readings} million readings",
        "{folder} 剩余 {free}，约可存 {readings} 百万条读数",
    ),
    "disk_low": (
        "only {free} free in {folder}, room for about {readings} million readings",
        "{folder} 只剩 {free}，约可存 {readings} 百万条读数",
    ),
    "disk_low.todo": ("make room, or move store.folder", "清理磁盘，或移动 store.folder"),
    "disk_full": (
        "{free} free in {folder}: the journal cannot grow",
        "{folder} 只剩 {free}：日志库无法增长",
    ),
    "disk_full.todo": ("make room now", "立即清理磁盘"),
    "store_none": (
        "nothing has run here yet; {path} can be made",
        "这里还没有运行过；可以建立 {path}",
    ),
    "store_ok": (
        "{path} is whole, {rows} readings, audit chain unbroken",
        "{path} 完好，读数 {rows} 条，审计链完整",
    ),
    "store_broken": ("{path}: {reason}", "{path}：{reason}"),
    "store_broken.todo": (
        "copy the folder away first, then: sqlite3 journal.db .recover",
        "先整体备份文件夹，再：sqlite3 journal.db .recover",
    ),
    "register": ("register", "登记册"),
    "register_none": ("there is no {path} yet", "尚无 {path}"),
    "register_ok": (
        "{path} is whole, {entries} entries, audit chain unbroken",
        "{path} 完好，登记 {entries} 条，审计链完整",
    ),
    "register_broken": ("{path}: {reason}", "{path}：{reason}"),
    "register_broken.todo": (
        "copy the folder away first, then put the last backup of register.db and its key there",
        "先整体备份文件夹，再放回最近备份的 register.db 及其密钥",
    ),
    "audit_broken": (
        "{path}: the audit chain breaks at entry {entry}: something was changed",
        "{path}：审计链在第 {entry} 条断开：有内容被改动",
    ),
    "audit_broken.todo": (
        "keep a copy and find out who wrote to this file",
        "保留副本，查明谁写过该文件",
    ),
    "store_unwritable": ("{path} cannot be written by this user", "当前用户不能写 {path}"),
    "store_unwritable.todo": (
        "run as the daemon's user, or change the folder's owner",
        "以守护进程的用户运行，或更改文件夹属主",
    ),
    "daemon_ok": (
        "runs, {received} messages since its start, configuration {config}",
        "运行中，启动以来收到 {received} 条消息，配置 {config}",
    ),
    "daemon_off": ("is not running", "没有运行"),
    "daemon_off.todo": ("tongluo run --config FILE", "tongluo run --config 文件"),
    "daemon_deaf": ("runs, but is not subscribed at the broker", "运行中，但尚未在服务器订阅"),
    "daemon_deaf.todo": (
        "see the broker's lines above and the daemon's log",
        "见上面服务器各项及守护进程日志",
    ),
    "daemon_stuck": ("does not answer: {reason}", "没有应答：{reason}"),
    "daemon_stuck.todo": ("see its log; stop and start it", "查看日志；停止后重新启动"),
    "influx_none": ("not configured", "未配置"),
    "influx_ok": ("{url} answers", "{url} 可访问"),
    "influx_away": (
        "{url} does not answer: {reason}; nothing is lost, the export waits",
        "{url} 没有应答：{reason}；不丢数据，导出会等待",
    ),
    "influx_away.todo": ("start it, or correct influx.url", "启动它，或改正 influx.url"),
    "recording_ok": ("{name} writes {file}", "{name} 写入 {file}"),
    "recording_unwritable": ("{name} cannot write {file}", "{name} 不能写入 {file}"),
    "recording_unwritable.todo": (
        "change its owner, or options.file",
        "更改属主，或改 options.file",
    ),
    "push_library": (
        "{name} cannot encrypt: a library is missing",
        "{name} 无法加密：缺少所需的库",
    ),
    "push_library.todo": ("pip install 'tongluo[webpush]'", "pip install 'tongluo[webpush]'"),
    "push_ok": (
        "{name} has its key in {file}; push services are not asked",
        "{name} 的密钥在 {file}；不查询推送服务",
    ),
    "push_new": (
        "{name} makes its key, {file}, at its first start",
        "{name} 首次启动时生成密钥 {file}",
    ),
    "mqtt_ok": ("{name} reaches {url}", "{name} 可连接 {url}"),
    "spent_ok": (
        "{name} reaches {url}; parts today {day} of {daily}, money this month {month} of {budget},"
        " parts over a limit this month: {over}",
        "{name} 可连接 {url}；今天 {day} 条（上限 {daily}），本月费用 {month}（预算 {budget}），"
        "本月超限 {over} 条",
    ),
    "mqtt_away": ("{name} cannot use {url}: {reason}", "{name} 无法使用 {url}：{reason}"),
    "mqtt_away.todo": (
        "start what listens there, or correct its address in the file",
        "启动那里的服务，或改正文件中的地址",
    ),
    "unchecked": (
        "{name}: there is no check for {kind} channels",
        "{name}：没有针对 {kind} 渠道的检查",
    ),
    "unchecked.todo": ("send a channel test from it", "用它发一次渠道测试"),
}
