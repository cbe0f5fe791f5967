"""Finds what a JSON-LD document says outside its contexts: such words no RDF signature covers.

Canonicalisation of RDF silently drops every member that no context defines, every relative
address and every undefined type: they can be added to a signed credential, and its signature
still holds. This walk follows the contexts as JSON-LD 1.1 does (Processing Algorithms and API,
4.1 and 5.1) and names the first such place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from services.credits.engine.credentials.contexts_frozen import read_context
from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.refusal import RefusedError, malformed

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*:[^\s]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_SCOPED = "@context"
# What a member may mean: every other keyword says something that RDF does not keep.
_KEYWORDS = frozenset({"@context", "@id", "@type", "@value", "@language"})


@dataclass(frozen=True, slots=True)
class _Term:
    """What one word means: an address or keyword, and how its value is read."""

    meaning: str | None
    coercion: str | None = None
    container: frozenset[str] = frozenset()
    scoped: Json = None
    has_scope: bool = False


@dataclass(slots=True, eq=False)
class _Active:
    """The words known at one place of a document."""

    terms: Mapping[str, _Term] = field(default_factory=dict[str, _Term])
    vocab: str | None = None
    before: _Active | None = None
    entered: dict[tuple[str, ...], _Active] = field(
        default_factory=dict[tuple[str, ...], "_Active"]
    )

    def meaning_of(self, word: str) -> str | None:
        """Return the address or keyword of a member's name; None where nothing defines it."""
        term = self.terms.get(word)
        if term is not None:
            return term.meaning
        if word.startswith("@"):
            return word if word in _KEYWORDS else None
        prefix, colon, rest = word.partition(":")
        if colon:
            known = prefix in self.terms or rest.startswith("//")
            return word if known and _ABSOLUTE.fullmatch(word) else None
        if self.vocab is None or not word:
            return None
        address = self.vocab + word
        return address if _ABSOLUTE.fullmatch(address) else None


_EMPTY = _Active()


def check_terms(document: JsonObject) -> None:
    """Refuse a document that says anything which its contexts do not define.

    Raises RefusedError: `undefined_terms` with the place; `malformed` where it brings a context
    of its own, names one that is not known here, or holds null. Cost: one pass over the document.

    >>> check_terms({"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:uuid:1"})
    """
    _node(document, _EMPTY, "")


def _node(node: JsonObject, active: _Active, at: str) -> None:
    if active.before is not None and "@value" not in node and not _names_only(node, active):
        active = active.before
    if _SCOPED in node:
        active = _enter_document(active, node[_SCOPED])
    types = _types_of(node, active, at)
    outer, active = active, _enter_types(active, types)
    for name, value in node.items():
        if name != _SCOPED:
            _member(name, value, active, outer, f"{at}/{name}")


def _names_only(node: JsonObject, active: _Active) -> bool:
    """Whether a node is only named here: then the words of its parent's type stay in force."""
    return len(node) == 1 and active.meaning_of(next(iter(node))) == "@id"


def _types_of(node: JsonObject, active: _Active, at: str) -> list[str]:
    found: list[str] = []
    for name, value in node.items():
        if active.meaning_of(name) == "@type":
            for each in as_list(value):
                if not isinstance(each, str):
                    raise malformed(f"{at}/{name} is not a text", f"{at}/{name} 不是文字")
                found.append(each)
    return found


def _enter_types(active: _Active, types: Iterable[str]) -> _Active:
    scoped = tuple(sorted(t for t in types if t in active.terms and active.terms[t].has_scope))
    if not scoped:
        return active
    known = active.entered.get(scoped)
    if known is None:
        known = active
        for each in scoped:
            known = _apply(known, active.terms[each].scoped)
        known = _Active(known.terms, known.vocab, active)
        active.entered[scoped] = known
    return known


def _member(name: str, value: Json, active: _Active, outer: _Active, at: str) -> None:
    meaning = active.meaning_of(name)
    if value is None:
        raise malformed(f"{at} is null", f"{at} 为 null")
    if meaning is None or (meaning.startswith("@") and meaning not in _KEYWORDS):
        raise _undefined(at)
    if meaning == "@id":
        _address(value, at)
    elif meaning == "@type":
        for each in as_list(value):
            _type(each, outer, at)
    elif meaning == "@language":
        _language(value, at)
    elif meaning != "@value":
        _values(value, active, active.terms.get(name), at)


def _values(value: Json, active: _Active, term: _Term | None, at: str) -> None:
    if term is not None:
        if term.coercion == "@json":
            return
        if term.container - {"@set", "@list", "@graph"}:
            raise _undefined(at)
        if term.has_scope:
            # Words of a type end at the next node, words of a member begin there.
            active = _enter_member(active, term)
    for position, each in enumerate(as_list(value)):
        _value(each, active, term, f"{at}/{position}" if isinstance(value, list) else at)


def _value(value: Json, active: _Active, term: _Term | None, at: str) -> None:
    if value is None:
        raise malformed(f"{at} is null", f"{at} 为 null")
    if isinstance(value, dict):
        _node(value, active, at)
    elif isinstance(value, list):
        for each in value:
            _value(each, active, term, at)
    elif isinstance(value, str) and term is not None:
        if term.coercion == "@id":
            _address(value, at)
        elif term.coercion == "@vocab":
            _type(value, active, at)


def _address(value: Json, at: str) -> None:
    if not isinstance(value, str) or not _ABSOLUTE.fullmatch(value):
        raise _undefined(at)


def _language(value: Json, at: str) -> None:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise _undefined(at)


def _type(value: Json, active: _Active, at: str) -> None:
    meaning = active.meaning_of(value) if isinstance(value, str) else None
    absolute = isinstance(value, str) and _ABSOLUTE.fullmatch(value)
    if not absolute and (meaning is None or meaning.startswith("@")):
        raise _undefined(f"{at} ({value})")


def _enter_member(active: _Active, term: _Term) -> _Active:
    # A text cannot hold a line feed and be a term, so these keys never meet those of types.
    key = ("\n", str(term.meaning), str(id(term.scoped)))
    known = active.entered.get(key)
    if known is None:
        base = active.before or active
        known = _apply(base, term.scoped)
        active.entered[key] = known
    return known


def _enter_document(active: _Active, named: Json) -> _Active:
    urls = as_list(named)
    if not all(isinstance(url, str) for url in urls):
        raise malformed("it brings a context of its own", "凭证自带上下文定义")
    key = ("\r", *cast("list[str]", urls))
    known = active.entered.get(key)
    if known is None:
        known = active
        for url in urls:
            known = _apply(known, read_context(url)["@context"])
        known = _Active(known.terms, known.vocab, None)
        # Only the root lives as long as the process: what a stranger sends must not fill it.
        if active is not _EMPTY or len(_EMPTY.entered) < 64:
            active.entered[key] = known
    return known


def _apply(active: _Active, context: Json) -> _Active:
    """Return `active` with the words of a frozen context."""
    if context is None:
        return _EMPTY
    if isinstance(context, list):
        for each in context:
            active = _apply(active, each)
        return active
    if isinstance(context, str):
        return _apply(active, read_context(context)["@context"])
    definitions = cast("Mapping[str, Any]", context)
    vocab = cast("str | None", definitions.get("@vocab", active.vocab))
    terms = dict(active.terms)
    for word, told in definitions.items():
        if not word.startswith("@"):
            terms[word] = _define(word, told, definitions, active)
    return _Active(terms, vocab, active.before)


def _define(word: str, told: Json, local: Mapping[str, Any], active: _Active) -> _Term:
    if not isinstance(told, dict):
        return _Term(_expand(told, word, local, active))
    return _Term(
        meaning=_expand(told.get("@id", word), word, local, active),
        coercion=told.get("@type"),
        container=frozenset(as_list(told.get("@container"))),
        scoped=told.get(_SCOPED),
        has_scope=_SCOPED in told,
    )


def _expand(named: str | None, word: str, local: Mapping[str, Any], active: _Active) -> str | None:
    if named is None or named.startswith("@") or ":" in named:
        return named
    if named != word and named in local:  # one word of a context may stand for another
        return _define(named, local[named], local, active).meaning
    if named != word and named in active.terms:
        return active.terms[named].meaning
    vocab = local.get("@vocab", active.vocab)
    return None if vocab is None else vocab + named


def _undefined(at: str) -> RefusedError:
    return RefusedError(
        "undefined_terms",
        en=f"it carries an undefined term at {at[:200]}",
        zh=f"含有未定义的内容：{at[:200]}",
    )
