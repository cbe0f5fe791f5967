"""Errors that a caller can mend: one class per fact, rendered at the edge as RFC 9457 problems.

The tree::

    DomainError
    ├── NotFoundError          404  the id is unknown, or belongs to another organisation
    ├── ForbiddenError         403  the caller is known and may not do this
    ├── UnauthenticatedError   401  no credential, or one that does not hold
    ├── ConflictError          409  the state of the thing forbids it now
    ├── InvalidInputError      422  fields, rows or columns are wrong; each one is named
    ├── PreconditionError      412/428  the version that the caller saw is not the current one
    └── UnavailableError       503  a part of the platform does not answer
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from typing_extensions import override

from shared.kernel.clock import CHINA

# A moment among the facts: exact for programs, a sentence says it as people in China read it.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\S*[+-]\d{2}:\d{2}")
_MIB = 1 << 20

Language = Literal["zh", "en"]
Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the platform."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place of an input: what is wrong there and how to mend it.

    A field of a body is named by `pointer` (RFC 6901); a cell of a file by `sheet`, `row`
    (1 is the header line, as a spreadsheet shows it) and `column` (the header's own words).
    """

    code: str
    text: Text
    pointer: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None


class DomainError(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "domain_error"
    status: ClassVar[int] = 422
    title_zh: ClassVar[str] = "请求无法完成"
    mend: ClassVar[Text] = Text("请检查请求后重试。", "Check the request and try again.")
    # How the codes among the facts are called in a sentence.
    words: ClassVar[Mapping[str, Text]] = {}

    def __init__(self, *, faults: Sequence[Fault] = (), **facts: Fact) -> None:
        super().__init__(self.title_en())
        self.faults = tuple(faults)
        self.facts = facts

    @override
    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive an exception's own pickling, and an error of the
        # worker's child process must arrive as itself.
        return _again, (type(self), self.faults, self.facts)

    @classmethod
    def title_en(cls) -> str:
        """Return the first line of the class's docstring, without its full stop."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")

    def title(self, language: Language) -> str:
        """Return what is wrong, in one line."""
        return self.title_zh if language == "zh" else self.title_en()

    def detail(self, language: Language) -> str:
        """Return how to mend it, with the facts of this case filled in."""
        told = {name: self._say(name, fact, language) for name, fact in self.facts.items()}
        return self.mend.in_language(language).format_map(_Facts(told))

    def _say(self, name: str, fact: Fact, language: Language) -> Fact:
        if name == "bytes_max" and isinstance(fact, int):
            return f"{fact / _MIB:g} MiB"
        if fact is None:
            return "—"
        if not isinstance(fact, str):
            return fact
        if _MOMENT.fullmatch(fact):
            return _say_moment(datetime.fromisoformat(fact), language)
        codes = fact.split(", ")
        if self.words and all(code in self.words for code in codes):
            said = [self.words[code].in_language(language) for code in codes]
            return ("、" if language == "zh" else ", ").join(said)
        return fact


def _say_moment(moment: datetime, language: Language) -> str:
    at = moment.astimezone(CHINA)
    if language == "zh":
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at.day} {at:%b %Y %H:%M} (China)"


def _again(kind: type[DomainError], faults: Sequence[Fault], facts: dict[str, Fact]) -> DomainError:
    return kind(faults=faults, **facts)


class _Facts(dict[str, Fact]):
    """A fact that is not given stays visible as its name instead of failing the answer."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class NotFoundError(DomainError):
    """Nothing here under this address."""

    code = "not_found"
    status = 404
    title_zh = "找不到该资源"
    mend = Text(
        "请检查编号；不属于您单位的资源同样显示为找不到。",
        "Check the id; what belongs to another organisation is shown as not found too.",
    )


class ForbiddenError(DomainError):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403
    title_zh = "您的角色无权进行此操作"
    mend = Text(
        "此操作需要：{needs}。请联系本单位管理员。",
        "This needs: {needs}. Ask the administrator of your organisation.",
    )


class UnauthenticatedError(DomainError):
    """Sign in first."""

    code = "unauthenticated"
    status = 401
    title_zh = "请先登录"
    mend = Text(
        "请携带有效的访问令牌（Authorization: Bearer …）；令牌过期请重新获取。",
        "Send a valid access token (Authorization: Bearer …); fetch a new one when it has expired.",
    )


class ConflictError(DomainError):
    """The present state does not allow this."""

    code = "conflict"
    status = 409
    title_zh = "当前状态不允许此操作"


class InvalidInputError(DomainError):
    """Some of the input is wrong."""

    code = "invalid_input"
    status = 422
    title_zh = "输入有误"
    mend = Text(
        "请按 errors 中逐项说明修改后重新提交；本次未写入任何内容。",
        "Mend each place that `errors` names and send it again; nothing has been written.",
    )


class PreconditionMissingError(DomainError):
    """The version that you saw is missing."""

    code = "precondition_required"
    status = 428
    title_zh = "缺少版本条件"
    mend = Text(
        "请先读取该资源，并以 If-Match 携带其 ETag。",
        "Read the resource first and send its ETag as If-Match.",
    )


class PreconditionStaleError(DomainError):
    """Someone changed this after you read it."""

    code = "precondition_failed"
    status = 412
    title_zh = "该资源已被他人修改"
    mend = Text(
        "请重新读取（当前版本 {current}），核对后再提交。",
        "Read it again (the current version is {current}), compare, and send it once more.",
    )


class UnavailableError(DomainError):
    """A part of the platform does not answer now."""

    code = "unavailable"
    status = 503
    title_zh = "平台部分服务暂不可用"
    mend = Text("请稍后重试；未写入任何内容。", "Try again shortly; nothing has been written.")
