"""Sessions and sign-in attempts: how long a session holds, and when guessing is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.kernel.errors import DomainError, Text, UnauthenticatedError

SESSION_LIFE = timedelta(hours=12)
ACTIVATION_LIFE = timedelta(days=30)

# Guesses in one window: few for one account; more for one address, behind which a whole
# school may sit. A sign-in that succeeds gives its own attempt back.
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_LOGIN = 10
ATTEMPTS_PER_ADDRESS = 300

Via = Literal["password", "activation", "provider"]


class SignInRefusedError(UnauthenticatedError):
    """The account name or the password is wrong."""

    code = "sign_in_refused"
    title_zh = "账号名或密码错误"
    mend = Text(
        "请检查账号名与密码；忘记密码请联系本单位管理员。",
        "Check both; ask your organisation's administrator if you forgot the password.",
    )


class SignInLimitedError(DomainError):
    """Too many attempts to sign in."""

    code = "sign_in_limited"
    status = 429
    title_zh = "登录尝试过于频繁"
    mend = Text("请在 {retry_after_s} 秒后重试。", "Try again in {retry_after_s} s.")


class SessionEndedError(UnauthenticatedError):
    """This session does not hold any more."""

    code = "session_ended"
    title_zh = "会话已失效"
    mend = Text("请重新登录。", "Sign in again.")


@dataclass(frozen=True, slots=True)
class Session:
    """A person's sign-in, of which only the hash is kept."""

    id: UUID
    person_id: UUID
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    via: Via

    def holds(self, now: datetime) -> bool:
        """Whether the session may still be used."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often one key (an account or an address) has been tried in its window."""

    count: int
    limit: int
    window_until: datetime


def check_attempts(tries: list[Attempts], now: datetime) -> None:
    """Refuse the attempt when any of its keys has been tried too often."""
    waits = [each.window_until - now for each in tries if each.count > each.limit]
    if waits:
        raise SignInLimitedError(retry_after_s=max(1, int(max(waits).total_seconds())))
