"""Every kind of notice stands in the clauses that it names, and kinds answer each other."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from services.exchange.contract.notices import NoticeKindName
from services.exchange.domain.notice_kind import KINDS, answering
from tests.exchange.conftest import ExchangeRoom
from tests.policies.test_policy_packs import passage, squeezed

_FILES = {
    "HZ": "hangzhou-2020",
    "SX": "shaoxing-2020-2024",
    "ZJ": "zhejiang-2018",
    "JL": "jilin-2018",
    "HN": "henan-2022",
}
# What each clause says of the kind, in its own words.
WORDS = {
    ("staffing", "JL(十二)"): "用人和生产需要",
    ("staffing", "JL(二十六)"): "人才需求",
    ("staffing", "SX(十五)"): "行业人才供需",
    ("production", "JL(十二)"): "用人和生产需要",
    ("internship", "JL(十二)"): "购买学生顶岗实习、委托管理实习实训设施设备等实践教学服务项目",
    ("internship", "HN(四.4)"): "推动院校向企业购买技术课程和实训教学服务",
    ("joint_course", "SX(八)"): "开发课程体系、教学标准",
    ("joint_course", "JL(十)"): "课程设置",
    ("joint_course", "JL(二十三)"): "联合开发立体化、可选择的校企合作课程包",
    ("joint_course", "HN(四.3)"): "课程设置",
    ("order_class", "SX(十二)"): "订单班(联合班)",
    ("order_class", "ZJ(十)"): "订单班、联合班",
    ("order_class", "HN(四.3)"): "合作开设订单班",
    ("joint_major", "ZJ(六)"): "新设专业原则上应有相关行业企业参与",
    ("joint_major", "SX(八)"): "合作设置专业",
    ("joint_major", "JL(十)"): "参与学校专业规划",
    ("joint_major", "HN(四.3)"): "参与职校专业设置",
    ("industry_college", "HZ(五)"): "产业学院",
    ("industry_college", "SX(五)"): "产业学院",
    ("industry_college", "ZJ(五)"): "产业学院",
    ("base", "SX(十六)"): "建设实训基地和平台",
    ("base", "ZJ(十六)"): "建设实训基地和平台",
    ("base", "HZ(十八)"): "实习实训基地",
    ("base", "JL(十三)"): "实习实训基地建设",
    ("base", "HN(四.5)"): "创新实训基地建设和运行模式",
    ("research", "ZJ(七)"): "将企业一线实际需求作为工程技术研究选题的重要来源",
    ("research", "JL(十四)"): "合作应用型、工程技术研究项目",
    ("research", "JL(二十六)"): "项目研发",
    ("research", "HZ(八)"): "协同创新",
    ("research", "HN(四.3)"): "面向产业技术重大需求开展人才培养和协同创新",
    ("technical_service", "JL(二十六)"): "技术服务",
    ("lease", "HZ(六)"): "场地、设备租赁",
    ("lease", "ZJ(六)"): "场地、设备租赁",
    ("course_package", "HZ(十四)"): "产业技术课程和职业培训包交易制度",
    ("course_package", "JL(二十三)"): "职业培训课程包",
    ("course_package", "HN(四.4)"): "购买技术课程",
    ("teacher_practice", "HZ(十七)"): "专业教师赴企业实践",
    ("teacher_practice", "SX(十三)"): "专业教师赴企业实践",
    ("teacher_practice", "ZJ(十一)"): "专业教师赴企业实践",
    ("teacher_practice", "HN(四.4)"): "专任教师到企业定期实践锻炼",
    ("mentor", "HZ(十五)"): "产业教师(导师)特设岗位",
    ("mentor", "ZJ(十一)"): "聘请行业企业专家和能工巧匠",
    ("mentor", "JL(二十)"): "兼职教师",
    ("mentor", "HN(四.4)"): "产业导师特设岗位",
    ("transfer", "HZ(八)"): "成果转化",
    ("transfer", "ZJ(七)"): "成果转化",
    ("transfer", "JL(十四)"): "校企联合创新成果和核心技术产业化",
}


def test_every_clause_of_a_kind_says_so_in_its_own_words(shared_folder: Path) -> None:
    named = {(kind, clause) for kind, told in KINDS.items() for clause in told.clauses}
    assert named == WORDS.keys()
    for (kind, clause), words in WORDS.items():
        document, _, number = clause.removesuffix(")").partition("(")
        text = (shared_folder / "policies" / f"{_FILES[document]}.txt").read_text("utf-8")
        assert squeezed(words) in passage(text, number), (kind, clause)


def test_kinds_answer_themselves_and_each_other() -> None:
    assert tuple(KINDS) == get_args(NoticeKindName)
    for kind, told in KINDS.items():
        assert kind not in told.kin
        for other in told.kin:
            assert kind in answering(other), f"{kind} is answered by {other}, not the other way"


async def test_the_kinds_are_told_to_everyone_with_the_names_of_the_clauses(
    room: ExchangeRoom,
) -> None:
    items = (await room.anyone().get("/v1/notice-kinds")).json()["items"]
    assert len(items) == 15
    names = {item["kind"]: item["name_zh"] for item in items}
    # JL(二十六) names four, SX(十五) two, JL(十二) three more.
    for kind, name in (
        ("staffing", "用人需求"),
        ("research", "技术需求与项目研发"),
        ("technical_service", "技术服务"),
        ("production", "生产需要"),
        ("internship", "实习实训教学服务"),
    ):
        assert names[kind] == name
    cooperation = {item["kind"] for item in items if item["cooperation"]}
    assert {"order_class", "joint_major", "industry_college"} <= cooperation
    (college,) = [item for item in items if item["kind"] == "industry_college"]
    assert college["answers"] == ["industry_college", "joint_major"]
    assert college["clauses"] == ["HZ(五)", "SX(五)", "ZJ(五)"]
