"""Names that the world can resolve: DIDs of issuers, addresses of what they publish.

Source: did:web (a path after the host leads to `/<path>/did.json`); W3C DID 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

_ISSUERS = "v1/credentials/issuers"


def did_of_deployment(public_url: str) -> str:
    """Return the DID of the platform itself.

    >>> did_of_deployment("https://credits.example:8443")
    'did:web:credits.example%3A8443'
    """
    return "did:web:" + quote(urlsplit(public_url).netloc, safe="")


def did_of(public_url: str, org_id: UUID) -> str:
    """Return the DID of an organisation that issues credentials here."""
    return f"{did_of_deployment(public_url)}:{_ISSUERS.replace('/', ':')}:{org_id}"


def credential_url(public_url: str, credential_id: UUID) -> str:
    """Return the address of a credential: its id, and where it is shown."""
    return f"{public_url}/v1/credentials/{credential_id}"


def status_list_url(public_url: str, list_id: UUID, purpose: str) -> str:
    """Return the address of a status list: its id, and where it is read."""
    return f"{public_url}/v1/status-lists/{list_id}/{purpose}"


def method_of(did: str, multikey: str) -> str:
    """Return the verification method of a key: it carries the key, so that nothing is fetched."""
    return f"{did}#{multikey}"


def did_document(did: str, multikeys: Iterable[str]) -> dict[str, Any]:
    """Return the DID document of an issuer with these public keys."""
    methods = [
        {
            "id": method_of(did, multikey),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": multikey,
        }
        for multikey in multikeys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
