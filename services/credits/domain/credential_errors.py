"""What may go wrong with credentials, as facts that a caller can mend."""

from __future__ import annotations

from shared.kernel.errors import ConflictError, DomainError, NotFoundError, Text


class CredentialNotFoundError(NotFoundError):
    """No credential is known under this id."""

    code = "credential_not_found"
    title_zh = "找不到该凭证"


class StatusListNotFoundError(NotFoundError):
    """No status list is known under this id."""

    code = "status_list_not_found"
    title_zh = "找不到该状态列表"


class IssuerNotFoundError(NotFoundError):
    """This organisation has issued nothing here."""

    code = "issuer_not_found"
    title_zh = "该单位尚未在此颁发凭证"


class IssuerKeyNotFoundError(NotFoundError):
    """This issuer has no such key."""

    code = "issuer_key_not_found"
    title_zh = "该颁发者没有这把密钥"


class TrustListNotFoundError(NotFoundError):
    """No trust list is known under this id."""

    code = "trust_list_not_found"
    title_zh = "找不到该信任列表"


class CredentialFinalError(ConflictError):
    """A revoked credential stays revoked."""

    code = "credential_final"
    title_zh = "已撤销的凭证不能再变更"
    mend = Text(
        "撤销不可恢复；如需更正，请重新作出认定并颁发新凭证。",
        "A revocation is final: decide anew and issue another credential.",
    )


class TranscriptEmptyError(ConflictError):
    """This student holds no credential of the school yet."""

    code = "transcript_empty"
    title_zh = "该学生在本校尚无学分凭证"
    mend = Text(
        "成绩单由已颁发的学分凭证组成；请在认定生效后再生成。",
        "A transcript is made of the credentials issued so far: ask for it once one is.",
    )


class CredentialRefusedError(DomainError):
    """The credential is not accepted."""

    code = "credential_refused"
    status = 422
    title_zh = "凭证未通过核验"
    mend = Text("{zh}。", "Reason: {en}.")


class IssuerKeySealedError(DomainError):
    """The platform's secret does not open the keys of its issuers."""

    code = "issuer_key_sealed"
    status = 503
    title_zh = "平台密钥无法解开颁发者密钥"
    mend = Text(
        "CHANJIAO_SECRET 与颁发时不同；请恢复原值。",
        "CHANJIAO_SECRET differs from when the keys were made: restore it.",
    )


class FontMissingError(DomainError):
    """No Chinese font is installed where transcripts are set."""

    code = "font_missing"
    status = 503
    title_zh = "服务器缺少中文字体，无法排版成绩单"
    mend = Text(
        "请在服务器安装思源黑体或 Noto Sans CJK（如 fonts-noto-cjk）。",
        "Install Noto Sans CJK or Source Han Sans on the server (fonts-noto-cjk, say).",
    )
