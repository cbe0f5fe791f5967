"""The trades of the demonstration's posts: codes, majors, tasks and pay of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Sector = Literal["manufacturing", "health", "logistics", "it", "business"]
# Levels of schools and the catalogue of majors that each teaches by.
LEVELS = ("higher_vocational", "vocational_bachelor", "bachelor")


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of work; money in yuan a month; majors by the level of the school."""

    key: str
    sector: Sector
    titles: tuple[str, ...]
    industry_code: str
    occupation_code: str
    majors: Mapping[str, tuple[str, ...]]
    skills: tuple[str, ...]
    tasks: tuple[str, ...]
    pay_yuan: tuple[int, int]
    words: tuple[str, ...] = field(default=())

    @property
    def major_codes(self) -> list[str]:
        """The majors of every level."""
        return [code for level in LEVELS for code in self.majors.get(level, ())]


def _majors(
    vocational: str, bachelor_of_trade: str, bachelor: str
) -> Mapping[str, tuple[str, ...]]:
    told = (vocational, bachelor_of_trade, bachelor)
    return {level: tuple(codes.split()) for level, codes in zip(LEVELS, told, strict=True)}


# Codes: majors of the Ministry's catalogues, occupations of 职业分类大典 2022, GB/T 4754-2017.
# `words` place an advertisement; the first trade below with a word in the title has it.
TRADES: tuple[Trade, ...] = (
    Trade(
        "lab",
        "health",
        ("医学检验实习生", "检验科实习岗"),
        "84",
        "2-05-07-04",
        _majors("520501", "320501", "101001"),
        ("标本采集", "生化检验", "质量控制"),
        ("标本接收与前处理", "生化与免疫检验", "检验设备日常维护"),
        (1000, 2200),
    ),
    Trade(
        "nursing",
        "health",
        ("内科病区护理实习岗", "外科病区护理实习岗", "急诊护理实习岗", "儿科护理实习岗"),
        "84",
        "2-05-08-01",
        _majors("520201 520202", "320201", "101101K"),
        ("基础护理", "静脉输液", "护患沟通"),
        ("协助基础护理", "测量并记录生命体征", "协助病区健康宣教"),
        (1000, 2400),
    ),
    Trade(
        "rehabilitation",
        "health",
        ("康复治疗实习岗", "运动康复实习岗"),
        "84",
        "2-05-07-13",
        _majors("520601", "320601", "101005"),
        ("运动疗法", "作业疗法", "康复评定"),
        ("协助康复评定", "指导康复训练", "整理康复病历"),
        (1000, 2400),
    ),
    Trade(
        "machining",
        "manufacturing",
        ("数控车床操作实习岗", "加工中心操作实习岗", "精密零件加工实习岗"),
        "34",
        "6-18-01-01",
        _majors("460103 460104 460113", "260101 260103", "080202"),
        ("数控车削", "识图", "量具使用"),
        ("零件数控加工", "首件检验与记录", "刀具更换与对刀", "设备日常点检"),
        (2600, 4200),
        ("数控", "加工", "机械", "模具"),
    ),
    Trade(
        "automotive",
        "manufacturing",
        ("新能源汽车装调实习岗", "整车质检实习岗"),
        "36",
        "4-12-01-01",
        _majors("460701 460702", "260701 260702", "080207"),
        ("汽车构造", "故障诊断", "电工基础"),
        ("整车下线检测", "动力电池装调", "故障诊断与记录"),
        (2800, 4300),
        ("汽车", "整车"),
    ),
    Trade(
        "robotics",
        "manufacturing",
        ("工业机器人运维实习岗", "自动化产线调试实习岗", "电气装配实习岗"),
        "38",
        "6-31-07-01",
        _majors("460305 460301 460306", "260301 260302", "080803T 080601"),
        ("机器人编程", "PLC", "电气接线"),
        ("机器人示教与调试", "产线点检与保养", "电气接线与测试"),
        (2800, 4500),
        ("机器人", "自动化", "电气", "设备"),
    ),
    Trade(
        "electronics",
        "manufacturing",
        ("电子产品测试实习岗", "嵌入式硬件实习岗", "SMT工艺实习岗"),
        "39",
        "4-08-05-07",
        _majors("510103 510101", "310101", "080701"),
        ("电路焊接", "示波器", "嵌入式"),
        ("电路板测试", "测试数据记录", "不良品分析"),
        (2600, 4200),
        ("硬件", "嵌入式", "电子", "芯片", "集成电路", "半导体"),
    ),
    Trade(
        "logistics",
        "logistics",
        ("仓储管理实习岗", "运输调度实习岗", "供应链计划实习岗", "分拨中心实习岗"),
        "59",
        "4-02-06-03",
        _majors("530802", "330802", "120601 120604T"),
        ("WMS", "库存盘点", "Excel"),
        ("出入库管理", "库存盘点", "运输计划与跟踪", "单据核对"),
        (2500, 4000),
        ("供应链", "物流", "仓储", "采购", "关务"),
    ),
    Trade(
        "intelligence",
        "it",
        ("数据标注与模型训练实习生", "算法工程实习生"),
        "65",
        "4-04-05-05",
        _majors("510209", "310209", "080717T"),
        ("Python", "机器学习", "数据标注"),
        ("训练数据标注与校验", "模型训练与评测", "实验记录"),
        (3000, 6000),
        ("标注", "算法", "NLP", "nlp", "机器学习", "人工智能", "AI", "自然语言", "挖掘", "视觉"),
    ),
    Trade(
        "accounting",
        "business",
        ("财务助理实习生", "审计助理实习生"),
        "72",
        "2-06-03-00",
        _majors("530302 530301", "330302 330301", "120203K 120204"),
        ("Excel", "会计核算", "财务软件"),
        ("凭证整理与录入", "往来核对", "报表编制"),
        (2200, 3800),
        ("财务", "会计", "审计", "税务", "成本"),
    ),
    Trade(
        "finance",
        "business",
        ("投资研究实习生", "风控助理实习生"),
        "67",
        "2-06-14-00",
        _majors("530202", "330202", "020301K 020310T"),
        ("Excel", "财务分析", "Wind"),
        ("行业资料整理", "财务数据分析", "风险指标监测"),
        (2500, 5000),
        ("投资", "证券", "金融", "基金", "量化", "风控", "风险", "信贷", "保险", "股权", "行研"),
    ),
    Trade(
        "personnel",
        "business",
        ("人力资源实习生", "招聘助理实习生"),
        "72",
        "4-07-03-04",
        _majors("590202", "390202", "120206"),
        ("Excel", "招聘流程", "沟通"),
        ("简历筛选与邀约", "人事档案整理", "培训组织"),
        (2200, 3600),
        ("HR", "人力", "招聘", "薪酬", "行政", "助教", "课程"),
    ),
    Trade(
        "software",
        "it",
        ("Java开发实习生", "前端开发实习生", "软件测试实习生"),
        "65",
        "4-04-05-01",
        _majors("510203 510201", "310203 310201", "080902 080901"),
        ("Java", "SQL", "Git"),
        ("模块编码", "单元测试", "缺陷修复", "技术文档编写"),
        (3000, 6000),
        ("开发", "测试", "JAVA", "java", "Java", "前端", "后端", "程序", "软件", "爬虫", "架构"),
    ),
    Trade(
        "network",
        "it",
        ("网络运维实习生", "云平台实施实习生"),
        "65",
        "2-02-10-04",
        _majors("510202", "310202", "080903"),
        ("Linux", "网络配置", "云计算"),
        ("网络设备巡检", "系统部署与监控", "故障记录"),
        (2800, 4800),
        ("运维", "网络", "实施", "技术支持", "安全", "云"),
    ),
    Trade(
        "commerce",
        "business",
        ("电商运营实习生", "直播运营实习生"),
        "64",
        "4-01-06-01",
        _majors("530701 530704 530702", "330701 330702", "120801 120803T"),
        ("店铺运营", "Excel", "文案"),
        ("商品上架与维护", "活动数据统计", "直播间支持"),
        (2300, 3800),
        ("电商", "商品", "店铺", "直播", "类目", "天猫", "亚马逊", "跨境"),
    ),
    Trade(
        "media",
        "business",
        ("新媒体运营实习生", "内容编辑实习生"),
        "64",
        "4-13-01-05",
        _majors("510204 550103", "310204 360101", "050306T 080906"),
        ("文案", "短视频剪辑", "平面设计"),
        ("内容选题与编辑", "账号日常运营", "传播数据统计"),
        (2300, 3800),
        ("新媒体", "内容", "编辑", "舆情", "视频", "设计", "媒介", "文案"),
    ),
    Trade(
        "marketing",
        "business",
        ("市场助理实习生", "客户服务实习生"),
        "72",
        "2-06-07-02",
        _majors("530605", "330602", "120202 120201K"),
        ("市场调研", "Excel", "沟通"),
        ("市场调研与访谈", "客户资料整理", "活动执行"),
        (2300, 3800),
        ("市场", "营销", "销售", "客户", "品牌", "用户", "咨询", "客服"),
    ),
    Trade(
        "analysis",
        "business",
        ("商业分析实习生", "经营分析实习生"),
        "64",
        "4-07-02-05",
        _majors("530706 530401", "330301", "071201 120108T"),
        ("Excel", "SQL", "数据可视化"),
        ("经营数据整理", "分析报表编制", "专题分析"),
        (2500, 4800),
        ("商业", "战略", "行业", "产品", "运营", "经营", "业务", "研究", "策略", "统计"),
    ),
    Trade(
        "data",
        "it",
        ("数据分析实习生", "数据治理实习生"),
        "65",
        "2-02-30-09",
        _majors("510205", "310205", "080910T"),
        ("SQL", "Python", "数据可视化"),
        ("数据采集与清洗", "指标统计", "分析报告编写", "数据质量核对"),
        (2800, 5500),
    ),
)
BY_KEY = {trade.key: trade for trade in TRADES}
OTHERWISE = BY_KEY["data"]


def trade_of_title(title: str) -> Trade:
    """Return the trade that a title names; an unnamed one is of data, as most of ours are.

    >>> trade_of_title("电商数据分析实习生").key, trade_of_title("数据分析师").key
    ('commerce', 'data')
    """
    for trade in TRADES:
        if any(word in title for word in trade.words):
            return trade
    return OTHERWISE
