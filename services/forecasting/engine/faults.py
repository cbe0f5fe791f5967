"""What can be wrong with a row of a series, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from shared.kernel.errors import Fact, Fault, InvalidInputError, Text

# The row's number in its file (the header is row 1), series, period, value.
Row = tuple[int, str, str, str]

FREQUENCIES_ZH = {"year": "年", "quarter": "季", "month": "月", "day": "日", "integer": "整数序号"}
SERIES, PERIOD, VALUE = "series", "period", "value"
TOLD_MAX = 100

_TEXTS: Mapping[str, Text] = {
    "rows_none": Text("文件中没有数据行。", "The file has no rows."),
    "series_blank": Text("第 {at} 行：缺少序列名称。", "Row {at}: the series has no name."),
    "period_unreadable": Text(
        "第 {at} 行：无法识别时期“{period}”；请写为 2024、2024-Q3、2024-07、2024-07-15 或整数。",
        "Row {at}: the period “{period}” is unreadable; write 2024, 2024-Q3, 2024-07, 2024-07-15"
        " or an integer.",
    ),
    "value_unreadable": Text(
        "第 {at} 行：“{value}”不是数值。", "Row {at}: “{value}” is not a number."
    ),
    "value_not_finite": Text(
        "第 {at} 行：数值必须有限；没有数值的时期请先补齐。",
        "Row {at}: a value must be finite; fill in a period that has none.",
    ),
    "value_too_large": Text(
        "第 {at} 行：“{value}”太大（绝对值不超过 10 的 15 次方）；请改用更大的计量单位。",
        "Row {at}: “{value}” is too large (at most 10^15 either way); use a larger unit.",
    ),
    "count_negative": Text(
        "第 {at} 行：人数不能为负数（{value}）。", "Row {at}: a count is never negative ({value})."
    ),
    "period_duplicate": Text(
        "第 {at} 行：序列“{series}”的时期“{period}”已在第 {row} 行出现。",
        "Row {at}: series “{series}” has the period “{period}” in row {row} already.",
    ),
    "period_missing": Text(
        "第 {at} 行：序列“{series}”在此行之前缺少 {missing} 个时期；没有发生请填 0。",
        "Row {at}: series “{series}” lacks {missing} periods before this row; write 0 where"
        " nothing happened.",
    ),
    "frequency_mixed": Text(
        "第 {at} 行：时期“{period}”与文件其余部分（{frequency_zh}）的频率不同。",
        "Row {at}: the period “{period}” is not of the file's frequency ({frequency}).",
    ),
    "period_future": Text(
        "第 {at} 行：时期“{period}”晚于今天（{today}），不会有观测值；请核对年份，或删去该行。",
        "Row {at}: the period “{period}” is later than today ({today}), nobody has observed it;"
        " check its year or leave the row out.",
    ),
    "unit_change_unrecorded": Text(
        "第 {at} 行：序列“{series}”自此整体变动十的整数次幂，疑为计量单位改变；请先登记断点。",
        "Row {at}: series “{series}” moves by a power of ten here and stays: a change of unit;"
        " record the break first.",
    ),
}


class SeriesRowsError(InvalidInputError):
    """Some rows of the series are wrong."""

    code = "series_rows"
    title_zh = "时间序列中有错误的行"
    mend = Text(
        "共 {faults_total} 处，逐项列于 errors（最多一百项）；请改正后重新提交，"
        "本次未写入任何内容。",
        "{faults_total} places are named in `errors` (at most a hundred); mend them and send the"
        " file again, nothing has been written.",
    )


class Faults:
    """Collects the faults of a file; the first hundred are told, all are counted."""

    def __init__(self) -> None:
        self.told: list[Fault] = []
        self.count = 0

    def add(
        self, code: str, row: Row, column: str = PERIOD, facts: Mapping[str, Fact] | None = None
    ) -> None:
        """Note what is wrong with a row."""
        self.count += 1
        if len(self.told) >= TOLD_MAX:
            return
        at, series, period, value = row
        told = {"at": at, "series": series, "period": period, "value": value, **(facts or {})}
        text = _TEXTS[code]
        filled = Text(text.zh.format_map(told), text.en.format_map(told))
        self.told.append(Fault(code, filled, row=at, column=column))
