"""The room's commands: the first operator, new keys, the audit chain."""

from __future__ import annotations

import argparse
import io
import sys

import pytest

from services.accounts.commands import PASSWORD_VARIABLE, register
from shared.kernel.errors import DomainError


@pytest.fixture(autouse=True)
def _elsewhere(
    monkeypatch: pytest.MonkeyPatch, admin_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Databases of the commands' own, on the run's server."""
    monkeypatch.setenv("DATABASE_URL", admin_dsn)
    monkeypatch.setenv("CHANJIAO_NAME", "commands")
    monkeypatch.setenv("CHANJIAO_SECRET", "the commands' own")
    monkeypatch.setenv("CHANJIAO_DATA", str(tmp_path_factory.mktemp("commands")))


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(words)
    return arguments.run(arguments)


def test_an_operator_is_made_once_under_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    assert run("admin", "create", "--login", "First") == 0
    told = capsys.readouterr()
    assert "first" in told.out
    assert "from the environment" not in told.out + told.err
    with pytest.raises(DomainError) as refused:
        run("admin", "create", "--login", "first")
    assert refused.value.code == "login_taken"


def test_a_password_is_shown_only_where_it_was_made_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("admin", "create", "--login", "made", "--generate") == 0
    assert len(capsys.readouterr().out.splitlines()[-1].split(": ")[1]) >= 16
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped in by a script\n"))
    assert run("admin", "create", "--login", "piped") == 0
    assert "piped in by a script" not in capsys.readouterr().out


def test_a_short_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "short")
    assert run("admin", "create", "--login", "short") != 0


def test_the_chain_is_followed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    run("admin", "create", "--login", "someone-to-log")
    assert run("audit", "verify") == 0
    assert "whole" in capsys.readouterr().out


def test_keys_are_renewed_even_under_a_changed_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kids: list[str] = []
    for secret in ("the commands' own", "the commands' own", "another secret"):
        monkeypatch.setenv("CHANJIAO_SECRET", secret)
        assert run("keys", "renew") == 0
        kids.append(capsys.readouterr().out.split(": ")[-1].strip())
    assert len(set(kids)) == 3
