"""Smallest bodies that fit their schemas: what an attacker sends to get past the validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

_FORMATS = {
    "uuid": lambda: str(uuid4()),
    "date": lambda: "2027-03-01",
    "date-time": lambda: "2027-03-01T08:00:00Z",
    "time": lambda: "08:00:00",
}
# What a pattern takes is not computed: the few patterns of the contracts have an example here.
_PATTERNS = {
    r"^\d{6}$": "330203",
    r"^\d{4}-\d{4}-[12]$": "2026-2027-2",
    r"^20[0-9]{2}-(0[1-9]|1[0-2])$": "2027-03",
    r"^[^\s:]+$": "someone-else",
    r"^\S+$": "1",
    r"^[A-Za-z0-9._:-]+$": "1",
    r"^[A-Za-z0-9_-]{43}$": "a" * 43,
}


def example(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """Return a small value that the schema takes, with its required fields only."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example(document["components"]["schemas"][name], document)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], document)
    return _plain(schema, document)


def _plain(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        told = schema.get("properties", {})
        return {name: example(told[name], document) for name in schema.get("required", ())}
    if kind == "array":
        return [example(schema["items"], document)] * max(1, schema.get("minItems", 0))
    if kind in {"integer", "number"}:
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return True
    return _text(schema)


def _text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]()
    if schema.get("pattern") in _PATTERNS:
        return _PATTERNS[schema["pattern"]]
    return "合" * max(2, schema.get("minLength", 0))


def request_of(operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to send with an operation: JSON, a form, or bytes, and a version."""
    headers = {"if-match": '"v1"'}
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return {"headers": headers}
    if "text/csv" in content:
        return {"headers": {**headers, "content-type": "text/csv"}, "content": b"a,b\n1,2\n"}
    if "application/json" in content:
        return {
            "headers": headers,
            "json": example(content["application/json"]["schema"], document),
        }
    kind = next(iter(content))
    if kind == "application/x-www-form-urlencoded":
        return {"headers": headers, "data": {"grant_type": "client_credentials"}}
    return {"headers": {**headers, "content-type": kind}, "content": b"%PDF-1.7"}
