"""Finds documents, values, targets and rules of the policy packs by their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from shared.catalogues.parts import region_begins
from shared.kernel.errors import Text
from shared.policies.jurisdiction import region_prefix
from shared.policies.library import list_keys, list_packs
from shared.policies.pack import Document, Pack
from shared.search_terms import index_terms, query_terms

PolicyKind = Literal["document", "parameter", "target", "rule"]


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """One thing that a pack says, with the document and the clause that say it."""

    pack: Pack
    kind: PolicyKind
    key: str
    name: Text
    document: Document
    clause: str
    quote: str

    @property
    def id(self) -> str:
        """A name that lasts as long as the pack says this."""
        return f"{self.pack.id}/{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class _Indexed:
    entry: PolicyEntry
    terms: frozenset[str]


def find_policies(words: str, region: str | None) -> Sequence[PolicyEntry]:
    """Return the entries that hold every word, those of the newest documents first.

    A region keeps the packs that hold there or in a part of it: for Hangzhou those of Hangzhou,
    Zhejiang and China. Without words every entry fits.
    """
    chunks = query_terms(words)
    if words and not chunks:
        return []
    return [
        each.entry
        for each in _index()
        if _holds(each.entry.pack, region)
        and all(any(each.terms.issuperset(way) for way in ways) for ways in chunks)
    ]


def _holds(pack: Pack, region: str | None) -> bool:
    if region is None:
        return True
    asked, own = region_begins(region), region_prefix(pack.region)
    return asked.startswith(own) or own.startswith(asked)


@cache
def _index() -> Sequence[_Indexed]:
    entries = [each for pack in list_packs() for each in _said_by(pack)]
    # Python's sort keeps the order of equals: packs by id, each in the order of its file.
    entries.sort(key=lambda each: each[0].document.issued_on or date.min, reverse=True)
    return [_Indexed(entry, frozenset(index_terms(texts, wide=""))) for entry, texts in entries]


def _said_by(pack: Pack) -> Iterator[tuple[PolicyEntry, list[str]]]:
    documents, place = pack.documents, (pack.name.zh, pack.name.en)
    for one in documents.values():
        entry = PolicyEntry(pack, "document", one.id, one.title, one, "", "")
        yield entry, [*place, *_both(one.title, one.issuer), one.number]
    keys = list_keys()
    for one in pack.parameters.values():
        if not one.silent:
            name, held = keys[one.key].name, documents[one.document]
            entry = PolicyEntry(pack, "parameter", one.key, name, held, one.clause, one.quote)
            yield entry, [*place, *_both(name, one.note), one.words, one.clause, one.quote]
    for one in pack.targets:
        held = documents[one.document]
        entry = PolicyEntry(pack, "target", one.id, one.metric, held, one.clause, one.quote)
        yield entry, [*place, *_both(one.metric), one.note, one.clause, one.quote]
    for one in pack.rules.values():
        held = documents[one.document]
        entry = PolicyEntry(pack, "rule", one.id, one.title, held, one.article, "")
        yield entry, [*place, *_both(one.title, one.check), one.article]


def _both(*texts: Text | None) -> Iterable[str]:
    return (words for text in texts if text for words in (text.zh, text.en))
