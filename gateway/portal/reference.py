"""The merged OpenAPI document as pages need it: groups, operations, parameters, shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Json = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_LIMITS = (
    ("minLength", "≥ {} chars"),
    ("maxLength", "≤ {} chars"),
    ("minItems", "≥ {} items"),
    ("maxItems", "≤ {} items"),
    ("minimum", "≥ {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "≤ {}"),
    ("pattern", "{}"),
)


@dataclass(frozen=True, slots=True)
class Named:
    """One parameter of an operation or one field of a shape."""

    name: str
    type: str
    required: bool
    about: str = ""
    where: str = ""
    limits: str = ""
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent or answered: its media type, and its shape by name where it has one."""

    media_type: str
    type: str
    shape: str | None
    fields: Sequence[Named] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an operation."""

    status: str
    about: str
    body: Body | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API does."""

    id: str
    method: str
    path: str
    about: str
    scopes: Sequence[str]
    needs_token: bool
    parameters: Sequence[Named]
    request: Sequence[Body]
    replies: Sequence[Reply]
    errors: Sequence[Reply]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema: an object with fields, or a plain type."""

    name: str
    about: str
    type: str
    fields: Sequence[Named]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag, and every shape that they mention."""

    name: str
    operations: Sequence[Operation]
    shapes: Sequence[Shape]


def read_groups(document: Json) -> dict[str, Sequence[Operation]]:
    """Return the operations of each tag, in the order of their paths."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                tag = next(iter(operation.get("tags", ())), "other")
                groups.setdefault(tag, []).append(_operation(path, method, operation))
    return {name: groups[name] for name in sorted(groups)}


def read_group(document: Json, name: str) -> Group | None:
    """Return one group with its shapes, or None where no operation has this tag."""
    operations = read_groups(document).get(name)
    if operations is None:
        return None
    schemas: Json = document.get("components", {}).get("schemas", {})
    return Group(name, operations, [_shape(one, schemas[one]) for one in _met(operations, schemas)])


def _operation(path: str, method: str, told: Json) -> Operation:
    scopes = sorted(
        {scope for way in told.get("security", ()) for of in way.values() for scope in of}
    )
    replies = [_reply(status, one) for status, one in told.get("responses", {}).items()]
    sent = told.get("requestBody", {}).get("content", {})
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        about=told.get("description") or told.get("summary", ""),
        scopes=scopes,
        needs_token=bool(told.get("security")),
        parameters=[_parameter(one) for one in told.get("parameters", ())],
        request=[_body(media, one.get("schema", {})) for media, one in sent.items()],
        replies=[one for one in replies if not one.status.startswith(("4", "5"))],
        errors=[one for one in replies if one.status.startswith(("4", "5"))],
    )


def _parameter(told: Json) -> Named:
    schema: Json = told.get("schema", {})
    return Named(
        name=told["name"],
        type=type_of(schema),
        required=bool(told.get("required")),
        about=told.get("description", ""),
        where=told["in"],
        limits=_limits(schema),
    )


def _reply(status: str, told: Json) -> Reply:
    content = told.get("content", {})
    media = next(iter(content), None)
    body = _body(media, content[media].get("schema", {})) if media else None
    about = told.get("description", "")
    if about == "Successful Response":
        about = HTTPStatus(int(status)).phrase
    return Reply(status, about, body)


def _body(media_type: str, schema: Json) -> Body:
    shape = next(iter(_references(schema)), None)
    fields = [] if shape else _fields(schema)
    return Body(media_type, type_of(schema), shape, fields)


def _shape(name: str, schema: Json) -> Shape:
    return Shape(name, schema.get("description", ""), type_of(schema), _fields(schema))


def _fields(schema: Json) -> Sequence[Named]:
    required = frozenset(schema.get("required", ()))
    return [
        Named(
            name=name,
            type=type_of(told),
            required=name in required,
            about=told.get("description", ""),
            limits=_limits(told),
            shape=next(iter(_references(told)), None),
        )
        for name, told in schema.get("properties", {}).items()
    ]


def type_of(schema: Json) -> str:
    """Return a schema's type in a few words.

    >>> type_of({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]})
    'string (uuid) or null'
    >>> type_of({"type": "array", "items": {"$ref": "#/components/schemas/SiteIn"}})
    'array of SiteIn'
    """
    if "$ref" in schema:
        return _name(schema["$ref"])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(type_of(one) for one in schema[word]))
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return " | ".join(f'"{one}"' for one in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"array of {type_of(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _limits(schema: Json) -> str:
    options: Iterable[Json] = schema.get("anyOf", (schema,))
    told = [
        words.format(option[name])
        for option in options
        for name, words in _LIMITS
        if name in option
    ]
    if schema.get("default") not in (None, "", [], {}):
        told.append(f"= {schema['default']}")
    return ", ".join(told)


def _met(operations: Iterable[Operation], schemas: Json) -> list[str]:
    """Return the names of every shape that the operations lead to, however deep."""
    waiting = [
        body.shape
        for operation in operations
        for body in (*operation.request, *(one.body for one in operation.replies))
        if body is not None and body.shape
    ]
    met: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in met or name not in schemas:
            continue
        met.add(name)
        waiting += _references(schemas[name])
    return sorted(met)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield _name(str(schema["$ref"]))
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:  # pyright: ignore[reportUnknownVariableType]
            yield from _references(inner)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]
