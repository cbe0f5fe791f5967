"""People whom a foreign identity provider has recognised: who they are here."""

from __future__ import annotations

from datetime import timedelta

from shared.kernel.errors import (
    ConflictError,
    NotFoundError,
    Text,
    UnauthenticatedError,
    UnavailableError,
)

VISIT_LIFE = timedelta(minutes=10)


class ProviderAbsentError(NotFoundError):
    """No foreign identity provider is set up here."""

    code = "provider_absent"
    title_zh = "未配置外部身份提供方"
    mend = Text(
        "请用账号密码登录；运营方可设置 CHANJIAO_OIDC_ISSUER。",
        "Sign in by password; the operator may set CHANJIAO_OIDC_ISSUER.",
    )


class ProviderAnswerError(UnauthenticatedError):
    """The identity provider's answer does not hold."""

    code = "provider_answer"
    title_zh = "身份提供方的应答无效"
    mend = Text("请重新登录（{reason}）。", "Start signing in again ({reason}).")


class ProviderSilentError(UnavailableError):
    """The identity provider does not answer."""

    code = "provider_silent"
    title_zh = "身份提供方无应答"
    mend = Text("请稍后重试，或用账号密码登录。", "Try later, or sign in by password.")


class VisitUnknownError(UnauthenticatedError):
    """This sign-in was not begun here, or too long ago."""

    code = "visit_unknown"
    title_zh = "登录请求无效或已过期"
    mend = Text("请重新登录。", "Start signing in again.")


class IdentityUnknownError(UnauthenticatedError):
    """The provider knows you, but no account here is linked to you."""

    code = "identity_unknown"
    title_zh = "该外部身份未关联本平台账号"
    mend = Text(
        "请用账号密码登录后关联，或联系本单位管理员。",
        "Sign in by password and link it, or ask your organisation's administrator.",
    )


class IdentityTakenError(ConflictError):
    """This foreign identity is linked to another account."""

    code = "identity_taken"
    title_zh = "该外部身份已关联其他账号"
    mend = Text("请联系平台运营方。", "Ask the platform's operator.")
