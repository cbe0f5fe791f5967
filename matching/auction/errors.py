"""Errors of central assignment."""

from __future__ import annotations

from matching.errors import MatchingError
from shared.kernel.errors import Text


class CyclicGroupsError(MatchingError):
    """A group of posts lies, through its parents, within itself."""

    code = "matching_cyclic_groups"
    title_zh = "上限分组互相包含，形成环"
    mend = Text(
        "请检查第 {row} 个分组的上级，使每个分组只属于更大的分组。",
        "Check the parent of group {row}: a group lies within larger groups only.",
    )


class UnknownGroupError(MatchingError):
    """A post or a group names a parent that does not exist."""

    code = "matching_auction_unknown_group"
    title_zh = "上级分组不存在"
    mend = Text(
        "请检查第 {row} 项的上级分组 {group}。",
        "Check the parent group {group} of node {row}.",
    )


class WeightsNotExactError(MatchingError):
    """An exact assignment needs whole weights that are small enough."""

    code = "matching_weights_not_exact"
    title_zh = "权重不满足精确求解的条件"
    mend = Text(
        "精确求解要求权重为整数且不超过 {limit}（现为 {given}）；否则请给出允许误差 eps。",
        "Whole weights up to {limit} are wanted ({given} given); or state a tolerance eps.",
    )


class InfeasibleAssignmentError(MatchingError):
    """An assignment breaks a cap, or uses a pair that is not in the market."""

    code = "matching_infeasible_assignment"
    title_zh = "安排结果超出上限或不在志愿内"
    mend = Text(
        "第 {node} 个岗位或分组安排了 {placed} 人，上限 {cap}（-1 表示不在志愿内）。",
        "Node {node} holds {placed}, its cap is {cap} (-1: the pair is not in the market).",
    )
