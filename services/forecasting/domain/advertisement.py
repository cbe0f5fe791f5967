"""Which advertisements say the same again: the rule by which a repeated post counts once."""

from __future__ import annotations

from shared.kernel.errors import Text

# Job boards keep an advertisement up for a month and renew it once; two months without the same
# advertisement mean a new need.
REPEAT_DAYS = 60

REPEAT_RULE = Text(
    f"同一企业在同一地区、以同一职业和同一标题（去除空格、标点、全半角差异）发布的岗位，"
    f"距上一次发布不足 {REPEAT_DAYS} 天的，视为重复，不另计数；按首次发布日所在月份计。",
    "A post counts once: another of the same enterprise, region, occupation and title (but for "
    f"blanks, signs and widths) less than {REPEAT_DAYS} days after the one before it is a repeat. "
    "It counts in the month of the first.",
)
