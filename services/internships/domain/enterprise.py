"""What an enterprise declares of itself: dated head counts, interns elsewhere, its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from services.internships.domain.facts import EnterpriseFacts, HeadCount
from services.internships.domain.organisation import Organisation
from shared.kernel.errors import Fault, InvalidInputError, Text


class Measure(StrEnum):
    """Three counts of people, each over another whole."""

    TOTAL = "staff_total"  # 职工总数: the band of 2-3 %
    ON_DUTY = "staff_on_duty"  # 在岗职工: 10 %
    SAME_POST = "staff_same_post"  # 同类岗位在岗职工: 20 %


ANY_CLASS = ""
"""Of a count that is not about one kind of post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedCount:
    """One declared count with its day."""

    measure: Measure
    post_class: str
    staff: int
    counted_on: date
    evidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternsElsewhere:
    """Interns that the enterprise has beside the platform, both days inclusive."""

    post_class: str
    interns: int
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything that is known of an enterprise on one day, for checks of any of its posts."""

    organisation: Organisation
    above_designated_size: bool | None = None
    counts: Mapping[tuple[Measure, str], HeadCount] = field(
        default_factory=dict[tuple[Measure, str], HeadCount]
    )
    active: Mapping[str, int] = field(default_factory=dict[str, int])
    elsewhere: Mapping[str, int] = field(default_factory=dict[str, int])
    seats_offered: int = 0

    def facts_for(self, post_class: str | None) -> EnterpriseFacts:
        """Return the facts as the rules look at them for a post of one kind."""
        organisation = self.organisation
        return EnterpriseFacts(
            kind=organisation.host_kind,
            uscc=organisation.uscc,
            verified=organisation.verified,
            legal_form=organisation.legal_form,
            industry_code=organisation.industry_code,
            above_designated_size=self.above_designated_size,
            staff_total=self.counts.get((Measure.TOTAL, ANY_CLASS)),
            staff_on_duty=self.counts.get((Measure.ON_DUTY, ANY_CLASS)),
            staff_same_post=self.counts.get((Measure.SAME_POST, post_class or ANY_CLASS)),
            seats_offered=self.seats_offered,
            interns_active=sum(self.active.values()),
            interns_elsewhere=sum(self.elsewhere.values()),
        )

    def interns_in(self, post_class: str | None) -> int:
        """Return the interns that are now in posts of one kind, here and elsewhere."""
        name = post_class or ANY_CLASS
        return self.active.get(name, 0) + self.elsewhere.get(name, 0)

    @property
    def post_classes(self) -> list[str]:
        """The kinds of post for which staff is declared or interns are known."""
        declared = {name for measure, name in self.counts if measure is Measure.SAME_POST}
        return sorted(declared | set(self.active) | set(self.elsewhere))


_DAYS_MAX = 100


def days_between(first: date, last: date, *, step: int) -> list[date]:
    """Return the days from `first` to `last`, `step` days apart.

    >>> [day.day for day in days_between(date(2027, 3, 1), date(2027, 3, 10), step=4)]
    [1, 5, 9]
    """
    count = (last - first).days // step + 1
    if last < first or count > _DAYS_MAX:
        said = Text(
            f"起止日期应先后有序，且不超过 {_DAYS_MAX} 天次；请加大 step 或缩短范围。",
            f"The days are in order and {_DAYS_MAX} at most: widen `step` or shorten the range.",
        )
        raise InvalidInputError(faults=[Fault("range_invalid", said, pointer="/to")])
    return [first + timedelta(days=step * at) for at in range(count)]
