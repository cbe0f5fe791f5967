"""No page leads a person where their role may not go."""

from __future__ import annotations

import re

import pytest
from portal_school import World

LISTS = {
    "demo-academic": ("/", "/labour/majors", "/credits/cases"),
    "demo-student-1": ("/",),
    "demo-reviewer": ("/",),
}


@pytest.mark.parametrize("login", LISTS)
async def test_links_of_lists_open_for_whoever_sees_them(world: World, login: str) -> None:
    async with world.browser(login) as browser:
        for path in LISTS[login]:
            main = (await browser.open(path)).text.split("<main")[1].split("</main")[0]
            for href in sorted(set(re.findall(r'href="(/[^"#]*)"', main)))[:12]:
                answer = await browser.http.get(href.replace("&amp;", "&"))
                assert answer.status_code != 403, f"{path} leads {login} to {href}"
