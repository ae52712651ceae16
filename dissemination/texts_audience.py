"""What who acts for others is asked to do, beside what residents are: by audience and step.

The sentences are Tongluo's own; a site writes its own under `messages` of its configuration.
"""

from __future__ import annotations

ToDo = dict[str, tuple[tuple[str, str], tuple[str, str]]]
"""Step -> (in full, in short), each (Chinese, English)."""

TO_DO: dict[str, ToDo] = {
    "contacts": {
        "watch": (
            ("保持电话畅通，查看雨情水情，清楚本组需协助转移人员的位置。",
             "Keep your phone on, watch rain and water, and know where those are who need help."),
            ("请保持联络", "keep in touch"),
        ),
        "ready": (
            ("逐户提醒做好转移准备，先安排老人、儿童和行动不便者，检查路线和安置点，报告准备情况。",
             "Go from door to door: everyone gets ready, the old, children and disabled first. "
             "Check the way and the shelter, and report."),
            ("请逐户提醒准备转移", "warn every house to get ready"),
        ),
        "leave": (
            ("立即逐户通知，带领群众按预定路线转移，先帮助行动不便者，到达后清点人数并报告。",
             "Call at every house now and lead people out by the planned way, those who need help "
             "first. Count them at the shelter and report."),
            ("请立即逐户通知转移", "get everyone out now"),
        ),
        "clear": (
            ("通知群众预警解除，确认道路和房屋安全后再组织返回，并报告。",
             "Tell people that it is over. Let them go back only when roads and houses are safe, "
             "and report."),
            ("请通知并确认安全后返回", "tell people, and check before they go back"),
        ),
    },
    "responders": {
        "watch": (
            ("加强值守，检查责任区内隐患点，核对转移联络员和需协助转移人员名单。",
             "Man the duty desk, check the hazard points in your charge, and go through the lists "
             "of contacts and of those who need help."),
            ("请加强值守", "stand by"),
        ),
        "ready": (
            ("立即到岗，备好人员、车辆和安置点，组织先转移需协助人员，核实各村准备情况并报告。",
             "Go to your post now. Have people, vehicles and shelters ready, move those who need "
             "help first, and report what is ready."),
            ("请立即到岗做好转移准备", "go to your post and prepare to evacuate"),
        ),
        "leave": (
            ("立即组织责任区内人员转移，封控危险路段，逐村核实人数，报告已转移和未转移人员。",
             "Evacuate the area in your charge now, close dangerous roads, count village by "
             "village, and report who is out and who is not."),
            ("请立即组织转移", "evacuate now"),
        ),
        "clear": (
            ("预警解除。组织排查道路、房屋和隐患点，确认安全后安排返回，汇总上报。",
             "The warning is over. Have roads, houses and hazard points checked before people go "
             "back, and report."),
            ("请排查后组织返回", "check, then let people go back"),
        ),
    },
    "schools": {
        "watch": (
            ("暂停外出活动，留意天气和后续预警，与家长和校车保持联系。",
             "Put off trips, watch the weather and further warnings, keep in touch with parents "
             "and school buses."),
            ("请暂停外出活动", "put off trips"),
        ),
        "ready": (
            ("停止户外活动，师生进入坚固楼房的高层，校车停运，备好转移路线并清点人数。",
             "Stop all outdoor activity; everyone to the upper floors of solid buildings. Stop "
             "school buses, prepare the way out, and count."),
            ("请停止户外活动并清点人数", "bring everyone inside and count"),
        ),
        "leave": (
            ("立即停课，按预案带领师生转移到安全处，清点人数，不让学生独自回家，通知家长并报告。",
             "Stop lessons and lead everyone to the planned safe place now. Count, let no child go "
             "home alone, tell the parents and report."),
            ("请立即组织师生转移", "lead everyone to safety now"),
        ),
        "clear": (
            ("预警解除。确认校舍、道路和校车线路安全后再复课，并通知家长。",
             "The warning is over. Check buildings, roads and bus routes before lessons go on, and "
             "tell the parents."),
            ("请确认安全后复课", "check before lessons go on"),
        ),
    },
    "staff": {
        "watch": (
            ("核对监测数据和联系人，保持值班电话畅通。",
             "Check the readings and the contacts; keep the duty phone free."),
            ("请值守核对", "stand by and check"),
        ),
        "ready": (
            ("核对发布和回执，联系未回应的责任人，做好升级准备。",
             "Check what went out and what came back, call who has not answered, be ready for the "
             "next level."),
            ("请核对回执", "check the receipts"),
        ),
        "leave": (
            ("逐村核对送达和转移人数，未送达的立即改用其他方式，汇总上报。",
             "Check reach and evacuation village by village; who was not reached is told another "
             "way now. Report."),
            ("请核对送达和转移", "check reach and evacuation"),
        ),
        "clear": (
            ("核对解除信息已送达全部收到预警的人员。",
             "Check that everyone who got the warning got the all-clear."),
            ("请核对解除已送达", "check that the all-clear arrived"),
        ),
    },
}  # fmt: skip


def in_full(audience: str, step: str, index: int) -> str:
    """What to do, in sentences; "" for an audience that is told what residents are told.

    index: 0 Chinese, 1 English.
    """
    return _both(audience, step)[0][index]


def in_short(audience: str, step: str, index: int) -> str:
    """The same in a few words."""
    return _both(audience, step)[1][index]


def _both(audience: str, step: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return TO_DO.get(audience, {}).get(step, (("", ""), ("", "")))
