"""What the README tells a newcomer to type is there: addresses, commands, targets, pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway.commands import main

ROOT = Path(__file__).parents[2]
READMES = {
    name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")
}
BOTH = "\n".join(READMES.values())


def test_every_address_in_the_readme_is_one_of_the_api() -> None:
    known = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    shapes = {re.sub(r"\{\w+\}", "$", path) for path in known}
    told = set(re.findall(r"(?<=[ \"L])(/(?:v1|oauth)/[A-Za-z0-9/$_-]+(?:\.[a-z]+)?)", BOTH))
    assert len(told) > 10
    assert {re.sub(r"\$[A-Z]+", "$", each) for each in told} <= shapes


def test_every_target_in_the_readme_is_one_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z-]+)", BOTH)):
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`chanjiao ([a-z]+(?: [a-z]+)?)", BOTH))))
def test_every_command_in_the_readme_explains_itself(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: chanjiao" in capsys.readouterr().out


def test_every_link_in_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#h][^)#]*)", BOTH):
        assert (ROOT / target).exists(), target


def test_both_readmes_name_the_same_settings() -> None:
    named = [
        set(re.findall(r"`(CHANJIAO_[A-Z_]+|DATABASE_URL)`", each)) for each in READMES.values()
    ]
    assert named[0] == named[1]
