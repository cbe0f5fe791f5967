"""Why a term of a match has its value, in words: codes by their names in the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from matching.scores import Reason
from services.exchange.domain.notice_kind import KINDS
from shared.catalogues.parts import part_name
from shared.kernel.errors import Text

_TEXTS: Final[Mapping[str, Text]] = {
    "kind.same": Text("类别相同：{own}", "the same kind: {own}"),
    "kind.kin": Text("类别相近：{own}与{other}", "kinds that answer each other: {own}, {other}"),
    "majors.same": Text("专业相同：{own}", "the same major: {own}"),
    "majors.covered": Text("专业相互涵盖：{own}、{other}", "one covers the other: {own}, {other}"),
    "majors.class": Text("同属一个专业类：{own}、{other}", "majors of one class: {own}, {other}"),
    "majors.group": Text("同属一个专业大类：{own}、{other}", "majors of one group: {own}, {other}"),
    "majors.other": Text("专业大类不同：{own}、{other}", "majors of other groups: {own}, {other}"),
    "majors.not_comparable": Text(
        "专业不在同一目录，不作比较", "the majors are of different catalogues and not compared"
    ),
    "majors.not_stated": Text("有一方未写明专业，不计", "a side names no major: left out"),
    "occupation.same": Text("职业相同：{post}", "the same occupation: {post}"),
    "occupation.minor": Text("职业同属一个小类：{post}", "occupations of a minor group: {post}"),
    "occupation.middle": Text("职业同属一个中类：{post}", "occupations of a middle group: {post}"),
    "occupation.major": Text("职业只同属一个大类：{post}", "only the major group agrees: {post}"),
    "occupation.other": Text("职业不同类：{post}", "another kind of occupation: {post}"),
    "occupation.not_stated": Text("有一方未写明职业，不计", "a side names no occupation: left out"),
    "skills.some": Text("双方都提到：{common}", "both name {common}"),
    "skills.none": Text("双方提到的技能各不相同", "no skill is named by both"),
    "skills.not_stated": Text("有一方未写明技能，不计", "a side names no skill: left out"),
    "words.some": Text("文字中都有：{common}", "both texts say {common}"),
    "words.none": Text("文字中没有相同的词", "the texts share no word"),
    "words.not_stated": Text("有一方没有文字，不计", "a side has no text: left out"),
    "region.same_district": Text("同一区县：{post}", "the same district: {post}"),
    "region.same_city": Text("同一城市：{post}", "the same city: {post}"),
    "region.same_province": Text("同一省份：{post}", "the same province: {post}"),
    "region.other": Text("不在同一省份：{post}", "another province: {post}"),
    "region.not_stated": Text("有一方未写明地区，不计", "a side names no region: left out"),
    "industry.class": Text("行业相同：{shared}", "the same industry: {shared}"),
    "industry.group": Text("行业同属一个中类：{shared}", "industries of one group: {shared}"),
    "industry.division": Text("行业同属一个大类：{shared}", "industries of one division: {shared}"),
    "industry.section": Text("行业同属一个门类：{shared}", "industries of one section: {shared}"),
    "industry.other": Text("行业门类不同", "industries of different sections"),
    "industry.not_stated": Text("有一方未写明行业，不计", "a side names no industry: left out"),
}
_CATALOGUES: Final = {
    "majors": "major",
    "occupation": "occupation",
    "region": "region",
    "industry": "industry",
}


def reason_text(reason: Reason) -> Text:
    """Return a reason in both languages.

    >>> reason_text(Reason("region.same_city", {"post": "330106"})).zh
    '同一城市：西湖区'
    >>> reason_text(Reason("kind.kin", {"own": "base", "other": "lease"})).en
    'kinds that answer each other: Training base, Lease of premises and equipment'
    """
    topic, text = reason.code.partition(".")[0], _TEXTS[reason.code]
    told = {name: _said(topic, fact) for name, fact in reason.facts.items()}
    return Text(
        text.zh.format_map({name: said.zh for name, said in told.items()}),
        text.en.format_map({name: said.en for name, said in told.items()}),
    )


def _said(topic: str, fact: str | tuple[str, ...]) -> Text:
    if not isinstance(fact, str):
        return Text("、".join(fact), ", ".join(fact))
    if topic == "kind":
        return KINDS[fact].name
    name = part_name(_CATALOGUES[topic], fact) if fact else ""
    return Text(name, name)
