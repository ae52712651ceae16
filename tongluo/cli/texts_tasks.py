"""What `tongluo tasks` says: key -> (English, Chinese)."""

TASKS: dict[str, tuple[str, str]] = {
    "help.tasks": (
        "Task lists on paper: which responsible person of an area knocks at which doors, who needs "
        "help first, with boxes to tick. Entries of the register are shown by number; by name with "
        "--names --who NAME, which is put on record."
        "\n\nExample: tongluo tasks upper-village --html tasks.html",
        "纸质任务单：区域内哪位责任人敲哪些门，需协助的人在先，附勾选框。登记册条目只显示编号；"
        "加 --names --who 姓名 才显示姓名，并记入审计。"
        "\n\n例：tongluo tasks upper-village --html tasks.html",
    ),
    "option.tasks.area": ("The area", "区域"),
    "option.tasks.html": ("Write pages to print to this file", "写成可打印的网页文件"),
    "option.tasks.csv": ("Write a row for each door to this file", "每户一行写成 CSV 文件"),
    "option.tasks.names": (
        "Names, too: needs the register's key, and --who; the file is for its owner only",
        "同时显示姓名：需要登记册密钥和 --who；文件仅所有者可读",
    ),
    "tasks_who": ("--names needs --who NAME, for the audit", "--names 需要 --who 姓名，记入审计"),
    "tasks_title": ("Task list", "任务单"),
    "tasks_head": (
        "{area}: {charge}, {doors} doors, {people} people",
        "{area}：{charge}，{doors} 户，{people} 人",
    ),
    "tasks_counted": (
        "and {n} people of whom no list is kept: ask after them",
        "另有 {n} 人无名单，请询问清点",
    ),
    "tasks_nobody": ("nobody in the register answers for these", "登记册中无责任人"),
    "tasks_manager": ("manager", "管理人"),
    "tasks_deputies": ("deputies: {who}", "代理：{who}"),
    "tasks_empty": ("nobody lives there, as the register knows", "登记册中该区域无人"),
    "tasks_written": ("written: {path}", "已写入：{path}"),
    "tasks_area": ("area", "区域"),
    "tasks_charge": ("responsible", "责任人"),
    "tasks_role": ("role", "职责"),
    "tasks_number": ("no.", "序号"),
    "tasks_door": ("door", "门户"),
    "tasks_people": ("people", "人数"),
    "tasks_mind": ("mind", "注意"),
    "tasks_told": ("told", "已通知"),
    "tasks_out": ("out", "已转移"),
    "tasks_refuses": ("refuses", "拒绝"),
    "tasks_remark": ("remark", "备注"),
    "tasks_sums": (
        "told ____ people, out ____, refuse ____; time ________, signed ____________",
        "已通知 ____ 人，已转移 ____ 人，拒绝 ____ 人；时间 ________，签名 ____________",
    ),
    "tasks_answer": (
        "Report by short message or telephone as soon as you are done, and at once who refuses.",
        "完成后立即用短信或电话报告；有人拒绝转移立即报告。",
    ),
    "rank_county": ("county", "县级"),
    "rank_town": ("town", "乡级"),
    "rank_village": ("village", "村级"),
    "rank_group": ("group", "组级"),
    "rank_point": ("hazard point", "隐患点"),
}
