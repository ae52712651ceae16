"""Every fixed text of the report, (Chinese, English)."""

from __future__ import annotations

Both = tuple[str, str]

HEADINGS: dict[str, Both] = {
    "headline": ("发生了什么，预警了什么", "What happened, what was warned"),
    "storm": ("过程与峰值", "The storm and its peak"),
    "map": ("预警区与测站", "Areas and stations"),
    "warnings": ("预警及其理由", "Warnings and their reasons"),
    "coverage": ("覆盖", "Coverage"),
    "scores": ("与灾情、与当时预警的比较", "Against what happened and what was warned then"),
    "quality": ("数据质量", "Quality of the data"),
    "limits": ("本案例能说明什么，不能说明什么", "What this case can and cannot show"),
}
LABELS: dict[str, Both] = {
    "area": ("预警区", "Area"),
    "hazard": ("灾种", "Hazard"),
    "level": ("等级", "Level"),
    "time": ("时间", "Time"),
    "act": ("动作", "Act"),
    "why": ("理由", "Reason"),
    "proposed_at": ("提请时间", "Would have been proposed at"),
    "became": ("结果", "What became of it"),
    "sent_to": ("拟发渠道", "Would go out on"),
    "people": ("人口", "People"),
    "first": ("首次发出", "First handed over"),
    "confirmed": ("确认送达", "Reached, confirmed"),
    "unknown": ("不明", "Unknown"),
    "highest": ("最高等级", "Highest level"),
    "gauge": ("测站", "Gauge"),
    "peak": ("峰值", "Peak"),
    "reached": ("达到时间", "Reached at"),
    "relation": ("相对峰值", "Against the peak"),
    "impact": ("灾情时段", "Impact window"),
    "lead": ("提前量", "Lead time"),
    "official": ("当时预警", "Warned then"),
    "ours": ("本回放", "This replay"),
    "difference": ("差", "Difference"),
    "count": ("条数", "Count"),
    "fate": ("读数去向", "Fate of readings"),
    "flag": ("质量标志", "Quality flag"),
    "silent": ("失联、失准时段", "Silent or in doubt"),
    "sensor": ("传感器", "Sensor"),
    "from": ("起", "From"),
    "to": ("止", "To"),
    "figure": ("指标", "Figure"),
    "formula": ("公式", "Formula"),
    "place": ("地点", "Place"),
    "period": ("时段", "Period"),
    "kind": ("数据类别", "Kind of data"),
    "source": ("来源", "Source"),
    "licence": ("许可", "Licence"),
    "configuration": ("配置版本", "Configuration"),
    "log": ("决策摘要", "Decision hash"),
    "note": ("说明", "Note"),
}
ASSUMED: Both = (
    "按策略须由人审批的预警，本回放视为提请时即获批准；实际会更晚，或不批准。",
    "What the policy has a person approve is taken here as approved in the moment it was proposed; "
    "in truth it would have been later, or not at all.",
)
PROPOSED: Both = (
    "以下须由人审批，回放中无人答复。",
    "What follows a person would have had to approve; in this replay nobody answers.",
)
KINDS: dict[str, Both] = {
    "measured": ("实测", "measured"),
    "published": ("公开报道（稀疏）", "published figures (sparse)"),
    "synthetic": ("合成", "synthetic"),
}
ACTS: dict[str, Both] = {
    "issue": ("发布", "issued"),
    "update": ("更新", "updated"),
    "renewal": ("续发", "renewed"),
    "cancel": ("解除", "cancelled"),
}
FATES: dict[str, Both] = {
    "fed": ("按序到达，当即研判", "in order, judged at once"),
    "duplicate": ("重复，忽略", "duplicate, ignored"),
    "late": ("迟到，下一时刻补判", "late, judged at the next tick"),
    "too_late": ("过迟，只存不判", "too late, stored and not judged"),
    "future": ("时间超前，只存不判", "dated in the future, stored and not judged"),
    "epoch": ("时钟失准，只存不判", "dated by a clock that lost its time, not judged"),
    "misplaced": (
        "把预报发给了实测传感器，不参与研判",
        "a forecast for a measured sensor: not judged",
    ),
    "conflict": ("同一时间两个数值，以先到者为准", "same time, another value: the first is kept"),
}
FLAGS: dict[int, Both] = {
    1: ("1 可用", "1 good"),
    2: ("2 未评定", "2 not evaluated"),
    3: ("3 可疑", "3 suspect"),
    4: ("4 无效", "4 fail"),
    9: ("9 缺测", "9 missing"),
}
QUANTITIES: dict[str, Both] = {
    "rain": ("雨量", "rain"),
    "stage": ("水位", "stage"),
    "tide": ("潮位", "tide"),
    "reservoir_stage": ("库水位", "reservoir stage"),
    "water_depth": ("水深", "water depth"),
    "flow": ("流量", "flow"),
}
COVERAGE: Both = (
    "这是回放：没有向任何人发送，也没有任何回执。下列人数是应当覆盖的人数，确认送达为0，其余一律记为“不明”，不计入已覆盖。",
    "This is a replay: nothing was sent to anyone and nothing came back. The figures are the "
    "people who should have been reached; confirmed is 0, all the others are unknown, and "
    "unknown never counts as reached.",
)
NO_PEOPLE: Both = ("人口为0表示来源未给出人数。", "People 0 means that no source gives a number.")
NO_IMPACTS: Both = (
    "案例未载明灾情，因此不计算命中、漏报、空报。",
    "The case names no impacts, so no hits, misses or false alarms are counted.",
)
SPARSE: Both = (
    "公开报道的数据稀疏，灾情清单不完整：没有对应灾情的预警未必是空报，因此不给出空报率、TS评分和偏差。",
    "Published figures are sparse and their list of impacts is not complete: an alarm without an "
    "impact need not be false, so FAR, CSI and bias are not shown.",
)
COMPLETE: Both = (
    "空报数以案例列全了当时当地的灾情为前提。",
    "False alarms hold only if the case names every impact of the time and place.",
)
LEAD: Both = (
    "提前量 = 灾情开始时间 − 首次达到灾情本身等级的时间；负值表示晚于灾情开始；漏报按0计。",
    "Lead time = start of the impact − first time at or above the impact's own level; below 0 = "
    "after its start; a miss counts as 0.",
)
DIFFERENCE: Both = (
    "差 = 本回放首次达到该等级的时间 − 当时预警的时间；负值表示本回放更早。",
    "Difference = our first time at or above that level − the time it was warned then; below 0 = "
    "we were earlier.",
)
LIMITS: dict[str, tuple[Both, ...]] = {
    "measured": (
        (
            "能说明：对这些实测读数，本配置的规则会在何时达到各等级，以及理由。",
            "It shows when the rules of this configuration would have reached each level on these "
            "measured readings, and why.",
        ),
        (
            "不能说明：读数当时能否及时到达（无到达时间者按读数时间计），预警能否送达，人们会怎样行动。",
            "It cannot show whether readings would have arrived in time (without a time of "
            "arrival their own time is taken), whether warnings would have reached people, or "
            "what people would have done.",
        ),
    ),
    "published": (
        (
            "能说明：只凭报道过的数值，本配置的规则最迟会在何时达到各等级。",
            "It shows by when, at the latest, the rules of this configuration would have reached "
            "each level on the figures that were printed.",
        ),
        (
            "不能说明：两个报道数值之间发生了什么；空白表示“未报道”，不表示测站失联；不能据此判断空报。",
            "It cannot show what happened between two printed figures: a gap means not printed, "
            "not a silent gauge. It says nothing about false alarms.",
        ),
    ),
    "synthetic": (
        (
            "能说明：从读数到预警的整个链条按设计工作。",
            "It shows that the chain from reading to warning works as designed.",
        ),
        (
            "不能说明：任何真实地点的情况。读数和灾情都是编造的，评分只证明评分能算。",
            "It shows nothing about any real place. Readings and harm are invented together; the "
            "scores only prove that scoring works.",
        ),
    ),
}
