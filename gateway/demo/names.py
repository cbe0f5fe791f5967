"""Made-up names of people and enterprises; who bears one of them does so by chance."""

from __future__ import annotations

from random import Random

# Surnames by how common they are: earlier rows are drawn more often.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴",
    "徐孙胡朱高林何郭马罗",
    "梁宋郑谢韩唐冯于董萧",
    "程曹袁邓许傅沈曾彭吕",
    "苏卢蒋蔡贾丁魏薛叶阎",
    "余潘杜戴夏钟汪田任姜",
)
_SHARES = (45, 22, 13, 9, 6, 5)
_FIRST = "子浩宇欣雨佳思嘉晓俊梓文明志雅诗若书语静一安天海玉晨婉慧清泽景承启"
_SECOND = "轩涵怡婷琪杰宁洋萱瑶阳航妍雯然悦磊鹏博琳颖斌超凯峰岚彤莹菲楠蕾辰睿哲"
_WORDS = "恒瑞启元博远鼎新华拓安信诚达汇通卓越宏图锦程云帆晟和凌峰嘉禾泰格联创睿思"

SECTOR_NAMES: dict[str, tuple[str, ...]] = {
    "manufacturing": (
        "精密机械有限公司",
        "智能装备有限公司",
        "电气科技有限公司",
        "汽车零部件有限公司",
    ),
    "health": ("医院有限公司", "康复医院有限公司", "妇儿医院有限公司"),
    "logistics": ("物流有限公司", "供应链管理有限公司", "仓储服务有限公司"),
    "it": ("软件技术有限公司", "信息科技有限公司", "数据服务有限公司"),
    "business": ("商贸有限公司", "电子商务有限公司", "管理咨询有限公司"),
}


def person_name(rng: Random) -> str:
    """Return a name of two or three characters."""
    surname = rng.choice(rng.choices(_SURNAMES, _SHARES)[0])
    if rng.random() < 0.15:
        return surname + rng.choice(_SECOND)
    return surname + rng.choice(_FIRST) + rng.choice(_SECOND)


def enterprise_name(rng: Random, city: str, sector: str) -> str:
    """Return the name of an enterprise of a city and a sector, marked as generated."""
    word = "".join(rng.sample(_WORDS, 2))
    return f"{city.removesuffix('市')}{word}（示例）{rng.choice(SECTOR_NAMES[sector])}"
