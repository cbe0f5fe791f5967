"""统一安排: the school assigns at once; prices prove how good it is, students still answer."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from matching.assignment_check import check_assignment
from matching.verify.manifest import read_signer_key
from services.internships.adapters.run_signer import RunSigner
from tests.conftest import SECRET
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import School, found_school

ROWS = [
    f"S{i:02d},学生{i},{major},2024,一班,2026-2027-1,2008-01-{i + 1:02d}"
    for i, major in enumerate(["660103"] * 6 + ["740101"] * 6)
]
POSTS = [
    {"seats": 4, "major_codes": ["660103"]},
    {"seats": 4, "major_codes": ["740101"]},
    {"seats": 2, "major_codes": ["710201"]},
]


async def assigned(school: School, batch: str) -> dict[str, Any]:
    answer = await school.office.post(f"/v1/batches/{batch}/central-assignments")
    return await school.room.done(school.office, answer)


async def certificate(school: School, batch: str) -> bytes:
    answer = await school.office.get(f"/v1/batches/{batch}/central-assignment/certificate")
    return answer.content


def checked(content: bytes, folder: Path) -> list[str]:
    """Return what the file command says to a certificate that holds, and that the room signed."""
    path, key = folder / "assignment.zip", folder / "signer.pem"
    path.write_bytes(content)
    # Another process, or this one after a restart, has the same key: it follows from the secret.
    key.write_text(RunSigner.derived(SECRET, "https://example.edu.cn").pem, "ascii")
    holds, lines = check_assignment(path, read_signer_key(key))
    assert holds, lines
    assert "signature holds" in lines
    key.write_text(RunSigner.derived("another secret", "https://example.edu.cn").pem, "ascii")
    assert check_assignment(path, read_signer_key(key))[0] is False
    return lines


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


async def test_a_school_assigns_everybody_it_can_and_the_proof_is_worked_out_by_hand(
    working: InternshipsRoom, tmp_path: Path
) -> None:
    school = await found_school(working, rows=ROWS, posts=POSTS)
    batch = await school.opened(mode="assigned")
    path = f"/v1/batches/{batch}/central-assignment"
    assert (await school.office.get(path)).json()["code"] == "assignment_not_found"
    result = await assigned(school, batch)
    assert result["proposed"] == 10
    own = (await school.office.get("/v1/placements", params={"batch": batch})).json()["items"]
    assert {(one["state"], one["mode"]) for one in own} == {("proposed", "assigned")}
    fitting = {("660103", school.posts[0]), ("740101", school.posts[1])}
    assert sum((one["major_code"], one["post_id"]) in fitting for one in own) == 8

    told = (await school.office.get(path)).json()
    assert (told["students"], told["placed"], told["seats"]) == (12, 10, 10)
    content = (await school.office.get(f"{path}/certificate")).content
    archive = zipfile.ZipFile(io.BytesIO(content))
    pairs, posts = table(archive, "pairs.csv"), table(archive, "posts.csv")
    value, best, bound = worked_out(pairs, posts, table(archive, "placements.csv"))
    assert abs(told["value"] - value) < 1e-4
    assert abs(told["bound"] - bound) < 1e-4
    assert value <= best + 1e-6 <= bound + 1e-5
    assert told["gap_share"] < 0.01
    assert "学生" not in archive.read("placements.csv").decode()
    lines = checked(content, tmp_path)
    assert f"sha256 {told['certificate_sha256']}" in lines

    again = await assigned(school, batch)
    assert again["proposed"] == 0  # nobody is moved, no seat is given twice
    assert again["numbers"]["placed"] == 0
    assert (await school.office.get(path)).json() == told
    assert await certificate(school, batch) == content
    student = school.student(own[0]["enrolment_no"])
    (proposal,) = (await student.get("/v1/placements/me")).json()["items"]
    assert proposal["state"] == "proposed"
    assert (await student.get(path)).status_code == 403


async def declare_staff(school: School, staff: int) -> None:
    count = {"measure": "staff_on_duty", "staff": staff, "counted_on": "2026-06-01"}
    answer = await school.room.hr(school.enterprise_id).put(
        f"/v1/enterprises/{school.enterprise_id}/head-counts", json={"counts": [count]}
    )
    assert answer.status_code == 200, answer.text


def worked_out(
    pairs: list[dict[str, str]], posts: list[dict[str, str]], placed: list[dict[str, str]]
) -> tuple[float, float, float]:
    """Return the value, the best value that another solver finds, and what the prices allow."""
    weights = {(one["student"], one["post"]): float(one["weight"]) for one in pairs}
    seats = {one["post"]: int(one["seats"]) for one in posts}
    prices = {one["post"]: float(one["price"]) for one in posts}
    students = sorted({one["student"] for one in placed})
    value = sum(weights[one["student"], one["post"]] for one in placed if one["post"])
    slots = [post for post, count in seats.items() for _ in range(count)]
    grid = np.array([[weights.get((who, at), 0.0) for at in slots] for who in students])
    rows, columns = linear_sum_assignment(grid, maximize=True)
    surplus = sum(
        max(0.0, *(weights.get((who, at), 0.0) - prices[at] for at in seats)) for who in students
    )
    bound = sum(count * prices[at] for at, count in seats.items()) + surplus
    return value, float(grid[rows, columns].sum()), bound


async def test_a_cap_that_the_school_hardens_binds_the_assignment(
    working: InternshipsRoom, tmp_path: Path
) -> None:
    school = await found_school(working, rows=ROWS, posts=POSTS)
    await declare_staff(school, 70)
    soft = await school.opened(mode="assigned")
    reported = (await assigned(school, soft))["numbers"]
    assert reported["placed"] == 10
    assert [(one["cap"], one["placed"]) for one in reported["caps_exceeded"]] == [(7, 10)]
    lines = checked(await certificate(school, soft), tmp_path)
    assert sum("10 > 7" in line for line in lines) == 1
    hard_school = await found_school(working, rows=ROWS, posts=POSTS)
    await declare_staff(hard_school, 70)
    hard = await hard_school.opened(mode="assigned", caps={"staff_on_duty": True})
    kept = (await assigned(hard_school, hard))["numbers"]
    assert (kept["placed"], kept["caps_exceeded"]) == (7, [])
    lines = checked(await certificate(hard_school, hard), tmp_path)
    assert not any(" > " in line for line in lines)


async def test_only_batches_of_that_mode_are_assigned(working: InternshipsRoom) -> None:
    school = await found_school(working, rows=ROWS, posts=POSTS)
    batch = await school.opened()
    answer = await school.office.post(f"/v1/batches/{batch}/central-assignments")
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_mode")
    other = await found_school(working, rows=ROWS, posts=POSTS)
    answer = await other.office.post(f"/v1/batches/{batch}/central-assignments")
    assert answer.status_code == 404
