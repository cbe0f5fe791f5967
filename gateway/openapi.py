"""One OpenAPI over every room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def merge(title: str, version: str, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Merge the rooms' documents into one; a schema that two rooms shape differently is refused."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0"}},
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
        "tags": [],
    }
    for room, document in sorted(documents.items()):
        for path, item in document["paths"].items():
            assert path not in merged["paths"], f"two rooms answer under {path}"
            merged["paths"][path] = item
        for kind in ("schemas", "securitySchemes"):
            for name, schema in document.get("components", {}).get(kind, {}).items():
                known = merged["components"][kind].setdefault(name, schema)
                assert known == schema, f"{room} has another {name}"
        merged["tags"] += [{"name": tag} for tag in _tags(document)]
    merged["tags"] = [dict(pair) for pair in {tuple(tag.items()) for tag in merged["tags"]}]
    merged["tags"].sort(key=lambda tag: tag["name"])
    merged["paths"] = dict(sorted(merged["paths"].items()))
    return merged


def _tags(document: Mapping[str, Any]) -> Sequence[str]:
    operations = [op for item in document["paths"].values() for op in item.values()]
    return sorted({tag for op in operations for tag in op.get("tags", [])})
