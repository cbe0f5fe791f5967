"""Titles and descriptions as terms: words, runs of characters, numbers in one form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]+")
# Courses are numbered in three ways: Calculus II, Calculus 2, 高等数学（二）.
_NUMBERS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_HAN_NUMBERS = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6"}
_HAN_NUMBERED = re.compile(r"[(第]([一二三四五六])[)册]|(?<=[\u4e00-\u9fff])([上下])(?=$|册)")
_HALVES = {"上": "1", "下": "2"}
# What stands in half of all titles tells no two of them apart.
_IDLE = frozenset(
    {"and", "of", "the", "to", "in", "for", "a", "an", "with", "on", "honors", "honour", "honours"}
)
_ENDINGS = ("ics", "ies", "ing", "es", "al", "ic", "s")
_STEM_MIN = 4


def fold(words: str) -> str:
    """Return text narrow, small, with numbers as digits.

    >>> fold("高等数学（二）"), fold("CALCULUS  II")
    ('高等数学 2 ', 'calculus ii')
    """
    plain = unicodedata.normalize("NFKC", words).casefold()
    plain = _HAN_NUMBERED.sub(_digit, plain)
    return " ".join(plain.split()) if " " in plain.strip() and not plain.endswith(" ") else plain


def _digit(found: re.Match[str]) -> str:
    number = found[1]
    return f" {_HAN_NUMBERS[number] if number else _HALVES[found[2]]} "


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return an English word without its commonest ending.

    >>> stem("statistics"), stem("biological"), stem("art")
    ('statist', 'biologic', 'art')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4_096)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text: English stems, digits, Chinese pairs of characters.

    >>> words_of("Introduction to Calculus II"), words_of("数控车削")
    (('introduction', 'calculu', '2'), ('数控', '控车', '车削'))
    """
    found: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if token[0] > "z":
            found += [token[i : i + 2] for i in range(max(1, len(token) - 1))]
        elif token not in _IDLE:
            found.append(_NUMBERS.get(token) or stem(token))
    return tuple(found)


@lru_cache(maxsize=4_096)
def runs_of(text: str) -> tuple[str, ...]:
    """Return runs of three and four characters inside words; of one and three for Chinese.

    >>> runs_of("art"), runs_of("数控")
    ((' ar', 'art', 'rt ', ' art', 'art '), ('数', '控', '数控'))
    """
    found: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if token[0] > "z":
            found += [token[i : i + n] for n in (1, 2, 3) for i in range(len(token) - n + 1)]
        elif token not in _IDLE:
            spaced = f" {_NUMBERS.get(token, token)} "
            found += [spaced[i : i + n] for n in (3, 4) for i in range(len(spaced) - n + 1)]
    return tuple(found)
