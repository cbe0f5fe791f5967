"""Reasons of scores as data: a stable code, facts, and one small table of texts in zh and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from shared.kernel.errors import Language, Text

Facts: TypeAlias = Mapping[str, str | tuple[str, ...]]

REASON_TEXTS: Final[Mapping[str, Text]] = {
    "major.same": Text("专业 {student} 正是岗位要求的专业", "major {student} is the one asked for"),
    "major.covered": Text(
        "专业 {student} 属于岗位要求的 {post}", "major {student} lies within {post}"
    ),
    "major.class": Text(
        "专业 {student} 与要求的 {post} 同属一个专业类",
        "major {student} is of the same class as {post}",
    ),
    "major.group": Text(
        "专业 {student} 与要求的 {post} 同属一个专业大类",
        "major {student} is of the same group as {post}",
    ),
    "major.other": Text(
        "专业 {student} 不在岗位要求的专业大类内",
        "major {student} is outside the groups asked for",
    ),
    "major.not_comparable": Text(
        "专业 {student} 与岗位要求的专业不属于同一目录",
        "major {student} is of another catalogue than those asked for",
    ),
    "major.not_stated": Text("岗位或学生未写明专业", "no major is stated"),
    "occupation.same": Text(
        "专业面向的职业包括岗位的职业 {post}",
        "the major leads to occupation {post}",
    ),
    "occupation.minor": Text(
        "专业面向的职业 {student} 与 {post} 同属一个小类",
        "occupation {student} shares the minor group of {post}",
    ),
    "occupation.middle": Text(
        "专业面向的职业 {student} 与 {post} 同属一个中类",
        "occupation {student} shares the middle group of {post}",
    ),
    "occupation.major": Text(
        "专业面向的职业 {student} 与 {post} 只同属一个大类",
        "occupation {student} shares only the major group of {post}",
    ),
    "occupation.other": Text(
        "专业面向的职业与岗位的职业 {post} 不同类",
        "the major leads to no occupation near {post}",
    ),
    "occupation.not_stated": Text(
        "岗位或专业未写明职业",
        "no occupation is stated",
    ),
    "skills.all": Text("具备岗位要求的全部技能", "has every skill asked for"),
    "skills.some": Text(
        "具备 {matched}，尚缺 {missing}",
        "has {matched}, lacks {missing}",
    ),
    "skills.none": Text("尚缺 {missing}", "lacks {missing}"),
    "skills.not_stated": Text("岗位未写明技能", "the post states no skills"),
    "region.same_district": Text("同一区县 {post}", "the same district {post}"),
    "region.same_city": Text("同一城市 {post}", "the same city {post}"),
    "region.same_province": Text("同一省份 {post}", "the same province {post}"),
    "region.other": Text("不在同一省份", "another province"),
    "region.not_stated": Text("岗位或学生未写明地区", "no region is stated"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a term has its value: a stable code, and the facts that fill its text."""

    code: str
    facts: Facts = field(default_factory=dict[str, str | tuple[str, ...]])

    def in_language(self, language: Language) -> str:
        """Return the reason as one clause. Cost: O(facts)."""
        separator = "、" if language == "zh" else ", "
        text = REASON_TEXTS[self.code].in_language(language)
        return text.format_map(
            {
                key: value if isinstance(value, str) else separator.join(value)
                for key, value in self.facts.items()
            }
        )
