"""Figures 1 to 6: accuracy against naive methods and peers, coverage, and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.figures import Figure
from benchmarks.forecasting.data import (
    Cut,
    read_countries,
    read_hospital,
    read_m3,
    read_sectors,
    read_vacancies,
    thin_hospital,
)
from benchmarks.forecasting_peers import Answer, Desk
from services.forecasting.engine.backtests import backtest, standard_methods
from services.forecasting.engine.forecasting import Settings, forecast
from services.forecasting.engine.naives import forecast_naive, forecast_naive2
from services.forecasting.engine.odds import Record, log_ratio, record_odds
from services.forecasting.engine.panels import Floats, Ints, Panel, make_panel
from services.forecasting.engine.scoring import (
    Score,
    Told,
    describe_cells,
    score_methods,
)
from services.forecasting.engine.shares import Cells, forecast_cells

FOUR = ("AutoETS", "DOT", "AutoCES", "AutoARIMA")
_BASIC = ("AutoETS", "DOT", "AutoCES")


def ask_early(desk: Desk, *, quick: bool) -> None:
    """Ask the peers for all that these figures will compare with."""
    rows, cut = _rows_for_four(quick=quick), read_m3("MONTHLY", 12)
    desk.ask("m3", cut.panel.select(rows), cut.horizon, _BASIC if quick else FOUR)
    panel = read_sectors()
    for back, rows in _posts_parts(quick=quick):
        desk.ask(f"sectors {back}", panel.head(back)[0].select(rows), 12, ("AutoETS",))
    desk.ask("sparse", thin_hospital().head(12)[0], 12, ("Croston", "SBA", "TSB"))


def figures(desk: Desk, *, quick: bool) -> Iterator[Figure]:
    """Yield figures 1 to 6; `desk` has been asked."""
    yield from _m3(desk, quick=quick)
    yield from _posts(desk, quick=quick)
    yield from _vacancies(quick=quick)
    yield from _intermittent(desk)
    yield from _coverage(quick=quick)
    yield from _warnings()


def whole(panel: Panel, after: Floats, methods: dict[str, Told]) -> dict[str, Score]:
    """Score methods over all steps and sizes."""
    rows = score_methods(describe_cells(panel, after), methods)
    return {row.method: row for row in rows if row.horizon is None and row.size_class is None}


def _told(cut: Cut, settings: Settings | None = None) -> Told:
    made = forecast(cut.panel, cut.horizon, settings)
    return Told(made.p50, made.quantiles)


def _m3(desk: Desk, *, quick: bool) -> Iterator[Figure]:
    monthly, quarterly = read_m3("MONTHLY", 12), read_m3("QUARTERLY", 4)
    for cut, name, goal in ((monthly, "OWA", 0.805), (quarterly, "MASE", 1.05)):
        naive2 = Told(forecast_naive2(cut.panel, cut.horizon))
        ours = _told(cut)
        score = whole(cut.panel, cut.after, {"engine": ours, "naive2": naive2})["engine"]
        value = _known(score.owa if name == "OWA" else score.mase)
        which = "monthly" if cut is monthly else "quarterly"
        note = f"{cut.panel.size} series; {_tell(score)}"
        unit, told = f"{name}, M3 {which}", f"<= {goal}"
        most = goal * 1.01 if quick else goal
        if quick:
            told = f"<= {most:.3f} (quick guards against steps back: within 1 % of {goal})"
        yield Figure("forecasting.1", value, unit, "Naive2", None, told, value <= most, note)
        if cut is monthly and (answer := desk.told("m3")):
            yield _against_four(cut, ours, answer, quick=quick)


def _rows_for_four(*, quick: bool) -> Ints:
    size = read_m3("MONTHLY", 12).panel.size
    return np.arange(0, size, 60 if quick else 7)


def _against_four(cut: Cut, ours: Told, answer: Answer, *, quick: bool) -> Figure:
    """Compare with the median of four (quick: three, on fewer series: ARIMA takes minutes)."""
    models = _BASIC if quick else FOUR
    rows = _rows_for_four(quick=quick)
    panel = cut.panel.select(rows)
    found, seconds, peer = answer
    median = Told(np.median([found[name] for name in models], axis=0))
    mine = Told(ours.point[rows])
    naive2 = Told(forecast_naive2(panel, cut.horizon))
    scores = whole(panel, cut.after[rows], {"engine": mine, "median": median, "naive2": naive2})
    ratio = _known(scores["engine"].owa) / _known(scores["median"].owa)
    note = (
        f"{rows.size} series; median of {len(models)} in {sum(seconds.values()):.1f} s, OWA"
        f" {_known(scores['median'].owa):.3f}; engine {_known(scores['engine'].owa):.3f}"
    )
    goal = 1.0 if not quick else 1.05
    reason = "" if not quick else " (quick: 24 series are noise, 1.05)"
    unit = "OWA over that of the median"
    return Figure(
        "forecasting.1", ratio, unit, peer, ratio, f"<= {goal}{reason}", ratio <= goal, note
    )


def _posts(desk: Desk, *, quick: bool) -> Iterator[Figure]:
    origins = 1 if quick else 6
    for panel, name in ((read_sectors(), "sectors"), (read_countries(), "countries")):
        count = 6 if name == "countries" else origins
        board = backtest(panel, horizon=12, origins=count, step=2)
        ours, naive = board.whole("engine"), board.whole("naive")
        ratio = _known(ours.mase) / _known(naive.mase)
        note = f"{count} origins, h = 12; {_tell(ours)}"
        unit = f"MASE over naive, {name}"
        yield Figure("forecasting.2", ratio, unit, "naive", ratio, "<= 0.90", ratio <= 0.9, note)
        if name == "sectors" and desk.told("sectors 12"):
            yield _posts_against_ets(desk, panel, quick=quick)


def _posts_parts(*, quick: bool) -> list[tuple[int, Ints]]:
    """Return how many months are left out, and which sectors are compared."""
    rows = np.arange(0, read_sectors().size, 8 if quick else 2)
    return [(back, rows) for back in ((12,) if quick else (12, 16, 20))]


def _posts_against_ets(desk: Desk, panel: Panel, *, quick: bool) -> Figure:
    ours, theirs = [], []
    peer, size = "", 0
    for back, rows in _posts_parts(quick=quick):
        answer = desk.told(f"sectors {back}")
        assert answer is not None
        found, _, peer = answer
        known, _ = panel.head(back)
        after = panel.tail(12, skip=back - 12)
        part = known.select(rows)
        size = rows.size
        told = {"engine": Told(forecast(known, 12).p50[rows]), "ets": Told(found["AutoETS"])}
        scores = whole(part, after[rows], told)
        ours.append(_known(scores["engine"].mase))
        theirs.append(_known(scores["ets"].mase))
    ratio = float(np.mean(ours) / np.mean(theirs))
    note = f"{size} series, {len(ours)} origins, h = 12"
    unit = "MASE over AutoETS, sectors"
    return Figure("forecasting.2", ratio, unit, peer, ratio, "<= 0.96", ratio <= 0.96, note)


def _vacancies(*, quick: bool) -> Iterator[Figure]:
    data = read_vacancies()
    # Quick: the cells of every third district.
    kept = data.region % (3 if quick else 1) == 0
    vacancies = data.vacancies[kept]
    years = vacancies.shape[1]
    cells = Cells(vacancies, data.state_occupation[kept], data.unemployed[kept])
    goals = {1: 0.97, 2: 0.92, 3: 0.89}
    found: dict[int, list[float]] = {}
    for known in (years - 1,) if quick else range(6, years):
        ahead = min(1 if quick else 3, years - known)
        mean, _ = forecast_cells(cells.until(known), ahead)
        newest = vacancies[:, known - 1]
        for step in range(ahead):
            true = vacancies[:, known + step]
            ratio = np.abs(mean[:, step] - true).sum() / np.abs(newest - true).sum()
            found.setdefault(step + 1, []).append(float(ratio))
    for step, ratios in found.items():
        value = float(np.exp(np.mean(np.log(ratios))))
        goal = 1.0 if quick else goals[step]
        told = (
            "<= 1 (quick: one origin and a third of the districts say little)"
            if quick
            else f"<= {goal}, never > 1.05"
        )
        met = value <= goal and max(ratios) <= 1.05
        note = f"{len(ratios)} origins, worst {max(ratios):.3f}"
        unit = f"WAPE over naive, h = {step}"
        yield Figure("forecasting.3", value, unit, "naive", value, told, met, note)


def _intermittent(desk: Desk) -> Iterator[Figure]:
    panel = thin_hospital()
    known, _ = panel.head(12)
    after = panel.tail(12)
    methods = {"engine": Told(forecast(known, 12).mean)}
    peer, best = "none", None
    if answer := desk.told("sparse"):
        found, _, peer = answer
        methods |= {name: Told(np.broadcast_to(one, after.shape)) for name, one in found.items()}
    scores = whole(known, after, methods)
    value = _known(scores["engine"].wape_total)
    others = {name: _known(one.wape_total) for name, one in scores.items() if name != "engine"}
    if others:
        best = value / min(others.values())
    bias = _known(scores["engine"].bias)
    zeros = float((known.values == 0).mean())
    told = ", ".join(f"{name} {one:.3f}" for name, one in others.items())
    note = f"hospital thinned, {zeros:.0%} zeros; bias {bias:+.1%}; {told}"
    unit = "cumulative WAPE over 12 months"
    # The goal was set on a panel of spare parts that is not in the data: a WAPE of another panel
    # says nothing about it, so that here the best of the peers is the measure.
    goal = "<= 0.67 on spare parts (absent); here no worse than the best peer, bias within 5 %"
    met = None if best is None else best <= 1.0 and abs(bias) <= 0.05
    yield Figure("forecasting.4", value, unit, peer, best, goal, met, note)


def _coverage(*, quick: bool) -> Iterator[Figure]:
    hospital, monthly = read_hospital(), read_m3("MONTHLY", 12)
    panels: list[tuple[str, Cut, bool]] = [("hospital", hospital, not quick)]
    panels.append(("M3 monthly", monthly, False))
    for name, cut, corrects in panels:
        ends = [np.append(cut.panel.series(row), cut.after[row]) for row in range(cut.panel.size)]
        joined = make_panel(cut.panel.keys, ends, season=cut.panel.season)
        methods = {"engine": standard_methods(Settings(corrects=corrects))["engine"]}
        board = backtest(joined, horizon=cut.horizon, origins=6, step=2, methods=methods)
        for level, low, high, worst in (("80", 0.77, 0.85, 0.70), ("95", 0.93, 0.975, 0.90)):
            every = [_coverage_of(one, level) for one in board.by_origin]
            mean = float(np.mean(every))
            met = low <= mean <= high and min(every) >= worst
            goal = f"{low:.0%} to {high:.1%}, worst origin >= {worst:.0%}"
            note = f"6 origins, worst {min(every):.3f}, {'with' if corrects else 'no'} correction"
            unit = f"coverage of {level} %, {name}"
            yield Figure("forecasting.5", mean, unit, "nominal", None, goal, met, note)


def _coverage_of(scores: Sequence[Score], level: str) -> float:
    score = next(one for one in scores if one.method == "engine")
    return _known(score.coverage_80 if level == "80" else score.coverage_95)


def warning_records() -> list[Record]:
    """Record warnings of shortage (two posts or more for four seekers), one and two years ahead."""
    data = read_vacancies()
    posts = _sum_by(data.state_occupation, data.vacancies)
    seekers = _sum_by(data.state_occupation, data.unemployed)
    kept = (posts.mean(axis=1) >= 10) & (seekers.mean(axis=1) >= 10)
    levels = log_ratio(posts[kept], seekers[kept])
    years = posts.shape[1]
    return [
        record_odds(
            levels,
            threshold=float(np.log(0.5)),
            horizon=ahead,
            origins=range(3 + ahead, years - ahead + 1),
        )
        for ahead in (1, 2)
    ]


def _warnings() -> Iterator[Figure]:
    records = warning_records()
    brier = sum(one.brier for one in records) / sum(one.brier_persistence for one in records)
    curve = "; ".join(f"{one.said:.2f}: {one.happened:.2f}" for one in records[0].reliability)
    note = f"{records[0].cells:,} warnings, h = 1 and 2; said: happened {curve}"
    unit = "Brier over persistence"
    yield Figure("forecasting.6", brier, unit, "persistence", brier, "<= 0.73", brier <= 0.73, note)
    onset = float(np.mean([_known(one.onset_precision) for one in records]))
    exits = float(np.mean([_known(one.exit_precision) for one in records]))
    note = f"exits {exits:.3f}; " + ", ".join(
        f"h = {one.horizon}: {_known(one.onset_precision):.3f}" for one in records
    )
    unit = "average precision of onsets"
    yield Figure("forecasting.6", onset, unit, "none", None, ">= 0.43", onset >= 0.43, note)


def _sum_by(codes: np.ndarray[tuple[int], np.dtype[np.int64]], values: Floats) -> Floats:
    size = int(codes.max()) + 1
    return np.stack([np.bincount(codes, one, size) for one in values.T], axis=1).astype(np.float64)


def naive_scores(cut: Cut) -> tuple[Score, ...]:
    """Score the engine with and without correction beside the naive methods: the page's tables."""
    methods = {
        "naive": Told(forecast_naive(cut.panel, cut.horizon)),
        "naive2": Told(forecast_naive2(cut.panel, cut.horizon)),
        "engine, no correction": _told(cut, Settings(corrects=False)),
        "engine": _told(cut),
    }
    rows = score_methods(describe_cells(cut.panel, cut.after), methods)
    return tuple(row for row in rows if row.size_class is None)


def _tell(score: Score) -> str:
    parts = {
        "MASE": score.mase,
        "OWA": score.owa,
        "pinball": score.pinball,
        "cov80": score.coverage_80,
        "cov95": score.coverage_95,
        "MSIS": score.msis,
    }
    return ", ".join(f"{name} {one:.3f}" for name, one in parts.items() if one is not None)


def _known(value: float | None) -> float:
    assert value is not None
    return value
