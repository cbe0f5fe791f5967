"""Figures credits.1, credits.2 and credits.8: what is issued, and what verifies it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.credits import documents, standards
from benchmarks.figures import Figure


def figures(*, quick: bool = True) -> Iterator[Figure]:
    """Yield the figures of vectors and samples, then those of exports and speed."""
    yield from standards.figures(quick=quick)
    yield from documents.figures(quick=quick)
