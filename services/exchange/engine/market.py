"""Many notices as columns, and the best of them for one: exact, whatever their number.

A notice is kept under its id and version and never changes here; which notices stand for choice
is told with every question, so that nothing kept decides what a caller may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.scores import occupation_term, region_term
from services.exchange.engine.columns import Codebook, Lists
from services.exchange.engine.likeness import (
    PLACE_WEIGHTS,
    TERM_WEIGHTS,
    NoticeProfile,
    WordWeight,
    fold_skill,
    industry_term,
    kind_term,
    word_weight,
)
from services.exchange.engine.major_reach import NOT_COMPARABLE, MajorReach

Rows = NDArray[np.int64]
Values = NDArray[np.float64]
KEY_BYTES: Final = 20
_SILENT: Final = -1.0
_PATH: Final = "/"


@dataclass(frozen=True, slots=True)
class Best:
    """The best notices for one, the best first.

    Attributes:
        keys: (k,) keys of notices.
        scores: (k,) float64 in [0, 1].
        considered: how many were compared.
        weight_of: weight of a word among those compared.
    """

    keys: tuple[bytes, ...]
    scores: tuple[float, ...]
    considered: int
    weight_of: WordWeight


@dataclass(frozen=True, slots=True)
class Codebooks:
    """The numbers of every value that a column holds."""

    kinds: Codebook = field(default_factory=Codebook)
    majors: Codebook = field(default_factory=Codebook)
    occupations: Codebook = field(default_factory=Codebook)
    skills: Codebook = field(default_factory=Codebook)
    words: Codebook = field(default_factory=Codebook)
    regions: Codebook = field(default_factory=Codebook)
    industries: Codebook = field(default_factory=Codebook)


@dataclass(frozen=True, slots=True)
class Market:
    """Notices as columns of n rows; a joined market shares its codebooks with the one before.

    Attributes:
        rows: key to row.
        singles: (n, 4) int32: numbers of kind, occupation, region and industry.
        order: (n, 3) int64: moment of publication, and the id as two numbers that sort like it.
    """

    rows: dict[bytes, int] = field(default_factory=dict[bytes, int])
    books: Codebooks = field(default_factory=Codebooks)
    singles: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 4), dtype=np.int32))
    order: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 3), dtype=np.int64))
    majors: Lists = field(default_factory=Lists.empty)
    skills: Lists = field(default_factory=Lists.empty)
    words: Lists = field(default_factory=Lists.empty)

    def join(self, profiles: Iterable[NoticeProfile]) -> Market:
        """Return the market with more notices; one whose key it has is left as it is.

        Cost: O(words of the new ones) and one copy of the columns.

        >>> len(Market().join([NoticeProfile(bytes(20), "base", region="330100")]).rows)
        1
        """
        new = {each.key: each for each in profiles if each.key not in self.rows}
        if not new:
            return self
        added, books = tuple(new.values()), self.books
        numbers = range(len(self.rows), len(self.rows) + len(added))
        singles = [
            (
                books.kinds.number(each.kind),
                books.occupations.number(each.occupation),
                books.regions.number(each.region),
                books.industries.number(_PATH.join(each.industry)),
            )
            for each in added
        ]
        order = [(each.published, *_halves(each.key)) for each in added]
        skills = [books.skills.numbers_of([fold_skill(s) for s in each.skills]) for each in added]
        words = [books.words.numbers_of(sorted(each.words)) for each in added]
        return Market(
            rows=self.rows | dict(zip(new, numbers, strict=True)),
            books=books,
            singles=np.concatenate((self.singles, np.array(singles, dtype=np.int32))),
            order=np.concatenate((self.order, np.array(order, dtype=np.int64))),
            majors=self.majors.joined([books.majors.numbers_of(each.majors) for each in added]),
            skills=self.skills.joined(skills),
            words=self.words.joined(words),
        )

    def best_for(self, own: NoticeProfile, keys: Sequence[bytes], *, limit: int) -> Best:
        """The best of some notices for one, exactly as `likeness.compare` scores each of them.

        Args:
            own: the notice that seeks; it need not be in the market.
            keys: (m,) keys of notices in the market that answer it.
            limit: k, at least 1.

        Returns:
            the min(k, m) best by score; equal scores by the newest publication, then by id.

        Raises:
            MalformedCodeError: a code of no known form.
            KeyError: a key that the market does not have.

        Cost: O(words of the m notices), about 2 us for a notice of eighty words.

        Steps: 1. each term per distinct value, spread over the rows; 2. words by integer sums of
        squares; 3. the mean of the known terms, summed in the reference's order; 4. the k best.

        >>> far = NoticeProfile(b"a" * 20, "base", region="110101")
        >>> near = NoticeProfile(b"b" * 20, "base", region="330106")
        >>> own = NoticeProfile(b"", "base", region="330110")
        >>> Market().join([far, near]).best_for(own, [far.key, near.key], limit=1).scores
        (0.92,)
        """
        rows = np.array([self.rows[key] for key in keys], dtype=np.int64)
        words = self.words.take(rows)
        # Taken once: others may join words while this runs, and these rows have none of them.
        counts = words.counts(len(self.books.words.numbers))
        weight_of = partial(_weight_of, self.books.words, counts, rows.size)
        terms: tuple[Values, ...] = (
            self._kinds(own, rows),
            self._majors(own, rows),
            self._occupations(own, rows),
            self._skills(own, rows),
            self._words(own, words, counts),
            self._regions(own, rows),
        )
        scores = _mean(terms, tuple(TERM_WEIGHTS.values()))
        chosen = self._cut(scores, rows, limit=limit)
        return Best(
            keys=tuple(keys[at] for at in chosen),
            scores=tuple(scores[chosen].tolist()),
            considered=rows.size,
            weight_of=weight_of,
        )

    def best_for_place(self, own: NoticeProfile, keys: Sequence[bytes], *, limit: int) -> Best:
        """The best of some notices for an organisation, exactly as `compare_place` scores each.

        Args:
            own: the organisation's industry and region.
            keys: (m,) keys of notices in the market.
            limit: k, at least 1.

        Returns:
            as `best_for`; no word counted.

        Raises:
            MalformedCodeError: a code of no known form.
            KeyError: a key that the market does not have.

        Cost: O(m).

        >>> far = NoticeProfile(b"a" * 20, "base", region="110101", industry=("C", "34"))
        >>> own = NoticeProfile(b"", "", region="330100", industry=("C",))
        >>> Market().join([far]).best_for_place(own, [far.key], limit=5).scores
        (0.1,)
        """
        rows = np.array([self.rows[key] for key in keys], dtype=np.int64)
        scores = _mean(
            (self._industries(own, rows), self._regions(own, rows)), tuple(PLACE_WEIGHTS.values())
        )
        chosen = self._cut(scores, rows, limit=limit)
        return Best(
            keys=tuple(keys[at] for at in chosen),
            scores=tuple(scores[chosen].tolist()),
            considered=rows.size,
            weight_of=lambda _word: 0,
        )

    def _industries(self, own: NoticeProfile, rows: Rows) -> Values:
        return _spread(
            self.books.industries,
            self.singles[rows, 3],
            lambda path: industry_term(own.industry, tuple(path.split(_PATH)) if path else ())[0],
        )

    def _kinds(self, own: NoticeProfile, rows: Rows) -> Values:
        return _spread(
            self.books.kinds, self.singles[rows, 0], lambda kind: kind_term(own.kind, kind)[0]
        )

    def _occupations(self, own: NoticeProfile, rows: Rows) -> Values:
        stated = [own.occupation] if own.occupation else []
        return _spread(
            self.books.occupations,
            self.singles[rows, 1],
            lambda code: occupation_term(stated, code)[0],
        )

    def _regions(self, own: NoticeProfile, rows: Rows) -> Values:
        return _spread(
            self.books.regions, self.singles[rows, 2], lambda code: region_term(own.region, code)[0]
        )

    def _majors(self, own: NoticeProfile, rows: Rows) -> Values:
        if not own.majors:
            return np.full(rows.size, _SILENT)
        reach = MajorReach.of(own.majors)
        table = np.array([reach.value(code) for code in list(self.books.majors.numbers)])
        # A list of another catalogue is as silent as none at all.
        return self.majors.take(rows).maxima(table, empty=NOT_COMPARABLE)

    def _skills(self, own: NoticeProfile, rows: Rows) -> Values:
        mine = {fold_skill(skill) for skill in own.skills}
        theirs = self.skills.take(rows)
        table = np.zeros(len(self.books.skills.numbers), dtype=np.int64)
        table[self.books.skills.known(sorted(mine), below=table.size)] = 1
        lengths = theirs.lengths
        shares = 2 * theirs.sums(table) / np.maximum(len(mine) + lengths, 1)
        return np.where((lengths > 0) & bool(mine), shares, _SILENT)

    def _words(self, own: NoticeProfile, words: Lists, counts: Rows) -> Values:
        held = words.lengths > 0
        if not own.words:
            return np.full(held.size, _SILENT)
        squares = _squares(counts, held.size)
        mine = self.books.words.known(sorted(own.words), below=squares.size)
        table = np.zeros(squares.size, dtype=np.int64)
        table[mine] = squares[mine]
        unknown = (len(own.words) - mine.size) * word_weight(held.size, 0) ** 2
        common, theirs = words.sums(table), words.sums(squares)
        norm = np.sqrt(float(squares[mine].sum() + unknown) * theirs.astype(np.float64))
        return np.divide(common, norm, out=np.full(held.size, _SILENT), where=held)

    def _cut(self, scores: Values, rows: Rows, *, limit: int) -> Rows:
        """Return the places of the best, in order; only what reaches the k-th score is sorted."""
        reaching = np.arange(scores.size)
        if scores.size > limit:
            reaching = np.flatnonzero(scores >= np.partition(scores, -limit)[-limit])
        published, upper, lower = self.order[rows[reaching]].T
        ordered = np.lexsort((lower, upper, -published, -scores[reaching]))
        return reaching[ordered[:limit]]


def _spread(
    book: Codebook, numbers: NDArray[np.int32], judge: Callable[[str], float | None]
) -> Values:
    """Return a term's value of each row, judged once per distinct value that occurs."""
    names = list(book.numbers)
    table = np.full(len(names), _SILENT)
    for number in np.flatnonzero(np.bincount(numbers, minlength=len(names))).tolist():
        value = judge(names[number])
        table[number] = _SILENT if value is None else value
    return table[numbers]


def _squares(counts: Rows, considered: int) -> Rows:
    """Return the squared weight of every word; words as frequent weigh alike."""
    distinct, places = np.unique(counts, return_inverse=True)
    weights = [word_weight(considered, holding) ** 2 for holding in distinct.tolist()]
    return np.array(weights, dtype=np.int64)[places]


def _weight_of(book: Codebook, counts: Rows, considered: int, word: str) -> int:
    number = book.numbers.get(word)
    # A word that joined the book after this question was asked stands in none of its notices.
    holding = int(counts[number]) if number is not None and number < counts.size else 0
    return word_weight(considered, holding)


def _mean(terms: Sequence[Values], weights: Sequence[float]) -> Values:
    """Return the mean of the known terms, added in the order in which the reference adds."""
    total = np.zeros(terms[0].size)
    summed = np.zeros(terms[0].size)
    for values, weight in zip(terms, weights, strict=True):
        known = values >= 0.0
        total += np.where(known, weight, 0.0)
        summed += np.where(known, weight * values, 0.0)
    return np.divide(summed, total, out=np.zeros_like(summed), where=total > 0.0)


def _halves(key: bytes) -> tuple[int, int]:
    """Return an id as two signed numbers that sort as its bytes do."""
    middle = 1 << 63
    upper, lower = key[:8], key[8:16]
    return int.from_bytes(upper) - middle, int.from_bytes(lower) - middle
