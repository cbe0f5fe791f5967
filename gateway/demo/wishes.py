"""Made-up wishes: some posts are popular, nearer and better paid ones more often wished for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from gateway.demo.world import DemoStudent

WISHES_MAX = 10
_WISHES_MIN = 5
_TASTE = 0.8  # how far tastes differ between posts, as the spread of a log-normal


def make_wishes(
    rng: Random, students: Sequence[DemoStudent], offered: Sequence[Mapping[str, Any]]
) -> list[tuple[str, int, str]]:
    """Return wishes as (enrolment number, rank, post) for posts of the students' own majors.

    A post's pull is its popularity, its pay and its region; a student draws posts without
    replacement in proportion to their pull (Efraimidis and Spirakis 2006), the best first.

    Cost: students x posts of one major. `offered` is in the order of the post's title and seats:
    ids are new in every run and must not decide.
    """
    posts = sorted(
        offered, key=lambda each: (each["title"], each["enterprise_name"], each["seats"])
    )
    pulls = {each["post_id"]: _pull(rng, each) for each in posts}
    by_major: dict[str, list[Mapping[str, Any]]] = {}
    for each in posts:
        for major in each["major_codes"]:
            by_major.setdefault(major, []).append(each)
    rows: list[tuple[str, int, str]] = []
    for student in students:
        own = by_major.get(student.major_code, [])
        count = rng.randint(_WISHES_MIN, WISHES_MAX)
        keys = {
            each["post_id"]: _key(rng, student, each, pull=pulls[each["post_id"]]) for each in own
        }
        drawn = sorted(keys, key=keys.__getitem__)[:count]
        rows += [
            (student.enrolment_no, rank, str(post_id))
            for rank, post_id in enumerate(drawn, start=1)
        ]
    return rows


def _pull(rng: Random, post: Mapping[str, Any]) -> float:
    month = post["pay_fen_month"] or (post["pay_fen_day"] or 10_000) * 22
    return rng.lognormvariate(0.0, _TASTE) * math.sqrt(max(month, 10_000) / 300_000)


def _key(rng: Random, student: DemoStudent, post: Mapping[str, Any], *, pull: float) -> float:
    near = 2.0 if post["region_code"][:4] == student.region_code[:4] else 1.0
    return rng.expovariate(pull * near)
