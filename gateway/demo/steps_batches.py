"""The school's side: roster and plans, a batch with posts and wishes, clearing, results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gateway.demo.files import write_grades, write_plans, write_roster, write_wishes
from gateway.demo.progress import Figures
from gateway.demo.steps_accounts import Member
from gateway.demo.wishes import WISHES_MAX, make_wishes
from gateway.demo.world import DemoSchool, DemoStudent, Season

WEIGHTS = {"relevance": 0.6, "grade": 0.4}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of one school on the platform."""

    id: str
    member: Member
    school: DemoSchool

    @property
    def path(self) -> str:
        """The batch's address."""
        return f"/v1/batches/{self.id}"


async def send_roster(
    member: Member, school: DemoSchool, *, season: Season, figures: Figures
) -> None:
    """Import a school's training plans and its roster."""
    actor = member.actor
    await actor.job("/v1/plans/imports", write_plans(school, season))
    told = await actor.job("/v1/rosters/imports", write_roster(school.students, season))
    figures.add("students", told["created"])


async def draft_batch(
    member: Member,
    school: DemoSchool,
    *,
    season: Season,
    now: datetime,
    name: str = "岗位实习志愿清算",
    majors: Sequence[str] = (),
) -> Batch:
    """Draft a batch in which wishes are cleared centrally."""
    made = await member.actor.post(
        "/v1/batches",
        {
            "name": f"{season.term} {name}",
            "term": season.term,
            "kind": "on_post",
            "mode": "cleared",
            "major_codes": list(majors),
            "start_on": season.start_on.isoformat(),
            "end_on": season.end_on.isoformat(),
            "wishes_open_at": (now - timedelta(minutes=1)).isoformat(),
            "wishes_close_at": (now + timedelta(days=14)).isoformat(),
            "wishes_max": WISHES_MAX,
            "accept_days": 7,
            "priority_weights": WEIGHTS,
        },
    )
    return Batch(made["id"], member, school)


async def open_batch(batch: Batch, students: Sequence[DemoStudent]) -> None:
    """Offer every post of the school's hosts that fits, open the batch, bring the grades."""
    await batch.member.actor.post(f"{batch.path}/posts", {"all_that_fit": True})
    await batch.member.actor.post(f"{batch.path}/open")
    await batch.member.actor.job(f"{batch.path}/grades/imports", write_grades(students))


async def send_wishes(
    batch: Batch, students: Sequence[DemoStudent], rng: Random, *, figures: Figures
) -> list[dict[str, Any]]:
    """Make up the students' wishes among the posts that the batch offers, and import them."""
    offered = await batch.member.actor.pages(f"{batch.path}/posts")
    rows = make_wishes(rng, students, offered)
    told = await batch.member.actor.job(f"{batch.path}/wishes/imports", write_wishes(rows))
    figures.add("wishes", told["rows"])
    return offered
