"""The main job: wishes cleared centrally, proven, published, and explained to each student."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from matching.commands import register
from matching.lottery import commit_seed
from shared.db.session import PLATFORM, Scope
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import School, found_school


async def cleared(school: School, batch: str) -> dict[str, Any]:
    """Close a batch and clear it; returns the round."""
    await school.office.post(f"/v1/batches/{batch}/close")
    started = await school.office.post(f"/v1/batches/{batch}/rounds")
    job = await school.room.job(school.office, started)
    assert job["state"] == "done", job
    round_id = started.json()["round_id"]
    return (await school.office.get(f"/v1/rounds/{round_id}")).json()


async def published(school: School, batch: str) -> dict[str, Any]:
    found = await cleared(school, batch)
    answer = await school.office.post(f"/v1/rounds/{found['id']}/publish")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def everyone_wishes(school: School, batch: str, students: int) -> None:
    lines = ["学籍号,志愿序号,岗位编号"]
    several = min(3, len(school.posts))
    for student in range(students):
        turned = [school.posts[(student + k) % len(school.posts)] for k in range(several)]
        lines += [f"S{student:02d},{rank},{post}" for rank, post in enumerate(turned, start=1)]
    job = await school.upload(f"/v1/batches/{batch}/wishes/imports", *lines)
    assert job["state"] == "done", job


async def test_a_school_places_its_students_and_everyone_sees_why(
    working: InternshipsRoom, tmp_path: Path
) -> None:
    school = await found_school(working, students=30, posts=[{"seats": 6}] * 4)
    batch = await school.opened()
    await everyone_wishes(school, batch, 30)
    found = await published(school, batch)
    numbers = found["numbers"]
    assert (numbers["students"], numbers["placed"], numbers["blocking_pairs"]) == (30, 24, 0)
    assert numbers["first_wish"] <= numbers["top_three"] == 24
    assert set(numbers["seconds"]) >= {"load", "score", "lottery", "solve", "save"}
    assert found["seed_commitment"] == commit_seed(found["seed"])

    proposed = (await school.office.get("/v1/placements", params={"batch": batch})).json()
    assert len(proposed["items"]) == 24
    assert {p["state"] for p in proposed["items"]} == {"proposed"}

    own = (await school.student("S00").get(f"/v1/rounds/{found['id']}/explain/me")).json()
    assert [w["rank"] for w in own["wishes"]] == [1, 2, 3]
    placed = [w for w in own["wishes"] if w["verdict"] == "placed"]
    assert len(placed) == (own["placed_rank"] is not None)
    assert {t["term"] for t in own["wishes"][0]["terms"]} == {
        "major",
        "occupation",
        "skills",
        "region",
    }

    content = (await school.office.get(f"/v1/rounds/{found['id']}/certificate")).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    told = verified(tmp_path)
    assert "blocking pairs 0" in told
    assert "certificate holds" in told


def verified(folder: Path, *options: str) -> str:
    """What the file command says of a certificate."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    files = {"wishes": "wishes.csv", "posts": "posts.csv", "out": "placements.csv"}
    words = ["match", "verify"]
    for option, name in files.items():
        words += [f"--{option}", str(folder / name)]
    arguments = parser.parse_args([*words, *options])
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert arguments.run(arguments) == 0
    return told.getvalue()


async def test_a_cut_off_over_fewer_than_five_is_nobodys_to_see(
    working: InternshipsRoom,
) -> None:
    posts = [{"seats": 5}, {"seats": 4}]
    school = await found_school(working, students=20, posts=posts)
    batch = await school.opened()
    lines = ["学籍号,志愿序号,岗位编号"]
    lines += [f"S{i:02d},1,{school.posts[i % 2]}" for i in range(20)]
    await school.upload(f"/v1/batches/{batch}/wishes/imports", *lines)
    found = await published(school, batch)
    results = (
        await school.office.get(f"/v1/rounds/{found['id']}/results", params={"placed": "false"})
    ).json()["items"]
    assert len(results) == 11
    seen: set[tuple[str, bool]] = set()
    for result in results:
        student = school.student(result["enrolment_no"])
        told = (await student.get(f"/v1/rounds/{found['id']}/explain/me")).json()
        (wish,) = told["wishes"]
        assert wish["verdict"] == "below_cutoff"
        assert wish["place_in_line"] > wish["seats"]
        seen.add((wish["post_id"], wish["cutoff"] is not None))
        assert ("末位匹配序位为" in wish["zh"]) == (wish["cutoff"] is not None)
        assert (wish["placed"] is None) == (wish["cutoff"] is None)
    assert seen == {(school.posts[0], True), (school.posts[1], False)}


async def test_a_student_sees_nothing_before_publication_and_never_anothers_result(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    found = await cleared(school, batch)
    student = school.student("S01")
    address = f"/v1/rounds/{found['id']}"
    assert (await student.get(address)).status_code == 404
    assert (await student.get(f"{address}/explain/me")).status_code == 404
    assert (await student.get("/v1/placements/me")).json()["items"] == []
    await school.office.post(f"{address}/publish")
    assert (await student.get(address)).status_code == 200
    own = (await student.get(f"{address}/explain/me")).json()
    mine = (await student.get("/v1/students/me")).json()["id"]
    assert own["student_id"] == mine
    other = (await school.student("S02").get("/v1/students/me")).json()["id"]
    assert (await student.get(f"{address}/explain", params={"student": other})).status_code == 403
    assert (await student.get(f"{address}/results")).status_code == 403
    office = await school.office.get(f"{address}/explain", params={"student": other})
    assert office.json()["student_id"] == other


async def test_a_batch_is_cleared_once_even_when_two_ask_at_the_same_moment(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    await school.office.post(f"/v1/batches/{batch}/close")
    offices = [working.office(school.id) for _ in range(4)]
    answers = await asyncio.gather(
        *(office.post(f"/v1/batches/{batch}/rounds") for office in offices)
    )
    assert sorted(a.status_code for a in answers) == [202, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"batch_cleared"}
    (first,) = [a for a in answers if a.status_code == 202]
    await working.job(school.office, first)
    with pytest.raises(IntegrityError):
        async with working.database.begin(Scope(org_id=school.id)) as tx:
            await tx.execute(
                text(
                    "INSERT INTO rounds (id, batch_id, school_id, job_id, state)"
                    " SELECT gen_random_uuid(), batch_id, school_id, job_id, 'running'"
                    " FROM rounds WHERE batch_id = :id"
                ),
                {"id": batch},
            )


async def test_a_round_waits_until_wishes_are_closed(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    answer = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert (answer.status_code, answer.json()["code"]) == (409, "wishes_window_open")


async def test_a_post_that_closed_since_takes_nobody(working: InternshipsRoom) -> None:
    school = await found_school(working, students=2, posts=[{}, {}])
    batch = await school.opened()
    one, two = school.posts
    await school.wish(batch, "S00", one, two)
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(text("UPDATE posts SET state = 'closed' WHERE id = :id"), {"id": one})
    found = await published(school, batch)
    told = (await school.student("S00").get(f"/v1/rounds/{found['id']}/explain/me")).json()
    assert [w["verdict"] for w in told["wishes"]] == ["no_seats", "placed"]


async def test_grades_rank_students_and_must_be_there(working: InternshipsRoom) -> None:
    school = await found_school(working, students=2, posts=[{"seats": 1}])
    batch = await school.opened(priority_weights={"relevance": 1, "grade": 3})
    for number in ("S00", "S01"):
        await school.wish(batch, number, school.posts[0])
    await school.office.post(f"/v1/batches/{batch}/close")
    refused = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert (refused.status_code, refused.json()["code"]) == (409, "grades_missing")
    assert "S00, S01" in refused.json()["detail"]
    await school.upload(f"/v1/batches/{batch}/grades/imports", "学籍号,成绩", "S00,60", "S01,95")
    started = await school.office.post(f"/v1/batches/{batch}/rounds")
    await working.job(school.office, started)
    address = f"/v1/rounds/{started.json()['round_id']}/results"
    results = (await school.office.get(address)).json()["items"]
    assert {r["enrolment_no"]: r["placed_rank"] for r in results} == {"S00": None, "S01": 1}


async def test_a_batch_without_wishes_is_not_cleared_and_may_be_finished(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await school.office.post(f"/v1/batches/{batch}/close")
    refused = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_wishes")
    assert (await school.office.get(f"/v1/batches/{batch}/round")).status_code == 404
    finished = await school.office.post(f"/v1/batches/{batch}/finish")
    assert finished.json()["state"] == "finished"
    assert (await school.office.get(f"/v1/batches/{batch}")).json()["seats"] == 0


async def test_a_batch_with_wishes_is_finished_after_its_round_only(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await school.wish(batch, "S00", school.posts[0])
    await school.office.post(f"/v1/batches/{batch}/close")
    early = await school.office.post(f"/v1/batches/{batch}/finish")
    assert (early.status_code, early.json()["code"]) == (409, "batch_state")


async def test_results_leave_as_a_table(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    found = await cleared(school, batch)
    address = f"/v1/rounds/{found['id']}/results/export"
    answer = await school.office.get(address, params={"format": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("学籍号,姓名,班级")
    assert len(lines) == 9
    assert (await school.office.get(address)).content[:2] == b"PK"


async def test_a_round_of_another_school_is_not_found(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await school.wish(batch, "S00", school.posts[0])
    found = await cleared(school, batch)
    other = await found_school(working)
    for path in ("", "/results", "/certificate", f"/explain?student={UUID(int=1)}"):
        answer = await other.office.get(f"/v1/rounds/{found['id']}{path}")
        assert answer.status_code == 404, path
    publish = await other.office.post(f"/v1/rounds/{found['id']}/publish")
    assert publish.status_code == 404


async def test_results_and_reasons_of_a_round_are_behind_row_level_security(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    await cleared(school, batch)
    for table in ("rounds", "round_results", "round_cutoffs", "round_reasons"):
        count = text(f"SELECT count(*) FROM {table}")
        async with working.database.begin(Scope()) as tx:
            assert await tx.scalar(count) == 0, table
        async with working.database.begin(Scope(org_id=school.id)) as tx:
            assert await tx.scalar(count), table


@pytest.mark.slow
async def test_a_worker_killed_in_the_middle_leaves_no_half_and_the_next_one_finishes(
    room: InternshipsRoom, tmp_path: Path
) -> None:
    worker = room.worker()
    task = asyncio.create_task(worker.run())
    school = await found_school(room)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    await school.office.post(f"/v1/batches/{batch}/close")
    worker.stop()
    await asyncio.wait_for(task, 30)

    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ROUND_DATA": str(tmp_path),
        "ROUND_APP": room.databases.app_dsn.sqlalchemy,
        "ROUND_QUEUE": room.databases.relay_dsn.url,
    }
    doomed = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("round_worker.py")),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    started = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert doomed.stdout is not None
    async with asyncio.timeout(60):
        while b"solved" not in await doomed.stdout.readline():
            pass
    doomed.kill()
    await doomed.wait()

    round_id = started.json()["round_id"]
    half = (await school.office.get(f"/v1/rounds/{round_id}")).json()
    assert (half["state"], half["numbers"]) == ("running", None)

    heir = room.worker()
    task = asyncio.create_task(heir.run())
    job = await room.ended(school.office, started.headers["location"])
    assert job["state"] == "done"
    async with room.database.begin(Scope(org_id=school.id)) as tx:
        attempts = await tx.scalar(
            text("SELECT attempts FROM jobs WHERE id = :id"), {"id": job["id"]}
        )
        results = await tx.scalar(text("SELECT count(*) FROM round_results"))
    assert (attempts, results) == (2, 8)
    heir.stop()
    await asyncio.wait_for(task, 30)


async def test_thousands_of_students_with_ten_wishes_are_placed_stably(
    working: InternshipsRoom,
) -> None:
    import numpy as np

    rng = np.random.default_rng(7)
    majors = ["660103", "660104", "710201", "720301", "730201", "690206"]
    rows = [
        f"N{i:05d},学生{i},{majors[i % 6]},2024,班{i % 400},2026-2027-1,2009-{i % 12 + 1:02d}-01"
        for i in range(2000)
    ]
    posts = [
        {
            "major_codes": [majors[i % 6]],
            "seats": int(rng.integers(1, 9)),
            "skills": [f"技{i % 40}"],
        }
        for i in range(400)
    ]
    school = await found_school(working, rows=rows, posts=posts)
    batch = await school.opened()
    lines = ["学籍号,志愿序号,岗位编号"]
    for i in range(2000):
        own = rng.choice(400, 10, replace=False)
        lines += [f"N{i:05d},{r},{school.posts[p]}" for r, p in enumerate(own, start=1)]
    job = await school.upload(f"/v1/batches/{batch}/wishes/imports", *lines)
    assert job["result"]["rows"] == 20_000
    found = await cleared(school, batch)
    assert found["numbers"]["blocking_pairs"] == 0


async def declare_staff(room: InternshipsRoom, enterprise_id: UUID, staff: int) -> None:
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO head_counts (id, org_id, measure, staff, counted_on, recorded_by)"
                " VALUES (gen_random_uuid(), :org, 'staff_on_duty', :staff, '2026-10-01', :org)"
            ),
            {"org": enterprise_id, "staff": staff},
        )


@pytest.mark.parametrize(("hardened", "placed"), [(True, 3), (False, 8)])
async def test_the_cap_of_ten_per_cent_binds_only_where_the_school_says_so(
    working: InternshipsRoom, tmp_path: Path, *, hardened: bool, placed: int
) -> None:
    school = await found_school(working, posts=[{"seats": 4}, {"seats": 4}])
    await declare_staff(working, school.enterprise_id, 35)
    batch = await school.opened(caps={"staff_on_duty": hardened})
    await everyone_wishes(school, batch, 8)
    found = await published(school, batch)
    numbers = found["numbers"]
    assert (numbers["placed"], numbers["blocking_pairs"], numbers["proven"]) == (placed, 0, True)
    over = [{"group": str(school.enterprise_id), "cap": 3, "placed": 8}]
    assert numbers["caps_exceeded"] == ([] if hardened else over)
    content = (await school.office.get(f"/v1/rounds/{found['id']}/certificate")).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    assert "certificate holds" in verified(tmp_path)
    assert found["manifest"]["caps"] == ("hard" if hardened else "soft")
    assert "certificate holds" in verified(tmp_path, "--caps", found["manifest"]["caps"])
    if hardened:
        told = [
            (await school.student(f"S{i:02d}").get(f"/v1/rounds/{found['id']}/explain/me")).json()
            for i in range(8)
        ]
        words = [w["zh"] for t in told for w in t["wishes"] if w["verdict"] == "below_cutoff"]
        assert any("比例上限已满" in word for word in words)
