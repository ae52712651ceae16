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
    "help.register": (
        "The register of people: who is warned where, and how they are reached.",
        "人员登记册：何处预警哪些人、用什么方式。",
    ),
    "help.register.import": (
        "Compare a list of people or a map of areas (.csv, .geojson) with the register, and say "
        "what would change; with --apply, change it. Rows that cannot be taken are kept with "
        "their reason in FILE.bad.csv."
        "\n\nExample: tongluo register import people.csv --apply --who duty",
        "把人员名单或区域图（.csv、.geojson）与登记册比较，说明会有哪些变化；加 --apply 才写入。"
        "不能采用的行连同原因另存为 FILE.bad.csv。"
        "\n\n例：tongluo register import people.csv --apply --who duty",
    ),
    "help.register.show": (
        "The register in figures: by area, by kind and age of contacts, by stratum; dead and "
        "shared addresses. No number is shown.\n\nExample: tongluo register show upper-village",
        "登记册统计：按区域、按联系方式及其时效、按人群；失效和共用的号码。不显示号码。"
        "\n\n例：tongluo register show upper-village",
    ),
    "help.register.export": (
        "Contacts as CSV, every address masked.\n\nExample: tongluo register export > masked.csv",
        "导出联系方式（CSV），号码均已遮盖。\n\n例：tongluo register export > masked.csv",
    ),
    "help.register.forget": (
        "Take a person or household out, with every address that nobody else has. The list it "
        "came from would bring it back: take it out there too."
        "\n\nExample: tongluo register forget H-00017 --who duty",
        "删除一人或一户及其独有的联系方式。来源名单再次导入会重新写入，请一并在名单中删除。"
        "\n\n例：tongluo register forget H-00017 --who duty",
    ),
    "help.register.mark": (
        "Mark somebody's contacts of a kind as dead, or alive again."
        "\n\nExample: tongluo register mark H-00017 sms dead --who duty",
        "把某人的某类联系方式标为失效，或恢复。"
        "\n\n例：tongluo register mark H-00017 sms dead --who duty",
    ),
    "option.register.import.file": ("The list", "名单文件"),
    "option.register.import.apply": ("Change the register", "写入登记册"),
    "option.register.import.remove": (
        "Take out who came from this source and is not in its list any more",
        "删除该来源以前有、名单里已没有的人",
    ),
    "option.register.import.source": (
        "Who the list is from (default: the file's name); it replaces what it said before",
        "名单来源（默认文件名）；同一来源的新名单取代旧名单",
    ),
    "option.register.forget.person": ("Its id in the list", "名单里的编号"),
    "option.register.mark.person": ("Its id in the list", "名单里的编号"),
    "option.register.mark.kind": ("Kind of the contacts", "联系方式类别"),
    "option.register.mark.state": ("What they are", "标为什么"),
    "register_who": (
        "--apply needs --who NAME, for the audit",
        "--apply 需要 --who 姓名，记入审计",
    ),
    "register_no_area": ("there is no area '{area}' in the register", "登记册里没有区域“{area}”"),
    "register_nobody": ("nobody with this id is in the register", "登记册里没有这个编号"),
    "register_forgotten": (
        "forgotten; take it out of its list too, or the next import brings it back",
        "已删除；请同时从来源名单中删除，否则下次导入会恢复",
    ),
    "register_marked": ("{count} contact(s) marked", "已标记 {count} 个联系方式"),
    "register_read": (
        "{rows} rows read ({encoding}), {bad} of them cannot be taken",
        "读入 {rows} 行（{encoding}），其中 {bad} 行不能采用",
    ),
    "register_added": ("  {count} new", "  新增 {count}"),
    "register_changed": ("  {count} changed", "  变更 {count}"),
    "register_same": ("  {count} as before", "  不变 {count}"),
    "register_absent": (
        "  {count} in the register from this source and not in the list: kept (--remove takes "
        "them out)",
        "  {count} 个在登记册中属于该来源但名单里没有：保留（--remove 才删除）",
    ),
    "register_removed": (
        "  {count} not in the list any more: removed",
        "  名单里已没有、删除 {count}",
    ),
    "register_remove_bad": (
        "{bad} rows of the list cannot be read, so nobody is removed and nothing has changed:"
        " mend them, or leave --remove out",
        "名单中有 {bad} 行读不出来，因此不删除任何人，也未作任何改动：请先改正，或去掉 --remove",
    ),
    "register_shared": (
        "  {count} addresses that several entries of the list have",
        "  {count} 个号码为名单中多人共用",
    ),
    "register_areas": (
        "  areas new or changed: {count} ({areas})",
        "  新增或变更区域 {count}（{areas}）",
    ),
    "register_absent_areas": (
        "  areas not in the list any more: {count}, kept ({areas})",
        "  名单里已没有的区域 {count}，保留（{areas}）",
    ),
    "register_removed_areas": (
        "  areas not in the list any more: {count}, removed ({areas})",
        "  名单里已没有的区域 {count}，删除（{areas}）",
    ),
    "register_bad": ("line {line}: {reason}", "第 {line} 行：{reason}"),
    "register_more_bad": ("... and {count} more", "……另有 {count} 行"),
    "register_kept": ("the rows that were not taken: {path}", "未采用的行：{path}"),
    "register_applied": ("the register has changed", "登记册已更新"),
    "register_dry": (
        "nothing has changed: add --apply --who NAME to take it in",
        "未作改动：加 --apply --who 姓名 才写入",
    ),
    "register_people": ("People", "人员"),
    "register_contacts": ("Contacts", "联系方式"),
    "register_strata": ("Strata", "人群"),
    "register_named": ("by name", "登记"),
    "register_counted": ("by count", "计数"),
    "register_help": ("need help", "需协助"),
    "register_reachable": ("reachable", "可联系"),
    "register_acting": ("responsible", "责任人"),
    "register_addresses": ("addresses", "号码"),
    "register_fresh": ("confirmed < 1 year", "1 年内确认"),
    "register_stale": ("1 to 2 years", "1 至 2 年"),
    "register_old": ("older", "更早"),
    "register_unknown": ("never", "从未确认"),
    "register_doubtful": ("doubtful", "存疑"),
    "register_dead": ("dead", "失效"),
    "register_shared_by": ("shared", "共用"),
    "register_stratum": ("stratum", "人群"),
    "register_orphans": (
        "{count} entries are in areas that nothing declares: no warning reaches them",
        "{count} 个条目所在的区域未声明：任何预警都不会发给他们",
    ),
    "contact_sms": ("sms", "短信"),
    "contact_voice": ("voice", "电话"),
    "contact_speaker": ("speaker", "喇叭"),
    "contact_app": ("app", "应用"),
    "contact_email": ("email", "邮箱"),
    "stratum_any": ("nothing known", "未知"),
    "stratum_child": ("child", "儿童"),
    "stratum_adult": ("adult", "成人"),
    "stratum_old": ("old", "老人"),
    "stratum_urban": ("urban", "城镇"),
    "stratum_rural": ("rural", "农村"),
    "stratum_visitor": ("visitor", "外来"),
    "stratum_needs_help": ("needs help", "需协助"),
    "stratum_deaf": ("deaf", "失聪"),
    "stratum_blind": ("blind", "失明"),
    "stratum_no_phone": ("no phone", "无手机"),
    "register_bad_id_elsewhere": (
        "its id stands in the register already, from '{source}'",
        "编号已在登记册中，来源“{source}”",
    ),
    "register_bad_id_twice": ("its id stands further up in this list", "编号在名单前面已出现"),
    "register_bad_area_elsewhere": (
        "the area is declared already, by '{source}'; without a geometry it only adds people",
        "区域已由“{source}”声明；不带几何时只增加人数",
    ),
    "register_bad_missing": ("`{column}` is missing", "缺少 `{column}`"),
    "register_bad_no_area": ("there is no area '{value}'", "没有区域“{value}”"),
    "register_bad_one_of": ("`{column}` must be one of: {known}", "`{column}` 只能是：{known}"),
    "register_bad_not_yes": ("`{column}` must be yes or no", "`{column}` 只能是“是”或“否”"),
    "register_bad_not_size": ("`size` must be a whole number of people", "`size` 须为整数人数"),
    "register_bad_one_person": (
        "a person is one: write `household` for several",
        "个人只能是 1 人：多人请写“户”",
    ),
    "register_bad_counted": (
        "people by count have no contacts: nobody knows whose they are",
        "计数条目不能有联系方式",
    ),
    "register_bad_not_number": (
        "`{column}`: '{value}' is no number of 5 to 15 digits",
        "`{column}`：“{value}”不是 5 至 15 位号码",
    ),
    "register_bad_not_email": ("`{column}` is no address", "`{column}` 不是邮箱地址"),
    "register_bad_not_speaker": (
        "`{column}` has blanks or one of # + /",
        "`{column}` 含空格或 # + /",
    ),
    "register_bad_not_date": ("`{column}` is no day like 2026-05-01", "`{column}` 须如 2026-05-01"),
    "register_bad_not_degrees": (
        "the position is not in degrees (latitude to 90, longitude to 180)",
        "位置须为度（纬度至 90，经度至 180）",
    ),
    "register_bad_half_point": ("`lat` and `lon` go together", "`lat` 与 `lon` 须同时写"),
    "register_bad_too_long": ("`{column}` is longer than 200 characters", "`{column}` 超过 200 字"),
    "register_bad_not_text": ("`{column}` is no plain text", "`{column}` 不是普通文字"),
    "register_bad_fields": ("expected: {wanted}; found: {found}", "应为：{wanted}；实为：{found}"),
    "register_bad_unreadable": ("cannot be read: {detail}", "读不懂：{detail}"),
    "register_bad_shape": (
        "{kind} is no Polygon or Point: give each polygon its own feature",
        "{kind} 不是 Polygon 或 Point：每个多边形单独写一个要素",
    ),
    "register_bad_few_corners": ("a polygon needs three corners", "多边形至少三个角点"),
    "register_bad_circle": (
        "`radius_km` must be more than 0, up to 1000",
        "`radius_km` 须大于 0、至多 1000",
    ),
    "register_bad_reach": (
        "a reach needs `river`, `from_km` and `to_km`",
        "河段须写 `river`、`from_km`、`to_km`",
    ),
    "register_bad_strata": (
        "`strata` is a list of {{people: N, ..}}",
        "`strata` 须为 {{people: N, ..}} 列表",
    ),
    "register_bad_people": (
        "`people` must be a whole number, no less than its strata",
        "`people` 须为整数，且不小于各人群之和",
    ),
}
