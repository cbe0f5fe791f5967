"""The columns of a bulk upload of posts: headers in two languages, what each cell may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from services.internships.domain.facts import (
    Hazard,
    Intensity,
    InternshipKind,
    OrganiserKind,
    Payee,
    PayMethod,
)
from services.internships.domain.post import PostTerms, Wages
from shared.catalogues.told import (
    CodeUnknownError,
    industry_of,
    majors_of,
    occupation_of,
    region_of,
)
from shared.kernel.errors import Text
from shared.sheets import (
    CellError,
    ColumnSpec,
    Parser,
    Pay,
    any_pay,
    choice,
    clock,
    day,
    flag,
    integer,
    items,
    number,
    pay_in_fen,
    pay_in_yuan,
    text,
)
from shared.sheets.cells import Cell, folded

_KINDS = {
    "岗位实习": InternshipKind.ON_POST,
    "认识实习": InternshipKind.ORIENTATION,
    "on_post": InternshipKind.ON_POST,
    "orientation": InternshipKind.ORIENTATION,
    # The old word of Jilin's 2018 text; 跟岗实习 is abolished and therefore unknown.
    "顶岗实习": InternshipKind.ON_POST,
}
_METHODS = {
    "货币": PayMethod.MONEY,
    "money": PayMethod.MONEY,
    "现金": PayMethod.MONEY,
    "转账": PayMethod.MONEY,
    "银行转账": PayMethod.MONEY,
    "实物": PayMethod.GOODS,
    "goods": PayMethod.GOODS,
    "代金券": PayMethod.VOUCHER,
    "voucher": PayMethod.VOUCHER,
}
_PAYEES = {
    "学生": Payee.STUDENT,
    "学生本人": Payee.STUDENT,
    "student": Payee.STUDENT,
    "学校": Payee.SCHOOL,
    "school": Payee.SCHOOL,
    "第三方": Payee.THIRD_PARTY,
    "third_party": Payee.THIRD_PARTY,
}
_ORGANISERS = {
    "学校": OrganiserKind.SCHOOL,
    "school": OrganiserKind.SCHOOL,
    "自主选择": OrganiserKind.SELF_ARRANGED,
    "self_arranged": OrganiserKind.SELF_ARRANGED,
    "中介": OrganiserKind.BROKER,
    "broker": OrganiserKind.BROKER,
    "劳务派遣": OrganiserKind.LABOUR_DISPATCH,
    "labour_dispatch": OrganiserKind.LABOUR_DISPATCH,
}
_HAZARDS = {
    "高空": Hazard.HIGH_ALTITUDE,
    "高处作业": Hazard.HIGH_ALTITUDE,
    "井下": Hazard.UNDERGROUND,
    "放射性": Hazard.RADIOACTIVE,
    "有毒": Hazard.TOXIC,
    "易燃易爆": Hazard.FLAMMABLE_EXPLOSIVE,
    "其他高风险": Hazard.OTHER_HIGH_RISK,
    **{hazard.value: hazard for hazard in Hazard},
}
_NO_HAZARD = frozenset({"无", "没有", "none", "否", "no"})
# Ⅲ is III once full-width and compatible signs are folded.
_INTENSITIES = {
    f"{name}{suffix}": level
    for level, names in (
        (Intensity.I, ("I", "1", "一")),
        (Intensity.II, ("II", "2", "二")),
        (Intensity.III, ("III", "3", "三")),
        (Intensity.IV, ("IV", "4", "四")),
    )
    for name in names
    for suffix in ("", "级")
}
_some_hazards = items(each=choice(_HAZARDS), max_items=len(Hazard))


def _hazards(cell: Cell) -> tuple[Hazard, ...]:
    if isinstance(cell, str) and folded(cell) in _NO_HAZARD:
        return ()
    return _some_hazards(cell)


def _words(max_chars: int, max_items: int) -> Any:
    return items(each=text(max_chars=max_chars), max_items=max_items)


def _code(find: Callable[[Any], Any], read: Parser) -> Parser:
    def parse(cell: Cell) -> Any:
        try:
            return find(read(cell))
        except CodeUnknownError as error:
            raise CellError("code_unknown", error.text.zh, error.text.en) from error

    return parse


_code_words = text(max_chars=80)


def _column(name: str, zh: str, parse: Any, **more: Any) -> ColumnSpec:
    return ColumnSpec(name=name, zh=zh, en=more.pop("en", name), parse=parse, **more)


_CODES = Text("代码或名称", "a code or a name")
_YUAN = Text("元；范围取下限", "yuan; of a range the lower end counts")

POST_COLUMNS: tuple[ColumnSpec, ...] = (
    _column(
        "title", "岗位名称", text(max_chars=200), required=True, aliases=("职位名称", "岗位"),
        example="数控车床装调实习",
    ),
    _column(
        "description", "岗位描述", text(max_chars=20_000), aliases=("工作内容", "岗位职责"),
        example="在师傅指导下完成数控机床装配与调试",
    ),
    _column("kind", "实习类型", choice(_KINDS), required=True, example="岗位实习",
            note=Text("岗位实习、认识实习", "on_post, orientation")),
    _column("region_code", "工作地区", _code(region_of, _code_words), required=True,
            aliases=("行政区划代码",), note=_CODES, example="330106"),
    _column("address", "工作地址", text(max_chars=300), example="杭州市西湖区某路1号"),
    _column("post_class", "同类岗位", text(max_chars=80), example="装配钳工",
            note=Text("20%按此类岗位的在岗职工计算", "the 20 % is counted over this kind of post")),
    _column("occupation_code", "职业", _code(occupation_of, _code_words), note=_CODES,
            aliases=("职业代码",), example="装配钳工"),
    _column("industry_code", "行业", _code(industry_of, _code_words), note=_CODES,
            aliases=("行业代码",), example="C34"),
    _column("major_codes", "面向专业", _code(majors_of, _words(80, 200)),
            aliases=("专业", "专业代码"),
            note=Text("代码、名称或专业类，用顿号分隔", "codes, names or classes"),
            example="660103"),
    _column("skills", "技能要求", _words(80, 50), aliases=("技能",), example="数控、AutoCAD"),
    _column("typical_tasks", "典型工作任务", _words(200, 50), example="机床装配、精度检测"),
    _column("seats", "人数", integer(low=0, high=100_000), required=True,
            aliases=("名额", "招收人数", "招聘人数"), example="4"),
    _column("start_on", "开始日期", day, required=True, aliases=("实习开始日期",),
            example="2027-03-01"),
    _column("end_on", "结束日期", day, required=True, aliases=("实习结束日期",),
            example="2027-08-28"),
    _column("apply_until", "报名截止", day, aliases=("截止日期",), example="2027-02-20"),
    _column("pay", "报酬", any_pay, aliases=("薪资", "薪酬", "实习报酬"), example="3000元/月",
            note=Text("写明每天或每月", "say whether per day or per month")),
    _column("pay_fen_day", "日薪", pay_in_yuan("day"), en="pay_yuan_day", note=_YUAN,
            aliases=("日薪（元）", "日薪（元/天）")),
    _column("pay_fen_day", "日薪（分）", pay_in_fen("day"), en="pay_fen_day"),
    _column("pay_fen_month", "月薪", pay_in_yuan("month"), en="pay_yuan_month", note=_YUAN,
            aliases=("月薪（元）", "月薪（元/月）")),
    _column("pay_fen_month", "月薪（分）", pay_in_fen("month"), en="pay_fen_month"),
    _column("pay_cycle_days", "支付周期（天）", integer(low=1, high=366), aliases=("支付周期",),
            example="30"),
    _column("pay_method", "支付方式", choice(_METHODS), example="货币"),
    _column("payee", "收款人", choice(_PAYEES), example="学生"),
    _column("hours_day", "每日工时", number(low=0, high=24), aliases=("每天工时",), example="8"),
    _column("days_week", "每周天数", number(low=0, high=7), aliases=("每周工作天数",), example="5"),
    _column("shift_start", "上班时间", clock, example="08:30"),
    _column("shift_end", "下班时间", clock, example="17:30"),
    _column("works_night", "夜班", flag, aliases=("是否夜班",), example="否"),
    _column("works_rest_days", "休息日上班", flag, aliases=("是否休息日上班",), example="否"),
    _column("works_overtime", "加班", flag, aliases=("是否加班",), example="否"),
    _column("hazards", "高风险作业", _hazards, example="无",
            note=Text("高空、井下、放射性、有毒、易燃易爆、其他高风险；没有写“无”",
                      "kinds of high-risk work, or “none”")),
    _column("intensity", "劳动强度", choice(_INTENSITIES), aliases=("体力劳动强度",), example="II"),
    _column("venue", "场所", text(max_chars=40), example="车间"),
    _column("organiser_kind", "组织方", choice(_ORGANISERS), example="学校"),
    _column("mentor_ratio", "每名师傅带教人数", number(low=Decimal("0.01"), high=999), example="3"),
    _column("lodging", "提供住宿", flag, aliases=("包住",), example="是"),
    _column("meals", "提供餐食", flag, aliases=("包吃",), example="是"),
    _column("suits_minors", "适合未成年人", flag, aliases=("未成年人可任",), example="否"),
    _column("special_filing_no", "备案号", text(max_chars=80)),
    _column("wage_reference", "相同岗位工资", pay_in_yuan("month"), en="wage_reference_yuan_month",
            note=Text("元/月，仅用于检查，不公开", "yuan a month, for the check only, private")),
    _column("wage_lowest", "最低档工资", pay_in_yuan("month"), en="wage_lowest_grade_yuan_month",
            note=Text("元/月，仅用于检查，不公开", "yuan a month, for the check only, private")),
    _column("wage_reference", "相同岗位工资（分）", pay_in_fen("month"),
            en="wage_reference_fen_month"),
    _column("wage_lowest", "最低档工资（分）", pay_in_fen("month"),
            en="wage_lowest_grade_fen_month"),
)  # fmt: skip


def terms_of_row(values: Mapping[str, Any]) -> tuple[PostTerms, Wages]:
    """Return a read row as terms and private wages."""
    told: dict[str, Any] = {"description": "", **values}
    pay: Pay | None = told.pop("pay", None)
    if pay is not None and pay.period is not None:
        told.setdefault(f"pay_fen_{pay.period}", pay.low_fen)
    wages = Wages(told.pop("wage_reference", None), told.pop("wage_lowest", None))
    return PostTerms.from_values(told), wages
