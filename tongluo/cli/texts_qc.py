"""What `tongluo benchmark qc` says: key -> (English, Chinese)."""

QC: dict[str, tuple[str, str]] = {
    "help.benchmark": (
        "Measure parts of this software on data with known answers.",
        "用有标准答案的数据检验本软件的各部分。",
    ),
    "help.benchmark.qc": (
        "Flag a labelled series with the quality control that runs live, and compare by events: a "
        "labelled event is a run of labelled readings, hit when a reading in it or beside it is "
        "flagged 3 or 4; a false event is a run of flagged readings that touches no label. The "
        "labels are not shown to it, and nothing is fitted."
        "\n\nExample: tongluo benchmark qc river.csv --time datetime --value stage --label qual "
        "--unit cm --missing -9999",
        "用实时运行的质量检验给一段有标注的序列打标记，按事件比较：连续被标注的读数为一个标注事件，"
        "其中或紧邻处有读数被标为 3 或 4 即算命中；连续被标记而不触及任何标注的读数为一次误报。"
        "检验看不到标注，也不做任何率定。"
        "\n\n例：tongluo benchmark qc river.csv --time datetime --value stage --label qual "
        "--unit cm --missing -9999",
    ),
    "option.benchmark.qc.file": ("The series, as CSV", "序列文件（CSV）"),
    "option.benchmark.qc.time": (
        "Column of the time (ISO 8601; without an offset it is taken as UTC)",
        "时间列（ISO 8601；不带时区按 UTC）",
    ),
    "option.benchmark.qc.value": ("Column of the value", "数值列"),
    "option.benchmark.qc.label": (
        "Column of the label; empty, 0, false or good: nothing is wrong",
        "标注列；空、0、false 或 good 表示正常",
    ),
    "option.benchmark.qc.label_log": (
        "A log instead of a column: CSV whose first two columns are from and to",
        "用日志代替标注列：CSV，前两列为起止时间",
    ),
    "option.benchmark.qc.quantity": ("What is measured", "测的是什么"),
    "option.benchmark.qc.unit": (
        "Unit of the values (default: the quantity's own)",
        "数值单位（默认为该要素的单位）",
    ),
    "option.benchmark.qc.missing": ("Number that stands for no value", "表示缺测的数"),
    "option.benchmark.qc.format_": (
        "How times are written, as in Python's strptime",
        "时间格式（同 Python strptime）",
    ),
    "option.benchmark.qc.near": (
        "So many readings beside an event still count as hitting it",
        "事件旁几个读数以内仍算命中",
    ),
    "option.benchmark.qc.plot": ("Draw the series into this file", "把序列画到这个文件"),
    "qc_no_labels": ("give --label or --label-log", "请给出 --label 或 --label-log"),
    "qc_no_quantity": ("no quantity '{name}': {choice}", "没有要素 '{name}'：{choice}"),
    "qc_head": (
        "{readings} readings with a value, {labelled} labelled; flagged suspect {suspect}, "
        "fail {fail}",
        "有值读数 {readings} 个，被标注 {labelled} 个；判为可疑 {suspect} 个，错误 {fail} 个",
    ),
    "qc_scores": (
        "By events (hit within {near} readings)",
        "按事件（{near} 个读数以内算命中）",
    ),
    "qc_tests": ("What each test flagged", "各项检验的标记"),
    "qc_method": ("method", "方法"),
    "qc_ours": ("quality control, live, one configuration", "质量检验（实时，统一配置）"),
    "qc_plain": ("range + spike, in hindsight", "量程 + 突跳（事后）"),
    "qc_events": ("events", "事件"),
    "qc_hits": ("hit", "命中"),
    "qc_false": ("false", "误报"),
    "qc_precision": ("precision", "精确率"),
    "qc_recall": ("recall", "召回率"),
    "qc_f1": ("F1", "F1"),
    "qc_test": ("test", "检验"),
    "qc_readings": ("readings", "读数"),
    "qc_runs": ("runs", "段"),
    "qc_peak": (
        "Highest reading without a label: {value}, flag {flag}; unlabelled readings failed (4): "
        "{failed}",
        "未标注的最高读数：{value}，标记 {flag}；未标注而被判错误 (4) 的读数：{failed}",
    ),
}
