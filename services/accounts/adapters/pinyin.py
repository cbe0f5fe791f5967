"""The order of Chinese names: by their sound, stored beside them."""

from __future__ import annotations

_CHARS_MAX = 800


def sort_key(name: str) -> str:
    """Return the pinyin of `name` in small letters, by which lists are ordered and searched.

    >>> sort_key("宁波 A 厂")
    'ning bo a chang'
    """
    from pypinyin import lazy_pinyin  # its dictionaries load in 0.2 s: only where a name is written

    return " ".join(" ".join(lazy_pinyin(name)).split()).casefold()[:_CHARS_MAX]
