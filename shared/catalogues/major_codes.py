"""What the digits of a vocational major's code say: level, group (专业大类) and class (专业类).

The 2021 vocational catalogue numbers 19 groups alike at three levels: 61-79 secondary, 41-59
higher vocational, 21-39 vocational bachelor; so 61, 41 and 21 are one group. Undergraduate codes
(01-14) follow another catalogue and have no such group.
"""

from __future__ import annotations

from typing import Literal

from shared.kernel.errors import Text

MajorLevel = Literal["secondary", "higher_vocational", "vocational_bachelor", "bachelor"]

# Names of the 19 aligned groups, by their number.
GROUPS: dict[str, Text] = {
    "01": Text("农林牧渔大类", "Agriculture, forestry, animal husbandry and fishery"),
    "02": Text("资源环境与安全大类", "Resources, environment and safety"),
    "03": Text("能源动力与材料大类", "Energy, power and materials"),
    "04": Text("土木建筑大类", "Civil engineering and building"),
    "05": Text("水利大类", "Water engineering"),
    "06": Text("装备制造大类", "Equipment manufacturing"),
    "07": Text("生物与化工大类", "Biology and chemical engineering"),
    "08": Text("轻工纺织大类", "Light industry and textiles"),
    "09": Text("食品药品与粮食大类", "Food, medicine and grain"),
    "10": Text("交通运输大类", "Transport"),
    "11": Text("电子与信息大类", "Electronics and information"),
    "12": Text("医药卫生大类", "Medicine and health"),
    "13": Text("财经商贸大类", "Finance, economics and commerce"),
    "14": Text("旅游大类", "Tourism"),
    "15": Text("文化艺术大类", "Culture and arts"),
    "16": Text("新闻传播大类", "News and communication"),
    "17": Text("教育与体育大类", "Education and sports"),
    "18": Text("公安与司法大类", "Public security and justice"),
    "19": Text("公共管理与服务大类", "Public administration and service"),
}
MEDICAL_GROUP = "12"


def level_of(code: str) -> MajorLevel | None:
    """Return the level that a major's code belongs to, or None where the code is of no catalogue.

    >>> level_of("610101"), level_of("510201"), level_of("310201"), level_of("080901")
    ('secondary', 'higher_vocational', 'vocational_bachelor', 'bachelor')
    """
    head = code[:2]
    if len(code) < 6 or not code[:6].isdigit():
        return None
    number = int(head)
    if 61 <= number <= 79:
        return "secondary"
    if 41 <= number <= 59:
        return "higher_vocational"
    if 21 <= number <= 39:
        return "vocational_bachelor"
    return "bachelor" if 1 <= number <= 14 else None


def group_of(code: str) -> str | None:
    """Return the number of the aligned group of a vocational major, or None for any other code.

    >>> group_of("710201"), group_of("510203"), group_of("310201"), group_of("080901")
    ('11', '11', '11', None)
    """
    level = level_of(code)
    if level is None or level == "bachelor":
        return None
    return f"{int(code[:2]) % 20:02d}"


def class_of(code: str) -> str | None:
    """Return the class code (first four digits), or None where the code is of no catalogue.

    >>> class_of("710201"), class_of("080901"), class_of("9")
    ('7102', '0809', None)
    """
    return code[:4] if level_of(code) else None
