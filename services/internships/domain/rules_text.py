"""Scans of free text: they never block, they send a text to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.internships.domain.facts import PostFacts
from services.internships.domain.findings import Judge, Level, Outcome
from shared.kernel.errors import Text

# The fees that article 19 names, and the seizure of papers and guarantees beside them.
_FEES = (
    *("押金", "保证金", "培训费", "报酬提成", "管理费", "材料费", "就业服务费", "中介费"),
    *("押证", "扣押", "提供担保", "担保人", "担保金"),
)
_UNFAIR = (
    *(f"{only}{sex}" for only in ("限", "只招", "只要") for sex in "男女"),
    *(f"{sex}{who}优先" for sex in "男女" for who in ("", "性", "生", "士")),
    *("身高", "婚育", "已婚", "未婚", "已育", "未育", "户籍", "民族"),
)
_VENUES = ("酒吧", "夜总会", "歌厅", "歌舞厅", "洗浴", "游戏厅", "网吧", "KTV")
# Who says "no deposit" asks for none.
_DENIED = re.compile(
    "(?:不得?收取?|不需要?|无需?|免除?|没有|零|未收取?|拒绝)[^，。；！？,.;!?]{0,10}$"
)


def _find(words: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    raised = [text.upper() for text in texts]
    return tuple(word for word in words if any(_says(text, word) for text in raised))


def _says(text: str, word: str) -> bool:
    """Whether a word stands somewhere without being denied just before."""
    at = text.find(word)
    while at >= 0:
        if not _DENIED.search(text[max(0, at - 16) : at]):
            return True
        at = text.find(word, at + 1)
    return False


def find_venue_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words for entertainment venues that stand in some texts."""
    return _find(_VENUES, texts)


def find_fee_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words for fees, seizure and guarantee, leaving out those that are denied.

    >>> find_fee_words(["入职缴纳押金500元", "不收取任何押金、培训费"])
    ('押金',)
    """
    return _find(_FEES, texts)


def find_unfair_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words that restrict by sex, height, marriage, household or ethnicity.

    >>> find_unfair_words(["限女生，身高160以上", "男女不限"])
    ('限女', '身高')
    """
    return _find(_UNFAIR, texts)


def check_fee_words(post: PostFacts, judge: Judge) -> Outcome:
    """REG-19: no fees, no seizure of papers, no guarantee."""
    if not post.texts:
        return judge.skips("REG-19", _NO_TEXT)
    words = find_fee_words(post.texts)
    if not words:
        return judge.passes("REG-19")
    return judge.finds(
        "REG-19",
        Text(
            f"文本中有“{'、'.join(words)}”，须由人工判断是否向学生收费、扣押证件或要求担保；"
            "如无此意请改写。",
            f"The text says “{', '.join(words)}”: a person decides whether students are charged, "
            "papers seized or a guarantee asked. Reword it if not.",
        ),
        Level.REVIEW,
        words=words,
    )


def check_fair_words(post: PostFacts, judge: Judge) -> Outcome:
    """SCAN-FAIR: words that restrict who may come, for a person to read."""
    if not post.texts:
        return judge.skips("SCAN-FAIR", _NO_TEXT)
    words = find_unfair_words(post.texts)
    if not words:
        return judge.passes("SCAN-FAIR")
    return judge.finds(
        "SCAN-FAIR",
        Text(
            f"文本中有“{'、'.join(words)}”，须由人工判断是否构成歧视性限制；与岗位无关的限制请删除。",
            f"The text says “{', '.join(words)}”: a person decides whether it shuts people out. "
            "Remove what the work does not need.",
        ),
        Level.REVIEW,
        words=words,
    )


_NO_TEXT = Text("没有可检查的文字。", "There is no text to scan.")
