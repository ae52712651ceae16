"""Help texts of `tongluo fit`: key -> (English, Chinese)."""

FIT: dict[str, tuple[str, str]] = {
    "help.fit": (
        "Fit what a detector judges by to past readings, and print it as YAML to paste."
        "\n\nExample: tongluo fit tide levels.csv",
        "用历史读数率定检测方法所需的参数，输出可直接粘贴的 YAML。"
        "\n\n例：tongluo fit tide levels.csv",
    ),
    "help.fit.stage": (
        "Fit a stage_outlook: the level some hours ahead from levels upstream and rain. Part of "
        "the readings is held out; the error there is printed beside that of saying that the "
        "level stays."
        "\n\nExample: tongluo fit stage CASE --own r3/stage --upstream r1/stage --rain r1/rain",
        "率定 stage_outlook：由上游水位（流量）和降雨预计若干小时后的水位。留出一部分读数检验，"
        "并与“水位不变”的误差对照。"
        "\n\n例：tongluo fit stage 案例 --own r3/stage --upstream r1/stage --rain r1/rain",
    ),
    "help.fit.tide": (
        "Fit harmonic constants for surge_residual to sea levels in m (columns time,value; better "
        "a year of them). Needs utide: pip install 'tongluo[tide]'."
        "\n\nExample: tongluo fit tide levels.csv",
        "用潮位序列（列 time,value，单位米，最好满一年）率定 surge_residual 的调和常数。"
        "需要 utide：pip install 'tongluo[tide]'。\n\n例：tongluo fit tide levels.csv",
    ),
    "option.fit.stage.readings": (
        "A case folder, or a CSV with time,station,quantity,value in inner units.",
        "案例文件夹，或含 time,station,quantity,value 列的 CSV（用内部单位）。",
    ),
    "option.fit.tide.readings": (
        "A CSV with time and value (m).",
        "含 time 和 value（米）的 CSV。",
    ),
    "option.own": ("The sensor that is predicted.", "要预计的传感器。"),
    "option.fit.tide.own": (
        "The sensor, when the CSV has several (time,station,quantity,value).",
        "CSV 含多个传感器（time,station,quantity,value）时指定哪一个。",
    ),
    "option.upstream": (
        "A level or flow upstream; up to four times.",
        "上游水位或流量；最多四个。",
    ),
    "option.rain": ("A rain gauge; up to twice.", "雨量；最多两个。"),
    "option.lead": ("How far ahead.", "预计多久以后。"),
    "option.lags": (
        "How far back each level is taken, like '0 h,3 h'.",
        "各水位取多久以前的值，如 '0 h,3 h'。",
    ),
    "option.windows": ("Windows of rain, like '3 h,12 h'.", "雨量的累计时段，如 '3 h,12 h'。"),
    "option.age": ("Readings older than this are not used.", "早于此时长的读数不用。"),
    "option.held_out": (
        "Share of the time, at its end, that is held out.",
        "末尾留作检验的时间所占比例。",
    ),
    "option.split": (
        "Hold out the last part of the time, or every third storm.",
        "留出末尾一段（time），或每三场过程留一场（storm）。",
    ),
    "option.robust": (
        "Huber's loss in place of least squares: for series with faults; it heeds floods less.",
        "用 Huber 损失代替最小二乘：适于有错误读数的序列，对洪峰的重视较低。",
    ),
    "option.latitude": (
        "Latitude of the gauge, degrees; hardly matters without nodal corrections.",
        "测站纬度（度）；不作交点订正时影响很小。",
    ),
}
