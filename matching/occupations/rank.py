"""Ranking: texts, known pairs and codes together say which occupations a major leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.occupations.features import Known, Places, describe_pairs, locate
from matching.occupations.likeness import Likeness, Matrix, compare_texts
from matching.occupations.ranker import train_ranker
from matching.occupations.regression import regress_pairs, spread_between
from matching.occupations.terms import learn_term_weights, score_terms
from matching.occupations.texts import MajorText, OccupationText
from shared.kernel.errors import Text

MEMBERS = 8
SHORTLIST = 150  # of 436 minor groups; it holds 98.9 % of the right ones
_KNOWN_LEAST = 30  # with fewer known majors there is nothing to learn from: texts alone decide
_FOLDS = 3


class NoOccupationsError(MatchingError):
    """There are no occupations to choose from."""

    code = "matching_no_occupations"
    title_zh = "没有可供匹配的职业"
    mend = Text("请提供职业目录。", "Give the catalogue of occupations.")


def rank_occupations(
    majors: Sequence[MajorText],
    occupations: Sequence[OccupationText],
    known: Mapping[MajorText, frozenset[str]],
    *,
    rng: np.random.Generator,
    k: int = 10,
) -> list[tuple[str, ...]]:
    """Rank the minor groups (小类) that each major leads to.

    Args:
        majors: the majors asked for; code, name and courses.
        occupations: the minor groups to choose from.
        known: majors with the codes of the minor groups they lead to; codes that are not among
            the occupations are left out. With fewer than 30 majors the texts decide alone.
        rng: draws the ranker's starting weights; the same generator gives the same ranking.
        k: how many per major, best first.

    Raises:
        NoOccupationsError: no occupations are given.
        MalformedCodeError: a code of no known form.

    Cost: about 8 s of one core with 560 known majors and 436 minor groups, nearly all of it to
    learn; then 0.1 s per hundred majors. Memory: 500 bytes x known majors x occupations.

    Steps: 1. likeness of texts; 2. weights of terms, and a regression on the likeness of majors,
    learned from the known pairs; 3. features of every pair, each known major seeing only known
    majors of other classes, as a new class would; 4. a listwise ranker trained on them.

    >>> welding = OccupationText("6-18-02", "机械热加工人员", (("焊工", "操作焊接设备", ""),))
    >>> nursing = OccupationText("2-05-08", "护理人员", (("内科护士", "从事临床护理", ""),))
    >>> rng = np.random.default_rng(1)
    >>> rank_occupations([MajorText("520201", "护理")], [welding, nursing], {}, rng=rng, k=1)
    [('2-05-08',)]
    """
    if not occupations:
        raise NoOccupationsError
    if not majors:
        return []
    from threadpoolctl import threadpool_limits

    everyone = [*known, *majors]
    # The matrices are small: on a busy machine more threads wait for each other than work.
    with threadpool_limits(1):
        score = _rank_all(everyone, occupations, known, rng)
    best = np.argsort(-score, axis=1, kind="stable")[:, :k]
    return [tuple(occupations[at].code for at in row) for row in best.tolist()]


def _rank_all(
    everyone: Sequence[MajorText],
    occupations: Sequence[OccupationText],
    known: Mapping[MajorText, frozenset[str]],
    rng: np.random.Generator,
) -> Matrix:
    likeness = compare_texts(everyone, occupations, rng=rng)
    if len(known) < _KNOWN_LEAST:
        return likeness.to_occupations["all"][len(known) :]
    column = {one.code: at for at, one in enumerate(occupations)}
    pairs = np.zeros((len(known), len(occupations)), dtype=np.float32)
    for row, codes in enumerate(known.values()):
        pairs[row, [column[code] for code in codes if code in column]] = 1.0
    return _score(everyone, occupations, likeness, Known(np.arange(len(known)), pairs), rng)


def _score(
    everyone: Sequence[MajorText],
    occupations: Sequence[OccupationText],
    likeness: Likeness,
    known: Known,
    rng: np.random.Generator,
) -> Matrix:
    """Return (asked, occupations) scores of the majors after the known ones."""
    places = locate(everyone, [one.code for one in occupations])
    asked = np.arange(known.rows.size, len(everyone))
    inside, outside = _learn(likeness, places, known, asked)

    def describe(
        rows: NDArray[np.int64], learned: dict[str, Matrix]
    ) -> tuple[Matrix, NDArray[np.int64]]:
        return describe_pairs(
            likeness, places, learned, rows=rows, known=known, shortlist=SHORTLIST
        )

    features, chosen = describe(known.rows, inside)
    wanted = np.take_along_axis(known.pairs, chosen, axis=1)
    ranker = train_ranker(features, wanted, members=MEMBERS, rng=rng)
    features, chosen = describe(asked, outside)
    score = np.full((asked.size, len(occupations)), -np.inf, dtype=np.float32)
    np.put_along_axis(score, chosen, ranker.score(features), axis=1)
    return score


def _learn(
    likeness: Likeness, places: Places, known: Known, asked: NDArray[np.int64]
) -> tuple[dict[str, Matrix], dict[str, Matrix]]:
    """Return what is learned of the known majors, each from other classes, and of those asked."""
    classes = places.own_class[known.rows]
    terms = _learn_terms(likeness, classes, known, asked)
    alike = (likeness.by_name + likeness.by_course + likeness.by_meaning) / np.float32(3)
    regressed = regress_pairs(alike, classes=classes, known=known, asked=asked)
    spread = spread_between(likeness.between, places.middle)
    inside, outside = (
        {"learned": by_term, "regressed": by_major, "spread": by_major @ spread}
        for by_term, by_major in zip(terms, regressed, strict=True)
    )
    return inside, outside


def _learn_terms(
    likeness: Likeness, classes: NDArray[np.int64], known: Known, asked: NDArray[np.int64]
) -> tuple[Matrix, Matrix]:
    majors, occupations = likeness.terms
    inside = np.zeros_like(known.pairs)
    for fold in range(_FOLDS):
        held = classes % _FOLDS == fold
        rows, others = known.rows[held], known.rows[~held]
        weights = learn_term_weights(majors[others], occupations, known.pairs[~held])
        inside[held] = score_terms(majors[rows], occupations, weights)
    weights = learn_term_weights(majors[known.rows], occupations, known.pairs)
    return inside, score_terms(majors[asked], occupations, weights)
