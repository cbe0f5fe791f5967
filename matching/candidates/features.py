"""From profiles of students and posts to sparse features: words, bigrams, codes, skills, pay."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from matching.candidates.rows import SparseRows
from matching.errors import NumberOutOfRangeError
from matching.problem import readonly
from matching.scores.codes import parse_major, parse_occupation, parse_region

Feature: TypeAlias = tuple[str, str]  # (kind, token)

#: Share of each kind in a score; a convention that a caller may replace. They sum to 1, so that a
#: score lies in [0, 1].
KIND_WEIGHTS: Final[Mapping[str, float]] = {
    "word": 0.15,
    "bigram": 0.25,
    "major": 0.2,
    "occupation": 0.15,
    "skill": 0.1,
    "region": 0.1,
    "pay": 0.05,
}
# Pay is compared on a scale of ratios: 19 % apart is one step, and steps beyond one do not meet.
_PAY_STEPS_PER_DOUBLING = 4
_WORD = re.compile(r"[a-z0-9][a-z0-9+#.]*")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared of a student or a post; whatever is empty has no say.

    Attributes:
        text: free text, in Chinese or Latin letters.
        majors: codes of majors, classes or groups.
        occupations: occupation codes.
        skills: names of skills.
        region: GB/T 2260 code.
        pay_fen_month: wanted or offered, 0 or more, None where unknown; 0 has no say.
    """

    text: str = ""
    majors: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    region: str = ""
    pay_fen_month: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one kind of features gave to a score, with the features that gave most, best first."""

    kind: str
    score: float
    features: tuple[tuple[str, float], ...]


def list_features(profile: Profile) -> Iterator[tuple[Feature, float]]:
    """Yield the features of a profile, repeated as they occur.

    Raises:
        MalformedCodeError: a code of no known form.
        NumberOutOfRangeError: negative pay.

    Cost: O(length of the text). Source: character bigrams need no dictionary (Nie and Ren 1999).

    >>> [token for (kind, token), _ in list_features(Profile(text="PLC 电气焊"))]
    ['plc', '电气', '气焊']
    """
    text = unicodedata.normalize("NFKC", profile.text).casefold()
    for word in _WORD.findall(text):
        yield ("word", word.rstrip(".")), 1.0
    for run in _CJK.findall(text):
        for at in range(max(len(run) - 1, 1)):
            yield ("bigram", run[at : at + 2]), 1.0
    for token in _code_tokens(profile):
        yield token, 1.0
    for skill in profile.skills:
        yield ("skill", unicodedata.normalize("NFKC", skill).casefold().strip()), 1.0
    if profile.pay_fen_month:
        yield from _pay_tokens(profile.pay_fen_month)


def _pay_tokens(fen: int) -> Iterator[tuple[Feature, float]]:
    """Yield the two steps between which a pay lies, by nearness."""
    if fen < 0:
        raise NumberOutOfRangeError(name="pay_fen_month", wanted=">= 0", given=fen)
    step = math.log2(fen) * _PAY_STEPS_PER_DOUBLING
    share = step - math.floor(step)
    yield ("pay", str(math.floor(step))), 1.0 - share
    if share > 0.0:
        yield ("pay", str(math.floor(step) + 1)), share


def _code_tokens(profile: Profile) -> Iterator[Feature]:
    """Yield each code with the codes above it, so that near codes share features."""
    for code in profile.majors:
        major = parse_major(code)
        levels = (f"{major.tree}:{major.group}", f"{major.tree}:{major.major_class}", major.major)
        known = (True, major.major_class, major.major)
        yield from (("major", level) for level, told in zip(levels, known, strict=True) if told)
    for code in profile.occupations:
        parts = parse_occupation(code)
        for depth in range(1, len(parts) + 1):
            yield "occupation", "-".join(parts[:depth])
    if profile.region:
        pairs = parse_region(profile.region)
        for depth in range(1, len(pairs) + 1):
            yield "region", "".join(pairs[:depth])


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSpace:
    """The features of a set of items with their rarity; make it by `fit_space`.

    Attributes:
        tokens: feature -> its column.
        names: the features in the order of their columns.
        rarity: (width,) float64 >= 1; ln((1 + items) / (1 + items that have it)) + 1; 1 for pay.
        rarity_unknown: rarity of a feature that no item has.
        weights: share of each kind in a score.
    """

    tokens: Mapping[Feature, int]
    names: tuple[Feature, ...]
    rarity: NDArray[np.float64]
    rarity_unknown: float
    weights: Mapping[str, float]

    def encode(self, profiles: Iterable[Profile]) -> SparseRows:
        """Return one row per profile; the dot product of two rows is their score in [0, 1].

        A kind's values are (1 + ln count) x rarity, scaled so that the kind's part of a score is
        its weight times the cosine of the two sides. Features that no item has count in the
        length of the vector, and have no column.

        Raises:
            MalformedCodeError: a code of no known form.

        Cost: about 30 us per profile of a hundred characters.
        """
        indptr, features, values = [0], list[int](), list[float]()
        for profile in profiles:
            for column, value in sorted(self._weigh(profile).items()):
                features.append(column)
                values.append(value)
            indptr.append(len(features))
        return SparseRows(
            readonly(np.array(indptr, dtype=np.int64)),
            readonly(np.array(features, dtype=np.int32)),
            readonly(np.array(values, dtype=np.float32)),
            len(self.names),
        )

    def _weigh(self, profile: Profile) -> dict[int, float]:
        counts = _count(profile)
        raw = {feature: self._value(feature, count) for feature, count in counts.items()}
        squares: dict[str, float] = {}
        for (kind, _), value in raw.items():
            squares[kind] = squares.get(kind, 0.0) + value * value
        scale = {
            kind: math.sqrt(self.weights.get(kind, 0.0) / square)
            for kind, square in squares.items()
            if square > 0.0
        }
        return {
            self.tokens[feature]: value * scale[feature[0]]
            for feature, value in raw.items()
            if feature in self.tokens and value * scale[feature[0]] > 0.0
        }

    def _value(self, feature: Feature, count: float) -> float:
        if feature[0] == "pay":
            return count
        column = self.tokens.get(feature)
        rarity = self.rarity_unknown if column is None else float(self.rarity[column])
        return (1.0 + math.log(count)) * rarity

    def explain(self, query: SparseRows, item: SparseRows, *, most: int = 5) -> tuple[Share, ...]:
        """Say what each kind of features gave to the score of one item for one query.

        Args:
            query: one row.
            item: one row.
            most: features named per kind.

        Returns:
            One share per kind that gave anything, greatest first; they sum to the score.

        Cost: O(features of both).

        >>> space = fit_space([Profile(text="焊接机器人"), Profile(text="护理")])
        >>> rows = space.encode([Profile(text="机器人"), Profile(text="焊接机器人")])
        >>> [share.kind for share in space.explain(rows.part(0, 1), rows.part(1, 2))]
        ['bigram']
        """
        assert len(query) == len(item) == 1, "one query and one item"
        both, mine, its = np.intersect1d(query.features, item.features, return_indices=True)
        parts = query.values[mine].astype(np.float64) * item.values[its]
        found: dict[str, list[tuple[str, float]]] = {}
        for column, part in zip(both.tolist(), parts.tolist(), strict=True):
            kind, token = self.names[column]
            found.setdefault(kind, []).append((token, part))
        shares = [_share(kind, given, most) for kind, given in found.items()]
        return tuple(sorted(shares, key=lambda share: -share.score))


def _share(kind: str, given: Sequence[tuple[str, float]], most: int) -> Share:
    best = sorted(given, key=lambda pair: (-pair[1], pair[0]))[:most]
    return Share(kind, sum(part for _, part in given), tuple(best))


def _count(profile: Profile) -> Mapping[Feature, float]:
    counts: Counter[Feature] = Counter()
    for feature, amount in list_features(profile):
        counts[feature] += amount  # pyright: ignore[reportArgumentType]  # shares of pay are fractions
    return counts


def fit_space(
    items: Iterable[Profile], *, weights: Mapping[str, float] | None = None
) -> FeatureSpace:
    """Learn the features of the items and how rare each is.

    Args:
        items: profiles of all items (posts).
        weights: share of each kind, >= 0; by default `KIND_WEIGHTS`.

    Raises:
        MalformedCodeError: a code of no known form.
        NumberOutOfRangeError: a weight that is negative or not finite, negative pay.

    Cost: about 20 us per profile of a hundred characters. Source: Sparck Jones 1972 (rarity).

    >>> len(fit_space([Profile(text="焊接", region="330106")]).names)
    4
    """
    shares = KIND_WEIGHTS if weights is None else weights
    for kind, weight in shares.items():
        if not 0.0 <= weight < math.inf:
            raise NumberOutOfRangeError(name=kind, wanted=">= 0, < inf", given=weight)
    held: Counter[Feature] = Counter()
    size = 0
    for profile in items:
        held.update(_count(profile).keys())
        size += 1
    names = tuple(sorted(held))
    rarity = np.array(
        [1.0 if kind == "pay" else _rarity(size, held[kind, token]) for kind, token in names],
        dtype=np.float64,
    )
    return FeatureSpace(
        tokens={feature: column for column, feature in enumerate(names)},
        names=names,
        rarity=readonly(rarity),
        rarity_unknown=_rarity(size, 0),
        weights=shares,
    )


def _rarity(items: int, held: int) -> float:
    return math.log((1 + items) / (1 + held)) + 1.0
