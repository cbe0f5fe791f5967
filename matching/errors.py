"""Errors of the matching engine: each names the row, the post or the cap that has to be mended."""

from __future__ import annotations

from shared.kernel.errors import InvalidInputError, Text


class MatchingError(InvalidInputError):
    """The market cannot be cleared as it is described."""

    code = "matching_invalid"
    title_zh = "匹配输入有误"


class ShapeMismatchError(MatchingError):
    """Two arrays of the market do not fit together."""

    code = "matching_shape_mismatch"
    title_zh = "数组长度不一致"
    mend = Text(
        "{name}：应为 {wanted}，实为 {given}。",
        "{name}: {wanted} is wanted, {given} was given.",
    )


class DuplicateWishError(MatchingError):
    """A student wishes for one post twice."""

    code = "matching_duplicate_wish"
    title_zh = "同一学生重复填报同一岗位"
    mend = Text(
        "请删除重复的志愿（第 {row} 条，学生 {student}，岗位 {post}）。",
        "Remove the repeated wish (wish {row}, student {student}, post {post}).",
    )


class DuplicateRankError(MatchingError):
    """A student has two wishes of one rank."""

    code = "matching_duplicate_rank"
    title_zh = "同一学生有两个相同序号的志愿"
    mend = Text(
        "请为每个志愿填写不同的序号（第 {row} 条，学生 {student}，序号 {rank}）。",
        "Give each wish a rank of its own (wish {row}, student {student}, rank {rank}).",
    )


class UnknownPostError(MatchingError):
    """A wish names a post that is not in the market."""

    code = "matching_unknown_post"
    title_zh = "志愿中的岗位不存在"
    mend = Text(
        "请在岗位表中补上该岗位，或删除该志愿（第 {row} 条，岗位 {post}）。",
        "Add the post to the posts or remove the wish (wish {row}, post {post}).",
    )


class UnknownStudentError(MatchingError):
    """A row names a student who is not in the market."""

    code = "matching_unknown_student"
    title_zh = "学生不存在"
    mend = Text("请检查学生编号 {student}。", "Check the student {student}.")


class DuplicatePostError(MatchingError):
    """A post is listed twice."""

    code = "matching_duplicate_post"
    title_zh = "岗位重复"
    mend = Text(
        "请合并重复的岗位（第 {row} 条，岗位 {post}）。",
        "Merge the repeated post (post row {row}, post {post}).",
    )


class NegativeSeatsError(MatchingError):
    """A post has a negative number of seats."""

    code = "matching_negative_seats"
    title_zh = "岗位名额为负数"
    mend = Text(
        "名额应为 0 或正整数（第 {row} 条，名额 {seats}）。",
        "Seats are 0 or more (post row {row}, seats {seats}).",
    )


class PriorityNotANumberError(MatchingError):
    """A number is not finite, or not whole where it counts something."""

    code = "matching_priority_nan"
    title_zh = "不是有效的数字"
    mend = Text(
        "请填写有限的数字，数量和编号须为整数（{name} 第 {row} 条）。",
        "Give a finite number, a whole one for counts and codes ({name}, row {row}).",
    )


class NumberOutOfRangeError(MatchingError):
    """A number is outside of what can be reckoned with."""

    code = "matching_number_out_of_range"
    title_zh = "数值超出可用范围"
    mend = Text(
        "{name} 应满足 {wanted}（现为 {given}）。",
        "{name}: {wanted} is wanted, {given} was given.",
    )


class PriorityOutOfRangeError(MatchingError):
    """A priority key does not fit its 32 bits."""

    code = "matching_priority_range"
    title_zh = "优先级超出范围"
    mend = Text(
        "优先级应在 1 至 4294967294 之间（第 {row} 条，{key}）。",
        "A key lies between 1 and 4294967294 (wish {row}, {key}).",
    )


class LotteryNotAPermutationError(MatchingError):
    """The lottery gives two students one number."""

    code = "matching_lottery_not_permutation"
    title_zh = "抽签号不是一个排列"
    mend = Text(
        "每名学生应有 0 至 n-1 中唯一的抽签号（学生 {row}，号 {number}）。",
        "Each student has one number of 0 to n-1 (student {row}, number {number}).",
    )


class TooLargeError(MatchingError):
    """The market is larger than the engine's numbers reach."""

    code = "matching_too_large"
    title_zh = "市场规模超出上限"
    mend = Text(
        "{name} 为 {given}，上限 {limit}；请按地区拆分。",
        "{name} is {given}, the limit is {limit}; split the market by region.",
    )


class CommitmentBrokenError(MatchingError):
    """The revealed seed is not the one that was committed to."""

    code = "matching_commitment_broken"
    title_zh = "公布的种子与承诺不符"
    mend = Text(
        "承诺为 {committed}，所公布种子的摘要为 {revealed}。",
        "{committed} was committed to; the revealed seed hashes to {revealed}.",
    )


class KeyInvalidError(MatchingError):
    """A file holds no Ed25519 key in PEM that opens without a password."""

    code = "matching_key_invalid"
    title_zh = "密钥文件无效"
    mend = Text(
        "{file} 中没有可用的 Ed25519 密钥（PEM，无口令）。",
        "{file} holds no Ed25519 key (PEM, without a password).",
    )


class CapCycleError(MatchingError):
    """Groups of caps contain each other in a circle."""

    code = "matching_cap_cycle"
    title_zh = "限额分组互相包含"
    mend = Text("请拆开这些分组：{groups}。", "Break the circle of these groups: {groups}.")


class UnknownGroupError(MatchingError):
    """A post or group names a group that is not there."""

    code = "matching_unknown_group"
    title_zh = "所属分组不存在"
    mend = Text(
        "请检查第 {row} 个节点的上级（{group}）。",
        "Check the parent of node {row} ({group}).",
    )


class NegativeCapError(MatchingError):
    """A cap is negative."""

    code = "matching_negative_cap"
    title_zh = "限额为负数"
    mend = Text("限额应为 0 或正整数（{group}，{cap}）。", "A cap is 0 or more ({group}, {cap}).")


class AbsentStudentError(MatchingError):
    """The student does not take part now."""

    code = "matching_absent_student"
    title_zh = "该学生当前不在市场中"
    mend = Text("学生 {student} 未参加或已退出。", "Student {student} is not in the market.")


class PresentStudentError(MatchingError):
    """The student takes part already."""

    code = "matching_present_student"
    title_zh = "该学生已在市场中"
    mend = Text("学生 {student} 已参加。", "Student {student} is in the market already.")


class NoSeatToRemoveError(MatchingError):
    """The post has no seat that could be removed."""

    code = "matching_no_seat"
    title_zh = "该岗位已无名额可减"
    mend = Text("岗位 {post} 的名额为 0。", "Post {post} has 0 seats.")


class CapsNotOnlineError(MatchingError):
    """This part of the engine knows seats only, no hard caps above them."""

    code = "matching_caps_not_online"
    title_zh = "此功能不支持硬性分组限额"
    mend = Text(
        "请对整个市场重新清算（match solve），它遵守硬性限额。",
        "Clear the whole market anew (match solve), which keeps hard caps.",
    )


class InfeasibleError(MatchingError):
    """Some demands on the market cannot hold together."""

    code = "matching_infeasible"
    title_zh = "这些要求无法同时满足"
    mend = Text(
        "冲突的最小集合：{conflict_zh}。请放宽其中一项。",
        "The smallest set in conflict: {conflict_en}. Relax one of them.",
    )


class NotTheirWishError(MatchingError):
    """A student is to keep a post that is not among their wishes."""

    code = "matching_not_their_wish"
    title_zh = "保留的岗位不在学生志愿中"
    mend = Text("学生 {student} 未填报岗位 {post}。", "Student {student} has no wish for {post}.")
