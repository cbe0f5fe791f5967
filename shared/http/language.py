"""Which of the platform's two languages a caller reads."""

from __future__ import annotations

from functools import lru_cache

from shared.kernel.errors import Language


@lru_cache(maxsize=512)
def language_of(accept_language: str | None) -> Language:
    """Return the better of zh and en for an Accept-Language header; zh where it says neither.

    >>> language_of("en-GB,en;q=0.9,zh;q=0.8")
    'en'
    >>> language_of("fr, zh-CN;q=0.5")
    'zh'
    """
    best: Language = "zh"
    best_quality = 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag[:2].lower()
        quality = _quality(parameter)
        if language in {"zh", "en"} and quality > best_quality:
            best = "zh" if language == "zh" else "en"
            best_quality = quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
