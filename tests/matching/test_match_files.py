import argparse
import csv
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from matching import commands
from matching.commands import register
from matching.files import machine

WISHES = """student,rank,post,priority
林一,1,车工,80
林一,2,护理,60.5
吴二,1,车工,90
周三,1,车工,70
"""
POSTS = "post,seats\n车工,1\n护理,1\n空岗,0\n"


@pytest.fixture
def run(tmp_path):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())

    def run(command, *extra, wishes=WISHES, posts=POSTS, encoding="utf-8"):
        (tmp_path / "W.csv").write_bytes(wishes.encode(encoding))
        (tmp_path / "P.csv").write_bytes(posts.encode(encoding))
        files = ("--wishes", "W.csv", "--posts", "P.csv", "--out", "OUT.csv")
        given = (*files, *extra)
        paths = [str(tmp_path / w) if w.endswith((".csv", ".pem")) else w for w in given]
        arguments = parser.parse_args(["match", command, *paths])
        return arguments.run(arguments)

    return run


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_files_are_cleared_in_either_encoding_and_the_check_holds(run, tmp_path, capsys, encoding):
    assert run("solve", "--seed", "s", encoding=encoding) == 0
    assert read(tmp_path / "OUT.csv") == [
        ["student", "post", "rank"],
        ["林一", "护理", "2"],
        ["吴二", "车工", "1"],
        ["周三", "", ""],
    ]
    cutoffs = read(tmp_path / "OUT.cutoffs.csv")
    assert [row[:4] for row in cutoffs[1:]] == [
        ["车工", "1", "1", "90"],
        ["护理", "1", "1", "60.5"],
        ["空岗", "0", "0", ""],
    ]
    capsys.readouterr()
    assert run("verify", encoding=encoding) == 0
    assert "blocking pairs 0" in capsys.readouterr().out


def test_what_a_clearing_takes_is_told_first_and_refused_where_it_is_not_there(
    run, tmp_path, capsys, monkeypatch
):
    assert run("solve") == 0
    assert "清算至多还需内存 61 MB / the clearing takes at most 61 MB" in capsys.readouterr().err
    (tmp_path / "OUT.csv").unlink()
    assert run("solve", "--memory-max", "60") == 2
    told = capsys.readouterr().err
    assert "至多还需 61 MB，可用 60 MB" in told
    assert "61 MB more, 60 MB are available" in told
    assert not (tmp_path / "OUT.csv").exists()
    monkeypatch.setattr(machine, "available_bytes", lambda: 60_999_999)
    assert run("solve") == 2
    assert run("solve", "--memory-max", "61") == 0
    monkeypatch.setattr(machine, "available_bytes", lambda: None)
    assert run("solve") == 0


def test_a_student_without_wishes_is_listed_as_unplaced(run, tmp_path):
    assert run("solve", wishes=WISHES + "郑四,,,\n") == 0
    assert read(tmp_path / "OUT.csv")[-1] == ["郑四", "", ""]


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_rows(run, tmp_path):
    tied = WISHES.replace("90", "80").replace("70", "80")
    head, *rows = tied.splitlines(keepends=True)
    run("solve", "--seed", "x", wishes=tied)
    first = dict(row[:2] for row in read(tmp_path / "OUT.csv"))
    run("solve", "--seed", "x", wishes=head + "".join(rows[::-1]))
    assert dict(row[:2] for row in read(tmp_path / "OUT.csv")) == first


def test_without_a_seed_the_run_can_be_repeated(run, tmp_path):
    run("solve")
    first = (tmp_path / "OUT.manifest.json").read_bytes()
    run("solve")
    assert (tmp_path / "OUT.manifest.json").read_bytes() == first
    assert json.loads(first)["counts"] == {"students": 3, "posts": 3, "wishes": 4, "placed": 2}


def test_a_seed_that_was_not_committed_to_is_refused(run, capsys):
    assert run("solve", "--seed", "s", "--commitment", "00") == 2
    assert "承诺" in capsys.readouterr().err


def test_a_flipped_placement_is_found(run, tmp_path, capsys):
    run("solve")
    out = tmp_path / "OUT.csv"
    out.write_text("student,post,rank\n林一,车工,1\n吴二,,\n周三,,\n", encoding="utf-8")
    assert run("verify") == 1
    told = capsys.readouterr().out
    assert "first blocking pair: 吴二 -> 车工" in told
    assert "certificate does NOT hold" in told


def test_a_changed_cutoff_is_found(run, tmp_path):
    run("solve")
    path = tmp_path / "OUT.cutoffs.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",90,", ",65,"), encoding="utf-8")
    assert run("verify") == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("车工,1,1,高,0,0", "OUT.cutoffs.csv:2 cutoff_priority"),
        ("车工,1,1,nan,0,0", "OUT.cutoffs.csv:2 cutoff_priority"),
        ("车工,1,1,90,x,0", "OUT.cutoffs.csv:2 cutoff_lottery"),
        ("车工,1,1,90,-3,0", "OUT.cutoffs.csv:2 cutoff_lottery"),
        ("护理,1,1,90,0,0", "OUT.cutoffs.csv:3 post"),
    ],
)
def test_a_cutoff_that_is_none_is_named_and_no_traceback(run, tmp_path, capsys, row, says):
    run("solve")
    path = tmp_path / "OUT.cutoffs.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], row, *lines[2:]]), encoding="utf-8")
    assert run("verify") == 2
    assert says in capsys.readouterr().err


def test_a_cutoff_beyond_every_lottery_number_admits_nobody_of_its_score(run, tmp_path):
    run("solve")
    path = tmp_path / "OUT.cutoffs.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("车工,1,1,90,", "车工,1,1,90,99999999999"), encoding="utf-8")
    assert run("verify") == 1


def test_cutoffs_over_fewer_than_five_are_marked_as_nobodys_to_see(run, tmp_path):
    crowd = "".join(f"s{n},1,{('车工', '护理')[n % 2]},{n}\n" for n in range(14))
    head = "student,rank,post,priority\n"
    assert run("solve", wishes=head + crowd, posts="post,seats\n车工,5\n护理,4\n") == 0
    rows = read(tmp_path / "OUT.cutoffs.csv")[1:]
    assert [(row[0], row[-1]) for row in rows] == [("车工", "1"), ("护理", "0")]


@pytest.mark.parametrize("name", ["W.csv", "P.csv"])
def test_no_result_is_written_over_its_input(run, tmp_path, capsys, name):
    assert run("solve", "--out", name) == 2
    assert name in capsys.readouterr().err
    assert read(tmp_path / "W.csv")[0] == ["student", "rank", "post", "priority"]


@pytest.mark.parametrize(
    ("wishes", "posts", "place", "says"),
    [
        (WISHES + "周三,2,铣工,1\n", POSTS, "W.csv:6 post", "铣工"),
        (WISHES + "周三,0,护理,1\n", POSTS, "W.csv:6 rank", "不小于 1"),
        (WISHES + "周三,2,护理,高\n", POSTS, "W.csv:6 priority", "finite"),
        (WISHES + "周三,2,护理,nan\n", POSTS, "W.csv:6 priority", "finite"),
        (WISHES + "周三,2,护理\n", POSTS, "W.csv:6", "4 columns"),
        (WISHES + ",2,护理,1\n", POSTS, "W.csv:6 student", "empty"),
        (WISHES + "\n周三,2,车工,1\n", POSTS, "W.csv:7", "wishes for one post twice"),
        (WISHES + "周三,1,护理,1\n", POSTS, "W.csv:6", "two wishes of one rank"),
        (WISHES, POSTS + "新岗,-1\n", "P.csv:5 seats", "不小于 0"),
        (WISHES, POSTS + "新岗,1.5\n", "P.csv:5 seats", "integer"),
        (WISHES, POSTS + "新岗,3000000000\n", "P.csv:5 seats", "at most 2147483647"),
        (WISHES, POSTS + "车工,1\n", "P.csv:5 post", "重复"),
        (WISHES, "post,number\n车工,1\n", "P.csv:1", "seats"),
        ("", POSTS, "W.csv:1", "student, rank, post, priority"),
    ],
)
def test_a_wrong_row_is_named_in_both_languages(run, capsys, wishes, posts, place, says):
    assert run("solve", wishes=wishes, posts=posts) == 2
    told = capsys.readouterr().err
    assert place in told
    assert says in told
    assert " / " in told


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("student,post,rank\n林一,护理,2\n吴二,车工,1\n", "周三"),
        ("student,post,rank\n林一,护理,2\n林一,护理,2\n吴二,车工,1\n周三,,\n", "listed above"),
        ("student,post,rank\n林一,护理,1\n吴二,车工,1\n周三,,\n", "rank"),
        ("student,post,rank\n林一,铣工,2\n吴二,车工,1\n周三,,\n", "no such post"),
        ("student,post,rank\n王五,护理,2\n吴二,车工,1\n周三,,\n", "no such student"),
    ],
)
def test_a_result_that_does_not_fit_the_wishes_is_refused(run, tmp_path, capsys, out, says):
    (tmp_path / "OUT.csv").write_text(out, encoding="utf-8")
    assert run("verify") == 2
    assert says in capsys.readouterr().err


def test_a_missing_file_is_told_and_no_traceback(run, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    nowhere = str(tmp_path / "none.csv")
    words = ["match", "solve", "--wishes", nowhere, "--posts", nowhere, "--out", nowhere]
    arguments = parser.parse_args(words)
    assert arguments.run(arguments) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_large_files_take_the_other_reader_and_give_the_same_market(run, tmp_path, monkeypatch):
    from matching.files import columns

    rows = [
        f"s{n},{r},p{(n * 7 + r) % 30}, {(n * 13 + r) % 17} \n" for n in range(80) for r in (1, 2)
    ]
    wishes = "student,rank,post,priority\n" + "".join(rows) + "last,,,\n"
    posts = "post,seats\n" + "".join(f"p{n},2\n" for n in range(30))
    assert run("solve", "--seed", "x", wishes=wishes, posts=posts) == 0
    plain = (tmp_path / "OUT.csv").read_bytes()
    monkeypatch.setattr(columns, "_ARROW_FROM_BYTES", 0)
    taken = []
    by_arrow = columns._read_by_arrow

    def watched(*arguments, **named):
        taken.append(by_arrow(*arguments, **named))
        return taken[-1]

    monkeypatch.setattr(columns, "_read_by_arrow", watched)
    assert run("solve", "--seed", "x", wishes=wishes, posts=posts) == 0
    assert (tmp_path / "OUT.csv").read_bytes() == plain
    assert len(taken) == 2
    assert None not in taken
    assert run("solve", wishes=wishes + "s1,9,p1\n", posts=posts) == 2


CAPPED = """post,seats,enterprise,enterprise_cap,region,region_cap
车工,3,甲厂,2,杭州,2
钳工,3,甲厂,,杭州,
护理,2,乙院,1,杭州,2
"""
CROWD = "student,rank,post,priority\n" + "".join(
    f"s{n},{rank},{post},{90 - n}\n"
    for n in range(6)
    for rank, post in enumerate(("车工", "钳工", "护理"), start=1)
)


def test_caps_in_the_posts_file_are_kept(run, tmp_path):
    assert run("solve", wishes=CROWD, posts=CAPPED) == 0
    placed = [row[:2] for row in read(tmp_path / "OUT.csv")[1:]]
    assert placed[:2] == [["s0", "车工"], ["s1", "车工"]]
    assert all(post == "" for _, post in placed[2:])
    assert run("verify", wishes=CROWD, posts=CAPPED) == 0


def test_soft_caps_are_only_reported(run, tmp_path, capsys):
    assert run("solve", "--caps", "soft", wishes=CROWD, posts=CAPPED) == 0
    assert all(row[1] for row in read(tmp_path / "OUT.csv")[1:])
    assert "甲厂 6 > 2" in capsys.readouterr().out
    assert run("verify", wishes=CROWD, posts=CAPPED) == 0
    assert "甲厂 6 > 2" in capsys.readouterr().out
    assert run("verify", "--caps", "soft", wishes=CROWD, posts=CAPPED) == 0


def test_a_check_does_not_take_caps_otherwise_than_the_manifest_says(run, capsys):
    assert run("solve", "--caps", "soft", wishes=CROWD, posts=CAPPED) == 0
    assert run("verify", "--caps", "hard", wishes=CROWD, posts=CAPPED) == 2
    assert "caps were soft, the command says hard" in capsys.readouterr().err
    assert run("solve", wishes=CROWD, posts=CAPPED) == 0
    assert run("verify", "--caps", "soft", wishes=CROWD, posts=CAPPED) == 2
    assert "caps were hard, the command says soft" in capsys.readouterr().err


@pytest.mark.parametrize(("flag", "answer"), [((), 1), (("--caps", "soft"), 0)])
def test_a_manifest_from_before_caps_were_told_is_checked_as_the_command_says(
    run, tmp_path, flag, answer
):
    assert run("solve", "--caps", "soft", wishes=CROWD, posts=CAPPED) == 0
    path = tmp_path / "OUT.manifest.json"
    old = json.loads(path.read_text("utf-8"))
    assert old.pop("caps") == "soft"
    path.write_text(json.dumps({**old, "format": "chanjiao.matching.run/1"}), encoding="utf-8")
    assert run("verify", *flag, wishes=CROWD, posts=CAPPED) == answer


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("钳工,3,甲厂,,杭州,", "钳工,3,甲厂,,宁波,"), "P.csv:3 region"),
        (("钳工,3,甲厂,,杭州,", "钳工,3,甲厂,5,杭州,"), "P.csv:3 enterprise_cap"),
        (("钳工,3,甲厂,,杭州,", "钳工,3,,5,杭州,"), "P.csv:3 enterprise"),
        (("护理,2,乙院,1", "护理,2,乙院,-1"), "P.csv:4 enterprise_cap"),
        (("seats,enterprise,", "seats,host,"), "P.csv:2 enterprise:"),
        (("cap,region,", "cap,area,"), "P.csv:2 region:"),
    ],
)
def test_caps_that_contradict_each_other_are_refused(run, capsys, change, says):
    assert run("solve", wishes=CROWD, posts=CAPPED.replace(*change)) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_is_not_the_one_of_the_manifest_is_told(run, capsys):
    run("solve")
    capsys.readouterr()
    assert run("verify", wishes=WISHES + "\n") == 1
    told = capsys.readouterr().out
    assert "manifest: wishes\n" in told
    assert "blocking pairs 0" in told


def test_a_file_that_cannot_even_be_read_is_named_as_changed_first(run, capsys):
    run("solve")
    capsys.readouterr()
    assert run("verify", posts=POSTS + "新岗,-1\n") == 2
    told = capsys.readouterr()
    assert "manifest: posts\n" in told.out
    assert "P.csv:5 seats" in told.err


def write_keys(folder, key):
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (folder / "pub.pem").write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def test_a_signed_run_is_checked_against_its_signer(run, tmp_path, capsys):
    write_keys(tmp_path, Ed25519PrivateKey.generate())
    assert run("solve", "--seed", "s", "--sign", "key.pem") == 0
    assert run("verify", "--signer", "pub.pem") == 0
    assert "signature holds" in capsys.readouterr().out
    assert run("verify", "--signer", "pub.pem", wishes=WISHES + "\n") == 1
    assert "not the files of the manifest: wishes" in capsys.readouterr().out
    manifest = tmp_path / "OUT.manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    assert run("verify", "--signer", "pub.pem") == 1
    assert "does NOT hold" in capsys.readouterr().out
    write_keys(tmp_path, Ed25519PrivateKey.generate())
    assert run("solve", "--seed", "s") == 0
    assert run("verify", "--signer", "pub.pem") == 1


@pytest.mark.parametrize("content", [b"no key", b""])
def test_a_file_without_a_key_is_refused_before_anything_is_written(run, tmp_path, capsys, content):
    (tmp_path / "key.pem").write_bytes(content)
    assert run("solve", "--sign", "key.pem") == 2
    assert "key.pem" in capsys.readouterr().err
    assert not (tmp_path / "OUT.csv").exists()


def test_a_key_of_another_kind_is_refused_on_both_sides(run, tmp_path, capsys):
    assert run("solve", "--seed", "s") == 0
    (tmp_path / "OUT.manifest.sig").write_bytes("签名".encode())
    write_keys(tmp_path, generate_private_key(SECP256R1()))
    assert run("solve", "--sign", "key.pem") == 2
    assert run("verify", "--signer", "pub.pem") == 2
    assert "Ed25519" in capsys.readouterr().err
    write_keys(tmp_path, Ed25519PrivateKey.generate())
    assert run("verify", "--signer", "pub.pem") == 1


def test_a_long_clearing_says_how_far_it_is_on_the_error_stream(run, monkeypatch, capsys):
    monkeypatch.setattr(commands, "_TOLD_FROM", 1)
    wishes = "student,rank,post,priority\n"
    wishes += "".join(f"s{at},1,车工,{at}\n" for at in range(20_000))
    assert run("solve", "--seed", "s", wishes=wishes) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[1:] == [f"清算 / cleared {10 * tenth} %" for tenth in range(1, 11)]


WHOLE = {"code": "", "seed": "", "commitment": "", "inputs": {}, "results": {}, "counts": {}}
OF_NO_FORMAT = [
    json.dumps({**WHOLE, **told})
    for told in (
        {"format": "chanjiao.matching.run/3", "caps": "hard"},
        {"format": "chanjiao.matching.run/2"},
        {"format": "chanjiao.matching.run/2", "caps": "firm"},
        {"format": "chanjiao.matching.run/1", "caps": "soft"},
    )
]


@pytest.mark.parametrize("content", ["{", "[]", '{"seed": 5}', "\x00", *OF_NO_FORMAT])
def test_a_manifest_that_is_none_is_told_and_no_traceback(run, tmp_path, capsys, content):
    assert run("solve") == 0
    (tmp_path / "OUT.manifest.json").write_text(content, encoding="utf-8")
    assert run("verify") == 2
    assert "OUT.manifest.json:1" in capsys.readouterr().err


def test_a_column_that_stands_twice_is_refused(run, capsys):
    assert run("solve", posts="post,seats,seats\n车工,1,2\n护理,1,1\n") == 2
    assert "seats" in capsys.readouterr().err


def test_priorities_beside_a_file_that_states_them_are_refused(run, tmp_path, capsys):
    (tmp_path / "K.csv").write_text("student,post,priority\n", encoding="utf-8")
    assert run("solve", "--priorities", "K.csv") == 2
    assert "K.csv:1" in capsys.readouterr().err
