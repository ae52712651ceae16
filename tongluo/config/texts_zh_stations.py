"""The Chinese words of faults in stations, areas and derived series."""

from __future__ import annotations

ZH_STATIONS: dict[str, tuple[str, str]] = {
    # stations
    "no_profile": ("没有模板“{name}”", "{choice}"),
    "profile_in_profile": ("模板不能再用别的模板", "把各项直接写在这里"),
    "no_quantity_key": ("没有说明这个传感器测什么", "在这里或模板里加 `quantity:`"),
    "no_cadence": ("没有说明多久发一次", "在这里或模板里加 `cadence: 5 min`"),
    "no_quantity": ("没有要素“{name}”", "{choice}"),
    "silence": ("{silence} 比报送间隔 {cadence} 还短", "至少等于间隔，最好是三倍"),
    "quality_many": (
        "邻站多于 {neighbours} 个，或维护时段多于 {windows} 个",
        "只留最近的邻站，删去已过的时段",
    ),
    "quality_unused": (
        "预报或推算的传感器不做质量检验",
        "删去 `quality:`，检验它所依据的传感器",
    ),
    "own_neighbour": ("“{name}”就是它自己", "写别的测站的传感器"),
    "no_neighbour": ("没有叫“{name}”的传感器", "写成 `测站/传感器`：{choice}"),
    "unlike_neighbour": (
        "“{name}”测的是 {theirs}，加权和得不出 {quantity}",
        "只给同类传感器权重",
    ),
    "counter_not_rain": ("只有 rain 可以是累计值，{quantity} 不行", "删去 `counter:`"),
    "reset_at_unused": ("写了它，但 `reset:` 不是 daily", "加 `reset: daily`，或删去它"),
    "range_order": ("{low} 不低于 {high}", "把小的写在前面"),
    "datum_not_height": ("只有高程才有基面，{quantity} 没有", "删去 `datum:`"),
    "offsets_no_datum": ("offsets 要从本传感器自己的基面算起", "同时写上 `datum:`"),
    "station_twice": ("已有测站“{name}”", "每个测站用自己的 id"),
    "device_twice": ("设备“{name}”已属于测站“{other}”", "一个设备只代表一个测站：改正其中一个"),
    "device_is_station": ("设备“{name}”是另一个测站的 id", "改正设备号，或给那个测站改名"),
    "sensor_twice": ("这里另有传感器也叫“{name}”", "给其中一个写 `name:`"),
    "element_twice": ("这里另有传感器也读要素“{name}”", "各写自己的 `element:`，与报文一致"),
    "csv_header": ("首行没有 id 列", "首行写：{columns}"),
    "csv_column": ("没有“{name}”这一列", "{choice}"),
    "csv_cells": ("这一行的值比列多", "含逗号的文字加引号"),
    # areas
    "area_twice": ("已有预警区“{name}”", "每个预警区用自己的 id"),
    "no_station": ("没有测站“{name}”", "{choice}"),
    "no_area": ("没有预警区“{name}”", "{choice}"),
    "no_shape": ("既没有多边形也没有圆", "画一个：`polygon:` 或 `circle:`"),
    "two_shapes": ("同时有多边形和圆", "只留一个"),
    "few_corners": ("不同的顶点少于三个", "补上缺少的顶点"),
    "flat": ("所有顶点在一条直线上", "改正顶点"),
    "crossing": (
        "从第 {first} 个顶点出发的边与从第 {second} 个顶点出发的边相交",
        "沿边界按顺序列出顶点",
    ),
    "area_circle": ("包含在自己里面：{chain}", "最外层的不写 `parent:`"),
    "list_of_itself": ("就是这个列表自己", "删去"),
    "selects_nothing": ("按预警区没有的内容选择", "添加 `{key}:`，或删去这一项"),
    # derived series
    "no_sensor": ("没有传感器“{name}”", "{choice}"),
    "derived_beside": ("推算序列不是收来的：`{key}:` 在这里没有意义", "在这里和模板中删去"),
    "derived_key": ("“{method}”用不到 `{key}`", "删去，或改正 `method:`、`weights:`"),
    "derived_forecast": ("{name} 是预报", "推算序列由实测序列构成：改用实测的"),
    "derived_quantity": (
        "{name} 测的是 {quantity}：“{method}”不能由它得出 {own}",
        "换成合适的传感器，或改用别的方法",
    ),
    "derived_datum": (
        "{name} 从“{other}”算起，本序列从“{own}”算起",
        "求平均要用同一基面：换输入，或先用 `method: linear` 和 `plus:` 换算",
    ),
    "derived_cadence": (
        "{cadence} 比 {name} 的 {other} 还短",
        "雨量按整段累加：写 `cadence: {other}` 或更长",
    ),
    "derived_circle": ("由自己构成：{chain}", "从 `of:` 中去掉一个"),
    "derived_deep": ("推算序列一层套一层，超过 {limit} 层", "直接由收到的序列推算"),
    "derived_one": ("“{method}”只要一个输入，现在是 {count} 个", "只留一个"),
    "derived_not_rain": (
        "“since”只累计雨量，不能是 {quantity}",
        "写 `quantity: rain`，或改用别的方法",
    ),
    "derived_not_rate": ("{quantity} 不是速率", "{choice}"),
    "derived_slots": (
        "每个输入要保留 {slots} 个值，最多 {limit} 个",
        "`cadence:` 写长些，或 `lag:`、`age:`、`wait:`、`over:` 写短些",
    ),
    "derived_weights": ("权重之和为 {sum}", "求平均的权重之和要大于 0"),
    "derived_nowhere": (
        "不知道测站“{name}”在哪里，而“{weights}”要用到位置",
        "给测站加 `at: [纬度, 经度]`",
    ),
    "derived_area": ("“{weights}”需要有多边形的预警区", "写明：`area: 编号`；圆不行"),
}
