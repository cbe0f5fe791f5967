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


class WitnessKeyError(DomainError):
    """This is no key of the kind that is needed here."""

    code = "witness_key_invalid"
    status = 422
    title_zh = "不是此处所需的验证公钥"
    mend = Text(
        "成员见证使用 cosignature/v1 公钥，账本使用 Ed25519 公钥，格式见 c2sp.org/signed-note"
        "（{reason}）。",
        "A witness has a key of cosignature/v1, a log one of Ed25519, written as "
        "c2sp.org/signed-note says ({reason}).",
    )


class CheckpointUnknownError(NotFoundError):
    """The log has no checkpoint of this size."""

    code = "checkpoint_unknown"
    title_zh = "账本没有该大小的检查点"
    mend = Text("请取最新检查点后再签。", "Fetch the newest checkpoint and sign that one.")


class CosignatureUnsoundError(DomainError):
    """The cosignature is not by a key that your organisation has registered."""

    code = "cosignature_unsound"
    status = 422
    title_zh = "见证签名与本单位登记的公钥不符"
    mend = Text(
        "请用已登记的公钥对检查点 {size} 的原文签名。",
        "Sign the text of checkpoint {size} with the key that is registered.",
    )


class ProofSizeError(DomainError):
    """There is no proof between these sizes."""

    code = "proof_sizes_invalid"
    status = 422
    title_zh = "无法在这两个大小之间给出证明"
    mend = Text(
        "旧大小不得大于新大小，新大小不得大于最新检查点（{size}）。",
        "The old size is at most the new one, and that at most the newest checkpoint's ({size}).",
    )
