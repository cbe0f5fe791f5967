"""`chanjiao credits export` and `audit`: from the database to whoever doubts it."""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.credits.adapters.member_witness import open_key
from services.credits.commands import register
from services.credits.domain.signed_note import Checkpoint, Note
from services.credits.flows import keep_ledger
from services.credits.flows.sequence_ledger import sequence
from shared.db.session import Database
from shared.offline import in_room
from tests.credits_ledger.conftest import NOW, School


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["credits", *words])
    return arguments.run(arguments)


@pytest.fixture(scope="module")
def exported(admin_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The public data of a platform of its own, written by the command."""
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", admin_dsn)
        patch.setenv("CHANJIAO_NAME", "ledgers")
        patch.setenv("CHANJIAO_SECRET", "the ledger's own")
        patch.setenv("CHANJIAO_DATA", str(tmp_path_factory.mktemp("data")))

        async def fill(parts: Any) -> None:
            database: Database = parts.database
            school = School(database)
            for _ in range(2):
                async with school.begin() as tx:
                    postings = [school.posting() for _ in range(150)]
                    await keep_ledger.post(tx, postings, now=NOW)
                secret, url = parts.settings.secret, parts.settings.public_url
                await sequence(database, secret=secret, public_url=url, now=NOW)

        # The commands run a loop of their own, as from a shell: not within the tests' loop.
        thread = threading.Thread(target=lambda: (in_room("credits", fill), run_export(folder)))
        thread.start()
        thread.join()
        yield folder


def run_export(folder: Path) -> None:
    assert run("export", str(folder)) == 0


def test_an_untouched_export_is_found_whole(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", str(exported)) == 0
    assert "301 entries, 2 checkpoints" in capsys.readouterr().out


@pytest.mark.parametrize("pattern", ["tile/0/*", "tile/entries/*", "tile/1/**/*", "checkpoints*"])
def test_one_changed_byte_of_any_file_is_found(
    exported: Path, capsys: pytest.CaptureFixture[str], pattern: str
) -> None:
    path = next(each for each in sorted(exported.glob(pattern)) if each.is_file())
    whole = path.read_bytes()
    try:
        for at in (0, len(whole) // 2, len(whole) - 2):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert run("audit", str(exported)) == 1
            assert "changed:" in capsys.readouterr().err
    finally:
        path.write_bytes(whole)


def test_a_folder_without_public_data_and_a_wrong_key_are_no_audit(
    exported: Path, tmp_path: Path
) -> None:
    assert run("audit", str(tmp_path)) == 2
    assert run("audit", str(exported), "--key", "not a key") == 2


def test_cosignatures_that_are_demanded_and_absent_are_found(exported: Path) -> None:
    assert run("audit", str(exported), "--cosigners", "1") == 1


def test_a_kept_checkpoint_of_the_same_log_holds_and_a_longer_one_does_not(
    exported: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes((exported / "checkpoint").read_bytes())
    assert run("audit", str(exported), "--known", str(kept)) == 0
    lines = (exported / "checkpoints.jsonl").read_bytes().splitlines(keepends=True)
    try:
        (exported / "checkpoints.jsonl").write_bytes(lines[0])
        assert run("audit", str(exported), "--known", str(kept)) == 1
    finally:
        (exported / "checkpoints.jsonl").write_bytes(b"".join(lines))


def test_a_member_cosigns_what_it_has_checked_and_refuses_another_tree(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--name", "school.example/w", "--key", str(tmp_path / "key")]
    words += ["--state", str(tmp_path / "state")]
    assert run("cosign", str(exported), *words) == 0
    told = json.loads(capsys.readouterr().out)
    key = open_key(tmp_path / "key", "school.example/w")
    note = Note.parse((exported / "checkpoint").read_text() + told["line"])
    assert note.verified_by(key.verifier)
    assert told["size"] == Checkpoint.parse(note.text).size == 301
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert run("cosign", str(exported), *words) == 0
    state = json.loads((tmp_path / "state").read_text())
    (tmp_path / "state").write_text(json.dumps({**state, "root": "00" * 32}))
    assert run("cosign", str(exported), *words) == 1
    assert "checkpoint_inconsistent" in capsys.readouterr().err
    (tmp_path / "state").write_text(json.dumps({**state, "size": 7}))
    assert run("cosign", str(exported), *words) == 2


async def test_a_log_is_audited_at_its_address(exported: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(exported)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        assert await asyncio.to_thread(run, "audit", url) == 0
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
