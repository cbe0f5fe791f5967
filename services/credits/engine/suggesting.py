"""Which course may this outcome cover: by its text, and by what peers have accepted before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.credits.engine.wording import runs_of, words_of

Floats: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = Any
"""A scipy.sparse CSR matrix of float64 whose rows have length one (or nothing in them)."""

# Chosen on the development rows of assist.org over a grid of five; no single pair moved them.
_WORDS, _RUNS, _TOPICS = 0.5, 0.4, 0.1
_MEMORY = 2.0
# Only close memories count, and their courses need only be similar: R@1 .87 against .79 for 2, 2.
_OUTCOME_POWER, _COURSE_POWER = 4, 2
_NEIGHBOURS = 24
# What is less alike than this can no longer move a course.
_NEAR_MIN = 0.15
_TOPICS_MAX = 48
_TITLE_WEIGHT = 3


@dataclass(frozen=True, slots=True)
class Described:
    """An outcome or a course as far as suggesting reads it; `credits` in hundredths, or None."""

    id: str
    title: str
    description: str = ""
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """A pair that a peer has accepted: this outcome covered that course."""

    outcome: str
    course: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One course for one outcome: its rank from 1, its score, and what speaks for it."""

    course: str
    rank: int
    score: float
    text_score: float
    memory_score: float
    shared_words: tuple[str, ...]
    precedent: Remembered | None


class _Space:
    """TF-IDF over one kind of terms: weights (1 + ln tf)(1 + ln((1 + n)/(1 + df)))."""

    def __init__(self, texts: Sequence[str], terms_of: Callable[[str], tuple[str, ...]]) -> None:
        self._terms_of = terms_of
        frequency: Counter[str] = Counter()
        for text in texts:
            frequency.update(set(terms_of(text)))
        self.columns = {term: index for index, term in enumerate(frequency)}
        count = len(texts)
        self._weights = np.array(
            [math.log((1 + count) / (1 + n)) + 1 for n in frequency.values()], dtype=np.float64
        )

    def place(self, texts: Sequence[str]) -> Matrix:
        """Return the texts as rows, shape (texts, terms)."""
        from scipy import sparse

        data: list[Floats] = []
        columns: list[int] = []
        starts = [0]
        for text in texts:
            counts = Counter(term for term in self._terms_of(text) if term in self.columns)
            at = [self.columns[term] for term in counts]
            row = (1 + np.log(np.array(list(counts.values()), dtype=np.float64))) * self._weights[
                at
            ]
            data.append(row / (np.linalg.norm(row) or 1.0))
            columns += at
            starts.append(len(columns))
        filled = np.concatenate(data) if data else np.zeros(0)
        return sparse.csr_matrix((filled, columns, starts), shape=(len(texts), len(self.columns)))


class Suggester:
    """A school's courses made ready to be suggested.

    1. Words (stems, Chinese pairs) and runs of characters are weighted by TF-IDF over courses and
       memory; cosine against every course.
    2. Latent topics (LSA: truncated SVD of the courses' rows) bring words together that stand in
       the same courses.
    3. Memory: the nearest 24 accepted outcomes, similarity to the fourth power, times the
       similarity of their courses to ours squared; the best one counts twice.

    Deterministic. Cost: 10,000 courses and 5,000 memories build in some 5 s; one suggestion takes
    at most 20 ms (figure credits.7). Source: design page of credits; assist.org articulations.
    """

    def __init__(self, courses: Sequence[Described], memory: Sequence[Remembered] = ()) -> None:
        self.courses = tuple(courses)
        self.memory = tuple(dict.fromkeys(memory))
        texts = [text_of(course) for course in courses]
        outcomes = [each.outcome for each in self.memory]
        taken = [each.course for each in self.memory]
        every = [*texts, *outcomes, *taken]
        self._words = _Space(every, words_of)
        self._runs = _Space(every, runs_of)
        self._course_words = self._words.place(texts)
        self._course_runs = self._runs.place(texts)
        # Columns first: a short question meets only the courses that share a term with it.
        self._by_word = self._course_words.T.tocsr()
        self._by_run = self._course_runs.T.tocsr()
        self._topics, self._course_topics = self._find_topics()
        if self.memory:
            self._memory_words = self._words.place(outcomes).T.tocsr()
            self._memory_runs = self._runs.place(outcomes).T.tocsr()
            self._taken_words = self._words.place(taken)
            self._taken_runs = self._runs.place(taken)

    def suggest(self, outcome: Described, *, top: int = 10) -> list[Suggestion]:
        """Return the best `top` courses for one outcome, best first; ties in catalogue order.

        >>> courses = [Described("C1", "数控车削加工"), Described("C2", "大学英语")]
        >>> found = Suggester(courses).suggest(Described("O1", "数控车床操作"), top=1)
        >>> found[0].course, found[0].shared_words
        ('C1', ('数控', '控车'))
        """
        if not self.courses:
            return []
        words = self._words.place([text_of(outcome)])
        runs = self._runs.place([text_of(outcome)])
        text = self._text_scores(words, runs)
        memory, nearest = self._memory_scores(words, runs)
        score = text + _MEMORY * memory
        order = np.argsort(-score, kind="stable")[:top]
        asked = set(words_of(text_of(outcome)))
        return [
            Suggestion(
                course=self.courses[index].id,
                rank=rank,
                score=float(score[index]),
                text_score=float(text[index]),
                memory_score=float(memory[index]),
                shared_words=_shared(asked, self.courses[index]),
                precedent=self.memory[nearest[index]] if memory[index] > 0 else None,
            )
            for rank, index in enumerate(order.tolist(), start=1)
        ]

    def _text_scores(self, words: Matrix, runs: Matrix) -> Floats:
        scores = _WORDS * _dense(words @ self._by_word) + _RUNS * _dense(runs @ self._by_run)
        if self._topics is not None:
            asked = _unit(_stacked(words, runs) @ self._topics)
            scores = scores + _TOPICS * (self._course_topics @ asked[0])
        return scores

    def _memory_scores(self, words: Matrix, runs: Matrix) -> tuple[Floats, NDArray[np.int64]]:
        best = np.zeros(len(self.courses))
        nearest = np.zeros(len(self.courses), dtype=np.int64)
        if not self.memory:
            return best, nearest
        near = 0.5 * _dense(words @ self._memory_words) + 0.5 * _dense(runs @ self._memory_runs)
        at = np.argsort(-near, kind="stable")[:_NEIGHBOURS]
        at = at[near[at] > _NEAR_MIN]
        alike = 0.5 * (self._taken_words[at] @ self._by_word) + 0.5 * (
            self._taken_runs[at] @ self._by_run
        )
        if not len(at):
            return best, nearest
        votes = near[at, None] ** _OUTCOME_POWER * alike.toarray() ** _COURSE_POWER
        winner = votes.argmax(axis=0)
        return votes[winner, np.arange(len(best))], at[winner]

    def _find_topics(self) -> tuple[Matrix | None, Floats]:
        from scipy.sparse.linalg import svds

        rows = _stacked(self._course_words, self._course_runs)
        kept = min(_TOPICS_MAX, min(rows.shape) - 1)
        if kept < 1:
            return None, np.zeros((len(self.courses), 0))
        # A fixed first vector, so that the same courses give the same topics on every run.
        start = np.ones(min(rows.shape), dtype=np.float64)
        found: Any = svds(rows, k=kept, v0=start)
        topics = np.ascontiguousarray(found[2].T)
        return topics, _unit(rows @ topics)


def text_of(described: Described) -> str:
    """Return what is read of an outcome or course: its title counts more than its description."""
    if not described.description:
        return described.title
    return " ".join([described.title] * _TITLE_WEIGHT + [described.description])


def _stacked(words: Matrix, runs: Matrix) -> Matrix:
    from scipy import sparse

    return sparse.hstack([words, runs]).tocsr()


def _dense(row: Matrix) -> Floats:
    return np.asarray(row.todense(), dtype=np.float64).ravel()


def _unit(rows: Any) -> Floats:
    dense = np.asarray(rows, dtype=np.float64)
    return dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-12)


def _shared(asked: set[str], course: Described) -> tuple[str, ...]:
    found = dict.fromkeys(word for word in words_of(text_of(course)) if word in asked)
    return tuple(found)[:8]
