"""How well two notices fit: six terms in [0, 1], each with its reason; the plain reference.

A score is symmetric: an offer's best need and a need's best offer say the same number. `market`
ranks many notices at once by the same arithmetic, bit for bit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from types import MappingProxyType
from typing import Final

from matching.scores import Reason, occupation_term, region_term
from matching.scores.codes import shared_depth
from services.exchange.engine.major_reach import MajorReach

# A convention, not a measurement: what is asked comes first, the field of work next, where last.
TERM_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "kind": 0.15,
        "majors": 0.25,
        "occupation": 0.15,
        "skills": 0.15,
        "words": 0.2,
        "region": 0.1,
    }
)
# For an organisation without notices of its own: where it sits and what it does, alike.
PLACE_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType({"industry": 0.5, "region": 0.5})
# By how many levels of GB/T 4754 are shared: none, section, division, group, class.
INDUSTRY_VALUES: Final = (0.0, 0.2, 0.6, 0.8, 1.0)
KIND_SAME: Final = 1.0
KIND_KIN: Final = 0.6
_UNITS: Final = 1000
_WORDS_TOLD_MAX: Final = 5

WordWeight = Callable[[str], int]
Judged = tuple[float | None, Reason]


@dataclass(frozen=True, slots=True)
class NoticeProfile:
    """What matching may know of a notice.

    `key`: 16 bytes of its id, then its version; `published`: microseconds since 1970, which
    orders equal scores; `skills` as they are spelled; `words`: its search terms; `industry`: the
    codes of GB/T 4754 from the section down.
    """

    key: bytes
    kind: str
    majors: tuple[str, ...] = ()
    occupation: str = ""
    skills: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    region: str = ""
    industry: tuple[str, ...] = ()
    published: int = 0


@dataclass(frozen=True, slots=True)
class TermFound:
    """One term; value None where a side is silent (it then has no say)."""

    name: str
    value: float | None
    weight: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Likeness:
    """Weighted mean of the known terms; evidence is the share of the weight that was known."""

    score: float
    evidence: float
    terms: tuple[TermFound, ...]


def word_weight(considered: int, holding: int) -> int:
    """Weight of a word by how few of the notices compared hold it, in thousandths.

    The smooth inverse document frequency 1 + ln((1 + n) / (1 + d)), rounded to an integer, so
    that sums of its squares are exact in any order.

    Args:
        considered: n, how many notices were compared.
        holding: d, how many of them hold the word, 0..n.

    Source: Sparck Jones 1972; smooth form as in scikit-learn's TfidfTransformer.
    Cost: one logarithm.

    >>> word_weight(20_000, 20_000), word_weight(20_000, 3)
    (1000, 9517)
    """
    return round(_UNITS * (1.0 + log((1 + considered) / (1 + holding))))


def compare(own: NoticeProfile, other: NoticeProfile, weight_of: WordWeight) -> Likeness:
    """How well two notices of opposite sides fit, with a reason for every term.

    Args:
        own: the notice that seeks.
        other: a notice whose kind answers it.
        weight_of: `word_weight` of a word among the notices compared.

    Returns:
        score in [0, 1] (weighted mean of the known terms by `TERM_WEIGHTS`), evidence in [0, 1],
        six terms in that order.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(majors + skills + words of both).

    Steps: 1. each term by itself; 2. mean of the known terms by weight, summed in order.

    >>> offer = NoticeProfile(b"1", "base", majors=("4101",), region="330100")
    >>> need = NoticeProfile(b"2", "base", majors=("410105",), region="330200")
    >>> found = compare(offer, need, lambda word: 1000)
    >>> round(found.score, 9), round(found.evidence, 9), [term.value for term in found.terms]
    (0.88, 0.5, [1.0, 1.0, None, None, None, 0.4])
    """
    judged: tuple[Judged, ...] = (
        kind_term(own.kind, other.kind),
        MajorReach.of(own.majors).term(other.majors),
        occupation_term([own.occupation] if own.occupation else [], other.occupation),
        skills_likeness(own.skills, other.skills),
        words_term(own.words, other.words, weight_of),
        region_term(own.region, other.region),
    )
    terms = tuple(
        TermFound(name, value, weight, reason)
        for (name, weight), (value, reason) in zip(TERM_WEIGHTS.items(), judged, strict=True)
    )
    return mean_of(terms)


def compare_place(own: NoticeProfile, other: NoticeProfile) -> Likeness:
    """How near a notice is to an organisation by its industry and region alone.

    Args:
        own: the organisation's industry and region; its other fields do not count.
        other: a notice.

    Returns:
        score and evidence in [0, 1], two terms in the order of `PLACE_WEIGHTS`.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(1).

    >>> own = NoticeProfile(b"", "", industry=("C", "34", "341"), region="330100")
    >>> other = NoticeProfile(b"1", "base", industry=("C", "34"), region="330106")
    >>> compare_place(own, other).score
    0.7
    """
    judged = (
        industry_term(own.industry, other.industry),
        region_term(own.region, other.region),
    )
    terms = tuple(
        TermFound(name, value, weight, reason)
        for (name, weight), (value, reason) in zip(PLACE_WEIGHTS.items(), judged, strict=True)
    )
    return mean_of(terms)


def industry_term(own: tuple[str, ...], other: tuple[str, ...]) -> Judged:
    """How many levels two industries share, from the section down.

    Returns:
        (value in [0, 1], reason); None where a side states none.

    Source: GB/T 4754-2017.
    Cost: O(1).

    >>> industry_term(("C", "34"), ("C", "35"))[0]
    0.2
    """
    if not own or not other:
        return None, Reason("industry.not_stated")
    depth = shared_depth(own, other)
    relation = ("other", "section", "division", "group", "class")[depth]
    shared = own[depth - 1] if depth else ""
    return INDUSTRY_VALUES[depth], Reason(f"industry.{relation}", {"shared": shared})


def mean_of(terms: tuple[TermFound, ...]) -> Likeness:
    """Weighted mean of the known terms, summed in their order.

    Returns:
        score 0 and evidence 0 where nothing is known.

    Cost: O(terms).

    >>> silent = TermFound("skills", None, 3.0, Reason("skills.not_stated"))
    >>> known = TermFound("kind", 0.5, 1.0, Reason("kind.same"))
    >>> found = mean_of((silent, known))
    >>> found.score, found.evidence
    (0.5, 0.25)
    """
    total = summed = 0.0
    for term in terms:
        if term.value is not None:
            total += term.weight
            summed += term.weight * term.value
    score = summed / total if total else 0.0
    return Likeness(score, total / sum(term.weight for term in terms), terms)


def kind_term(own: str, other: str) -> Judged:
    """Whether a notice that answers is of the very same kind or of a kin one.

    Cost: O(1).

    >>> kind_term("base", "base")[0], kind_term("base", "lease")[0]
    (1.0, 0.6)
    """
    facts = {"own": own, "other": other}
    if own == other:
        return KIND_SAME, Reason("kind.same", facts)
    return KIND_KIN, Reason("kind.kin", facts)


def skills_likeness(own: tuple[str, ...], other: tuple[str, ...]) -> Judged:
    """Twice the common skills over all that both sides name (Dice 1945), after folding.

    Which side asks and which has differs by kind, so that neither list counts more.

    Returns:
        (value in [0, 1], reason with the common skills); None where a side names none.

    Cost: O(skills).

    >>> skills_likeness(("PLC", "钳工"), ("plc",))[0]
    0.6666666666666666
    """
    mine = {fold_skill(skill): skill for skill in own}
    theirs = {fold_skill(skill) for skill in other}
    if not mine or not theirs:
        return None, Reason("skills.not_stated")
    common = tuple(skill for key, skill in mine.items() if key in theirs)
    reason = Reason("skills.some" if common else "skills.none", {"common": common})
    return 2 * len(common) / (len(mine) + len(theirs)), reason


def fold_skill(text: str) -> str:
    """Return a skill as skills are compared: width and case do not count.

    Cost: O(signs).

    >>> fold_skill(" ＰＬＣ")
    'plc'
    """
    return unicodedata.normalize("NFKC", text).casefold().strip()


def words_term(own: frozenset[str], other: frozenset[str], weight_of: WordWeight) -> Judged:
    """Cosine of two sets of words, each word weighed by its rarity.

    Cosine, because a long text must not win by its length; rarity, because every notice says
    合作 and few say 数控; sets, because that is what search keeps.

    Returns:
        (value in [0, 1], reason with the heaviest common words); None where a side has no words.

    Cost: O(words).

    >>> words_term(frozenset({"数控", "合作"}), frozenset({"数控"}), lambda word: 1000)[0]
    0.7071067811865476
    """
    if not own or not other:
        return None, Reason("words.not_stated")
    common = own & other
    told = sorted(common, key=lambda word: (-weight_of(word), word))[:_WORDS_TOLD_MAX]
    value = cosine(
        sum(weight_of(word) ** 2 for word in common),
        sum(weight_of(word) ** 2 for word in own),
        sum(weight_of(word) ** 2 for word in other),
    )
    return value, Reason("words.some" if common else "words.none", {"common": tuple(told)})


def cosine(common: int, own: int, other: int) -> float:
    """Return a cosine from three exact sums of squares; 1 for equal sets, never above.

    Cost: O(1).

    >>> cosine(9, 9, 9)
    1.0
    """
    return common / sqrt(float(own) * float(other))
