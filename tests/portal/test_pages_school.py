"""The pages of the internship office, on the small world of the demonstration."""

from __future__ import annotations

import re
from typing import Any

from portal_enterprise import day, settled
from portal_hands import Browser, hidden_fields
from portal_school import OFFICE, OFFICE_2, STUDENT, STUDENT_2, TEACHER, World


async def test_every_page_opens_in_both_languages(world: World):
    wrong: list[str] = []
    for login, paths in (await world.paths()).items():
        async with world.browser(login) as browser:
            for path in paths:
                for language in ("zh", "en"):
                    mark = "&" if "?" in path else "?"
                    answer = await browser.open(f"{path}{mark}lang={language}")
                    if answer.status_code != 200:
                        wrong.append(f"{login} {path} {answer.status_code}")
    assert wrong == []


async def test_only_the_office_opens_its_pages(world: World):
    for login in (STUDENT, TEACHER):
        async with world.browser(login) as browser:
            assert (await browser.open("/school")).status_code == 403
            assert (await browser.open("/school/appeals")).status_code == 403
    async with world.browser(OFFICE) as browser:
        assert (await browser.open("/student")).status_code == 403


async def test_another_schools_batch_is_not_found(world: World):
    batch = await world.cleared()
    async with world.browser(OFFICE_2) as browser:
        for ending in ("", "/round", "/results", "/posts"):
            answer = await browser.open(f"/school/batches/{batch['id']}{ending}")
            assert answer.status_code == 404


async def test_the_work_list_leads_to_placements_without_their_papers(world: World):
    async with world.browser(OFFICE) as browser:
        html = (await browser.open("/school?lang=en")).text
        assert "Informed consent missing" in html
        listed = (await browser.open("/school/placements?state=accepted&lacks=consent")).text
    assert "/school/placements/" in listed


async def upload(browser: Browser, path: str, name: str, content: bytes) -> str:
    """Send a file with the form of `path`; return the page that tells of its job."""
    form = hidden_fields((await browser.open(path)).text)
    files = {"file": (name, content, "text/csv")}
    answer = await browser.http.post(path, data=form, files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


_HEAD = "学籍号,姓名,专业代码,年级,班级,学年学期\n"


async def test_a_roster_with_a_wrong_row_is_not_written_and_the_row_is_named(world: World):
    rows = "P900001,赵一,460103,2024,数控1班,2026-2027-2\nP900002,钱二,99,2024,数控1班,坏学期\n"
    async with world.browser(OFFICE) as browser:
        job = await upload(
            browser, "/school/imports/roster", "roster.csv", (_HEAD + rows).encode("gbk")
        )
        html = await settled(browser, f"{job}")
        assert "坏学期" in html
        assert "第 3 行" in html or "Row 3" in html
        assert (
            "P900001"
            not in (await browser.open("/school/students?q=P900001")).text.split("</form>")[-1]
        )


async def test_a_good_roster_is_written_and_a_student_can_be_corrected(world: World):
    row = "P910001,孙三,460103,2024,数控9班,2026-2027-2\n"
    async with world.browser(OFFICE_2) as browser:
        job = await upload(browser, "/school/imports/roster", "roster.csv", (_HEAD + row).encode())
        await settled(browser, job)
        listed = (await browser.open("/school/students?q=P910001")).text
        found = re.search(r"/school/students/([0-9a-f-]{36})", listed)
        assert found is not None
        page = found[0]
        told = {"class_name": "数控8班", "region_code": "330106", "skills": "数控、CAD"}
        sent = await browser.send(page, page, state="enrolled", **told)
        assert sent.status_code == 303, sent.text
        assert "数控8班" in (await browser.open(page)).text
        bad = await browser.send(page, page, state="enrolled", class_name="x", region_code="12")
    assert bad.status_code == 422
    assert "error-summary" in bad.text


async def test_a_host_comes_onto_the_register_after_inspection_report_and_decision(world: World):
    firm = (await world.first("demo-hr-new", "/v1/posts", mine="true", state="draft"))["org_id"]
    items = {
        f"{item}.{part}": value
        for item in (
            "qualification",
            "integrity",
            "management",
            "nature_of_post",
            "working_time",
            "environment",
            "health",
            "safety",
        )
        for part, value in (("ok", "true"), ("note", "符合"))
    }
    async with world.browser(OFFICE) as browser:
        new = "/school/hosts/new"
        made = await browser.send(new, new, enterprise_id=firm)
        host = made.headers["location"]
        early = await browser.send(
            f"{host}/decision",
            f"{host}/decision",
            decided_on=day(0),
            public_url="https://example.edu.cn/hosts",
            new_host="true",
        )
        assert early.status_code == 409
        visited = await browser.send(
            f"{host}/inspection",
            f"{host}/inspection",
            inspected_on=day(-3),
            inspectors="李老师、王老师",
            **items,
        )
        assert visited.status_code == 303, visited.text
        form = hidden_fields((await browser.open(host)).text)
        report = {"file": ("report.pdf", b"%PDF-1.4", "application/pdf")}
        kept = await browser.http.post(f"{host}/report", data=form, files=report)
        assert kept.status_code == 303, kept.text
        decided = await browser.send(
            f"{host}/decision",
            f"{host}/decision",
            decided_on=day(0),
            public_url="https://example.edu.cn/hosts",
            new_host="true",
        )
        assert decided.status_code == 303, decided.text
        assert (await browser.open(f"{host}/report")).content == b"%PDF-1.4"
        assert "tag-good" in (await browser.open(host)).text


async def _drafted(browser: Browser, **changes: Any) -> str:
    new = "/school/batches/new"
    terms = {
        "name": "浏览器批次",
        "term": "2026-2027-2",
        "kind": "on_post",
        "mode": "cleared",
        "start_on": day(100),
        "end_on": day(270),
        "wishes_open_at": f"{day(-1)}T08:00",
        "wishes_close_at": f"{day(10)}T18:00",
        "wishes_max": "5",
        "accept_days": "3",
        "priority_weights.relevance": "100",
        "priority_weights.grade": "",
        "priority_weights.interview": "",
        **changes,
    }
    sent = await browser.send(new, new, **terms)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].removesuffix("/posts")


async def test_a_batch_in_which_nobody_wished_is_finished_without_a_round(world: World):
    async with world.browser(OFFICE_2) as browser:
        batch = await _drafted(browser)
        refused = await browser.send(f"{batch}/steps/open", f"{batch}?lang=en")
        assert refused.status_code == 409
        assert "put in posts of your approved hosts first" in refused.text
        await world.free_seat()
        await browser.send(f"{batch}/posts/all", f"{batch}/posts")
        await browser.send(f"{batch}/steps/open", batch)
        await browser.send(f"{batch}/steps/close", batch)
        html = (await browser.open(f"{batch}?lang=en")).text
        assert "Nobody has made a wish" in html
        assert f'action="{batch}/clear"' not in html
        finished = await browser.send(f"{batch}/steps/finish", batch)
        assert finished.status_code == 303, finished.text
        # The posts' seats are free again for the tests that follow.
        assert "The batch is finished." in (await browser.open(batch)).text


async def test_a_batch_for_hosts_of_ones_own_opens_without_posts(world: World):
    async with world.browser(OFFICE_2) as browser:
        batch = await _drafted(browser, mode="self_arranged")
        html = (await browser.open(f"{batch}?lang=en")).text
        assert "Put in posts" not in html
        assert f'action="{batch}/steps/open"' in html
        assert (await browser.send(f"{batch}/steps/open", batch)).status_code == 303
        assert f'action="{batch}/steps/close"' in (await browser.open(batch)).text


async def _import_wish(world: World, batch: str, post: str) -> None:
    """Let the last student of a batch wish for one post."""
    office, one = await world.actor(OFFICE_2), f"/v1{batch.removeprefix('/school')}"
    student = (await office.get(f"{one}/students", params={"eligible": "true"}))["items"][-1]
    told = f"学籍号,志愿序号,岗位编号\n{student['enrolment_no']},1,{post}\n"
    await office.job(f"{one}/wishes/imports", told.encode())


async def test_a_batch_goes_from_its_terms_to_a_published_result(world: World):
    post = await world.free_seat()
    async with world.browser(OFFICE_2) as browser:
        batch = await _drafted(browser)
        put = await browser.send(f"{batch}/posts/all", f"{batch}/posts")
        assert put.status_code == 303, put.text
        opened = await browser.send(f"{batch}/steps/open", batch)
        assert opened.status_code == 303, opened.text
        html = (await browser.open(f"{batch}?lang=en")).text
        assert re.search(r'<code class="hash">[0-9a-f]{64}</code>', html)
        await _import_wish(world, batch, post)
        assert (await browser.send(f"{batch}/steps/close", batch)).status_code == 303
        cleared = await browser.send(f"{batch}/clear", batch)
        assert cleared.headers["location"] == f"{batch}/round"
        html = await settled(browser, f"{batch}/round?lang=en")
        html = (await browser.open(f"{batch}/round?lang=en")).text
        assert "Blocking pairs" in html, html[html.index("<main") :]
        assert "Proven" in html
        certificate = await browser.open(f"{batch}/round/certificate.zip")
        assert certificate.content.startswith(b"PK")
        published = await browser.send(f"{batch}/round/publish", f"{batch}/round")
        assert published.headers["location"] == batch
        twice = await browser.send(f"{batch}/round/publish", f"{batch}/round")
    assert twice.status_code == 409


async def test_a_batch_form_leads_to_each_of_its_faults(world: World):
    new = "/school/batches/new"
    async with world.browser(OFFICE) as browser:
        refused = await browser.send(
            new,
            new,
            name="x",
            term="2026",
            kind="orientation",
            mode="self_arranged",
            start_on=day(20),
            end_on=day(10),
            **{"priority_weights.relevance": "viel"},
        )
    assert refused.status_code == 422
    assert 'href="#field-priority-weights-relevance"' in refused.text


async def test_results_are_exported_and_each_is_explained(world: World):
    batch = await world.cleared()
    one = f"/school/batches/{batch['id']}"
    async with world.browser(OFFICE) as browser:
        csv = (await browser.open(f"{one}/results/export.csv")).text
        assert "学籍号" in csv
        xlsx = await browser.open(f"{one}/results/export.xlsx")
        assert xlsx.content.startswith(b"PK")
        listed = (await browser.open(f"{one}/results?placed=true")).text
        found = re.search(rf"{one}/results/[0-9a-f-]{{36}}", listed)
        assert found is not None
        told = (await browser.open(f"{found[0]}?lang=en")).text
    assert "Own priority" in told
    assert "Your place" in told


async def test_the_papers_of_a_placement_are_kept_and_the_rules_say_what_lacks(world: World):
    placed = await world.first(OFFICE, "/v1/placements", state="accepted")
    one = f"/school/placements/{placed['id']}"
    async with world.browser(OFFICE) as browser:
        start = await browser.send(f"{one}/start", one)
        assert start.status_code == 409
        assert "error-summary" in start.text
        papers: dict[str, dict[str, str]] = {
            "people": {"teacher": "李老师", "mentor": "周师傅"},
            "consent": {"student_on": day(0), "guardian_on": day(0)},
            "insurance": {
                "cover": "liability",
                "payer": "school",
                "from_on": placed["start_on"],
                "until_on": placed["end_on"],
            },
            "safety": {"safety_trained_on": day(0)},
        }
        for paper, told in papers.items():
            sent = await browser.send(f"{one}/papers/{paper}", f"{one}/papers/{paper}", **told)
            assert sent.status_code == 303, sent.text
        kept = await (await world.actor(OFFICE)).get(f"/v1/placements/{placed['id']}")
        assert kept["mentor"] == "周师傅"
        assert len(kept["insurance"]) == 1
        gone = await browser.send(
            f"{one}/papers/insurance/remove", f"{one}/papers/insurance", place="0"
        )
        assert gone.status_code == 303, gone.text


async def test_an_appeal_is_made_and_decided_by_a_named_person(world: World):
    own = await world.first(STUDENT_2, "/v1/placements/me")
    async with world.browser(STUDENT_2) as browser:
        new = f"/student/appeals/new?placement={own['id']}"
        made = await browser.send("/student/appeals/new", new, grounds="岗位离家太远，请重新考虑。")
        assert made.status_code == 303, made.text
        page = made.headers["location"]
    appeal = f"/school{page.removeprefix('/student')}"
    async with world.browser(OFFICE) as browser:
        bare = await browser.send(appeal, appeal, decision="")
        assert bare.status_code == 422
        told = {"upheld": "false", "decision": "志愿由您自己填报，距离已事先告知。"}
        assert (await browser.send(appeal, appeal, **told)).status_code == 303
    async with world.browser(STUDENT_2) as browser:
        assert "距离已事先告知" in (await browser.open(page)).text


async def test_cut_offs_are_told_only_where_at_least_five_were_placed(world: World):
    batch = await world.cleared()
    office = await world.actor(OFFICE)
    found = await office.get(f"/v1/batches/{batch['id']}/round")
    told = await office.pages(f"/v1/rounds/{found['id']}/cutoffs", limit=2)
    assert told
    assert all(one["placed"] >= 5 for one in told)
    turned = [one["turned_away"] for one in told]
    assert turned == sorted(turned, reverse=True)
    assert len({one["post_id"] for one in told}) == len(told)
    answer = await (await world.actor(STUDENT)).call("GET", f"/v1/rounds/{found['id']}/cutoffs")
    assert answer.status_code == 403
