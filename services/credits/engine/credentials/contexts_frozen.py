"""The JSON-LD contexts that are known here: copies that lie beside the code; nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from services.credits.engine.credentials.refusal import malformed

CREDENTIALS_1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
DATA_INTEGRITY_2 = "https://w3id.org/security/data-integrity/v2"

_OB = "https://purl.imsglobal.org/spec/ob/v3p0/context"
_CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context"
_FILES: Mapping[str, str] = {
    CREDENTIALS_1: "w3c-credentials-v1",
    CREDENTIALS_2: "w3c-credentials-v2",
    "https://www.w3.org/2018/credentials/examples/v1": "w3c-examples-v1",
    "https://www.w3.org/ns/credentials/examples/v2": "w3c-examples-v2",
    "https://w3id.org/security/data-integrity/v1": "w3c-data-integrity-v1",
    DATA_INTEGRITY_2: "w3c-data-integrity-v2",
    "https://w3id.org/security/suites/ed25519-2020/v1": "w3c-ed25519-2020-v1",
    "https://www.w3.org/ns/credentials/status/v1": "w3c-bitstring-status-list-v1",
    f"{_OB}.json": "1edtech-ob",
    f"{_OB}-3.0.1.json": "1edtech-ob-3.0.1",
    f"{_OB}-3.0.2.json": "1edtech-ob-3.0.2",
    OPEN_BADGES: "1edtech-ob-3.0.3",
    OPEN_BADGES_EXTENSIONS: "1edtech-ob-extensions",
    f"{_CLR}.json": "1edtech-clr",
    CLR: "1edtech-clr-2.0.1",
}


@cache
def read_context(url: str) -> Mapping[str, Any]:
    """Return the document that `url` names; raises RefusedError `malformed` for an unknown one."""
    name = _FILES.get(url)
    if name is None:
        raise malformed(
            f"the context {url[:200]!r} is not one of those known here",
            f"未收录的 JSON-LD 上下文：{url[:200]}",
        )
    path = files("services.credits.engine.credentials") / "contexts" / f"{name}.json"
    return json.loads(path.read_bytes())
