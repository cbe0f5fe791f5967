"""What clients of a long load were told, kept beside its server so that another run goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import orjson

from benchmarks.credits.ledger_load import Told

_BYTES = 16  # of one id


@dataclass(slots=True)
class Journal:
    """Sums over the runs so far; without a folder there is one run, and nothing is kept."""

    folder: Path | None = None
    runs: int = 0
    operations: int = 0
    kills: int = 0
    seconds: float = 0.0
    naive: int = 0
    wrong: list[str] = field(default_factory=list[str])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    acknowledged: set[UUID] = field(default_factory=set[UUID])

    @classmethod
    def open(cls, folder: Path | None) -> Journal:
        """Return what stands in the folder."""
        if folder is None or not (folder / "told.json").is_file():
            return cls(folder)
        told = orjson.loads((folder / "told.json").read_bytes())
        told["outcomes"] = Counter(told["outcomes"])
        ids = (folder / "acknowledged").read_bytes()
        known = {UUID(bytes=ids[at : at + _BYTES]) for at in range(0, len(ids), _BYTES)}
        return cls(folder, acknowledged=known, **told)

    def add(self, told: Told, *, kills: int, seconds: float, naive: int) -> None:
        """Add a run that has ended, and write all of it down."""
        self.runs += 1
        self.operations += told.operations
        self.kills += kills
        self.seconds += seconds
        self.naive = max(self.naive, naive)
        self.wrong += told.wrong
        self.outcomes += told.outcomes
        self.acknowledged |= set(told.acknowledged.values())
        if self.folder is not None:
            self._write(self.folder)

    def _write(self, folder: Path) -> None:
        (folder / "acknowledged").write_bytes(b"".join(each.bytes for each in self.acknowledged))
        told = {
            "runs": self.runs,
            "operations": self.operations,
            "kills": self.kills,
            "seconds": self.seconds,
            "naive": self.naive,
            "wrong": self.wrong,
            "outcomes": self.outcomes,
        }
        (folder / "told.json").write_bytes(orjson.dumps(told))
