"""Canonical RDF of a credential (RDFC-1.0), guarded: frozen contexts, bounded graphs.

The library has no safe mode: what it silently drops is found by `terms.check_terms`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from functools import cache
from typing import Any

from services.credits.engine.credentials.contexts_frozen import read_context
from services.credits.engine.credentials.parsing import JsonObject
from services.credits.engine.credentials.refusal import RefusedError, malformed

# A transcript of a whole programme has some 4,000 quads; canonicalising 10,000 takes a second.
QUADS_MAX = 10_000
# Blank nodes that look alike cost factorially much to tell apart ("poison graphs", RDFC-1.0 7.1).
_ALIKE_MAX = 6
_DEGREE_CALLS_MAX = 2_000


def canonise(document: JsonObject) -> bytes:
    """Return the canonical N-Quads of a JSON-LD document.

    Raises RefusedError `malformed`: a context that is not known, JSON-LD that does not hold
    together, more than `QUADS_MAX` quads, a graph built to be slow.

    Source: RDF Dataset Canonicalization (W3C Recommendation, 2024-05-21) with SHA-256.

    >>> canonise({"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:uuid:1",
    ...     "type": "VerifiableCredential"}).decode().split()[0]
    '<urn:uuid:1>'
    """
    processor, canonizer, loader = _library()
    try:
        dataset = _bounded(processor.to_rdf(document, {"documentLoader": loader}))
        return canonizer().main(dataset, {"format": "application/n-quads"}).encode()
    except RefusedError:
        raise
    except RecursionError as error:
        raise _too_slow() from error
    except Exception as error:
        # The library wraps whatever the loader raises, and raises plain errors of Python on
        # documents that are no JSON-LD: all of them mean that nothing was signed this way.
        raise _cause(error) from error


def _bounded(dataset: Mapping[str, Sized]) -> Mapping[str, Sized]:
    if sum(len(triples) for triples in dataset.values()) > QUADS_MAX:
        raise _too_slow()
    return dataset


def _cause(error: BaseException) -> RefusedError:
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, RefusedError):
            return inner
        inner = getattr(inner, "cause", None) or inner.__cause__ or inner.__context__
    return malformed("it is not sound JSON-LD", "JSON-LD 结构不成立")


def _too_slow() -> RefusedError:
    return malformed("its graph is too large or built to be slow", "图结构过大或被刻意构造")


@cache
def _library() -> tuple[Any, Any, Any]:
    from pyld import jsonld
    from pyld.canon import URDNA2015

    def load(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": read_context(url),
        }

    class Bounded(URDNA2015):
        """Gives up on a graph whose blank nodes cannot be told apart in bounded work."""

        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
            self.calls += 1
            if self.calls > _DEGREE_CALLS_MAX:
                raise _too_slow()
            return super().hash_n_degree_quads(id_, issuer)

        def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
            found: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
            if any(len(alike) > _ALIKE_MAX for alike in found.values()):
                raise _too_slow()
            return found

    return jsonld.JsonLdProcessor(), Bounded, load
