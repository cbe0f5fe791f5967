"""Reads JSON that anybody may have written: bounded in size and depth, no name twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from services.credits.engine.credentials.refusal import RefusedError, malformed

Json = Any
JsonObject = Mapping[str, Json]

BYTES_MAX = 4 * 1024 * 1024
DEPTH_MAX = 64
# A transcript of a whole programme has some 8,000 values; expanding JSON-LD costs each of them.
VALUES_MAX = 50_000
# Beyond this, two readers may read two numbers (RFC 8785, 3.2.2.3; I-JSON).
_INTEGER_MAX = 2**53 - 1


def parse_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object that `data` holds.

    Raises RefusedError `malformed` for anything else: no JSON, a list, a name twice in one
    object (readers differ in which one they take), nested deeper than `DEPTH_MAX`, longer than
    `BYTES_MAX`, numbers that no two readers agree on.

    >>> parse_object(b'{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    if len(data) > BYTES_MAX:
        raise malformed(f"the file is larger than {BYTES_MAX} bytes", f"文件超过 {BYTES_MAX} 字节")
    try:
        parsed = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as error:
        raise _too_deep() from error
    except (ValueError, UnicodeError) as error:
        raise malformed("the file is not JSON", "文件不是 JSON") from error
    if not isinstance(parsed, dict):
        raise malformed("the JSON is not an object", "JSON 不是一个对象")
    _check(parsed)
    return cast("dict[str, Json]", parsed)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise malformed("an object names a member twice", "对象中有重复的成员名")
    return found


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def _check(root: Json) -> None:
    level: list[Json] = [root]
    depth = values = 0
    while level:
        depth += 1
        values += len(level)
        if values > VALUES_MAX:
            raise malformed(
                f"the file holds more than {VALUES_MAX} values", f"文件中的值超过 {VALUES_MAX} 个"
            )
        if depth > DEPTH_MAX:
            raise _too_deep()
        below: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            else:
                _check_leaf(value)
        level = below


def _check_leaf(value: Json) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    infinite = isinstance(value, float) and value in {float("inf"), float("-inf")}
    if infinite or (whole and abs(value) > _INTEGER_MAX):
        raise malformed("a number is too large to be read alike", "数字过大，无法一致读取")


def _too_deep() -> RefusedError:
    return malformed(
        f"the file is nested deeper than {DEPTH_MAX} levels", f"嵌套超过 {DEPTH_MAX} 层"
    )


def as_list(value: Json) -> list[Json]:
    """Return a JSON value that may stand alone or in a list, as a list; absent is empty."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
