"""The room's part of the command line: `forecast run` and `forecast backtest` on files alone."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.forecasting.engine.faults import PERIOD, SERIES, VALUE, Row
from services.forecasting.engine.periods import format_period, ordinal_of
from services.forecasting.engine.readings import ReadPanel, Rules, read_panel
from shared.kernel.clock import china_day, utc_now
from shared.kernel.errors import DomainError, Fault, InvalidInputError, Text
from shared.sheets.errors import FileBrokenError, FileGarbledError, HeadersWrongError

if TYPE_CHECKING:
    from services.forecasting.engine.outcomes import Forecast
    from services.forecasting.engine.scoring import Score

Command = Callable[[argparse.Namespace], int]

COLUMNS = ("series", "period", "p10", "p50", "p90", "p2_5", "p97_5", "mean")
_LEVELS = {"p2_5": 0, "p10": 1, "p50": 2, "p90": 3, "p97_5": 4}
_INPUT_WRONG = 2
# Files of administrations come in either encoding.
_ENCODINGS = ("utf-8-sig", "gb18030")


class HorizonWrongError(InvalidInputError):
    """The horizon or the season is no positive whole number."""

    code = "horizon_wrong"
    title_zh = "预测期数或季节长度不是正整数"
    mend = Text(
        "{name} 现为 {value}；请给出 1 至 {most} 的整数。",
        "{name} is {value}; give a whole number from 1 to {most}.",
    )


class FileAbsentError(InvalidInputError):
    """The file cannot be read or written."""

    code = "file_absent"
    title_zh = "文件无法读取或写入"
    mend = Text("请检查路径：{path}。", "Check the path: {path}.")


def register(subparsers: Any) -> None:
    """Add `forecast` with its subcommands to the platform's command line."""
    forecast = subparsers.add_parser("forecast", help="人才需求预测 / forecast demand from files")
    commands = forecast.add_subparsers(dest="forecast_command", required=True)
    run = commands.add_parser("run", help="预测 / forecast every series of a CSV file")
    _add_input(run)
    run.add_argument("--out", required=True, type=Path, help=",".join(COLUMNS))
    run.set_defaults(run=_told(_run))
    backtest = commands.add_parser("backtest", help="回测 / score methods on the series' own past")
    _add_input(backtest)
    backtest.add_argument("--origins", type=int, default=6, help="回测起点数 / rolling origins")
    backtest.set_defaults(run=_told(_backtest))


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--series", required=True, type=Path, help="series,period,value")
    parser.add_argument("--horizon", required=True, type=int, help="预测期数 / periods ahead")
    parser.add_argument("--season", type=int, help="季节长度 / periods per season")
    parser.add_argument(
        "--counts", action="store_true", help="数值为人数，不得为负 / values are counts"
    )
    parser.add_argument(
        "--fast", action="store_true", help="不用合并校正 / leave out the pooled correction"
    )


def _told(command: Command) -> Command:
    """Tell an input's faults in both languages, each with its row, and end with status 2."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except DomainError as error:
            lines = [error.title("zh"), error.detail("zh"), error.title("en"), error.detail("en")]
            lines += [f"{fault.text.zh} / {fault.text.en}" for fault in error.faults]
            print("\n".join(lines), file=sys.stderr)
            return _INPUT_WRONG

    return run


def _run(arguments: argparse.Namespace) -> int:
    from services.forecasting.engine.forecasting import Settings, forecast

    read = _read(arguments)
    told = forecast(read.panel, arguments.horizon, Settings(corrects=not arguments.fast))
    _write(arguments.out, read, told)
    methods = {method: told.methods.count(method) for method in sorted(set(told.methods))}
    used = ", ".join(f"{method} {count}" for method, count in methods.items())
    print(f"已预测 / forecast: {read.panel.size} ({used}) -> {arguments.out}")
    return 0


def _backtest(arguments: argparse.Namespace) -> int:
    from services.forecasting.engine.backtests import backtest, standard_methods
    from services.forecasting.engine.forecasting import Settings

    _check_positive("origins", arguments.origins, 1_000)
    read = _read(arguments)
    methods = standard_methods(Settings(corrects=not arguments.fast))
    board = backtest(
        read.panel, horizon=arguments.horizon, origins=arguments.origins, methods=methods
    )
    print(_table(board.rows))
    return 0


def _check_positive(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise HorizonWrongError(name=f"--{name}", value=value, most=most)


def _read(arguments: argparse.Namespace) -> ReadPanel:
    _check_positive("horizon", arguments.horizon, 1_000)
    if arguments.season is not None:
        _check_positive("season", arguments.season, 1_000)
    today = china_day(utc_now())
    rules = Rules(season=arguments.season, counts=arguments.counts, today=today)
    negative: list[int] = []
    read = read_panel(_noting_negative(_rows(arguments.series), negative), rules)
    for note in (*_negative_notes(negative), *_running_notes(read, today)):
        print(f"{note.zh} / {note.en}", file=sys.stderr)
    return read


def _noting_negative(rows: Iterable[Row], found: list[int]) -> Iterator[Row]:
    """Pass rows on and note the numbers of those with a value below zero."""
    for row in rows:
        # The sign first: a number is read once, by whoever checks it.
        if row[3].lstrip().startswith("-") and _below_zero(row[3]):
            found.append(row[0])
        yield row


def _below_zero(value: str) -> bool:
    try:
        return float(value) < 0
    except ValueError:
        return False


def _negative_notes(rows: Sequence[int]) -> list[Text]:
    """Tell of negative values, which are right for a change and wrong for people."""
    if not rows:
        return []
    return [
        Text(
            f"注意：{len(rows)} 个数值为负（首见于第 {rows[0]} 行）；若为人数，请加 --counts。",
            f"Note: {len(rows)} values are negative (the first in row {rows[0]}); if they count "
            "people, say --counts.",
        )
    ]


def _running_notes(read: ReadPanel, today: date) -> list[Text]:
    """Tell of series that end in a period that has not ended: a part of it looks like a fall."""
    running = ordinal_of(read.form.frequency, today)
    count = 0 if running is None else int((read.panel.last == running).sum())
    if running is None or not count:
        return []
    period = format_period(read.form, running)
    return [
        Text(
            f"注意：{count} 个序列以尚未结束的时期 {period} 收尾；若其数值尚不完整，请删去后重做。",
            f"Note: {count} series end in {period}, which has not ended; leave it out if its value "
            "is not complete.",
        )
    ]


def _rows(path: Path) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_text(path)))
    header = [cell.strip().lower() for cell in next(_unbroken(reader), [])]
    wanted = (SERIES, PERIOD, VALUE)
    missing = [name for name in wanted if name not in header]
    if missing:
        raise HeadersWrongError(faults=[_header_fault(name) for name in missing])
    places = [header.index(name) for name in wanted]
    last = max(places)
    for cells in _unbroken(reader):
        if any(cells):
            filled = [*cells, *("" for _ in range(last + 1 - len(cells)))]
            series, period, value = (filled[place] for place in places)
            yield reader.line_num, series, period, value


def _unbroken(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise FileBrokenError(reason=f"CSV: {error}") from error


def _header_fault(name: str) -> Fault:
    text = Text(f"第 1 行：缺少表头“{name}”。", f"Row 1: the header “{name}” is missing.")
    return Fault("header_missing", text, row=1, column=name)


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise FileAbsentError(path=str(path)) from error
    for encoding in _ENCODINGS:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileGarbledError(sample=path.name)


def _write(path: Path, read: ReadPanel, told: Forecast) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row, key in enumerate(told.keys):
                writer.writerows(_lines(read, told, (row, key)))
    except OSError as error:
        raise FileAbsentError(path=str(path)) from error


def _lines(read: ReadPanel, told: Forecast, place: tuple[int, str]) -> Iterator[list[str]]:
    row, key = place
    for step in range(told.horizon):
        values = told.quantiles[row, step]
        period = format_period(read.form, int(told.first[row]) + step)
        quantiles = [repr(float(values[_LEVELS[name]])) for name in COLUMNS[2:-1]]
        yield [key, period, *quantiles, repr(float(told.mean[row, step]))]


def _table(rows: Sequence[Score]) -> str:
    names = (
        "mase", "owa", "wape", "rmsse", "bias", "pinball", "coverage_80", "coverage_95", "msis",
    )  # fmt: skip
    lines = [f"{'method':<16}{'h':>4} {'size':<7}{'n':>7}" + "".join(f"{n:>12}" for n in names)]
    for row in rows:
        step = "all" if row.horizon is None else str(row.horizon)
        size = row.size_class or "all"
        cells = [getattr(row, name) for name in names]
        told = "".join(f"{'-' if cell is None else format(cell, '.4f'):>12}" for cell in cells)
        lines.append(f"{row.method:<16}{step:>4} {size:<7}{row.series:>7}{told}")
    return "\n".join(lines)
