"""The small world of `make run`, carried over the public API of a platform in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.demo.accounts_shown import (
    VALUES,
    demo_accounts,
    demo_password,
    keep_values,
    values_shown,
)
from gateway.demo.certificate import check_certificate
from gateway.demo.door import Actor, DemoRefusedError
from gateway.demo.progress import Figures
from gateway.demo.small import is_loaded
from tests.demo.conftest import OwnPlatform
from tests.small_world import PASSWORD

ACCOUNTS = demo_accounts(PASSWORD)


@pytest.fixture
def figures(own_platform: OwnPlatform) -> Figures:
    return own_platform.told.figures


async def person(platform: OwnPlatform, login: str) -> Actor:
    return await platform.door.person(login, PASSWORD)


async def test_everyone_is_placed_without_a_justified_claim(figures: Figures) -> None:
    counts = figures.counts
    assert counts["students"] == 120
    assert counts["posts accepted"] > 15
    assert counts["placed"] > 40
    assert counts["first wish"] <= counts["top three"] <= counts["placed"]
    assert (figures.blocking_pairs, figures.certificates) == (0, 1)
    assert 0 < counts["accepted"] <= counts["placed"] - 2
    assert figures.findings


async def test_each_step_is_told_with_its_seconds(
    own_platform: OwnPlatform,
) -> None:
    said, figures = own_platform.told.said, own_platform.told.figures
    assert len(said) == len(figures.seconds) > 8
    assert all(" s  " in line for line in said)


async def test_it_is_loaded_once(own_platform: OwnPlatform) -> None:
    assert own_platform.told.loaded_before is False
    assert await is_loaded(own_platform.door, ACCOUNTS) is True


@pytest.mark.parametrize("login", sorted(ACCOUNTS))
async def test_every_account_that_is_printed_signs_in_with_its_role(
    own_platform: OwnPlatform, login: str
) -> None:
    me = await (await person(own_platform, login)).get("/v1/me")
    assert me["roles"] == [ACCOUNTS[login].role]


async def test_a_student_with_an_offer_sees_why_and_may_accept(own_platform: OwnPlatform) -> None:
    student = await person(own_platform, "demo-student-1")
    (offer,) = (await student.get("/v1/placements/me"))["items"]
    assert offer["state"] == "proposed"
    why = await student.get(f"/v1/rounds/{offer['round_id']}/explain/me")
    assert why["placed_rank"] == offer["rank"]
    accepted = await student.post(f"/v1/placements/{offer['id']}/accept", {"share_consent": True})
    assert accepted["state"] == "accepted"


async def test_a_student_of_the_open_batch_wishes_among_its_posts(
    own_platform: OwnPlatform,
) -> None:
    student = await person(own_platform, "demo-student-3")
    (batch,) = (await student.get("/v1/batches"))["items"]
    assert batch["state"] == "open"
    posts: list[dict[str, Any]] = await student.pages(f"/v1/batches/{batch['id']}/posts")
    wanted = [post["post_id"] for post in posts if post["eligible"]][:3]
    path = f"/v1/batches/{batch['id']}/wishes/me"
    answer = await student.call("PUT", path, json={"post_ids": wanted})
    assert [wish["post_id"] for wish in answer.json()["items"]] == wanted != []


async def test_every_office_has_something_to_do(own_platform: OwnPlatform) -> None:
    reviewer = await person(own_platform, "demo-reviewer")
    assert len(await reviewer.pages("/v1/verifications")) == 1
    office = await person(own_platform, "demo-office")
    assert [each["state"] for each in await office.pages("/v1/batches")] == ["published"]
    other = await person(own_platform, "demo-office-2")
    assert [each["state"] for each in await other.pages("/v1/batches")] == ["open"]
    hr = await person(own_platform, "demo-hr")
    assert await hr.pages("/v1/posts", mine="true")
    assert await hr.pages("/v1/placements/hosted")
    newcomer = await person(own_platform, "demo-hr-new")
    assert len(await newcomer.pages("/v1/posts", mine="true", state="draft")) == 1
    teacher = await person(own_platform, "demo-teacher")
    assert await teacher.pages("/v1/placements")


async def test_a_certificate_that_was_touched_does_not_hold(own_platform: OwnPlatform) -> None:
    office = await person(own_platform, "demo-office")
    (batch,) = await office.pages("/v1/batches")
    told = await office.get(f"/v1/batches/{batch['id']}/round")
    path = f"/v1/rounds/{told['id']}/certificate"
    content = (await office.call("GET", path)).content
    assert check_certificate(content, told["seed_commitment"]).holds
    assert not check_certificate(content, "0" * 64).seed_as_committed
    assert not check_certificate(_with_another_seat(content), told["seed_commitment"]).holds


def _with_another_seat(content: bytes) -> bytes:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "posts.csv":
                header, first, *rest = body.decode().splitlines()
                post, seats, *groups = first.split(",")
                touched = ",".join((post, str(int(seats) + 1), *groups))
                body = "\n".join((header, touched, *rest, "")).encode()
            new.writestr(name, body)
    return stream.getvalue()


async def test_a_refusal_names_codes_and_places_only(own_platform: OwnPlatform) -> None:
    office = await person(own_platform, "demo-office")
    with pytest.raises(DemoRefusedError) as refused:
        await office.post("/v1/batches", {"name": "秘密"})
    assert refused.value.facts["status"] == 422
    assert "秘密" not in refused.value.detail("zh")


async def test_the_values_for_the_shell_open_the_door_and_are_shown_again(
    own_platform: OwnPlatform,
    tmp_path: Path,
) -> None:
    values = own_platform.told.values
    school = own_platform.door.program(values["SCHOOL_ID"], values["SCHOOL_SECRET"])
    why = await school.get(
        f"/v1/rounds/{values['ROUND']}/explain", params={"student": values["STUDENT"]}
    )
    assert why["student_id"] == values["STUDENT"]
    enterprise = own_platform.door.program(values["ENTERPRISE_ID"], values["ENTERPRISE_SECRET"])
    assert await enterprise.pages("/v1/posts", mine="true")
    assert values_shown(tmp_path) == []
    keep_values(tmp_path, values)
    assert f"  SCHOOL_ID={values['SCHOOL_ID']}" in values_shown(tmp_path)
    assert (tmp_path / VALUES).stat().st_mode & 0o777 == 0o600


def test_the_password_follows_from_the_platforms_secret() -> None:
    assert demo_password("a") == demo_password("a") != demo_password("b")
    assert len(demo_password("a")) >= 10
