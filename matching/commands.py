"""The engine's part of the command line: `match solve` and `match verify` on files, no database."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching import occupations_commands
from matching.caps import list_exceeded
from matching.errors import MatchingError
from matching.files.columns import file_fault
from matching.files.machine import tell_memory
from matching.files.market_csv import read_market
from matching.files.preflib import ENDINGS, read_preflib_market
from matching.files.results_csv import (
    cutoffs_path,
    manifest_path,
    read_cutoffs,
    read_placements,
    signature_path,
    write_results,
)
from matching.lottery import check_reveal, commit_seed
from matching.outcome import Outcome
from matching.progress import Progress
from matching.tables import Market
from matching.verify import verify_cutoffs, verify_matching
from matching.verify.manifest import (
    NOT_SIGNED,
    RunManifest,
    code_version,
    decode_manifest,
    encode_manifest,
    hash_file,
    is_signed_by,
    read_signer_key,
    read_signing_key,
    sign_manifest,
)
from shared.kernel.errors import Text

Command = Callable[[argparse.Namespace], int]

_FOUND_WRONG = 1
_INPUT_WRONG = 2
_TOLD_FROM = 100_000  # students from which a clearing from files takes long enough to be watched


class FilesUnclearError(MatchingError):
    """It is not clear what is to be checked."""

    code = "matching_files_unclear"
    title_zh = "未说明要核验哪些文件"
    mend = Text(
        "核验志愿清算须给出 --wishes、--posts、--out（现有：{given}）；"
        "核验统一安排只给出 --assignment。",
        "A clearing is checked from --wishes, --posts and --out (given: {given}); a central "
        "assignment from --assignment alone.",
    )


class CapsContradictError(MatchingError):
    """The files were cleared with their caps taken otherwise."""

    code = "matching_caps_contradict"
    title_zh = "限额的用法与清单不符"
    mend = Text(
        "运行清单写明限额为 {stated}，命令给出的是 {given}；请去掉 --caps。",
        "The manifest of the run says that caps were {stated}, the command says {given}; leave "
        "out --caps.",
    )


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it
    """Add `match` with its subcommands to the platform's command line."""
    match = subparsers.add_parser("match", help="志愿清算：求解与核验 / clear wishes and check")
    commands = match.add_subparsers(dest="match_command", required=True)
    _add_solve(commands.add_parser("solve", help="求解 / clear the wishes of two CSV files"))
    _add_verify(commands.add_parser("verify", help="核验 / check a result, sharing no solver code"))
    commit = commands.add_parser("commit", help="种子承诺 / what to publish before wishes close")
    commit.add_argument("--seed", required=True)
    commit.set_defaults(run=_commit)
    occupations_commands.register(commands)


def _add_files(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument(
        "--wishes",
        required=required,
        type=Path,
        help="student,rank,post,priority; 或/or PrefLib .soc .soi .toc .toi",
    )
    parser.add_argument(
        "--priorities",
        type=Path,
        help="student,post,priority：配合 PrefLib / beside a PrefLib file",
    )
    parser.add_argument("--posts", required=required, type=Path, help="post,seats")
    parser.add_argument("--out", required=required, type=Path, help="student,post,rank")
    parser.add_argument(
        "--seed",
        help="抽签种子，缺省由输入文件导出 / lottery seed; by default hashed from the inputs",
    )


def _add_solve(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    # A file has no school that could be asked: who writes a cap into it says that it binds.
    parser.add_argument(
        "--caps",
        choices=("hard", "soft"),
        default="hard",
        help="岗位表中的限额：遵守（缺省）或只提示 / keep the caps of the posts' file (default), or"
        " only report them",
    )
    parser.add_argument("--commitment", help="先前公布的承诺 / refuse a seed that does not fit it")
    parser.add_argument(
        "--sign",
        type=Path,
        help="Ed25519 私钥（PEM）：签署清单 / sign the manifest",
    )
    parser.add_argument(
        "--memory-max",
        type=int,
        metavar="MB",
        help="清算可用的内存，缺省为本机可用内存 / what it may take; by default what is free",
    )
    parser.set_defaults(run=_told(_solve))


def _add_verify(parser: argparse.ArgumentParser) -> None:
    _add_files(parser, required=False)  # a certificate of an assignment is a file of its own
    parser.add_argument(
        "--caps",
        choices=("hard", "soft"),
        help="限额的用法；缺省依清单，无清单时为 hard / how caps were taken; as the manifest says,"
        " and hard without one",
    )
    parser.add_argument(
        "--assignment",
        type=Path,
        help="统一安排的凭证（ZIP） / the certificate of a central assignment, instead of the rest",
    )
    parser.add_argument(
        "--signer",
        type=Path,
        help="Ed25519 公钥（PEM）：核验签名 / check who signed",
    )
    parser.set_defaults(run=_told(_verify))


def _told(command: Command) -> Command:
    """Print what is wrong with the input, row by row, instead of a traceback."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except MatchingError as error:
            for fault in error.faults:
                place = f"{fault.sheet}:{fault.row}" if fault.row else f"{fault.sheet}"
                place += f" {fault.column}" if fault.column else ""
                print(f"{place}: {fault.text.zh} / {fault.text.en}", file=sys.stderr)
            if not error.faults:
                print(f"{error.title('zh')}：{error.detail('zh')}", file=sys.stderr)
                print(f"{error.title('en')}: {error.detail('en')}", file=sys.stderr)
        except OSError as error:
            told = f"{error.filename}: {error.strerror}"
            print(f"无法读写 {told} / The file cannot be read or written: {told}", file=sys.stderr)
        return _INPUT_WRONG

    return run


def _commit(arguments: argparse.Namespace) -> int:
    print(commit_seed(arguments.seed))
    return 0


def _solve(arguments: argparse.Namespace) -> int:
    from matching.solve import solve

    _refuse_overwriting(arguments)
    seed = arguments.seed if arguments.seed is not None else _seed_of_inputs(arguments)
    if arguments.commitment:
        check_reveal(seed, arguments.commitment)
    market = _read(arguments, seed, hard_caps=arguments.caps == "hard")
    key = read_signing_key(arguments.sign) if arguments.sign else None  # refused before the work
    tell_memory(market.problem, most_mb=arguments.memory_max)
    outcome = solve(market.problem, progress=_teller(market.problem.students))
    write_results(market, outcome, arguments.out)
    manifest = _manifest(arguments, market, outcome, seed)
    manifest_path(arguments.out).write_bytes(encode_manifest(manifest))
    if key is not None:
        signature_path(arguments.out).write_text(
            sign_manifest(manifest, key).hex() + "\n", encoding="ascii"
        )
    placed = manifest.counts["placed"]
    print(f"students {market.problem.students}  placed {placed}  seed {seed}")
    return _report(market, outcome.matching, outcome.cutoffs)


def _refuse_overwriting(arguments: argparse.Namespace) -> None:
    """Refuse results that would be written over what they are made from."""
    out = arguments.out
    written = {out, cutoffs_path(out), manifest_path(out), signature_path(out)}
    places = {path.resolve() for path in written}
    read = [*_inputs(arguments).values(), *([arguments.sign] if arguments.sign else [])]
    for path in read:
        if path.exists() and path.resolve() in places:
            text = Text("结果会覆盖此输入文件。", "The result would be written over this input.")
            raise file_fault(path, text)


def _verify(arguments: argparse.Namespace) -> int:
    named = {f"--{name}": getattr(arguments, name) for name in ("wishes", "posts", "out")}
    given = [name for name, path in named.items() if path is not None]
    if arguments.assignment is not None and not given:
        from matching.assignment_check import check_assignment

        signer = read_signer_key(arguments.signer) if arguments.signer else None
        holds, lines = check_assignment(arguments.assignment, signer)
        print("\n".join(lines))
        return 0 if holds else _FOUND_WRONG
    if arguments.assignment is not None or len(given) < len(named):
        raise FilesUnclearError(given=", ".join(given) or None)
    signed = _check_signature(arguments)  # before what it covers is read
    path = manifest_path(arguments.out)
    manifest = _read_manifest(path) if path.exists() else None
    changed = _find_changed(arguments, manifest)
    if changed:
        print(f"与运行清单不符 / not the files of the manifest: {', '.join(changed)}")
    hard = _took_caps_hard(arguments, manifest)
    market = _read(arguments, _seed_for_verify(arguments, manifest), hard_caps=hard)
    matching = read_placements(market, arguments.out)
    limits = cutoffs_path(arguments.out)
    cutoffs = read_cutoffs(market, limits) if limits.exists() else None
    return max(_report(market, matching, cutoffs), _FOUND_WRONG if changed or not signed else 0)


def _took_caps_hard(arguments: argparse.Namespace, manifest: RunManifest | None) -> bool:
    """Say how the caps were taken: as the manifest states it, else as the flag does, else hard."""
    stated = manifest.caps if manifest else None
    if arguments.caps and stated and arguments.caps != stated:
        raise CapsContradictError(stated=stated, given=arguments.caps)
    return (stated or arguments.caps) != "soft"


def _check_signature(arguments: argparse.Namespace) -> bool:
    """Say whether the stated signer signed the manifest; True where nobody is stated."""
    if arguments.signer is None:
        return True
    key = read_signer_key(arguments.signer)
    content = manifest_path(arguments.out).read_bytes()
    signature = signature_path(arguments.out).read_text(encoding="ascii", errors="replace")
    signed = is_signed_by(content, signature, key)
    print("signature holds" if signed else NOT_SIGNED)
    return signed


def _teller(students: int) -> Progress | None:
    """Return what prints every tenth of a long clearing to the error stream."""
    if students < _TOLD_FROM:
        return None

    def tell(done: int, whole: int) -> None:
        tenth = 10 * done // whole
        if tenth > told[-1]:
            told.append(tenth)
            print(f"清算 / cleared {10 * tenth} %", file=sys.stderr, flush=True)

    told = [0]
    return tell


def _find_changed(arguments: argparse.Namespace, manifest: RunManifest | None) -> list[str]:
    """Return the files whose hashes are not those of the manifest, where there is one."""
    if manifest is None:
        return []
    lies = {
        **_inputs(arguments),
        "placements": arguments.out,
        "cutoffs": cutoffs_path(arguments.out),
    }
    stated = {**manifest.inputs, **manifest.results}
    return [
        name
        for name, file in lies.items()
        if stated.get(name) != (hash_file(file) if file.exists() else None)
    ]


def _read(arguments: argparse.Namespace, seed: str, *, hard_caps: bool) -> Market:
    if arguments.wishes.suffix.lower() not in ENDINGS:
        if arguments.priorities:
            text = Text("优先级已在志愿表中。", "The file of wishes states the priorities itself.")
            raise file_fault(arguments.priorities, text)
        return read_market(arguments.wishes, arguments.posts, seed=seed, hard_caps=hard_caps)
    return read_preflib_market(
        arguments.wishes,
        arguments.posts,
        seed=seed,
        priorities=arguments.priorities,
        hard_caps=hard_caps,
    )


def _inputs(arguments: argparse.Namespace) -> dict[str, Path]:
    """Return the files that a market is read from, by their names in the manifest."""
    names = ("wishes", "posts", "priorities")
    return {name: path for name in names if (path := getattr(arguments, name)) is not None}


def _report(market: Market, matching: NDArray[np.int32], cutoffs: NDArray[np.uint64] | None) -> int:
    found = verify_matching(market.problem, matching)
    print(
        f"blocking pairs {found.blocking_pairs}  overfull posts {found.overfull_posts}  "
        f"unwished placements {found.unwished_placements}"
    )
    if found.first_blocking:
        student, post = found.first_blocking
        print(f"first blocking pair: {market.students[student]} -> {market.posts[post]}")
    if market.problem.caps is not None:
        for group, cap, placed in list_exceeded(market.problem.caps, matching):
            print(f"超出限额 / over its cap: {group} {placed} > {cap}")
    proven = True
    if cutoffs is not None:
        proven = verify_cutoffs(market.problem, matching, cutoffs).proven
        print("certificate holds" if proven else "certificate does NOT hold")
    return 0 if found.stable and proven else _FOUND_WRONG


def _seed_of_inputs(arguments: argparse.Namespace) -> str:
    hashes = "".join(hash_file(path) for path in _inputs(arguments).values())
    return hashlib.sha256(hashes.encode()).hexdigest()


def _seed_for_verify(arguments: argparse.Namespace, manifest: RunManifest | None) -> str:
    if arguments.seed is not None:
        return arguments.seed
    return manifest.seed if manifest else _seed_of_inputs(arguments)


def _read_manifest(path: Path) -> RunManifest:
    try:
        return decode_manifest(path.read_bytes())
    except ValueError as error:
        text = Text("不是运行清单。", "This is no manifest of a run.")
        raise file_fault(path, text) from error


def _manifest(
    arguments: argparse.Namespace, market: Market, outcome: Outcome, seed: str
) -> RunManifest:
    try:
        release = version("chanjiao")
    except PackageNotFoundError:
        release = "0"
    return RunManifest(
        code=code_version(release),
        seed=seed,
        commitment=commit_seed(seed),
        inputs={name: hash_file(path) for name, path in _inputs(arguments).items()},
        results={
            "placements": hash_file(arguments.out),
            "cutoffs": hash_file(cutoffs_path(arguments.out)),
        },
        counts={
            "students": market.problem.students,
            "posts": market.problem.posts,
            "wishes": market.problem.wishes.size,
            "placed": int(np.count_nonzero(outcome.matching >= 0)),
        },
        caps=arguments.caps,
    )
