"""The Chinese words of every fault and remark: code -> (what is wrong, what to do)."""

from __future__ import annotations

from tongluo.config.texts_zh_rules import ZH_RULES
from tongluo.config.texts_zh_stations import ZH_STATIONS
from tongluo.config.texts_zh_warning import ZH_WARNING

_PAIR = "写成 [纬度, 经度]，例如 [23.1, 113.3]"
_KIND = "按原因改正；docs/ 中有示例"

ZH: dict[str, tuple[str, str]] = {
    # the text of the file
    "unreadable": ("无法读取：{detail}", "检查路径和权限"),
    "list_unreadable": ("“{name}”无法读取：{detail}", "它应与本文件放在一起：改正名称，或放到那里"),
    "not_utf8": ("不是 UTF-8 文本（第 {byte} 字节）", "另存为 UTF-8 编码"),
    "csv_not_utf8": ("不是 UTF-8 文本（第 {byte} 字节）", "另存为“CSV UTF-8（逗号分隔）”"),
    "empty_file": ("文件中没有任何键", "从 `site:` 开始写"),
    "tab": ("这一行用制表符缩进", "改用空格，每级两个"),
    "full_width": ("含有中文标点“{sign}”", "改用英文“{plain}”，后面空一格"),
    "second_colon": (
        "多了一个“: ”，或者缩进不对",
        "含“: ”的文字加引号；同一块的键对齐同一列",
    ),
    "no_colon": ("键后面没有“: ”", "写成 `键: 值`，冒号后空一格"),
    "indentation": ("缩进与上面任何一块都对不上", "同一块的键对齐同一列"),
    "bracket": ("从这里开始的括号没有闭合", "补上括号，各项之间用逗号"),
    "quote": ("从这里开始的引号没有闭合", "补上同样的引号"),
    "escape": ("双引号里的反斜杠后面不是已知的符号", "改用单引号，或写两个反斜杠"),
    "sign": (
        "这里的符号在 YAML 中另有含义",
        "给文字加引号：含有或开头是 % @ ` * & ! | > ? - {{ [ ] }} 的都要",
    ),
    "alias": ("`*{name}` 在上文没有对应的内容", "在所指的块前写 `&{name}`，或给文字加引号"),
    "two_documents": ("`---` 之后是第二份文档", "一个文件只写一份"),
    "control": ("含有不是文字的字符", "删掉它，重写这一行"),
    "not_yaml": ("不是 YAML：{detail}", "检查缩进、冒号、括号和引号"),
    "duplicate": ("在这一块里出现两次（前一次在第 {first} 行）", "只留一个，或合并"),
    "odd_key": ("键必须是一个普通的词", "含有花括号或方括号时加引号"),
    "odd_tag": ("这里不用 `{tag}`", "删去，或给文字加引号"),
    "round": ("包含了它自己", "删去指向自身的 `*`"),
    "too_deep": ("嵌套层数太多", "检查括号是否闭合"),
    # one value
    "missing": ("缺少这一项", "在这一块里加上 `{key}: ...`"),
    "unknown_key": ("这里不能用这个键", "{choice}"),
    "empty": ("是空的", "填写内容，或者删去这一项"),
    "not_text": ("{value} 被读成了数字或真假值", '加上引号："{value}"'),
    "braces": ("没有引号的花括号会变成一组键", "给文字加引号"),
    "not_one_text": ("这里应是一段文字，却是{kind}", "写一段文字"),
    "name": (
        "“{value}”不能作名称",
        "只用英文字母、数字、“_”“-”“.”，不含空格，不超过 64 个字符",
    ),
    "chinese_comma": ("“{value}”含有中文逗号", "名称之间用英文“,”和空格：[a, b]"),
    "sender_id": (
        "“{value}”不能作 CAP 的发送者",
        "不含空格、逗号、< 和 &，例如 warning@county.example",
    ),
    "hour": ("“{value}”不是一天中的时刻", "写时和分，例如 08:00"),
    "one_of": ("“{value}”不是这里可用的词", "{choice}"),
    "not_number": ("“{value}”不是数", "只写数字，不带单位"),
    "not_whole": ("“{value}”不是整数", "只写数字，不带单位"),
    "at_least": ("{value} 太小", "不小于 {limit}"),
    "more_than": ("{value} 太小", "要大于 {limit}"),
    "at_most": ("{value} 太大", "不大于 {limit}"),
    "less_than": ("{value} 太大", "要小于 {limit}"),
    "too_many": ("超过 {limit} 项", "最多 {limit} 项"),
    "latitude": ("{value} 不是纬度（-90 到 90）", _PAIR),
    "longitude": ("{value} 不是经度（-180 到 180）", _PAIR),
    "point": ("不是由两个数组成的位置", _PAIR),
    "pair": ("需要两个值", '写成 [最低, 最高]，例如 ["0 mm", "60 mm"]'),
    "not_list": ("不是列表", "用方括号 [...]，或每项一行，以“- ”开头"),
    "not_block": ("不是一组键", "在它下面缩进，每行一个 `键: 值`"),
    "not_bool": ("“{value}”既不是 true 也不是 false", "写 true 或 false"),
    "time_without_offset": ("时间没有时区", "补上，例如 2026-07-01T08:00:00+08:00"),
    "not_time": ("“{value}”不是时间", "例如 2026-07-01T08:00:00+08:00"),
    "not_date": ("“{value}”不是日期", "例如 2026-07-01"),
    "refused": ("不能使用：{detail}", _KIND),
    "no_unit": ("{value} 没有单位", "写出时长和单位，例如 '{value} min'"),
    "not_duration": ("“{value}”不是时长", "写数字加 ms、s、min、h 或 d，例如 '5 min'"),
    "long_duration": ("“{value}”超过一百年", "写短一些"),
    "measure_no_unit": ("{value} 没有单位", "连单位一起写，例如 '{value} {unit}'"),
    "measure_bare": ("{value} 没有单位", "连单位一起写，例如 '50 mm' 或 '3.2 m'"),
    "not_measure": ("“{value}”不是带单位的数值", "例如 '50 {unit}'"),
    "bad_unit": ("“{unit}”不是 {quantity} 的单位", "{choice}"),
    "negative": ("{value} 小于零", "写零或更大的值"),
    "not_positive": ("{value} 不大于零", "要大于零"),
    "zero_duration": ("必须大于零", "例如 '1 min'"),
    "secret_in_file": (
        "密码不能写在文件里",
        "写 {{env: 变量名}} 或 {{file: /完整路径}}，密码放在那里",
    ),
    "one_secret": ("密码的位置要且只要写一处", "写 {{env: 变量名}} 或 {{file: /完整路径}}"),
    "secret_in_url": (
        "含有用户名或密码，不能写在这里",
        "改写 `username:` 和 `password: {{env: 变量名}}`",
    ),
    "broker_url": (
        "“{value}”不是消息代理的地址",
        "写 mqtt://主机:1883，加密时写 mqtts://主机:8883",
    ),
    "cap_tolerance": ("“{value}”不能作简化容差", "写不超过 10000 m 的长度，例如 25 m"),
    "cap_china": (
        "`identifier: china` 与 `china:` 须同时写",
        "两者都写（china: {{area: '441900', agency: '416'}}），或都不写",
    ),
    "rate": ("“{value}”不是速率", "写成 300/min 或 20/s（s、min、h、d）"),
    "web_url": ("“{value}”不是网址", "写 http://主机:8086 或 https://主机"),
    "console_listen": (
        "“{value}”不是可以监听的地址",
        "写成 主机:端口，例如 127.0.0.1:8480（在代理之后）或 0.0.0.0:8480",
    ),
    "hours_24": ("有 {count} 个系数", "写 24 个，从 0 时起每小时一个"),
    "console_url": (
        "“{value}”不是居民打开页面的网址",
        "写成 https://warn.example.org，其中不要有用户名和密码",
    ),
    "from_after_to": ("`from` {start} 晚于 `to` {end}", "把两个日期对调"),
    # site, broker, time
    "timezone": ("“{value}”不是时区", "{choice}"),
    "said_twice": ("“{name}”在这个列表里出现两次", "只留一个"),
    "relative_path": ("“{value}”不是完整路径", "以 / 开头"),
    "needs": ("必须与 `{key}` 一起使用", "加上 `{key}:`"),
    "keepalive": ("超过 MQTT 能表示的时长", "不超过 18 h"),
    # sources
    "topic_one": ("“{value}”是多个主题", "只写一个主题，不用 + 和 #"),
    "topic_hash": ("“#”不在主题末尾", "让主题以 /# 结束"),
    "topic_level": (
        "“{level}”不是主题中完整的一级",
        "{{station}}、{{quantity}}、+ 和 # 要单独占一级",
    ),
    "topic_twice": ("{name} 在主题中出现两次", "只写一次，其余用 +"),
    "topic_covered": ("不会收到消息：都先被“{other}”取走", "把它移到前面，或删去一个"),
    "no_codec": ("没有编解码“{name}”", "{choice}"),
    "codec_refused": ("{detail}", "选项见 docs/codecs.md"),
    "expression": (
        "“{value}”不是完整的 JMESPath 表达式",
        "见 docs/codecs.md，可在 jmespath.org 上试",
    ),
    "no_option": ("不是 {name} 的选项", "{choice}"),
    "no_options": ("不是 {name} 的选项", "删去：{name} 没有选项"),
    **ZH_STATIONS,
    **ZH_RULES,
    **ZH_WARNING,
    # remarks
    "not_in_force": ("今天不在有效期内（{start} 至 {end}）", "在旁边写上新的阈值"),
    "unwatched": ("没有测站代表这个预警区", "在这里或它里面的预警区列出测站"),
    "station_alone": ("“{name}”不属于任何预警区", "列入一个预警区，否则它不会向任何人预警"),
    "station_bare": ("没有传感器", "加 `profiles:` 或 `sensors:`"),
    "unused": ("没有用到", "不需要就删去"),
    "more_people": ("人数比外层的“{parent}”还多", "两处都按区内全部居民计"),
    "no_staff": (
        "渠道“{name}”没有 staff 名单：叫应 {people} 到不了任何人",
        "给该渠道写 `staff:`，每人一行",
    ),
}

LISTS_ZH = {
    "a list": "列表",
    "a block of keys": "一组键",
    "blue": "蓝色",
    "yellow": "黄色",
    "orange": "橙色",
    "red": "红色",
    "No such file or directory": "没有这个文件",
    "Is a directory": "这是一个文件夹",
    "Permission denied": "没有权限",
    "is not written as this method reads it": "不是这个方法能读的写法",
    "give at least one level": "至少写一个等级",
    "thresholds must rise from blue to red": "阈值要从蓝到红逐级升高",
}
"""Whole texts of other parts of the program, in Chinese."""

DETAILS_ZH = (
    (r"give 1 to (\d+) different windows, not (\d+)", r"时段要有 1 到 \1 种，现在是 \2 种"),
    (r"(.*) is not among the values", r"\1 不在 values 之中"),
    (r"name at least one element and its expression", "至少写一个要素和它的表达式"),
    (r"'?(.*?)'? is none of (.*)", r"“\1”不在 \2 之中"),
)
"""The same with parts that are carried over: pattern -> replacement."""
