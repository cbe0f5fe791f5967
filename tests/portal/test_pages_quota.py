from __future__ import annotations

import re

from portal_enterprise import day, hr_of, verified_enterprise
from portal_hands import Browser, hidden_fields
from portal_platform import People

from gateway.portal.charts import day_chart


async def send(browser: Browser, path: str, page: str, **form: str):
    shown = (await browser.open(page)).text.partition("<main")[2]
    return await browser.http.post(path, data={**hidden_fields(shown), **form})


async def declare(browser: Browser, measure: str, staff: str, **more: str):
    path = "/enterprise/head-counts"
    counted = {"measure": measure, "staff": staff, "counted_on": day(-5), **more}
    return await send(browser, path, path, **counted)


async def test_three_counts_are_declared_each_with_its_day(people: People):
    firm = await verified_enterprise(people)
    async with people.browser(await hr_of(people, firm)) as browser:
        assert (await declare(browser, "staff_total", "1,000")).status_code == 303
        assert (await declare(browser, "staff_on_duty", "300")).status_code == 303
        more = {"post_class": "装配钳工"}
        assert (await declare(browser, "staff_same_post", "60", **more)).status_code == 303
        size = {"above_designated_size": "true"}
        kept = await send(browser, "/enterprise/size", "/enterprise/head-counts", **size)
        assert kept.status_code == 303
        counts = (await browser.open("/enterprise/head-counts")).text
        quota = (await browser.open("/enterprise/quota?lang=en")).text
    assert "1,000" in counts
    assert "20–30" in quota
    assert "10 % of staff on duty: 30" in quota
    assert quota.count("/policies/cn") >= 3


async def test_a_count_that_is_none_is_said_at_its_field(people: People):
    firm = await verified_enterprise(people)
    async with people.browser(await hr_of(people, firm)) as browser:
        wordy = await declare(browser, "staff_total", "许多")
        future = await declare(browser, "staff_total", "5", counted_on=day(40))
    assert wordy.status_code == 422
    assert 'href="#field-staff"' in wordy.text
    assert future.status_code == 422
    assert 'href="#field-counted-on"' in future.text


async def test_interns_from_elsewhere_are_counted_and_can_be_taken_away(people: People):
    firm = await verified_enterprise(people)
    page = "/enterprise/interns-elsewhere"
    async with people.browser(await hr_of(people, firm)) as browser:
        entry = {"interns": "12", "post_class": "", "from_on": day(-1), "to_on": day(40)}
        assert (await send(browser, page, page, **entry)).status_code == 303
        quota = (await browser.open("/enterprise/quota?lang=en")).text
        assert "12 of them from elsewhere" in quota
        assert (await send(browser, f"{page}/remove", page, **entry)).status_code == 303
        assert "0 of them from elsewhere" in (await browser.open("/enterprise/quota?lang=en")).text


async def test_more_interns_than_ten_in_a_hundred_are_told_and_refuse_nobody(people: People):
    firm = await verified_enterprise(people)
    page = "/enterprise/interns-elsewhere"
    async with people.browser(await hr_of(people, firm)) as browser:
        await declare(browser, "staff_on_duty", "50")
        entry = {"interns": "9", "from_on": day(-1), "to_on": day(400)}
        await send(browser, page, page, **entry)
        quota = (await browser.open("/enterprise/quota?lang=en")).text
    assert re.search(r"On [^<]+ there are more interns than 10 % of staff on duty", quota)


async def test_without_counts_and_interns_nothing_is_drawn_and_what_lacks_is_named(people: People):
    firm = await verified_enterprise(people)
    async with people.browser(await hr_of(people, firm)) as browser:
        quota = (await browser.open("/enterprise/quota?lang=en")).text
    assert "day-chart" not in quota
    assert "What is not known yet" in quota
    assert "Declare head counts" in quota


async def test_nobody_is_shown_who_has_not_accepted(people: People):
    firm = await verified_enterprise(people)
    async with people.browser(await hr_of(people, firm)) as browser:
        for state in ("", "?state=accepted", "?state=started"):
            answer = await browser.open(f"/enterprise/placements{state}")
            assert answer.status_code == 200
            assert "这里还没有学生" in answer.text


def test_a_chart_never_draws_above_its_top_or_below_its_floor():
    chart = day_chart([("a", 0, 3), ("b", 7, 5)], band=(2, 4), line=30)
    assert chart.line_y is not None
    for bar in chart.bars:
        assert chart.line_y <= bar.upper_y <= bar.lower_y <= chart.floor_y
    assert chart.band is not None
    assert chart.band[0] < chart.band[1]
