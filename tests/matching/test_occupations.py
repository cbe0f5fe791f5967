"""Occupations of majors: what is known helps classes that are new; files say what is wrong."""

from __future__ import annotations

import argparse
import csv

import numpy as np
import pytest

from matching.occupations import (
    MajorText,
    NoOccupationsError,
    OccupationText,
    gather_minor_groups,
    rank_occupations,
)
from matching.occupations.features import Known, locate
from matching.occupations.likeness import compare_texts
from matching.occupations.ranker import train_ranker
from matching.occupations.regression import regress_pairs, spread_between
from matching.occupations.terms import learn_term_weights, score_terms
from matching.occupations_commands import load_known, load_occupations, register
from matching.scores import MalformedCodeError

TRADES = ("焊接", "护理", "财务", "养殖", "印刷", "导游", "酿酒", "制药", "纺纱", "测绘")
OCCUPATIONS = tuple(
    OccupationText(
        f"{4 + at % 3}-{at + 1:02d}-01", f"{trade}人员", ((f"{trade}工", f"从事{trade}作业", ""),)
    )
    for at, trade in enumerate(TRADES)
)


def draw_majors(rng: np.random.Generator, count: int) -> dict[MajorText, frozenset[str]]:
    """Majors with half of their words about their trade and generic ones beside them."""
    known: dict[MajorText, frozenset[str]] = {}
    for number in range(count):
        at = int(rng.integers(len(TRADES)))
        code = f"{61 + number % 19:02d}{1 + number // 19:02d}{at + 1:02d}"
        courses = (f"{TRADES[at]}基础", "思想政治", "信息技术", f"{TRADES[rng.integers(10)]}概论")
        known[MajorText(code, f"{TRADES[at]}技术", courses)] = frozenset({OCCUPATIONS[at].code})
    return known


def test_rows_of_the_classification_become_minor_groups():
    rows = [
        ("6-06-00-00", "2", "木材加工", "", ""),
        ("6-06-01-00", "3", "木材加工人员", "", ""),
        ("6-06-01-02", "4", "木材干燥工", "干燥", ""),
        ("6-06-01-01", "4", "制材工", "锯", ""),
        ("1-02-01-00", "4", "国家权力机关负责人", "领导", ""),
    ]
    assert gather_minor_groups(rows) == (
        OccupationText("1-02-01", "", (("国家权力机关负责人", "领导", ""),)),
        OccupationText(
            "6-06-01", "木材加工人员", (("木材干燥工", "干燥", ""), ("制材工", "锯", ""))
        ),
    )


def test_without_known_pairs_the_texts_decide():
    found = rank_occupations(
        [MajorText("520201", "护理", ("护理学基础",))],
        OCCUPATIONS,
        {},
        rng=np.random.default_rng(0),
        k=3,
    )
    assert found[0][0] == OCCUPATIONS[1].code
    assert len(found[0]) == 3


def test_known_pairs_teach_a_link_that_no_text_shows():
    rng = np.random.default_rng(1)
    known = draw_majors(rng, 60)
    # every major of trade 0 leads to the occupation of trade 5 beside its own
    first, fifth = OCCUPATIONS[0].code, OCCUPATIONS[5].code
    known = {major: codes | {fifth} if first in codes else codes for major, codes in known.items()}
    new = MajorText("450899", "焊接技术", ("焊接基础", "信息技术"))
    ranked = rank_occupations([new], OCCUPATIONS, known, rng=rng, k=2)
    assert set(ranked[0]) == {first, fifth}
    alone = rank_occupations([new], OCCUPATIONS, {}, rng=rng, k=2)
    assert set(alone[0]) != {first, fifth}


def test_the_same_generator_gives_the_same_ranking():
    known = draw_majors(np.random.default_rng(2), 40)
    asked = [MajorText("210101", "酿酒工程", ("发酵",)), MajorText("080901", "测绘工程")]
    first, second = (
        rank_occupations(asked, OCCUPATIONS, known, rng=np.random.default_rng(3)) for _ in range(2)
    )
    assert first == second
    assert [len(set(row)) for row in first] == [10, 10]


def test_no_majors_give_nothing_and_no_occupations_are_refused():
    rng = np.random.default_rng(0)
    assert rank_occupations([], OCCUPATIONS, {}, rng=rng) == []
    with pytest.raises(NoOccupationsError):
        rank_occupations([MajorText("520201", "护理")], [], {}, rng=rng)
    known = draw_majors(np.random.default_rng(2), 40)
    with pytest.raises(MalformedCodeError):
        rank_occupations([MajorText("99", "护理")], OCCUPATIONS, known, rng=rng)


def test_terms_that_tell_nothing_lose_weight():
    known = draw_majors(np.random.default_rng(4), 60)
    likeness = compare_texts(list(known), OCCUPATIONS, rng=np.random.default_rng(0))
    majors, occupations = likeness.terms
    codes = [one.code for one in OCCUPATIONS]
    pairs = np.array(
        [[float(code in found) for code in codes] for found in known.values()], dtype=np.float32
    )
    weights = learn_term_weights(majors, occupations, pairs)
    plain, learned = (
        score_terms(majors, occupations, one) for one in (np.ones_like(weights), weights)
    )
    right = pairs > 0

    def margin(score: np.ndarray) -> float:
        return float((score[right] / score.max(axis=1)).mean())

    assert (weights > 0).all()
    assert margin(learned) >= margin(plain)


def test_one_character_in_common_is_enough_to_be_alike():
    welding = OccupationText("6-18-02", "", (("焊工", "", ""),))
    weaving = OccupationText("6-04-03", "", (("织布工", "", ""),))
    likeness = compare_texts(
        [MajorText("660101", "熔接", ("电弧焊",))], [welding, weaving], rng=np.random.default_rng(0)
    )
    first, second = likeness.to_occupations["all"][0]
    assert first > second == 0.0


def regress_drawn_majors() -> tuple[np.ndarray, np.ndarray]:
    """What regression says of class 6101: left out among the known, and asked for as unknown."""
    drawn = draw_majors(np.random.default_rng(6), 60)
    majors = list(drawn)
    codes = [one.code for one in OCCUPATIONS]
    pairs = np.array([[float(code in found) for code in codes] for found in drawn.values()])
    likeness = compare_texts(majors, OCCUPATIONS, rng=np.random.default_rng(0))
    classes = locate(majors, codes).own_class
    own = np.flatnonzero(classes == classes[0])
    others = np.flatnonzero(classes != classes[0])
    alike = likeness.by_course
    inside, _ = regress_pairs(
        alike, classes=classes, known=Known(np.arange(60), pairs.astype(np.float32)), asked=own
    )
    _, outside = regress_pairs(
        alike,
        classes=classes[others],
        known=Known(others, pairs[others].astype(np.float32)),
        asked=own,
    )
    return inside[own], outside


def test_a_known_major_is_regressed_as_if_its_class_were_unknown():
    inside, outside = regress_drawn_majors()
    np.testing.assert_allclose(inside, outside, atol=1e-5)
    assert outside.std() > 0.01


def test_an_occupation_that_nobody_names_gets_support_from_its_middle_group():
    likeness = compare_texts(
        [MajorText("520201", "护理")], OCCUPATIONS, rng=np.random.default_rng(0)
    )
    middle = np.arange(len(OCCUPATIONS)) // 2
    spread = np.eye(len(OCCUPATIONS))[0] @ spread_between(likeness.between, middle)
    assert spread.argsort()[::-1][:2].tolist() == [0, 1]


def test_a_ranker_learns_an_order_that_no_single_feature_gives():
    rng = np.random.default_rng(5)
    features = rng.normal(size=(200, 12, 4)).astype(np.float32)
    truth = 2 * np.abs(features[:, :, 0]) + features[:, :, 1]
    wanted = (truth == truth.max(axis=1, keepdims=True)).astype(np.float32)
    ranker = train_ranker(features[:150], wanted[:150], members=3, rng=rng)
    right = wanted[150:].argmax(axis=1)
    learned = (ranker.score(features[150:]).argmax(axis=1) == right).mean()
    best_alone = max(
        ((sign * features[150:, :, at]).argmax(axis=1) == right).mean()
        for at in range(4)
        for sign in (1, -1)
    )
    assert learned > best_alone + 0.1


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True))
    chosen = parser.parse_args(["occupations", *arguments])
    return chosen.run(chosen)


def test_the_file_command_ranks_ten_occupations_per_major(tmp_path):
    majors, train, out = (tmp_path / name for name in ("m.csv", "t.csv", "o.csv"))
    majors.write_text("code,name,courses\n520201,护理,护理学基础|急救护理\n", encoding="utf-8")
    train.write_text(
        "code,name,courses,occupation\n720201,护理,基础护理,2-05-08\n720201,护理,基础护理,4-14-01-02\n",
        encoding="utf-8",
    )
    assert run("--majors", str(majors), "--out", str(out), "--train", str(train)) == 0
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 11)]
    assert {row["code"] for row in rows} == {"520201"}
    assert "2-05-08" in {row["occupation"] for row in rows}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,name,courses\n520201,护理,\n99,护理,\n", ":3 code"),
        ("code,name,courses\n520201,护理,急救\n\n520202,助产,\n 520201,护理,\n", ":5 code"),
        ("name,courses\n护理,\n", "code"),
    ],
)
def test_a_wrong_file_is_refused_with_its_row(tmp_path, capsys, text, told):
    majors = tmp_path / "m.csv"
    majors.write_text(text, encoding="utf-8")
    assert run("--majors", str(majors), "--out", str(tmp_path / "o.csv")) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_a_wrong_occupation_in_the_training_file_is_named(tmp_path, capsys):
    majors, train = tmp_path / "m.csv", tmp_path / "t.csv"
    majors.write_text("code,name,courses\n520201,护理,\n", encoding="utf-8")
    train.write_text("code,name,occupation\n520201,护理,护士\n", encoding="utf-8")
    out = str(tmp_path / "o.csv")
    assert run("--majors", str(majors), "--out", out, "--train", str(train)) == 2
    assert ":2 occupation" in capsys.readouterr().err


def test_the_shipped_catalogue_teaches_without_a_training_file():
    known = load_known([MajorText("610105", "园艺技术", ("植物生产",))])
    codes = {one.code for one in load_occupations()}
    assert len(known) > 300
    assert MajorText("610105", "园艺技术", ("植物生产",)) in known
    assert sum(bool(found & codes) for found in known.values()) > 0.95 * len(known)
