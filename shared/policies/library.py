"""The packs that ship with the platform, and what they say for a place on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType

from shared.kernel.errors import Text
from shared.policies.pack import (
    Citation,
    Document,
    Key,
    Pack,
    PackNotFoundError,
    Parameter,
    ParameterNotFoundError,
    Resolved,
    ResolvedRule,
    Rulebook,
    Skipped,
)
from shared.policies.schema import PackFormatError, read_keys, read_pack

_REGISTER = "keys.toml"


class Library:
    """A set of packs, checked as a whole: parents exist, rules live in the root only.

    Cost: reading the six packs takes some 30 ms, once per process; a resolve is a few lookups.
    """

    def __init__(self, register: str, files: Mapping[str, str]) -> None:
        self.keys = MappingProxyType(dict(read_keys(_REGISTER, register)))
        packs = [read_pack(name, text, self.keys) for name, text in sorted(files.items())]
        self._versions = {(pack.id, pack.version): pack for pack in packs}
        if len(self._versions) != len(packs):
            raise PackFormatError("two files hold the same version of a pack")
        newest: dict[str, Pack] = {}
        for pack in sorted(packs, key=lambda pack: (pack.compiled_on, pack.version)):
            newest[pack.id] = pack
        self._newest = newest
        for pack in packs:
            _check_family(pack, newest)

    def list_packs(self) -> tuple[Pack, ...]:
        """Return the newest version of every pack, by id."""
        return tuple(self._newest[pack_id] for pack_id in sorted(self._newest))

    def get_pack(self, pack_id: str, version: str | None = None) -> Pack:
        """Return one pack, the newest version unless one is named.

        Raises PackNotFoundError where there is none.
        """
        found = (
            self._newest.get(pack_id) if version is None else self._versions.get((pack_id, version))
        )
        if found is None:
            raise PackNotFoundError(
                pack=pack_id, version=version or "—", known=", ".join(sorted(self._newest))
            )
        return found

    def chain(self, pack_id: str, version: str | None = None) -> Iterator[Pack]:
        """Yield the pack, its parent, and so on to the root."""
        pack: Pack | None = self.get_pack(pack_id, version)
        while pack is not None:
            yield pack
            pack = self._newest[pack.parent] if pack.parent else None

    def resolve(self, pack_id: str, key: str, on: date) -> Resolved | Skipped:
        """Return what holds for a key on a day: the nearest document that is not silent.

        A document that does not apply yet is passed over; one whose term is over still answers,
        with a caution, because whether it holds is a fact for a person to check.

        Raises PackNotFoundError and ParameterNotFoundError.
        """
        if key not in self.keys:
            raise ParameterNotFoundError(key=key)
        asked: list[Pack] = []
        for pack in self.chain(pack_id):
            asked.append(pack)
            parameter = pack.parameters.get(key)
            if parameter is None or parameter.silent:
                continue
            document = pack.documents[parameter.document]
            if document.starts_on() <= on:
                inherited = pack.id != pack_id
                return _resolved(pack, parameter, document=document, on=on, inherited=inherited)
        return Skipped(key=key, reason=_silence(self.keys[key], asked, on))

    def rulebook(self, pack_id: str, on: date) -> Rulebook:
        """Return all rules and parameters of a pack on a day, for the domain's predicates."""
        chain = tuple(self.chain(pack_id))
        root = chain[-1]
        return Rulebook(
            pack=pack_id,
            version=chain[0].version,
            on=on,
            rules=MappingProxyType(
                {rule_id: _resolved_rule(chain, root, rule_id) for rule_id in root.rules}
            ),
            parameters=MappingProxyType({key: self.resolve(pack_id, key, on) for key in self.keys}),
        )


def _check_family(pack: Pack, newest: Mapping[str, Pack]) -> None:
    if pack.parent is None:
        return
    if pack.rules:
        raise PackFormatError(f"{pack.id}: rules live in the root pack; use [[override]]")
    seen = {pack.id}
    parent: str | None = pack.parent
    root = pack
    while parent is not None:
        if parent not in newest:
            raise PackFormatError(f"{pack.id}: there is no parent pack {parent!r}")
        if parent in seen:
            raise PackFormatError(f"{pack.id}: its parents run in a circle")
        seen.add(parent)
        root = newest[parent]
        parent = root.parent
    unknown = set(pack.overrides) - set(root.rules)
    if unknown:
        raise PackFormatError(f"{pack.id}: overrides of unknown rules {sorted(unknown)}")


def _resolved(
    pack: Pack, parameter: Parameter, *, document: Document, on: date, inherited: bool
) -> Resolved:
    assert parameter.kind is not None
    assert parameter.value is not None
    return Resolved(
        key=parameter.key,
        kind=parameter.kind,
        value=parameter.value,
        unit=parameter.unit,
        words=parameter.words,
        detail=parameter.detail,
        confirmation=parameter.confirmation,
        cited=_cite(pack, document, parameter.clause),
        inherited=inherited,
        note=parameter.note,
        caution=document.status_note if document.needs_check(on) else None,
    )


def _cite(pack: Pack, document: Document, clause: str) -> Citation:
    return Citation(
        pack=pack.id,
        version=pack.version,
        document=document.title.zh,
        number=document.number,
        clause=clause,
    )


def _silence(key: Key, asked: list[Pack], on: date) -> Text:
    zh = "、".join(pack.name.zh for pack in asked)
    en = ", ".join(pack.name.en for pack in asked)
    return Text(
        f"{zh}的文件在{on.isoformat()}均未规定“{key.name.zh}”，本项跳过，不作推测。",
        f"On {on.isoformat()} no document of {en} says anything about “{key.name.en}”: "
        "skipped, not guessed.",
    )


def _resolved_rule(chain: tuple[Pack, ...], root: Pack, rule_id: str) -> ResolvedRule:
    rule = root.rules[rule_id]
    for pack in chain:
        override = pack.overrides.get(rule_id)
        if override is not None:
            cited = _cite(pack, pack.documents[override.document], override.clause)
            return ResolvedRule(
                rule=rule, level=override.level, level_reason=override.reason, cited=cited
            )
    cited = _cite(root, root.documents[rule.document], rule.article)
    return ResolvedRule(rule=rule, level=rule.level, level_reason=None, cited=cited)


@cache
def _shipped() -> Library:
    folder = resources.files("shared.policies") / "packs"
    files = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    register = files.pop(_REGISTER)
    return Library(register, files)


def list_packs() -> tuple[Pack, ...]:
    """Return the newest version of every shipped pack, by id."""
    return _shipped().list_packs()


def get_pack(pack_id: str, version: str | None = None) -> Pack:
    """Return one shipped pack; raises PackNotFoundError."""
    return _shipped().get_pack(pack_id, version)


def list_keys() -> Mapping[str, Key]:
    """Return the register of parameters."""
    return _shipped().keys


def resolve(pack_id: str, key: str, on: date) -> Resolved | Skipped:
    """Return what holds for a key on a day, with its clause, or why the check is skipped."""
    return _shipped().resolve(pack_id, key, on)


def rulebook(pack_id: str, on: date) -> Rulebook:
    """Return all rules and parameters of a shipped pack on a day."""
    return _shipped().rulebook(pack_id, on)
