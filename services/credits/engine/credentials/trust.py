"""Whom one trusts: issuers with the keys that are theirs, as a list or from DID documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from services.credits.engine.credentials.multikey import DID_KEY
from services.credits.engine.credentials.parsing import Json, JsonObject, as_list, parse_object
from services.credits.engine.credentials.refusal import malformed

LIST_TYPE = "ChanjiaoTrustList"


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer, its public keys (Multikey), what it always gives, the keys of its ledger's log."""

    id: str
    keys: frozenset[str]
    name: str = ""
    always: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """The issuers that one trusts."""

    issuers: Mapping[str, TrustedIssuer] = field(default_factory=dict[str, TrustedIssuer])

    def find(self, issuer_id: str, keys: Iterable[str]) -> TrustedIssuer | None:
        """Return the issuer where it is trusted and one of `keys` is its own."""
        known = self.issuers.get(issuer_id)
        return known if known is not None and known.keys & set(keys) else None

    def joined(self, other: Trust) -> Trust:
        """Return both; an issuer of both has the keys of either and keeps to both."""
        issuers = dict(self.issuers)
        for issuer_id, theirs in other.issuers.items():
            ours = issuers.get(issuer_id)
            issuers[issuer_id] = theirs if ours is None else _join(ours, theirs)
        return Trust(issuers)


NOBODY = Trust()
# What an issuer may promise beside suites: that the pages of its PDFs carry its seal.
SEALED_PAGES = "sealed-pages"


def _join(one: TrustedIssuer, other: TrustedIssuer) -> TrustedIssuer:
    always = tuple(dict.fromkeys([*one.always, *other.always]))
    logs = tuple(dict.fromkeys([*one.logs, *other.logs]))
    return TrustedIssuer(one.id, one.keys | other.keys, one.name or other.name, always, logs)


def trust_of(issuers: Iterable[TrustedIssuer]) -> Trust:
    """Return the trust in these issuers."""
    trust = NOBODY
    for issuer in issuers:
        trust = trust.joined(Trust({issuer.id: issuer}))
    return trust


def parse_trust(data: bytes) -> Trust:
    """Read a trust list or a DID document.

    A list is `{"issuers": [{"id", "keys", "name"?, "always"?, "logs"?}]}`. Who gives the file
    vouches for it: a signature that it may carry is for whoever passes it on. Raises RefusedError
    `malformed`.
    """
    return read_trust(parse_object(data))


def read_trust(document: JsonObject) -> Trust:
    """Return the issuers of a trust list or DID document; raises RefusedError `malformed`."""
    if "verificationMethod" in document:
        return trust_of([_from_did(document)])
    issuers = document.get("issuers")
    if not isinstance(issuers, list):
        raise malformed("the trust list names no issuers", "信任列表中没有 issuers")
    return trust_of(_issuer(each) for each in issuers)


def _issuer(told: Json) -> TrustedIssuer:
    entry: JsonObject = {"id": told} if isinstance(told, str) else told
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise malformed("an issuer of the trust list has no id", "信任列表中有颁发者缺少 id")
    issuer_id = cast("str", entry["id"])
    keys = {key for key in as_list(entry.get("keys")) if isinstance(key, str)}
    if issuer_id.startswith(DID_KEY):
        keys.add(issuer_id.removeprefix(DID_KEY).partition("#")[0])
    always, logs = _texts(entry.get("always")), _texts(entry.get("logs"))
    return TrustedIssuer(issuer_id, frozenset(keys), str(entry.get("name", "")), always, logs)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(each for each in as_list(value) if isinstance(each, str))


def _from_did(document: JsonObject) -> TrustedIssuer:
    methods = [each for each in as_list(document.get("verificationMethod")) if each]
    keys = {
        key
        for method in methods
        if isinstance(method, dict) and isinstance(key := method.get("publicKeyMultibase"), str)
    }
    if not isinstance(document.get("id"), str) or not keys:
        raise malformed("the DID document names no keys", "DID 文档中没有公钥")
    return TrustedIssuer(cast("str", document["id"]), frozenset(keys))
