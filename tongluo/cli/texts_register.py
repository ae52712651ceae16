"""What `tongluo register` says: key -> (English, Chinese)."""

REGISTER: dict[str, tuple[str, str]] = {
    "sms_length": (
        "{name}: short messages take up to {parts} parts ({units} units of {coding}: {hazard}, "
        "{level}, {audience}, area {area})",
        "{name}：短信最多 {parts} 条（{coding} {units} 个单位：{hazard}，{level}，{audience}，"
        "区域 {area}）",
    ),
    "audience_residents": ("residents", "居民"),
    "audience_contacts": ("evacuation contacts", "转移联络员"),
    "audience_responders": ("responders", "责任人"),
    "audience_schools": ("schools", "学校"),
    "audience_staff": ("staff", "工作人员"),
}
