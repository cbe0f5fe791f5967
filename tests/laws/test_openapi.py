"""The committed OpenAPI is what the platform serves; a change is wanted or it is a mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"


async def test_the_openapi_document_is_the_committed_one(client: httpx.AsyncClient) -> None:
    served = (await client.get("/openapi.json")).json()
    text = json.dumps(served, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("CHANJIAO_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert SNAPSHOT.read_text(encoding="utf-8") == text, "run `make openapi` if this is wanted"


async def test_every_operation_is_named_and_described(client: httpx.AsyncClient) -> None:
    served = (await client.get("/openapi.json")).json()
    names: list[str] = []
    for path, item in served["paths"].items():
        for method, operation in item.items():
            names.append(operation["operationId"])
            assert operation.get("description"), f"{method} {path}"
    assert len(names) == len(set(names))
