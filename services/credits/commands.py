"""The credits room's part of the command line: work on files, and the ledger's public data."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.credits.engine.credentials.parsing import JsonObject
    from services.credits.engine.credentials.trust import Trust
    from services.credits.engine.credentials.verifying import Verdict

EXIT_REFUSED = 1
EXIT_UNKNOWN_ISSUER = 3


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand of `chanjiao credits`: its name, what it does, its arguments, its work."""

    name: str
    text: str
    add_arguments: Callable[[argparse.ArgumentParser], object]
    run: Callable[[argparse.Namespace], int]


def register(subparsers: Any) -> None:
    """Add `credits` to the platform's commands."""
    group = subparsers.add_parser("credits", help="学分互认 / credits recognised")
    commands = group.add_subparsers(dest="credits_command", required=True)
    for command in COMMANDS:
        parser = commands.add_parser(command.name, help=command.text)
        command.add_arguments(parser)
        parser.set_defaults(run=command.run)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="凭证 / credential: JSON, PDF, PNG")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="信任列表或 DID 文档，可重复 / trust list or DID document, may be repeated",
    )
    parser.add_argument(
        "--status",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="状态列表凭证，可重复 / status list credential, may be repeated",
    )
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="按此时刻判断，默认现在 / the moment to judge by (RFC 3339), default now",
    )


def _verify(arguments: argparse.Namespace) -> int:
    """Print one English line; 0 accepted, 1 refused, 3 sound but by an unknown issuer."""
    from services.credits.engine.credentials.refusal import Refused, RefusedError
    from services.credits.engine.credentials.shape import issuer_of

    try:
        verdict = _judge(arguments)
    except RefusedError as error:
        verdict = error.refused
    except OSError as error:
        print(f"malformed: {error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_REFUSED
    if not isinstance(verdict, Refused):
        issuer_id, name = issuer_of(verdict.credential)
        status = "status clear" if verdict.status_known else "status not at hand"
        print(f"accepted: issued by {verdict.issuer.name or name or issuer_id}; {status}")
        return 0
    if verdict.code == "unknown_issuer":
        print(verdict.en, file=sys.stderr)
        return EXIT_UNKNOWN_ISSUER
    print(f"{verdict.code.replace('_', ' ')}: {verdict.en}", file=sys.stderr)
    return EXIT_REFUSED


def _judge(arguments: argparse.Namespace) -> Verdict:
    from services.credits.adapters.credential_files import FILE_BYTES_MAX
    from services.credits.flows.verify_credential import verify_file
    from shared.kernel.clock import utc_now

    with arguments.file.open("rb") as file:
        data = file.read(FILE_BYTES_MAX + 1)
    trust, status_lists = _read_trust(arguments.trust), _read_lists(arguments.status)
    now = arguments.at.astimezone() if arguments.at else utc_now()
    return verify_file(data, trust, now, status_lists=status_lists)


def _read_trust(paths: Sequence[Path]) -> Trust:
    from services.credits.engine.credentials.trust import NOBODY, parse_trust

    trust = NOBODY
    for path in paths or _default_trust():
        trust = trust.joined(parse_trust(path.read_bytes()))
    return trust


def _default_trust() -> Sequence[Path]:
    # Where the platform runs, it keeps the list of those whom it trusts beside its data.
    kept = Path(os.environ.get("CHANJIAO_DATA", ".chanjiao")) / "trust.json"
    return [kept] if kept.is_file() else []


def _read_lists(paths: Sequence[Path]) -> Sequence[JsonObject]:
    from services.credits.engine.credentials.parsing import parse_object

    return [parse_object(path.read_bytes()) for path in paths]


EXIT_INPUT = 2
_TOP_MAX = 1_000


def _add_suggest(parser: argparse.ArgumentParser) -> None:
    described = "CSV/XLSX: id,title,description,credits"
    parser.add_argument("--outcomes", type=Path, required=True, help=f"成果 / {described}")
    parser.add_argument("--courses", type=Path, required=True, help=f"课程 / {described}")
    parser.add_argument("--out", type=Path, required=True, help="outcome,rank,course,score")
    parser.add_argument("--memory", type=Path, help="先例 / outcome_title,course_title")
    parser.add_argument("--top", type=_top, default=10, help="每项成果的建议数 / per outcome")


def _top(words: str) -> int:
    top = int(words)
    if not 1 <= top <= _TOP_MAX:
        raise argparse.ArgumentTypeError(f"1..{_TOP_MAX}")
    return top


def _suggest(arguments: argparse.Namespace) -> int:
    """Write which courses each outcome may cover: suggestions to be judged, never decisions."""
    from services.credits.adapters import suggestion_files as files
    from services.credits.engine.suggesting import Suggester
    from shared.kernel.errors import DomainError

    try:
        outcomes = files.read_described(arguments.outcomes)
        courses = files.read_described(arguments.courses)
        memory = files.read_memory(arguments.memory) if arguments.memory else []
        suggester = Suggester(courses, memory)
        found = ((each.id, suggester.suggest(each, top=arguments.top)) for each in outcomes)
        rows = files.write_suggestions(arguments.out, found)
    except DomainError as error:
        print(f"{error.code}: {error.title_en()}. {error.detail('en')}", file=sys.stderr)
        for fault in error.faults:
            print(f"  row {fault.row}, {fault.column}: {fault.text.en}", file=sys.stderr)
        return EXIT_INPUT
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_INPUT
    print(f"{rows} 条建议 / suggestions for {len(outcomes)} outcomes: {arguments.out}")
    return 0


def _add_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="SOURCE", help="公开数据 / public data: a folder, or https://…/v1/ledger"
    )
    parser.add_argument("--key", metavar="VKEY", help="账本公钥 / the log's key, as you know it")
    parser.add_argument(
        "--witness", action="append", default=[], metavar="VKEY", help="成员见证公钥 / a cosigner"
    )
    parser.add_argument(
        "--known",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="自己留存的检查点，可重复 / a checkpoint that you have kept, may be repeated",
    )
    parser.add_argument(
        "--cosigners", type=int, default=0, metavar="N", help="至少见证数 / cosignatures at least"
    )


def _audit(arguments: argparse.Namespace) -> int:
    """Print what was changed, a line each; 0 whole, 1 changed, 2 no public data."""
    from services.credits.adapters.ledger_sources import open_source
    from services.credits.domain.ledger_audit import KEYS, audit, read_keys, trusting
    from services.credits.domain.signed_note import NoteError

    source = open_source(arguments.source)
    try:
        content = source.read(KEYS)
        if content is None:
            print(f"{arguments.source}: {KEYS} is not there", file=sys.stderr)
            return EXIT_INPUT
        keys = trusting(read_keys(content), log=arguments.key, witnesses=arguments.witness)
        known = [path.read_text(encoding="utf-8") for path in arguments.known]
        report = audit(source, keys, known=known, cosigners_min=arguments.cosigners)
    except (OSError, NoteError) as error:
        print(f"{arguments.source}: {error}", file=sys.stderr)
        return EXIT_INPUT
    for finding in report.findings:
        print(finding, file=sys.stderr)
    if report.findings:
        print(f"changed: {len(report.findings) + report.hidden} findings", file=sys.stderr)
        return EXIT_REFUSED
    told = f"{report.size} entries, {report.checkpoints} checkpoints, cosigned {report.cosigned}"
    print(f"完整 / whole: {told}")
    return 0


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="写入公开数据的文件夹 / where to write to"
    )


def _export(arguments: argparse.Namespace) -> int:
    """Write the public data of the ledger, computed from its rows as they now are."""
    from services.credits.adapters.ledger_sources import FolderSource
    from services.credits.flows.export_ledger import export
    from shared.offline import in_room

    target = FolderSource(arguments.folder)

    async def write(parts: Any) -> int:
        from shared.db.session import PLATFORM

        async with parts.database.begin(PLATFORM) as tx:
            return await export(tx, target.write, secret=parts.settings.secret)

    size = in_room("credits", write)
    print(f"{size} 条 / entries: {arguments.folder}")
    return 0


def _add_cosign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="URL", help="账本地址 / the log: https://…/v1/ledger")
    parser.add_argument("--name", required=True, help="见证方名称 / your name, as school.edu.cn/w")
    parser.add_argument(
        "--key", type=Path, required=True, help="私钥文件，首次生成 / your key file"
    )
    parser.add_argument("--state", type=Path, required=True, help="已见证状态 / what you have seen")


def _cosign(arguments: argparse.Namespace) -> int:
    """Print a cosignature as POST /v1/ledger/cosignatures takes it; 1 where the log misbehaves."""
    import json
    import time

    from services.credits.adapters.ledger_sources import open_source
    from services.credits.adapters.member_witness import cosign_newest, open_key
    from services.credits.domain.signed_note import NoteError
    from shared.kernel.errors import DomainError

    key = open_key(arguments.key, arguments.name)
    print(f"vkey: {key.verifier}", file=sys.stderr)
    source, now_s = open_source(arguments.source), int(time.time())
    try:
        size, line = cosign_newest(source, arguments.state, key, now_s=now_s)
    except DomainError as error:
        print(f"{error.code}: {error.title_en()}. {error.detail('en')}", file=sys.stderr)
        return EXIT_REFUSED
    except (OSError, NoteError) as error:
        print(f"{arguments.source}: {error}", file=sys.stderr)
        return EXIT_INPUT
    print(json.dumps({"size": size, "line": line}, ensure_ascii=False))
    return 0


# Each command of the room adds one line.
COMMANDS: tuple[Command, ...] = (
    Command("verify", "核验凭证 / verify a credential", _add_verify, _verify),
    Command("export", "导出公开账本 / export the public ledger", _add_export, _export),
    Command("cosign", "成员见证账本 / cosign the ledger as a member", _add_cosign, _cosign),
    Command("audit", "审计公开账本 / audit the public ledger", _add_audit, _audit),
    Command("suggest", "建议课程 / suggest courses for outcomes", _add_suggest, _suggest),
)
