"""Compile the catalogues from their sources: python -m shared.catalogues.compile --source DIR.

The output is the same byte for byte for the same sources and the same pypinyin. What is dropped,
added or corrected is written down here and in SOURCES.md, and nowhere else.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

Row: TypeAlias = tuple[str, ...]
Table: TypeAlias = tuple[Row, list[Row]]

REGIONS_VERSION = "2023"  # holds 白杨市 (659012), set up in January 2023
OCCUPATIONS_VERSION = "2022"
INDUSTRIES_VERSION = "2017"
COLLEGES_VERSION = "2025"
VOCATIONAL_YEAR = "2021"

# Our source of GB/T 4754-2017 lacks five groups and nine classes of the standard and keeps, in
# four groups, the numbering of 2011; codes and names as in several public copies of the standard.
INDUSTRIES_ADDED = (
    ("0391", "兔的饲养", "039"),
    ("0392", "蜜蜂饲养", "039"),
    ("0399", "其他未列明畜牧业", "039"),
    ("1363", "鱼油提取及制品制造", "136"),
    ("278", "药用辅料及包装材料", "27"),
    ("2780", "药用辅料及包装材料", "278"),
    ("283", "生物基材料制造", "28"),
    ("2831", "生物基化学纤维制造", "283"),
    ("2832", "生物基、淀粉基新材料制造", "283"),
    ("3032", "建筑用石加工", "303"),
    ("3033", "防水建筑材料制造", "303"),
    ("3034", "隔热和隔音材料制造", "303"),
    ("367", "汽车零部件及配件制造", "36"),
    ("3670", "汽车零部件及配件制造", "367"),
    ("829", "其他未列明服务业", "82"),
    ("8290", "其他未列明服务业", "829"),
    ("9291", "消防管理机构", "929"),
    ("9299", "其他未列明国家机构", "929"),
    ("932", "民主党派", "93"),
    ("9320", "民主党派", "932"),
)
INDUSTRIES_DROPPED = {"0390", "1363", "1364", "3032", "3033", "3034", "3035", "9290"}
# In our source of 2026 the interdisciplinary majors (14…) carry the class of the row above them.
CLASSLESS_2026 = "14"
LEVELS = {
    "voc_secondary": "secondary",
    "voc_associate": "higher_vocational",
    "voc_bachelor": "vocational_bachelor",
    "ug_bachelor": "bachelor",
}
_ANCESTRY = {"1": "", "2": "{0}-00-00-00", "3": "{0}-{1}-00-00", "4": "{0}-{1}-{2}-00"}


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def spell(name: str) -> tuple[str, str]:
    """Return a name's pinyin (syllables apart by blanks) and its initials; letters stay letters.

    >>> spell("重庆市")
    ('chong qing shi', 'cqs')
    """
    from pypinyin import lazy_pinyin

    syllables = [
        letters
        for part in lazy_pinyin(name)
        if (letters := "".join(c for c in part.lower() if c.isascii() and c.isalnum()))
    ]
    return " ".join(syllables), "".join(syllable[0] for syllable in syllables)


def compile_regions(source: Path) -> Table:
    """Provinces, cities and districts; short codes are filled up to six digits."""
    folder = source / "catalogues" / "regions"
    rows: list[Row] = []
    for file, level, parent in (
        ("provinces.csv", "province", ""),
        ("cities.csv", "city", "provinceCode"),
        ("areas.csv", "district", "cityCode"),
    ):
        for row in _read(folder / file):
            above = row[parent].ljust(6, "0") if parent else ""
            code = row["code"].ljust(6, "0")
            rows.append((code, row["name"], level, above, REGIONS_VERSION, *spell(row["name"])))
    header = ("code", "name", "level", "parent", "version", "pinyin", "initials")
    return header, sorted(rows)


def compile_majors(source: Path) -> Table:
    """The vocational catalogue of 2021 and the undergraduate ones of 2025 and 2026."""
    folder = source / "catalogues"
    newer = list(_read(folder / "majors_undergrad_2026.csv"))
    code_2026 = {row["name"]: row["code"] for row in newer}
    rows: list[Row] = []
    for row in _read(folder / "majors_moe.csv"):
        undergraduate = row["level_en"] == "ug_bachelor"
        moved = code_2026.get(row["name"], "") if undergraduate else ""
        rows.append(
            _major(
                row,
                level=LEVELS[row["level_en"]],
                version="2025" if undergraduate else VOCATIONAL_YEAR,
                moved_to="" if moved == row["code"] else moved,
            )
        )
    for row in newer:
        if row["code"].startswith(CLASSLESS_2026):
            row["class"] = ""
        rows.append(_major(row, level="bachelor", version="2026", moved_to=""))
    header = (
        *("code", "name", "level", "class_code", "class_name", "group_code", "group_name"),
        *("version", "moved_to", "pinyin", "initials"),
    )
    return header, sorted(rows)


def _major(row: dict[str, str], *, level: str, version: str, moved_to: str) -> Row:
    """One major; class and group codes are the first four and two digits of its code."""
    code, name = row["code"], row["name"]
    return (
        *(code, name, level, code[:4], row["class"], code[:2], row["category"]),
        *(version, moved_to, *spell(name)),
    )


def compile_occupations(source: Path) -> Table:
    """职业分类大典 2022: marks L (green) and S (digital) leave the name, repeated rows fall out."""
    rows: dict[str, Row] = {}
    for row in _read(source / "catalogues" / "csco_2022.csv"):
        bare = row["name"].rstrip("LS/")
        marks = row["name"][len(bare) :].replace("/", "")
        parent = _ANCESTRY[row["level"]].format(*row["code"].split("-"))
        if parent == row["code"]:  # an occupation that is alone in its small group
            parent = _ANCESTRY["3"].format(*row["code"].split("-"))
        rows[row["code"]] = (
            *(row["code"], bare, row["level"], parent, marks),
            *(OCCUPATIONS_VERSION, *spell(bare)),
        )
    header = (
        *("code", "name", "level", "parent", "marks"),
        *("version", "pinyin", "initials"),
    )
    return header, sorted(rows.values())


def compile_industries(source: Path) -> Table:
    """GB/T 4754-2017 with the source's holes filled and marked as added."""
    rows: list[Row] = [
        (r["code"], r["name"], r["parent_code"], "0", INDUSTRIES_VERSION, *spell(r["name"]))
        for r in _read(source / "catalogues" / "gbt4754_2017.csv")
        if r["code"] not in INDUSTRIES_DROPPED
    ]
    rows += [
        (code, name, parent, "1", INDUSTRIES_VERSION, *spell(name))
        for code, name, parent in INDUSTRIES_ADDED
    ]
    header = ("code", "name", "parent", "added", "version", "pinyin", "initials")
    return header, sorted(rows)


def compile_colleges(source: Path) -> Table:
    """The Ministry's colleges, joined to the region code of their city where the names agree."""
    folder = source / "catalogues" / "regions"
    provinces = {row["name"]: row["code"] for row in _read(folder / "provinces.csv")}
    cities = {
        (row["provinceCode"], row["name"]): row["code"] for row in _read(folder / "cities.csv")
    }
    rows: list[Row] = []
    for row in _read(source / "institutions" / "colleges_moe_2025.csv"):
        province = provinces.get(row["province"], "")
        region = cities.get((province, row["city"]), province)
        rows.append(
            (
                *(
                    row["moe_code"],
                    row["name"],
                    region.ljust(6, "0") if region else "",
                    row["city"],
                ),
                {"本科": "bachelor", "专科": "higher_vocational"}[row["level"]],
                *(row["nature"], row["affiliation"], COLLEGES_VERSION, *spell(row["name"])),
            )
        )
    header = (
        *("code", "name", "region", "city", "level", "nature", "affiliation"),
        *("version", "pinyin", "initials"),
    )
    return header, sorted(rows)


def compile_pairs(source: Path) -> Table:
    """Pairs of major and occupation codes, from the teaching standards of 2025."""
    pairs: set[Row] = {
        (row["major_code"], row["csco_code"])
        for row in _read(source / "catalogues" / "major_occupation_dev.csv")
    }
    return ("major", "occupation"), sorted(pairs)


COMPILERS = {
    "regions": compile_regions,
    "majors": compile_majors,
    "occupations": compile_occupations,
    "industries": compile_industries,
    "colleges": compile_colleges,
    "major_occupations": compile_pairs,
}


def as_csv(header: Row, rows: Iterable[Row]) -> bytes:
    """Return a table as UTF-8 CSV with plain line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Write every catalogue below --out from the folder --source."""
    parser = argparse.ArgumentParser(prog="python -m shared.catalogues.compile")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    chosen = parser.parse_args(argv)
    out: Path = chosen.out
    out.mkdir(parents=True, exist_ok=True)
    for name, make in COMPILERS.items():
        header, rows = make(chosen.source)
        # No name and no time in the gzip header: the same rows give the same bytes.
        packed = gzip.compress(as_csv(header, rows), compresslevel=9, mtime=0)
        (out / f"{name}.csv.gz").write_bytes(packed)
        sys.stdout.write(f"{name}: {len(rows)} rows, {len(packed):,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
