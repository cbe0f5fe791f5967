from dataclasses import replace

import numpy as np
import pytest
from markets import random_market

from matching.caps import build_caps
from matching.errors import PriorityNotANumberError, UnknownGroupError
from matching.files.columns import MarketFileError
from matching.files.parquet import load_market, save_market
from matching.files.preflib import read_preflib
from matching.problem import LOW
from matching.solve import solve
from matching.tables import build_market
from matching.verify import verify_cutoffs, verify_matching

TIED = """# TITLE: a small one
# ALTERNATIVE NAME 1: Databases
# ALTERNATIVE NAME 2: Compilers
# ALTERNATIVE NAME 3: Networks
2: 1,{2,3}
1: 3
"""


def test_a_preflib_file_becomes_a_market_and_ties_are_drawn_from_the_seed(tmp_path):
    path = tmp_path / "tied.toi"
    path.write_text(TIED, encoding="utf-8")
    orders = set()
    for seed in "abcdefgh":
        market = read_preflib(path, seats={"1": 1, "2": 2}, seed=seed)
        assert market.students == ("v1", "v2", "v3")
        assert market.problem.seats.tolist() == [1, 2, 0]
        assert market.problem.indptr.tolist() == [0, 3, 6, 7]
        orders.add(tuple((market.problem.wishes[:3] & LOW).tolist()))
    assert orders == {(0, 1, 2), (0, 2, 1)}


def test_stated_priorities_decide(tmp_path):
    path = tmp_path / "tied.toi"
    path.write_text(TIED, encoding="utf-8")
    for winner in ("v1", "v2"):
        market = read_preflib(path, seats=1, seed="s", priorities={(winner, "1"): 1.0})
        placed = solve(market.problem).matching.tolist()
        assert placed[market.students.index(winner)] == 0


def test_a_broken_preflib_line_is_named(tmp_path):
    path = tmp_path / "bad.soc"
    path.write_text(TIED + "one: 1,2\n", encoding="utf-8")
    with pytest.raises(MarketFileError) as refused:
        read_preflib(path, seats=1, seed="s")
    assert refused.value.faults[0].row == 7


def test_every_real_market_of_preflib_is_cleared_and_proven(real_data):
    files = sorted((real_data / "markets" / "preflib").glob("*/*.*o[ci]"))
    assert len(files) == 14
    for path in files:
        for seats in (1, 3):
            market = read_preflib(path, seats=seats, seed=path.name)
            slow = solve(market.problem, engine="reference")
            fast = solve(market.problem, engine="kernel")
            assert slow.matching.tobytes() == fast.matching.tobytes()
            assert verify_matching(market.problem, fast.matching).stable
            assert verify_cutoffs(market.problem, fast.matching, fast.cutoffs).proven


def test_a_saved_market_comes_back_as_it_was(tmp_path):
    rng = np.random.default_rng(3)
    rows = [
        (f"学生{s}", r + 1, f"p{p}", float(rng.integers(0, 5)) / 3)
        for s in range(40)
        for r, p in enumerate(rng.permutation(9)[: rng.integers(0, 6)])
    ]
    market = build_market(wishes=rows, posts=[(f"p{p}", p % 3) for p in range(9)], seed="s")
    save_market(market, tmp_path / "saved")
    again = load_market(tmp_path / "saved")
    assert (again.students, again.posts) == (market.students, market.posts)
    for name in ("indptr", "wishes", "seats", "lottery"):
        first, second = getattr(market.problem, name), getattr(again.problem, name)
        assert first.tobytes() == second.tobytes()
    assert again.ranks.tolist() == market.ranks.tolist()
    assert again.levels.tolist() == market.levels.tolist()


def test_caps_are_saved_with_their_market_and_leave_with_it(tmp_path):
    plain = build_market(
        wishes=[("a", 1, "p", 1.0), ("b", 1, "q", 2.0)], posts=[("p", 1), ("q", 1)], seed="s"
    )
    caps = build_caps(
        parent=[2, -1, 3, -1], limits=[1, 5], hard=[True, False], names=["工厂", "杭州"]
    )
    capped = replace(plain, problem=replace(plain.problem, caps=caps))
    save_market(capped, tmp_path)
    again = load_market(tmp_path).problem.caps
    assert again is not None
    assert again.parent.tolist() == [2, -1, 3, -1]
    assert again.limits.tolist() == [1, 5]
    assert again.hard.tolist() == [True, False]
    assert again.names == ("工厂", "杭州")
    save_market(plain, tmp_path)
    assert load_market(tmp_path).problem.caps is None


def test_saved_caps_that_name_no_group_are_refused(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    market = build_market(wishes=[("a", 1, "p", 1.0)], posts=[("p", 1)], seed="s")
    save_market(market, tmp_path)
    groups = {"group": ["g"], "cap": [1], "hard": [True], "parent": pa.array([-1], pa.int32())}
    parquet.write_table(pa.table(groups), tmp_path / "groups.parquet")
    with pytest.raises(MarketFileError) as refused:
        load_market(tmp_path)
    assert refused.value.faults[0].sheet == "posts.parquet"
    for group in (1, -2):
        posts = {"post": ["p"], "seats": [1], "group": pa.array([group], pa.int32())}
        parquet.write_table(pa.table(posts), tmp_path / "posts.parquet")
        with pytest.raises(UnknownGroupError):
            load_market(tmp_path)


@pytest.mark.parametrize(
    ("file", "column", "values", "row"),
    [
        ("students", "student", ["a", "a"], 1),
        ("students", "student", ["a", None], 1),
        ("posts", "post", ["p", "p"], 1),
        ("posts", "post", ["", "q"], 0),
        ("wishes", "student", [0, 2], 1),
        ("wishes", "student", [-1, 0], 0),
        ("wishes", "priority", ["high", "low"], None),
    ],
)
def test_a_saved_row_that_names_nobody_or_somebody_twice_is_refused(
    tmp_path, file, column, values, row
):
    import pyarrow as pa
    from pyarrow import parquet

    rows = [("a", 1, "p", 1.0), ("b", 1, "q", 2.0)]
    save_market(build_market(wishes=rows, posts=[("p", 1), ("q", 1)], seed="s"), tmp_path)
    path = tmp_path / f"{file}.parquet"
    kept = parquet.read_table(path).to_pydict()
    parquet.write_table(pa.table(kept | {column: values}), path)
    with pytest.raises(MarketFileError) as refused:
        load_market(tmp_path)
    (fault,) = refused.value.faults
    assert (fault.sheet, fault.row) == (path.name, row)


@pytest.mark.parametrize("column", ["student", "rank", "post", "priority"])
def test_an_empty_cell_among_saved_wishes_is_refused_with_its_row(tmp_path, column):
    import pyarrow as pa
    from pyarrow import parquet

    rows = [("a", 1, "p", 1.0), ("b", 1, "p", 2.0)]
    save_market(build_market(wishes=rows, posts=[("p", 1)], seed="s"), tmp_path)
    path = tmp_path / "wishes.parquet"
    kept = parquet.read_table(path).to_pydict()
    parquet.write_table(pa.table(kept | {column: [kept[column][0], None]}), path)
    with pytest.raises(PriorityNotANumberError) as refused:
        load_market(tmp_path)
    assert refused.value.facts["row"] == 1


def test_a_missing_or_shuffled_file_is_told(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    market = build_market(
        wishes=[("a", 1, "p", 1.0), ("b", 1, "p", 2.0)], posts=[("p", 1)], seed="s"
    )
    save_market(market, tmp_path)
    path = tmp_path / "wishes.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.take(pa.array([1, 0])), path)
    with pytest.raises(MarketFileError) as refused:
        load_market(tmp_path)
    assert refused.value.faults[0].row == 1
    parquet.write_table(table.drop_columns(["rank"]), path)
    with pytest.raises(MarketFileError) as refused:
        load_market(tmp_path)
    assert refused.value.faults[0].sheet == "wishes.parquet"
    path.unlink()
    with pytest.raises(MarketFileError):
        load_market(tmp_path)


def test_random_markets_have_empty_lists_and_closed_posts():
    market = random_market(np.random.default_rng(0), students=50, posts=9, length=4)
    assert [] in market.wishes
    assert 0 in market.seats
