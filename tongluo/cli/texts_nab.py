"""What `tongluo benchmark nab` says: key -> (English, Chinese)."""

NAB: dict[str, tuple[str, str]] = {
    "help.benchmark": (
        "Measure parts of this software on data with known answers.",
        "用有标准答案的数据检验本软件的各部分。",
    ),
    "help.benchmark.nab": (
        "Score the anomaly detector, and a simple peer beside it, by the rules of the Numenta "
        "Anomaly Benchmark, on the streams of a folder laid out as NAB's (data/, "
        "labels/combined_windows.json, config/profiles.json). Any part of them will do; what is "
        "missing is said. 0 = nothing detected, 100 = every window at its first row."
        "\n\nExample: tongluo benchmark nab NAB --out nab.json",
        "按 NAB（Numenta 异常检测基准）的规则，在一个与 NAB 布局相同的文件夹（data/、"
        "labels/combined_windows.json、config/profiles.json）上给异常检测方法打分，并与一种简单方法"
        "并列。数据不全也可以，缺什么会说明。0 为什么都没检出，100 为每个窗口都在首行检出。"
        "\n\n例：tongluo benchmark nab NAB --out nab.json",
    ),
    "option.benchmark.nab.path": ("Folder of the corpus", "数据集文件夹"),
    "option.benchmark.nab.profile": (
        "Only this application profile (default: all)",
        "只用这个应用场景（默认全部）",
    ),
    "option.benchmark.nab.out": ("Also write everything to this file, as JSON", "结果另存为 JSON"),
    "nab_found": (
        "{found} of {labelled} labelled streams are there",
        "标注的 {labelled} 条序列中有 {found} 条",
    ),
    "detector": ("detector", "方法"),
}
