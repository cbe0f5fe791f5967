"""Files in and out: workbooks that unfold, cells that would run."""

from __future__ import annotations

import asyncio
import csv
import io
import struct
import zipfile
from typing import Any

import pytest

from shared.sheets import write_csv, write_xlsx
from tests.security.scene import Person, Scene


def _bomb() -> bytes:
    """Return a small workbook that says it unfolds to 600 MiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(64):
                sheet.write(b" " * (1 << 20))
    # 64 MiB are inside; the directory says 600.
    size = struct.Struct("<I")
    return out.getvalue().replace(size.pack(64 << 20), size.pack(600 << 20))


def _liar() -> bytes:
    """Return a workbook whose shared strings are far longer than the directory says."""
    out = io.BytesIO()
    grid = write_xlsx(["学籍号"], [["1"]])
    with (
        zipfile.ZipFile(io.BytesIO(grid)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            spare = b" " * (32 << 20) if name == "xl/sharedStrings.xml" else b""
            new.writestr(name, old.read(name) + spare)
        size = new.getinfo("xl/sharedStrings.xml").file_size
    word = struct.Struct("<I")
    return out.getvalue().replace(word.pack(size), word.pack(1000))


def _far() -> bytes:
    """Return a small workbook whose two cells span the whole of a sheet."""
    grid = write_xlsx(["学籍号"], [["1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(grid)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                body = body.replace(b'r="A2"', b'r="XFD1048576"')
            new.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("make", [_bomb, _far, _liar])
async def test_a_small_file_that_unfolds_is_refused(scene: Scene, make: Any) -> None:
    office = scene.a.people["internship_office"]
    job = await office.call("POST", "/v1/rosters/imports", content=make())
    if job.status_code == 202:
        told = await _ended(office, job.headers["location"])
        assert told["state"] == "failed"
        assert told["error"]["en"]["code"] in {"file_broken", "file_too_long"}
    else:
        assert job.status_code in {413, 422}


async def _ended(person: Person, location: str) -> dict[str, Any]:
    for _ in range(300):
        told = (await person.call("GET", location)).json()
        if told["state"] in {"done", "failed"}:
            return told
        await asyncio.sleep(0.1)
    raise AssertionError("the job did not end")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")']
)
def test_no_exported_cell_runs_as_a_formula(cell: str) -> None:
    words = write_csv(["名称"], [[cell], [[cell, "x"]]]).decode("utf-8-sig")
    for row in list(csv.reader(io.StringIO(words, newline="")))[1:]:
        assert row[0][0] not in "=+-@\t\r＝"
    with zipfile.ZipFile(io.BytesIO(write_xlsx(["名称"], [[cell]]))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
