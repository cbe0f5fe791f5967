"""Words and word pieces that find posts and notices: Chinese words, CJK bigrams, Latin words.

Dictionary words alone miss a search for 后端 in 后端开发工程师, and CAD in AutoCAD; bigrams of
the title and the skills, and a small table of synonyms, find them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

_RUN = re.compile(r"[a-z0-9][a-z0-9+#.\-]*|[\u3400-\u4dbf\u4e00-\u9fff]+")
_TERM_CHARS_MAX = 80
_TERMS_MAX = 600
_QUERY_CHUNKS_MAX = 8

# Words that people in one trade use for the same thing.
_SYNONYMS: tuple[frozenset[str], ...] = (
    frozenset({"后端", "后台", "backend", "服务端"}),
    frozenset({"前端", "frontend"}),
    frozenset({"cad", "autocad"}),
    frozenset({"护士", "护理"}),
    frozenset({"数控", "cnc"}),
    frozenset({"人工智能", "ai"}),
    frozenset({"人力资源", "人事", "hr"}),
    frozenset({"测试", "qa"}),
    frozenset({"电商", "电子商务"}),
    frozenset({"会计", "财务"}),
    frozenset({"幼儿园", "幼教", "幼师"}),
    frozenset({"快递", "物流"}),
    frozenset({"python", "py"}),
    frozenset({"javascript", "js"}),
    frozenset({"golang", "go语言"}),
    frozenset({"ps", "photoshop"}),
)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_latin(run: str) -> bool:
    return run.isascii()


def _words(run: str) -> Iterator[str]:
    if _is_latin(run):
        yield run.rstrip(".-")
    else:
        import rjieba  # its dictionary loads in 0.1 s: where Chinese is read, not at the start

        yield from (word for word in rjieba.cut_for_search(run) if len(word) > 1)


def _bigrams(run: str) -> Iterator[str]:
    return (run[i : i + 2] for i in range(len(run) - 1))


def index_terms(close: Iterable[str], *, wide: str) -> list[str]:
    """Return one document's terms: words and bigrams of `close` texts, words of the `wide` one.

    >>> index_terms(["后端开发"], wide="")
    ['后端', '开发', '端开']
    """
    terms: dict[str, None] = {}
    for text in close:
        for run in _RUN.findall(_fold(text)):
            terms.update(dict.fromkeys(_words(run)))
            if not _is_latin(run):
                terms.update(dict.fromkeys(_bigrams(run)))
    for run in _RUN.findall(_fold(wide)):
        if len(terms) >= _TERMS_MAX:
            break
        terms.update(dict.fromkeys(_words(run)))
    return sorted(term for term in terms if 0 < len(term) <= _TERM_CHARS_MAX)


def query_terms(query: str) -> list[list[list[str]]]:
    """Return what a query asks for: every chunk, each by any of its ways, each way by all terms.

    >>> query_terms("电商 CAD")
    [[['电商'], ['商务', '电子', '电子商务'], ['商务', '子商', '电子']], [['autocad'], ['cad']]]
    """
    chunks = _RUN.findall(_fold(query))[:_QUERY_CHUNKS_MAX]
    return [_ways(chunk) for chunk in chunks]


def _ways(chunk: str) -> list[list[str]]:
    ways: dict[tuple[str, ...], None] = {}
    for same in sorted(_same_words(chunk)):
        ways[tuple(sorted(set(_words(same)) or {same}))] = None
        if not _is_latin(same) and len(same) > 1:
            ways[tuple(sorted(set(_bigrams(same))))] = None
    return [list(way) for way in ways]


@cache
def _synonym_table() -> dict[str, frozenset[str]]:
    return {word: group for group in _SYNONYMS for word in group}


def _same_words(chunk: str) -> set[str]:
    return {chunk, *_synonym_table().get(chunk, ())}


def pinyin_of(title: str) -> str:
    """Return the title in pinyin, by which lists are ordered.

    >>> pinyin_of("护理实习")
    'hu li shi xi'
    """
    from pypinyin import Style, lazy_pinyin  # loads in 0.2 s: where a title is written

    return " ".join(lazy_pinyin(title, style=Style.NORMAL)).casefold()[:200]
