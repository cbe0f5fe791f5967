"""What the small world's organisations offer and need beside internships; all of it is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

HANGZHOU, NINGBO, CHANGCHUN = "330100", "330200", "220102"
NEED_ANSWERED = "现代物流管理专业寻求订单班合作企业"
OFFER_THAT_FITS = "面向高职院校开设仓配一体化订单班"


@dataclass(frozen=True, slots=True)
class Sketch:
    """One notice: who writes it, what it says, and between which days from today it lies."""

    author: str
    side: str
    kind: str
    title: str
    summary: str
    region_code: str
    more: Mapping[str, Any]
    days: tuple[int, int] = (60, 240)
    closes: int = 45

    def body(self, today: date) -> dict[str, Any]:
        """Return the notice as it is sent, to be submitted at once."""
        start, end = (today + timedelta(days=each) for each in self.days)
        return {
            "side": self.side,
            "kind": self.kind,
            "title": self.title,
            # The schools are real ones: what they are made to say is marked.
            "summary": f"{self.summary}{'（演示）' if self.author.startswith('school') else ''}",
            "region_code": self.region_code,
            "start_on": start.isoformat(),
            "end_on": end.isoformat(),
            "closes_on": (today + timedelta(days=self.closes)).isoformat(),
            **self.more,
            "submit": True,
        }


_LOGISTICS = {"industry_code": "59", "occupation_code": "4-02-06-03", "major_codes": ["530802"]}
_COMMERCE = {"industry_code": "64", "occupation_code": "4-01-06-01", "major_codes": ["530701"]}
_NURSING = {"industry_code": "84", "occupation_code": "2-05-08-01", "major_codes": ["520201"]}
_LAB = {"industry_code": "84", "occupation_code": "2-05-07-04", "major_codes": ["520501"]}

# `author`: the school, the second school, or an enterprise by its row in the world.
SKETCHES: Sequence[Sketch] = (
    Sketch(
        "school",
        "need",
        "order_class",
        NEED_ANSWERED,
        "二年级 40 人，学校提供教室与实训室，希望企业共同制定课程，并派师傅授课每周 8 学时。",
        HANGZHOU,
        {**_LOGISTICS, "skills": ["WMS", "库存盘点"], "places": 40},
        closes=60,
    ),
    Sketch(
        "0",
        "offer",
        "order_class",
        OFFER_THAT_FITS,
        "每期 30 至 45 人，企业出师傅、教材与实训设备，结业双向选择，优先录用。",
        HANGZHOU,
        {
            **_LOGISTICS,
            "skills": ["WMS", "Excel"],
            "places": 45,
            "price_fen": 0,
            "price_per": "total",
        },
    ),
    Sketch(
        "0",
        "offer",
        "teacher_practice",
        "电商运营岗位接收职业院校教师实践",
        "寒暑假接收教师到运营、客服、数据岗位实践，每批四周，有企业导师和实践考核。",
        HANGZHOU,
        {**_COMMERCE, "skills": ["店铺运营", "Excel"], "places": 6},
    ),
    Sketch(
        "school",
        "need",
        "teacher_practice",
        "电子商务专业教师需要企业实践岗位",
        "双师型教师培养，8 名教师，每人不少于四周，需要真实店铺运营任务。",
        HANGZHOU,
        {**_COMMERCE, "skills": ["店铺运营", "文案"], "places": 8},
    ),
    Sketch(
        "school",
        "offer",
        "base",
        "校内智慧物流实训中心向企业开放工位",
        "立体库、分拣线和仓储管理软件，可用于员工培训与技能等级认定，周末和假期开放。",
        HANGZHOU,
        {**_LOGISTICS, "places": 60, "price_fen": 8_000, "price_per": "person"},
    ),
    Sketch(
        "2",
        "need",
        "base",
        "新员工岗前培训需要仓储实训场地",
        "每月 20 人，三天，希望有手持终端和分拣设备，可由学校教师参与授课。",
        HANGZHOU,
        {**_LOGISTICS, "skills": ["WMS"], "places": 20},
    ),
    Sketch(
        "4",
        "need",
        "research",
        "直播间商品短视频自动剪辑的技术需求",
        "素材每天约 300 条，人工剪辑来不及；希望与院校合作研究自动挑选与拼接，企业提供数据与经费。",
        HANGZHOU,
        {
            "industry_code": "65",
            "skills": ["Python", "机器学习", "短视频剪辑"],
            "major_codes": ["510204", "510209"],
            "price_fen": 15_000_000,
            "price_per": "total",
        },
        days=(30, 395),
    ),
    Sketch(
        "school",
        "offer",
        "technical_service",
        "数字媒体与人工智能应用技术服务",
        "教师团队可承接图像、视频处理与数据标注的小型项目，含原型开发与培训。",
        HANGZHOU,
        {
            "industry_code": "65",
            "skills": ["Python", "机器学习", "数据标注"],
            "major_codes": ["510204", "510209"],
        },
        days=(10, 360),
    ),
    Sketch(
        "0",
        "need",
        "staffing",
        "大促期间客服与运营用人需求",
        "两个月，提供食宿和岗前培训，表现好的可转为正式用工。",
        HANGZHOU,
        {
            **_COMMERCE,
            "skills": ["沟通", "Excel"],
            "places": 30,
            "price_fen": 520_000,
            "price_per": "month",
        },
    ),
    Sketch(
        "school",
        "need",
        "mentor",
        "聘请跨境电商产业导师",
        "每学期 32 学时，希望有三年以上平台运营经验，可线上线下结合授课。",
        HANGZHOU,
        {**_COMMERCE, "places": 2, "price_fen": 30_000, "price_per": "hour"},
    ),
    Sketch(
        "4",
        "offer",
        "mentor",
        "内容运营负责人可任兼职教师",
        "可承担新媒体、短视频与直播课程，带真实项目进课堂。",
        HANGZHOU,
        {
            "industry_code": "64",
            "skills": ["文案", "短视频剪辑"],
            "major_codes": ["530704"],
            "places": 2,
        },
    ),
    Sketch(
        "0",
        "offer",
        "joint_course",
        "共建《网店运营实务》课程",
        "企业提供脱敏的真实运营数据与案例，与教师共同编写活页式教材。",
        HANGZHOU,
        {**_COMMERCE, "skills": ["店铺运营", "数据可视化"]},
        days=(30, 300),
    ),
    Sketch(
        "school_2",
        "need",
        "base",
        "护理专业寻求临床实践基地",
        "每批 24 人，八个月，需要带教护士与轮转安排，学校派驻班主任。",
        NINGBO,
        {**_NURSING, "skills": ["基础护理", "静脉输液"], "places": 24},
    ),
    Sketch(
        "1",
        "offer",
        "base",
        "妇儿医院开放护理实践基地",
        "内外科与产科病区，每批 20 人，配带教老师，有宿舍和食堂。",
        NINGBO,
        {**_NURSING, "skills": ["基础护理", "护患沟通"], "places": 20},
    ),
    Sketch(
        "5",
        "need",
        "technical_service",
        "检验设备质量控制技术服务需求",
        "希望院校教师团队每季度来院一次，做室内质控数据分析与人员培训。",
        NINGBO,
        {**_LAB, "skills": ["生化检验", "质量控制"], "price_fen": 600_000, "price_per": "month"},
        days=(20, 380),
    ),
    Sketch(
        "school_2",
        "offer",
        "transfer",
        "康复训练评估装置成果转让",
        "已完成样机和三家医院试用，可转让或许可，学校提供后续技术支持。",
        NINGBO,
        {
            "industry_code": "84",
            "major_codes": ["520601"],
            "skills": ["康复评定"],
            "price_fen": 28_000_000,
            "price_per": "total",
        },
        days=(10, 380),
    ),
    # Jilin alone asks for registration: this one waits for the department of that province.
    Sketch(
        "2",
        "need",
        "staffing",
        "长春新仓库用人需求：仓储与分拣",
        "新仓开业，需要仓储管理与分拣人员，愿与当地职业院校长期合作。",
        CHANGCHUN,
        {
            **_LOGISTICS,
            "skills": ["库存盘点"],
            "places": 25,
            "price_fen": 480_000,
            "price_per": "month",
        },
    ),
)
