"""Suggestions: what an outcome may cover, why, and the file command."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pytest

from services.credits.commands import register
from services.credits.engine.suggesting import Described, Remembered, Suggester

COURSES = [
    Described("C1", "数控车削加工", "车床操作、零件检测", 400),
    Described("C2", "大学英语（一）"),
    Described("C3", "大学英语（二）"),
    Described("C4", "Calculus 2"),
    Described("C5", "跨境电商运营"),
]


def best(title: str, memory: list[Remembered] | None = None) -> str:
    return Suggester(COURSES, memory or []).suggest(Described("q", title))[0].course


def test_a_number_in_any_form_tells_two_courses_apart():
    assert best("大学英语2") == "C3"
    assert best("大学英语（一）") == "C2"
    assert best("CALCULUS II") == "C4"


def test_what_peers_accepted_speaks_where_words_do_not():
    asked = "直播销售员"
    assert best(asked) != "C5"
    remembered = Remembered("直播销售员证书", "跨境电商运营实务")
    suggester = Suggester(COURSES, [remembered, Remembered("护士执业证书", "基础护理")])
    first = suggester.suggest(Described("q", asked))[0]
    assert first.course == "C5"
    assert first.precedent == remembered
    assert first.memory_score > 0


def test_the_same_courses_give_the_same_suggestions_again():
    once, again = (Suggester(COURSES).suggest(Described("q", "车床")) for _ in range(2))
    assert once == again
    assert [each.rank for each in once] == [1, 2, 3, 4, 5]
    assert once[0].shared_words == ("车床",)


def test_no_courses_and_unknown_words_are_no_error():
    assert Suggester([]).suggest(Described("q", "数控")) == []
    assert len(Suggester(COURSES).suggest(Described("q", "ÞÞÞ"), top=3)) == 3
    assert len(Suggester([Described("C1", "")]).suggest(Described("q", ""))) == 1


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["credits", "suggest", *arguments])
    return parsed.run(parsed)


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_command_writes_ranked_courses_for_every_outcome(tmp_path: Path):
    outcomes = write(
        tmp_path / "o.csv", "id,title,description,credits\nO1,数控车床,,2.5\nO2,英语二,,\n"
    )
    courses = write(
        tmp_path / "c.csv",
        "id,title,description,credits\nC1,数控车削加工,车床,4\nC2,大学英语（一）,,\nC3,大学英语二,,\n",
    )
    memory = write(tmp_path / "m.csv", "outcome_title,course_title\n英语二级,大学英语（一）\n")
    out = tmp_path / "s.csv"
    arguments = ["--outcomes", outcomes, "--courses", courses, "--out", str(out)]
    assert run(*arguments, "--memory", memory, "--top", "2") == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["outcome", "rank", "course", "score"]
    assert [(row["outcome"], row["rank"]) for row in rows] == [
        ("O1", "1"),
        ("O1", "2"),
        ("O2", "1"),
        ("O2", "2"),
    ]
    assert rows[0]["course"] == "C1"


def test_the_command_names_the_rows_that_are_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    outcomes = write(tmp_path / "o.csv", "id,title,description,credits\nO1,a,,two\nO1,b,,\n")
    courses = write(tmp_path / "c.csv", "id,title,description,credits\nC1,a,,\n")
    out = tmp_path / "s.csv"
    assert run("--outcomes", outcomes, "--courses", courses, "--out", str(out)) == 2
    told = capsys.readouterr().err
    assert "row 2, credits" in told
    assert not out.exists()
    assert run("--outcomes", "nowhere.csv", "--courses", courses, "--out", str(out)) == 2
