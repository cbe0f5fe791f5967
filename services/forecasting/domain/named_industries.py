"""The industries that the documents name for the fit of majors, each with its clause.

The document names the industry; which classes of majors (专业类) and which codes of GB/T 4754 it
means is the platform's reading, and answers say so. An industry for which no class of majors can
be named without guessing has none, and is shown as not measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.forecasting.domain.organisation import pack_of
from shared.kernel.errors import Text


@dataclass(frozen=True, slots=True)
class NamedIndustry:
    """One industry as a document names it, with the platform's reading of it."""

    key: str
    name: Text
    clause: str
    classes: tuple[str, ...]
    industries: tuple[str, ...]


_MACHINES = ("机械设计制造类", "机电设备类", "自动化类", "机械类")
_TOURISM = ("旅游类", "旅游管理类")
_TOURISM_CODES = ("61", "7291", "786")

_JILIN = (
    NamedIndustry("auto", Text("汽车", "Cars"), "八.1", ("汽车制造类",), ("36",)),
    NamedIndustry(
        "petrochemical",
        Text("石化", "Petrochemicals"),
        "八.1",
        ("化工技术类", "石油与天然气类", "化工与制药类"),
        ("25", "26", "28"),
    ),
    NamedIndustry(
        "farm_products",
        Text("农产品加工", "Farm products"),
        "八.1",
        ("农业类", "食品类", "粮食类", "食品科学与工程类"),
        ("13", "14", "15"),
    ),
    NamedIndustry(
        "rail", Text("先进轨道交通装备", "Rail equipment"), "八.2", ("轨道装备类",), ("37",)
    ),
    NamedIndustry(
        "biopharma",
        Text("生物医药", "Biopharmaceuticals"),
        "八.2",
        ("药品与医疗器械类", "生物技术类", "药学类", "生物工程类", "生物医学工程类"),
        ("27",),
    ),
    NamedIndustry(
        "chips",
        Text("集成电路、电子信息", "Integrated circuits, electronics"),
        "八.2",
        ("集成电路类", "电子信息类"),
        ("39",),
    ),
    NamedIndustry("tourism", Text("旅游", "Tourism"), "八.2", _TOURISM, _TOURISM_CODES),
    NamedIndustry(
        "remote_sensing",
        Text("卫星遥感", "Remote sensing"),
        "八.3",
        ("测绘地理信息类", "测绘类"),
        ("6571",),
    ),
    NamedIndustry("big_data", Text("大数据", "Big data"), "八.3", ("计算机类",), ("64", "65")),
    NamedIndustry(
        "new_energy",
        Text("新能源", "New energy"),
        "八.3",
        ("新能源发电工程类", "能源动力类"),
        ("4415", "4416"),
    ),
    NamedIndustry(
        "new_materials",
        Text("新材料", "New materials"),
        "八.3",
        ("非金属材料类", "材料类"),
        ("265", "306"),
    ),
    NamedIndustry(
        "finance",
        Text("金融服务", "Finance"),
        "八.3",
        ("金融类", "金融学类"),
        ("66", "67", "68", "69"),
    ),
    NamedIndustry(
        "energy_equipment",
        Text("新能源装备", "Equipment for new energy"),
        "八.4",
        ("电气类", "电力技术类"),
        ("38",),
    ),
    NamedIndustry(
        "energy_intensive",
        Text("高载能高新技术产业", "Energy-intensive high technology"),
        "八.4",
        (),
        (),
    ),
)
_SHAOXING = (
    NamedIndustry(
        "chips", Text("集成电路", "Integrated circuits"), "三", ("集成电路类",), ("3973",)
    ),
    NamedIndustry(
        "equipment", Text("高端装备", "High-end equipment"), "三", _MACHINES, ("34", "35")
    ),
    NamedIndustry(
        "biopharma",
        Text("生物医药", "Biopharmaceuticals"),
        "三",
        ("药品与医疗器械类", "生物技术类", "药学类"),
        ("27",),
    ),
    NamedIndustry(
        "new_materials",
        Text("新材料", "New materials"),
        "三",
        ("非金属材料类", "材料类"),
        ("265", "306"),
    ),
    NamedIndustry(
        "dyeing", Text("印染", "Dyeing and printing"), "三", ("纺织服装类", "纺织类"), ("17", "18")
    ),
    NamedIndustry(
        "chemicals", Text("化工", "Chemicals"), "三", ("化工技术类", "化工与制药类"), ("26",)
    ),
    NamedIndustry("rice_wine", Text("黄酒", "Rice wine"), "三", ("食品类",), ("1514",)),
    NamedIndustry("pearls", Text("珍珠", "Pearls"), "三", (), ("2438",)),
    NamedIndustry(
        "metalwork", Text("金属加工", "Metalwork"), "三", ("有色金属材料类",), ("32", "33")
    ),
    NamedIndustry(
        "trade",
        Text("商贸物流", "Trade and logistics"),
        "三",
        ("物流类", "电子商务类", "经济贸易类"),
        ("51", "52", "58", "59"),
    ),
    NamedIndustry("tourism", Text("文化旅游", "Tourism"), "三", _TOURISM, _TOURISM_CODES),
    NamedIndustry(
        "creative",
        Text("文化创意", "Creative industries"),
        "三",
        ("艺术设计类", "文化服务类", "设计学类"),
        ("87", "88"),
    ),
)
_HENAN = (
    NamedIndustry(
        "farming",
        Text("现代农业", "Modern farming"),
        "四.五",
        ("农业类", "畜牧业类", "植物生产类"),
        ("01", "03"),
    ),
    NamedIndustry(
        "manufacturing",
        Text("先进制造业", "Advanced manufacturing"),
        "四.五",
        (*_MACHINES, "汽车制造类"),
        ("34", "35", "36", "38"),
    ),
    NamedIndustry(
        "emerging",
        Text("战略性新兴产业", "Strategic emerging industries"),
        "四.五",
        ("集成电路类", "生物技术类", "新能源发电工程类"),
        ("27", "39"),
    ),
    NamedIndustry("home_help", Text("家政", "Home help"), "四.五", (), ("801",)),
    NamedIndustry(
        "elder_care", Text("养老", "Care of the old"), "四.五", ("公共服务类",), ("851",)
    ),
    NamedIndustry(
        "health",
        Text("健康", "Health"),
        "四.五",
        ("护理类", "康复治疗类", "健康管理与促进类"),
        ("84",),
    ),
    NamedIndustry("tourism", Text("旅游", "Tourism"), "四.五", _TOURISM, _TOURISM_CODES),
    NamedIndustry("child_care", Text("托育", "Child care"), "四.五", (), ("802",)),
)
_HANGZHOU = (
    NamedIndustry(
        "digital",
        Text("数字经济", "Digital economy"),
        "四",
        ("计算机类", "电子信息类", "通信类", "电子商务类"),
        ("39", "63", "64", "65"),
    ),
    NamedIndustry(
        "manufacturing",
        Text("新制造业", "New manufacturing"),
        "四",
        _MACHINES,
        ("34", "35", "36", "38"),
    ),
)
NAMED: dict[str, tuple[NamedIndustry, ...]] = {
    "cn-jl": _JILIN,
    "cn-zj-sx": _SHAOXING,
    "cn-ha": _HENAN,
    "cn-zj-hz": _HANGZHOU,
}
READING = Text(
    "行业由文件列名；对应的专业类和行业代码是平台的理解，供核对。",
    "The document names the industries; the classes of majors and industry codes are the "
    "platform's reading, open to correction.",
)


def named_industries(region: str) -> tuple[str, tuple[NamedIndustry, ...]]:
    """Return the pack of a region and the industries that its document names; none: ().

    >>> named_industries("330602")[0], named_industries("330000")[1]
    ('cn-zj-sx', ())
    """
    pack = pack_of(region)
    return pack, NAMED.get(pack, ())
