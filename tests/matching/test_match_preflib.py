import argparse
import csv

import pytest

from matching.commands import register

PREFLIB = "# ALTERNATIVE NAME 1: lathe\n# ALTERNATIVE NAME 2: ward\n2: 1,2\n1: {1,2}\n"


def read_placements(folder):
    with (folder / "OUT.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture
def run_preflib(tmp_path):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())

    def run_preflib(command, *, orders=PREFLIB, posts="post,seats\n1,1\n2,2\n", priorities=None):
        paths = {name: tmp_path / name for name in ("W.toi", "P.csv", "OUT.csv", "K.csv")}
        paths["W.toi"].write_text(orders, encoding="utf-8")
        paths["P.csv"].write_text(posts, encoding="utf-8")
        files = ["--wishes", "W.toi", "--posts", "P.csv", "--out", "OUT.csv"]
        if priorities is not None:
            paths["K.csv"].write_text(priorities, encoding="utf-8")
            files += ["--priorities", "K.csv"]
        given = [str(paths.get(word, word)) for word in files]
        arguments = parser.parse_args(["match", command, *given])
        return arguments.run(arguments)

    return run_preflib


@pytest.mark.parametrize("winner", ["v1", "v2", "v3"])
def test_a_preflib_file_is_cleared_with_the_seats_and_priorities_of_tables(
    run_preflib, tmp_path, winner
):
    stated = f"student,post,priority\n{winner},1,9\n{winner},2,9\n"
    orders = PREFLIB.replace("{1,2}", "1,2")
    assert run_preflib("solve", orders=orders, priorities=stated) == 0
    placed = dict(row[:2] for row in read_placements(tmp_path)[1:])
    assert [student for student, post in placed.items() if post == "1"] == [winner]
    assert run_preflib("verify", orders=orders, priorities=stated) == 0
    assert run_preflib("verify", orders=orders, priorities=stated.replace("9", "8")) == 1


def test_caps_bind_the_posts_of_a_preflib_file(run_preflib, tmp_path):
    posts = "post,seats,enterprise,enterprise_cap\n2,2,A,1\n1,1,A,1\n"
    assert run_preflib("solve", posts=posts) == 0
    assert sum(bool(row[1]) for row in read_placements(tmp_path)[1:]) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"orders": PREFLIB + "1: 3\n"}, "W.toi:5"),
        ({"orders": PREFLIB + "1: 1,1\n"}, "W.toi:5"),
        ({"orders": PREFLIB + "999999999: 1\n"}, "W.toi:5"),
        ({"orders": PREFLIB + "\u0661: 1\n"}, "W.toi:5"),
        ({"posts": "post,seats\n1,1\n"}, "W.toi:3"),
        ({"posts": "post,seats\n1,-1\n2,2\n"}, "P.csv:2"),
        ({"priorities": "student,post,priority\nv9,1,2\n"}, "K.csv:2 student"),
        ({"priorities": "student,post,priority\nv1,9,2\n"}, "K.csv:2 post"),
        ({"priorities": "student,post,priority\nv1,1,nan\n"}, "K.csv:2 priority"),
        ({"priorities": "student,post,priority\nv1,1,2\nv1,1,3\n"}, "K.csv:3 post"),
    ],
)
def test_a_wrong_row_beside_a_preflib_file_is_named(run_preflib, capsys, change, says):
    assert run_preflib("solve", **change) == 2
    assert says in capsys.readouterr().err
