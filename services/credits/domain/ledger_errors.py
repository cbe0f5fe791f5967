"""Why the ledger refuses."""

from __future__ import annotations

from shared.kernel.errors import ConflictError, DomainError, NotFoundError, Text


class OutcomeUsedError(ConflictError):
    """This outcome is already in use here."""

    code = "outcome_used"
    title_zh = "该学习成果已被使用"
    mend = Text(
        "同一学籍与层次内，一项成果只能使用一次（{claim}）；请先撤销原认定，或改用其他成果。",
        "Within one enrolment and level an outcome counts once ({claim}): reverse the earlier "
        "recognition first, or use another outcome.",
    )


class CapExceededError(ConflictError):
    """This would exceed a cap of credits."""

    code = "credit_cap_exceeded"
    title_zh = "超过学分上限"
    mend = Text(
        "请查看学分账户中各项上限的已用与在办数额，减少学分后重试；本次未入账。",
        "See in the credit account what each cap has used and holds, and ask for fewer credits; "
        "nothing has been posted.",
    )


class LedgerKeyReusedError(DomainError):
    """Another posting was made under this key."""

    code = "ledger_key_reused"
    status = 422
    title_zh = "该键已用于另一笔内容不同的记账"
    mend = Text(
        "同一键只能重复同一请求；请换用新的键，或原样重发。",
        "A key repeats the same request only: take a new key, or send the request unchanged.",
    )


class ReservationGoneError(ConflictError):
    """The reservation is settled or has run out."""

    code = "reservation_gone"
    title_zh = "成果预留已结束或已过期"
    mend = Text(
        "请重新提交申请以再次预留该成果。", "Submit the application again to reserve the outcome."
    )


class AlreadyReversedError(ConflictError):
    """This posting has been reversed or has expired."""

    code = "already_reversed"
    title_zh = "该笔入账已被冲正或已过期"
    mend = Text(
        "一笔入账只能冲正一次；请查看账户明细。",
        "A posting is reversed once; see the statement of the account.",
    )


class ReversalFinalError(ConflictError):
    """Only a posting can be reversed, and a reversal cannot."""

    code = "reversal_final"
    title_zh = "只有入账可以冲正，冲正不能再冲正"
    mend = Text("请为该成果重新记一笔入账。", "Post the outcome anew instead.")


class LedgerTransactionNotFoundError(NotFoundError):
    """No transaction of the ledger under this id."""

    code = "ledger_transaction_not_found"
    title_zh = "账本中没有该笔交易"


class UnbalancedError(DomainError):
    """Debits and credits of a transaction differ."""

    code = "ledger_unbalanced"
    status = 422
    title_zh = "借贷不平衡"
    mend = Text(
        "这是程序错误，请联系平台。", "This is a mistake of the program: tell the platform."
    )


class AccountForeignError(DomainError):
    """The account belongs to another school or is not open."""

    code = "ledger_account_foreign"
    status = 403
    title_zh = "账户未开立或属于其他学校"
    mend = Text("只能记入本校的账户。", "A school posts to its own accounts only.")
