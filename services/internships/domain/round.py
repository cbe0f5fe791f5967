"""A round (清算): its states, and what stands in its way."""

from __future__ import annotations

from enum import StrEnum

from services.internships.domain.state_words import ROUND_STATES
from shared.kernel.errors import ConflictError, NotFoundError, Text


class RoundState(StrEnum):
    """Where a round stands."""

    RUNNING = "running"
    PROPOSED = "proposed"
    PUBLISHED = "published"


class RoundNotFoundError(NotFoundError):
    """There is no such round."""

    code = "round_not_found"
    title_zh = "没有该清算轮次"


class ResultNotFoundError(NotFoundError):
    """There is no result for this student."""

    code = "result_not_found"
    title_zh = "没有该学生的结果"
    mend = Text(
        "学生未参加本轮清算，或结果尚未公布。",
        "The student took no part in this round, or it is not published yet.",
    )


class RoundNotPublicError(NotFoundError):
    """There is no such round, or its term for public checks is over."""

    code = "round_not_public"
    title_zh = "没有该公开轮次，或公开期已满"


class PublicIdNotFoundError(NotFoundError):
    """The public files have no such id."""

    code = "public_id_not_found"
    title_zh = "公开文件中没有该编号"
    mend = Text(
        "请在“我的结果”页复制本轮的公开编号；每一轮的编号都不同。",
        "Copy the id of this round from the page of your result; each round has another.",
    )


class BatchClearedError(ConflictError):
    """This batch is cleared already."""

    code = "batch_cleared"
    title_zh = "该批次已清算"
    mend = Text(
        "一个批次只清算一次（轮次 {round_id}）；个案请走申诉。",
        "A batch is cleared once (round {round_id}); single cases go by appeal.",
    )


class RoundStateError(ConflictError):
    """The round is not at that step."""

    code = "round_state"
    title_zh = "该轮次当前状态不允许此操作"
    words = ROUND_STATES
    mend = Text("该轮次现为 {state}。", "The round is {state}.")


class NoWishesError(ConflictError):
    """Nobody has made a wish in this batch."""

    code = "no_wishes"
    title_zh = "本批次没有学生填报志愿"
    mend = Text(
        "没有志愿，清算不会安排任何人。批次关闭前可导入志愿；已关闭的批次可直接结束，其名额随即释放。",
        "Without wishes nobody would be placed. Import wishes while the batch is open; a closed "
        "batch may be finished as it is, which frees its seats.",
    )


class GradesMissingError(ConflictError):
    """Grades rank students here, and some students have none."""

    code = "grades_missing"
    title_zh = "有学生缺少作为优先依据的成绩"
    mend = Text(
        "{count} 名已填志愿的学生没有成绩（如 {examples}）；请导入成绩后再清算。",
        "{count} students with wishes have no grade (such as {examples}): import them first.",
    )


class AnswersOpenError(ConflictError):
    """Students may still answer the proposals of the last round."""

    code = "answers_open"
    title_zh = "上一轮结果的确认期尚未结束"
    mend = Text(
        "请等到 {until}，或等学生全部作出选择后再开始下一轮。",
        "Wait until {until}, or until every student has answered, before the next round.",
    )


class RoundBetweenError(ConflictError):
    """The next round is being settled."""

    code = "round_between"
    title_zh = "下一轮正在清算"
    mend = Text(
        "下一轮结果公布后再作选择；在此之前您保留的名额不变。",
        "Answer when the next round is published; until then what you kept stays yours.",
    )


class NoNextRoundError(ConflictError):
    """No round follows this one."""

    code = "no_next_round"
    title_zh = "本批次没有下一轮"
    mend = Text("请接受或放弃该安排。", "Accept the place or decline it.")


class RegionQuotaError(ConflictError):
    """A quota by region that binds meets a host in several regions."""

    code = "region_quota_not_nested"
    title_zh = "地区名额与单位所在地不能逐级嵌套"
    mend = Text(
        "这些单位的岗位分属多个名额地区：{hosts}；请将地区名额改为只提示，或按更大的地区设名额。",
        "Posts of these hosts lie in several of the regions: {hosts}. Let the quotas be reported "
        "only, or set them for a larger region.",
    )


class RoundUnprovenError(ConflictError):
    """The check of this round's result failed."""

    code = "round_unproven"
    title_zh = "清算结果未通过独立核验"
    mend = Text(
        "结果未写入；请将批次编号告知平台运营方。",
        "Nothing was written; tell the operator the id of the batch.",
    )


def require_round_state(state: str, *allowed: RoundState) -> None:
    """Refuse what the round's state does not allow."""
    if state not in allowed:
        raise RoundStateError(state=state)
