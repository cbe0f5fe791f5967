"""Posts in short supply: what every region's catalogue lists, read once for many pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.portal.api_client import ApiClient
from gateway.portal.components import Tag
from gateway.portal.problems import ApiProblemError
from gateway.portal.translation import Texts, marked
from shared.catalogues.regions import lineage_of
from shared.kernel.clock import Clock

# An edition holds for months; a page may show yesterday's for this long.
_KEPT = timedelta(minutes=5)
# A room that did not answer is asked again after this.
_RETRIED = timedelta(seconds=20)
_NATION = "000000"
_SHORT = marked("Shortage occupation")


@dataclass(frozen=True, slots=True)
class Edition:
    """The catalogue that holds in one region."""

    region: str
    name: str
    number: int
    in_force_from: str
    occupations: frozenset[str]

    @property
    def href(self) -> str:
        """The catalogue's page."""
        return f"/labour/catalogues/{self.region}"


Editions = Mapping[str, Edition]


class ShortageBook:
    """Keeps what is in force for a few minutes: a list of posts costs no request of its own.

    A badge is an extra: while the forecasting room does not answer, posts are shown without.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with nothing known."""
        self._clock = clock
        self._editions: Editions = {}
        self._until: datetime | None = None

    async def in_force(self, api: ApiClient) -> Editions:
        """Return the editions in force by region."""
        now, first = self._clock(), self._until is None
        if self._until is not None and now < self._until:
            return self._editions
        if not first:
            # While one visitor reads anew, the others go on with what is known.
            self._until = now + _RETRIED
        try:
            answer = await api.get("/v1/shortage-catalogues/in-force")
        except ApiProblemError:
            self._until = now + _RETRIED
            return self._editions
        self._editions = {
            one["region_code"]: Edition(
                one["region_code"],
                one["name"],
                one["edition"],
                one["in_force_from"],
                frozenset(one["occupation_codes"]),
            )
            for one in answer.body["items"]
        }
        self._until = now + _KEPT
        return self._editions


def edition_for(editions: Editions, region: str, occupation: str | None) -> Edition | None:
    """Return the nearest place's edition that lists an occupation, None where none does."""
    if occupation is None or not editions:
        return None
    places: Sequence[str] = (*(one.code for one in reversed(lineage_of(region))), _NATION)
    found = (editions[place] for place in places if place in editions)
    return next((one for one in found if occupation in one.occupations), None)


def shortage_tag(texts: Texts) -> Tag:
    """Return the badge."""
    return Tag(texts.gettext(_SHORT), "info")
