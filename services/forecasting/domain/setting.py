"""Thresholds: what a policy pack says, or the platform's own setting, said to be such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.forecasting.domain.organisation import pack_of
from shared.kernel.errors import Text
from shared.policies.library import resolve
from shared.policies.pack import Skipped

# No document names these numbers: they are the platform's, chosen for the reason beside each.
PLATFORM: dict[str, float] = {
    "warning.raise_blue": 0.5,  # more likely than not
    "warning.raise_yellow": 0.65,
    "warning.raise_orange": 0.8,  # the side of an 80 % interval and more
    "warning.raise_red": 0.95,
    "warning.end_below": 0.4,  # under the entry, so that a warning does not flicker
    "warning.end_runs": 2,
    "warning.expiry_days": 200,  # two quarters and the delay of the second one's data
    "shortage.indicators_min": 2,
    "shortage.indicators_stay": 1,
    "release.persons_min": 5,
    "release.enterprises_min": 3,
}
_OWN = Text(
    "各级政策文件均未规定，此为平台设置，可由政策包覆盖。",
    "No policy document states it: this is a setting of the platform, which a pack may overrule.",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One threshold with where it comes from."""

    key: str
    value: float
    origin: Literal["pack", "platform"]
    pack: str
    clause: str | None
    reason: Text

    def told(self) -> dict[str, Any]:
        """Return the setting as it is stored with what was decided by it."""
        return {
            "key": self.key,
            "value": self.value,
            "origin": self.origin,
            "pack": self.pack,
            "clause": self.clause,
            "zh": self.reason.zh,
            "en": self.reason.en,
        }


def setting_of(key: str, region: str, on: date) -> Setting:
    """Return the threshold that holds in a region on a day."""
    pack = pack_of(region)
    found = resolve(pack, key, on)
    if isinstance(found, Skipped):
        return Setting(key, PLATFORM[key], "platform", pack, None, _OWN)
    cited = found.cited
    said = Text(f"{cited.number} {cited.clause}", f"{cited.number}, clause {cited.clause}")
    assert not isinstance(found.value, (str, tuple)), f"{key} is a number"
    return Setting(key, float(found.value), "pack", cited.pack, cited.clause, said)  # pyright: ignore[reportArgumentType]
