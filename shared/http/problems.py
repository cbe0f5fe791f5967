"""RFC 9457 problems in Chinese and English: the only shape an error leaves the platform in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from shared.http.language import language_of
from shared.http.patterns import form_wanted
from shared.kernel.errors import (
    DomainError,
    Fault,
    InvalidInputError,
    Language,
    NotFoundError,
    Text,
)

MEDIA_TYPE = "application/problem+json"


class FaultOut(BaseModel):
    """One wrong place of the input."""

    code: str
    message: str
    pointer: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None


class ProblemOut(BaseModel):
    """An error, by RFC 9457, with our `code`, the wrong places and the facts of the case."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    errors: list[FaultOut] | None = None
    facts: dict[str, Any] | None = None


class MethodNotAllowedError(DomainError):
    """This address does not take this method."""

    code = "method_not_allowed"
    status = 405
    title_zh = "该地址不支持此方法"


class MalformedBodyError(DomainError):
    """The body cannot be read."""

    code = "malformed_body"
    status = 400
    title_zh = "请求体无法解析"
    mend = Text(
        "请检查 Content-Type 与 JSON 语法（{where}）。",
        "Check the Content-Type and the JSON syntax ({where}).",
    )


class UnexpectedError(DomainError):
    """Something went wrong on our side."""

    code = "unexpected"
    status = 500
    title_zh = "平台内部错误"
    mend = Text(
        "未写入任何内容。请稍后重试，并在反馈时提供 request_id。",
        "Nothing has been written. Try again later and quote the request_id when you report it.",
    )


def problem_body(error: DomainError, language: Language, request_id: str | None) -> dict[str, Any]:
    """Return `error` as the members of a problem document."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title(language),
        "status": error.status,
        "detail": error.detail(language),
        "code": error.code,
    }
    if request_id:
        body["request_id"] = request_id
    if error.faults:
        body["errors"] = [_fault_body(fault, language) for fault in error.faults]
    if error.facts:
        body["facts"] = error.facts
    return body


def _fault_body(fault: Fault, language: Language) -> dict[str, Any]:
    places = {
        "pointer": fault.pointer,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
    }
    known = {name: place for name, place in places.items() if place is not None}
    return {"code": fault.code, "message": fault.text.in_language(language), **known}


def problem_response(error: DomainError, request: Request) -> Response:
    """Render `error` for the caller of `request`."""
    language = language_of(request.headers.get("accept-language"))
    request_id = request.scope.get("state", {}).get("request_id")
    headers = {"Content-Language": "zh-CN" if language == "zh" else "en"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    retry_after = error.facts.get("retry_after_s")
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(
        orjson.dumps(problem_body(error, language, request_id)),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of `app` leave as a problem."""

    async def on_domain_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return problem_response(error, request)

    async def on_invalid_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(invalid_request(error.errors()), request)

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        return problem_response(_from_status(error), request)

    async def on_anything_else(request: Request, _error: Exception) -> Response:
        return problem_response(UnexpectedError(), request)  # logged by shared.http.observe

    app.add_exception_handler(Exception, on_anything_else)
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(StarletteHTTPException, on_http_exception)


def _from_status(error: StarletteHTTPException) -> DomainError:
    if isinstance(error.__cause__, DomainError):
        return error.__cause__  # FastAPI wraps what goes wrong while it reads a body
    if error.status_code == 404:
        return NotFoundError()
    if error.status_code == 405:
        return MethodNotAllowedError()
    if error.status_code == 400:
        return MalformedBodyError(where=str(error.detail))
    return UnexpectedError()


def invalid_request(errors: Sequence[Any]) -> DomainError:
    """Turn pydantic's findings into one problem whose places are JSON pointers."""
    if errors and errors[0]["type"] == "json_invalid":
        return MalformedBodyError(where=str(errors[0].get("ctx", {}).get("error", "")))
    return InvalidInputError(faults=[_validation_fault(error) for error in errors])


_ZH = {
    "missing": "必填",
    "finite_number": "应为有限的数",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "float_type": "应为数字",
    "decimal_max_digits": "最多 {max_digits} 位数字",
    "decimal_max_places": "小数最多 {decimal_places} 位",
    "decimal_whole_digits": "整数部分最多 {whole_digits} 位",
    "int_parsing_size": "数值过大",
    "string_unicode": "含有无法识别的字符",
    "time_parsing": "应为时刻，如 08:30",
    "time_type": "应为时刻，如 08:30",
    "date_from_datetime_inexact": "应为日期，如 2026-03-01",
    "datetime_type": "应为时间，如 2026-03-01T08:00:00Z",
    "datetime_object_invalid": "没有这个时间",
    "timezone_aware": "请写明时区，如 2026-03-01T08:00:00Z",
    "uuid_type": "应为编号（UUID）",
    "none_required": "应为空（null）",
    "set_type": "应为数组",
    "tuple_type": "应为数组",
    "extra_forbidden": "不认识的字段，请删除或改名",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "string_type": "应为文本",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "float_parsing": "应为数字",
    "date_from_datetime_parsing": "应为日期，如 2026-03-01",
    "date_parsing": "应为日期，如 2026-03-01",
    "date_type": "应为日期，如 2026-03-01",
    "datetime_from_date_parsing": "应为时间，如 2026-03-01T08:00:00Z",
    "datetime_parsing": "应为时间，如 2026-03-01T08:00:00Z",
    "uuid_parsing": "应为编号（UUID）",
    "list_type": "应为数组",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_pattern_mismatch": "格式不符：{pattern}",
    "enum": "应为其中之一：{expected}",
    "literal_error": "应为其中之一：{expected}",
}


def _validation_fault(error: dict[str, Any]) -> Fault:
    kind = str(error["type"])
    location = [str(part) for part in error["loc"]]
    where, path = location[0], location[1:]
    if where == "body":
        pointer = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
    else:
        pointer = f"{where}:{'.'.join(path)}"
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    english = str(error["msg"]).removeprefix("Value error, ")
    wanted = form_wanted(context.get("pattern", ""))
    if wanted is not None:
        return Fault(code=kind, text=wanted, pointer=pointer)
    listed = {name: value.replace(" or ", "、") for name, value in context.items()}
    chinese = _ZH.get(kind, "").format_map(_Blank(listed)) or english
    return Fault(code=kind, text=Text(zh=chinese, en=english), pointer=pointer)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": title, "content": {MEDIA_TYPE: {}}}
    for status, title in {
        400: "The request cannot be read",
        401: "No valid credential",
        403: "The role or scope does not allow it",
        404: "Unknown, or of another organisation",
        409: "The present state does not allow it",
        412: "Changed since it was read",
        413: "The body is too large",
        422: "Some of the input is wrong; each place is named",
        428: "If-Match is missing",
        429: "Too many requests",
        503: "A part of the platform does not answer",
    }.items()
}
