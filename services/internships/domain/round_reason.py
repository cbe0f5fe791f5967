"""Why this post and why not that one: a student's result in words that they may see.

A cut-off (末位匹配序位) is shown only where at least five were placed: over fewer placements it is
somebody's own score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matching.scores import Reason
from services.internships.domain.relevance_view import term_values
from shared.kernel.errors import Text

SHOWN_FROM = 5
KEY_STEPS = 1_000_000

_PLACED = Text(
    "您被匹配到此岗位，这是您第 {rank} 志愿，也是您达到序位的志愿中最靠前的一个。",
    "You were placed here: it is wish {rank}, the first of yours whose line you reached.",
)
_NOT_NEEDED = Text(
    "您已在更靠前的志愿中匹配成功，此志愿未参与竞争。",
    "An earlier wish of yours was granted, so this one was not needed.",
)
_NO_SEATS = Text(
    "此岗位清算时没有可用名额（可能已关闭）。",
    "This post had no seats when the wishes were cleared (it may have closed).",
)
_NOT_ELIGIBLE = Text(
    "按实习管理规定，您不能到此岗位实习，此志愿未参与竞争。",
    "The internship rules do not allow you this post, so this wish did not compete.",
)
_BELOW = Text(
    "此岗位 {seats} 个名额均由优先分更高（同分时抽签号更大）的同学获得，您排在第 {place} 位。",
    "All {seats} seats went to students of higher priority (or, at equal priority, a higher "
    "lottery number); you stood at place {place} of the line.",
)
_CAPPED = Text(
    "此岗位尚有名额，但单位接收实习学生的比例上限已满（学校设为必须遵守），您排在第 {place} 位。",
    "The post had seats left, but the host's cap on interns, which the school made binding, was "
    "reached; you stood at place {place} of the line.",
)
_NEEDED = Text(
    "末位匹配序位为优先分 {cut_score}、抽签号 {cut_lottery}；您为 {own_score}、{own_lottery}。",
    "The last one placed had priority {cut_score} and lottery number {cut_lottery}; you had "
    "{own_score} and {own_lottery}.",
)
_BY_LOTTERY = Text(
    "您的优先分与末位相同，由抽签决定。",
    "Your priority was the same as the last one's: the lottery decided.",
)
_KEPT_FOR = Text(
    "其中 {seats} 个名额为{class_name}保留{how}。",
    "{seats} of the seats are kept for {class_name}{how}.",
)
_PASSED_OVER = Text(
    "此岗位 {seats} 个名额已满。您的优先分不低于其中最后一位，但按本批次规则（上一轮已保留的名额、"
    "结伴或岗位最低人数），名额由其他同学获得；这样的情形已计入公布的“未满足的优先主张”。",
    "All {seats} seats are taken. Your priority is not below that of the last one placed, but by "
    "the rules of this batch (places kept from an earlier round, students who stay together, least "
    "numbers of a post) others have them; what such rules cost is counted and published.",
)
_HIDDEN = Text(
    "此岗位匹配人数少于五人，为保护他人信息不显示末位匹配序位。",
    "Fewer than five were placed here: the cut-off is not shown, to protect others.",
)


def verdict_of(key: int, place: int, *, placed_rank: int | None, seats: int) -> str:
    """Return what became of the wish at `place` (from 1)."""
    if key == 0:
        return "not_eligible"
    if place == placed_rank:
        return "placed"
    if placed_rank is not None and placed_rank < place:
        return "not_needed"
    return "no_seats" if seats == 0 else "below_cutoff"


def score_of(key: int) -> float:
    """Return the priority from 0 to 1 that a key stands for.

    >>> score_of(850_001)
    0.85
    """
    return max(0, key - 1) / KEY_STEPS


def explain_wish(
    result: Mapping[str, Any],
    place: int,
    cutoff: Mapping[str, Any],
    *,
    reasons: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what a student may know of their wish at `place` (from 1)."""
    at = place - 1
    key = result["wish_scores"][at]
    verdict = verdict_of(key, place, placed_rank=result["placed_rank"], seats=cutoff["seats"])
    own = {"score": score_of(key), "lottery": result["lottery"]}
    cut = shown_cutoff(cutoff)
    text = _text(verdict, place, cutoff, own=own, cut=cut, line=result["wish_places"][at])
    interviews = result["wish_interviews"]
    return {
        "rank": place,
        "post_id": cutoff["post_id"],
        "title": cutoff["title"],
        "enterprise_name": cutoff["enterprise_name"],
        "verdict": verdict,
        "zh": text.zh,
        "en": text.en,
        "own": own if key else None,
        "place_in_line": result["wish_places"][at] or None,
        "seats": cutoff["seats"],
        "placed": cutoff["placed"] if cutoff["placed"] >= SHOWN_FROM else None,
        "cutoff": cut,
        "relevance": result["wish_relevance"][at],
        "grade": result["grade"],
        "interview": interviews[at] if interviews else None,
        "odds": result["wish_odds"][at] if result.get("wish_odds") else None,
        "terms": [_term(reasons[number]) for number in result["wish_reasons"][4 * at : 4 * place]],
    }


def shown_cutoff(cutoff: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the priority of the last one placed, None where it is nobody's to see."""
    key: int | None = cutoff["cutoff_score"]
    if key is None or cutoff["placed"] < SHOWN_FROM:
        return None
    return {"score": score_of(key), "lottery": cutoff["cutoff_lottery"]}


def _term(kept: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept["facts"].items()
    }
    return term_values(kept["term"], kept["value"], Reason(kept["code"], facts))


def _text(
    verdict: str,
    place: int,
    cutoff: Mapping[str, Any],
    *,
    own: Mapping[str, Any],
    cut: Mapping[str, Any] | None,
    line: int,
) -> Text:
    fixed = {"not_needed": _NOT_NEEDED, "no_seats": _NO_SEATS, "not_eligible": _NOT_ELIGIBLE}
    if verdict in fixed:
        return fixed[verdict]
    if verdict == "placed":
        return _filled(_PLACED, rank=place)
    full = cutoff["placed"] >= cutoff["seats"]
    reserved: Sequence[Mapping[str, Any]] = cutoff.get("reserved") or ()
    text = _filled(_BELOW if full or reserved else _CAPPED, seats=cutoff["seats"], place=line)
    if full and not reserved and line <= cutoff["seats"]:
        return _filled(_PASSED_OVER, seats=cutoff["seats"])
    for kept in reserved:
        text = _joined(text, _kept_for(kept))
    if cut is None:
        return _joined(text, _HIDDEN)
    needed = _filled(
        _NEEDED,
        cut_score=f"{cut['score']:.6f}",
        cut_lottery=cut["lottery"],
        own_score=f"{own['score']:.6f}",
        own_lottery=own["lottery"],
    )
    told = _joined(text, needed)
    return _joined(told, _BY_LOTTERY) if cut["score"] == own["score"] else told


def _kept_for(kept: Mapping[str, Any]) -> Text:
    zh, en = ("，不足也不给他人", ", and for nobody else") if kept["hard"] else ("", " first")
    told = {"seats": kept["seats"], "class_name": kept["class_name"]}
    return Text(_KEPT_FOR.zh.format(**told, how=zh), _KEPT_FOR.en.format(**told, how=en))


def _filled(text: Text, **facts: object) -> Text:
    return Text(text.zh.format(**facts), text.en.format(**facts))


def _joined(first: Text, second: Text) -> Text:
    return Text(first.zh + second.zh, f"{first.en} {second.en}")
