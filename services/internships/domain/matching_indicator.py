"""What is measured of clearings for an authority: each indicator, what it counts, how it is asked.

Counts of persons come by kind of school and region; a share is the one over the other, and is
told only where both may be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel.errors import Text
from shared.policies.jurisdiction import region_prefix

LEAST = 5  # persons: as cut-offs, and as the releases of the labour market
NATION = "000000"

# Breakdowns of persons: the name, its parts. Each is hidden or told as a whole.
RANKS = ("first", "second_third", "later")
FITS = ("relevant", "other_group", "not_comparable")
PLACES = ("same_city", "same_province", "other_province", "place_unknown")
BREAKDOWNS: Mapping[str, tuple[str, ...]] = {
    "placed": ("placed",),
    "unplaced": ("unplaced",),
    "rank": RANKS,
    "fit": FITS,
    "place": PLACES,
}
COUNTS = ("students", *(part for parts in BREAKDOWNS.values() for part in parts))


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: `count` of `among`, both sums of counts; `needs` what must be told for it.

    A count that is named twice counts twice. `is_share`: of 1; else it is a mean.
    """

    code: str
    title: Text
    definition: Text
    count: tuple[str, ...]
    among: tuple[str, ...]
    needs: tuple[str, ...]
    is_share: bool = True


INDICATORS = (
    Indicator(
        "relevance",
        Text("专业对口率", "Relevance rate"),
        Text(
            "已安排学生中，所学专业与岗位所列专业同属一个专业大类（中职、高职、职业本科十九大类对齐）"
            "的人数，除以可比较的已安排人数；岗位未列专业或目录不同者不计入。",
            "Of the placed students whose major can be compared with the majors that the post "
            "names, those whose major is of the same major group (19 groups, aligned across "
            "levels).",
        ),
        ("relevant",),
        ("relevant", "other_group"),
        ("placed", "fit"),
    ),
    Indicator(
        "seats_filled",
        Text("岗位满足率", "Fill rate"),
        Text(
            "清算中安排了学生的名额，除以各批次提供的全部名额。",
            "Seats that got a student, of all seats that the batches offered.",
        ),
        ("placed",),
        ("seats",),
        ("placed",),
    ),
    Indicator(
        "placed_share",
        Text("学生安排率", "Students placed"),
        Text(
            "安排到岗位的学生，除以符合条件参加清算的学生（含未填志愿者）。",
            "Students who got a post, of all eligible students of the batches, also those who "
            "made no wish.",
        ),
        ("placed",),
        ("students",),
        ("placed", "unplaced"),
    ),
    Indicator(
        "first_wish",
        Text("第一志愿率", "First wish"),
        Text("已安排学生中获得第一志愿者。", "Of the placed students, those at their first wish."),
        ("first",),
        ("placed",),
        ("placed", "rank"),
    ),
    Indicator(
        "top_three",
        Text("前三志愿率", "One of three first wishes"),
        Text(
            "已安排学生中获得第一至第三志愿者。",
            "Of the placed students, those at one of their three first wishes.",
        ),
        ("first", "second_third"),
        ("placed",),
        ("placed", "rank"),
    ),
    Indicator(
        "mean_rank",
        Text("平均志愿序位", "Mean rank obtained"),
        Text(
            "已安排学生所获志愿的平均序位，1 为第一志愿。",
            "The mean rank of the wish that placed students got; 1 is the first wish.",
        ),
        ("rank_sum",),
        ("placed",),
        ("placed", "rank"),
        is_share=False,
    ),
    Indicator(
        "same_city",
        Text("本市安置率", "Placed in the school's city"),
        Text(
            "已安排学生中，岗位与学校在同一设区市者，除以两地均已知者。",
            "Of the placed students whose school and post have a known place, those whose post is "
            "in the school's own city.",
        ),
        ("same_city",),
        ("same_city", "same_province", "other_province"),
        ("placed", "place"),
    ),
    Indicator(
        "other_province",
        Text("跨省安置率", "Placed in another province"),
        Text(
            "已安排学生中，岗位在学校所在省份以外者，除以两地均已知者。",
            "Of the placed students whose school and post have a known place, those whose post "
            "is in another province.",
        ),
        ("other_province",),
        ("same_city", "same_province", "other_province"),
        ("placed", "place"),
    ),
    Indicator(
        "distance",
        Text("平均距离级", "Mean distance in steps"),
        Text(
            "已安排学生中两地均已知者，岗位与学校的行政区划相隔级数的平均："
            "同市 0，同省 1，跨省 2。平台不保存学生住址与坐标，因此不计公里。",
            "Of the placed students whose school and post have a known place, the mean number of "
            "steps between the two: the same city 0, the same province 1, another province 2. "
            "Neither addresses nor coordinates of persons are kept, so it is not in kilometres.",
        ),
        ("same_province", "other_province", "other_province"),
        ("same_city", "same_province", "other_province"),
        ("placed", "place"),
        is_share=False,
    ),
)

# How groups compare: what a kind of school or a region must not be behind in.
COMPARED = ("placed_share", "relevance", "first_wish", "top_three", "same_city")

LEVELS: Mapping[str, Text] = {
    "secondary_vocational": Text("中职", "Secondary vocational"),
    "technician": Text("技工院校", "Technician"),
    "higher_vocational": Text("高职专科", "Higher vocational"),
    "vocational_bachelor": Text("职业本科", "Vocational bachelor"),
    "applied_bachelor": Text("应用型本科", "Applied bachelor"),
    "bachelor": Text("普通本科", "Bachelor"),
    "": Text("学校类型未登记", "Kind of school not registered"),
}


def part_of(region: str, jurisdiction: str) -> str:
    """Return the region one level below a jurisdiction that a place belongs to; "" if unknown.

    >>> part_of("330602", "000000"), part_of("330602", "330000"), part_of("330602", "330600")
    ('330000', '330600', '330602')
    """
    digits = {0: 2, 2: 4}.get(len(region_prefix(jurisdiction)), 6)
    return region[:digits].ljust(6, "0") if region else ""
