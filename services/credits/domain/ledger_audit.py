"""The audit of a log from its public data alone: entries, tiles, checkpoints, cosignatures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.credits.domain.merkle import Frontier, hash_leaf, root_of
from services.credits.domain.signed_note import Checkpoint, Note, NoteError, VerifierKey
from services.credits.domain.tiles import HASH_BYTES, WIDTH, TileName, hashes_of, read_bundle

KEYS = "keys.json"
CHECKPOINTS = "checkpoints.jsonl"
ROWS = "rows.json"
# What is said of one kind of damage: a changed leaf breaks every root behind it.
_SHOWN_MAX = 20


class Source(Protocol):
    """Where public data lies: a folder or a public address."""

    def read(self, path: str) -> bytes | None:
        """Return what lies under a path, or None."""
        ...


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Whom the auditor trusts: the log's own key and those of its cosigners."""

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint with its note as it was published."""

    checkpoint: Checkpoint
    note: Note


@dataclass(slots=True)
class Report:
    """What an audit has found; no findings mean that nothing was changed."""

    size: int = 0
    checkpoints: int = 0
    cosigned: int = 0
    findings: list[str] = field(default_factory=list[str])
    hidden: int = 0

    def find(self, text: str) -> None:
        """Note a finding; behind the first twenty they are only counted."""
        if len(self.findings) < _SHOWN_MAX:
            self.findings.append(text)
        else:
            self.hidden += 1


def read_keys(content: bytes) -> LogKeys:
    """Return the keys that a log publishes; raises NoteError."""
    try:
        told = json.loads(content)
        witnesses = tuple(VerifierKey.parse(each) for each in told["witnesses"])
        return LogKeys(VerifierKey.parse(told["log"]), witnesses)
    except (ValueError, KeyError, TypeError) as error:
        raise NoteError("the file of keys is none") from error


def trusting(told: LogKeys, *, log: str | None, witnesses: Sequence[str]) -> LogKeys:
    """Return the keys that the auditor names, and those of the log itself where none is named.

    Raises NoteError for what is no key.
    """
    named = tuple(VerifierKey.parse(each) for each in witnesses)
    return LogKeys(VerifierKey.parse(log) if log else told.log, named or told.witnesses)


def audit(
    source: Source, keys: LogKeys, *, known: Sequence[str] = (), cosigners_min: int = 0
) -> Report:
    """Audit a log from its public data; cost: three hashes for each leaf.

    1. Every checkpoint is signed by the log, and each cosignature by its witness. 2. The entries
    give the leaf hashes of the tiles, the tiles those above them, the leaves the root of every
    checkpoint: so each one continues the one before. 3. Notes that the auditor has kept (`known`)
    belong to the same tree: nothing was cut off and no other tree was shown.
    """
    report = Report()
    sealed = sorted(_checkpoints(source, report), key=lambda each: each.checkpoint.size)
    for each in sealed:
        _check_signatures(each, keys, report)
    report.checkpoints = len(sealed)
    report.size = sealed[-1].checkpoint.size if sealed else 0
    kept = [_kept(note, keys, report) for note in known]
    wanted = [*sealed, *(each for each in kept if each is not None)]
    _check_tree(source, wanted, report)
    _check_rows(source, report)
    if sealed and _cosigners(sealed[-1], keys) < cosigners_min:
        report.find(f"the newest checkpoint has fewer than {cosigners_min} cosignatures")
    return report


def _checkpoints(source: Source, report: Report) -> Iterator[Sealed]:
    for number, line in enumerate((source.read(CHECKPOINTS) or b"").splitlines(), start=1):
        try:
            told = json.loads(line)
            note = Note.parse(told["note"])
            checkpoint = Checkpoint.parse(note.text)
            if (told["size"], told["root"]) != (checkpoint.size, checkpoint.root.hex()):
                report.find(f"checkpoint {told['size']} is stored beside another one's note")
            yield Sealed(checkpoint, note)
        except (ValueError, KeyError, TypeError):
            report.find(f"line {number} of {CHECKPOINTS} is no checkpoint")


def _check_signatures(sealed: Sealed, keys: LogKeys, report: Report) -> None:
    size = sealed.checkpoint.size
    if sealed.checkpoint.origin != keys.log.name:
        report.find(f"checkpoint {size} is of another log: {sealed.checkpoint.origin}")
    try:
        if sealed.note.verified_by(keys.log) is None:
            report.find(f"checkpoint {size} is not signed by the log")
        signed = [sealed.note.verified_by(key) is not None for key in keys.witnesses]
    except NoteError as error:
        report.find(f"checkpoint {size}: {error}")
        return
    if len(sealed.note.signatures) > 1 + sum(signed):
        report.find(f"checkpoint {size} carries a signature of nobody known")
    if any(signed):
        report.cosigned = max(report.cosigned, size)


def _cosigners(sealed: Sealed, keys: LogKeys) -> int:
    try:
        return sum(sealed.note.verified_by(key) is not None for key in keys.witnesses)
    except NoteError:
        return 0


def _kept(note: str, keys: LogKeys, report: Report) -> Sealed | None:
    try:
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
        vouched = [parsed.verified_by(key) for key in (keys.log, *keys.witnesses)]
    except NoteError as error:
        report.find(f"the kept checkpoint does not hold: {error}")
        return None
    if all(each is None for each in vouched):
        report.find("the kept checkpoint is not this log's")
        return None
    return Sealed(checkpoint, parsed)


def _check_tree(source: Source, sealed: Sequence[Sealed], report: Report) -> None:
    """Follow the leaves once; at the size of a checkpoint the root must be its."""
    wanted: dict[int, list[bytes]] = {0: []}
    for each in sealed:
        wanted.setdefault(each.checkpoint.size, []).append(each.checkpoint.root)
    frontier = Frontier()
    roots: list[bytes] = []
    _check_root(frontier, wanted.pop(0), report)
    for position in range(-(-report.size // WIDTH)):
        width = min(WIDTH, report.size - position * WIDTH)
        leaves = _read_leaves(source, position, width, report)
        for leaf in leaves:
            frontier.add(leaf)
            if frontier.size in wanted:
                _check_root(frontier, wanted.pop(frontier.size), report)
        if width == WIDTH:
            roots.append(root_of(leaves))
    for size in wanted:
        report.find(f"a checkpoint of {size} entries is kept, the log has {report.size}")
    _check_upper(source, roots, report)


def _check_root(frontier: Frontier, wanted: Sequence[bytes], report: Report) -> None:
    if any(root != frontier.root() for root in wanted):
        report.find(f"checkpoint {frontier.size} is not the root of these entries")


def _read_leaves(source: Source, position: int, width: int, report: Report) -> list[bytes]:
    """Return the hashes of a bundle's entries; each must be the tile's."""
    try:
        entries = read_bundle(source.read(TileName(None, position, width).path()) or b"")
    except ValueError:
        entries = []
    leaves = [hash_leaf(entry) for entry in entries]
    tile = source.read(TileName(0, position, width).path()) or b""
    if len(tile) != width * HASH_BYTES:
        report.find(f"tile 0/{position} is not {width} hashes wide")
    if b"".join(leaves) == tile:
        return leaves
    stored = hashes_of(tile)
    for n in range(width):
        if leaves[n : n + 1] != stored[n : n + 1]:
            report.find(f"entry {position * WIDTH + n} is not the one that was sealed")
    # The root is asked of the entries: a missing one counts as an empty one.
    return (leaves + [hash_leaf(b"")] * width)[:width]


def _check_upper(source: Source, roots: Sequence[bytes], report: Report) -> None:
    level, hashes = 1, list(roots)
    while hashes:
        above: list[bytes] = []
        for position in range(-(-len(hashes) // WIDTH)):
            ours = hashes[position * WIDTH : (position + 1) * WIDTH]
            stored = source.read(TileName(level, position, len(ours)).path())
            if stored != b"".join(ours):
                report.find(f"tile {level}/{position} is not that of the tiles below it")
            if len(ours) == WIDTH:
                above.append(root_of(ours))
        level, hashes = level + 1, above


def _check_rows(source: Source, report: Report) -> None:
    """Pass on what the exporter's own comparison of balances and states has found."""
    content = source.read(ROWS)
    if content is None:
        return
    try:
        for each in json.loads(content)["findings"]:
            report.find(str(each))
    except (ValueError, KeyError, TypeError):
        report.find(f"{ROWS} cannot be read")
