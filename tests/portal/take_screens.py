"""Take the pictures of docs/screens from a running demonstration: generated data only.

`make screens` starts the platform with its small world and runs this against it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from gateway.demo.accounts_shown import demo_password
from gateway.demo.commands import load_small
from gateway.demo.platform_process import free_port, running_platform
from gateway.settings import keep_secret
from shared.settings import PlatformSettings

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
CHROMIUM = "/usr/bin/chromium"
WIDTHS = {"desk": 1366, "phone": 360}
# Who looks at what; a link is followed where the address has an id in it.
VISITS: tuple[tuple[str, str | None, str, str | None], ...] = (
    ("home", None, "/", None),
    ("posts", None, "/posts", None),
    ("post-report", None, "/posts", "main a[href^='/posts/']"),
    ("exchange", None, "/exchange", None),
    ("notice", None, "/exchange", "main a[href^='/exchange/notices/']"),
    ("policy-pack", None, "/policies/cn-zj", None),
    ("reference", None, "/developers/reference", None),
    ("enterprise", "demo-hr", "/enterprise", None),
    ("quota", "demo-hr", "/enterprise/quota", None),
    ("school", "demo-office", "/school", None),
    ("batches", "demo-office", "/school/batches", None),
    ("batch", "demo-office", "/school/batches", "main a[href^='/school/batches/0']"),
    ("placements", "demo-office", "/school/placements", None),
    ("student", "demo-student-1", "/student", None),
    ("wishes", "demo-student-3", "/student", "main a[href^='/student/batches/']"),
    ("reviews", "demo-reviewer", "/reviews", None),
    ("labour", "demo-analyst", "/labour", None),
    ("forecast", "demo-analyst", "/labour", "main a[href^='/labour/forecast?']"),
    ("gaps", "demo-analyst", "/labour/gaps", None),
    ("gap", "demo-analyst", "/labour/gaps/330600", None),
    ("alerts", "demo-analyst", "/labour/alerts", None),
    ("catalogue", "demo-analyst", "/labour/catalogues/330600", None),
    ("major", "demo-analyst", "/labour/majors/460103", None),
    ("scoreboard", "demo-analyst", "/labour/scoreboard", None),
    ("credits", "demo-student-1", "/credits", None),
    ("credit-account", "demo-student-1", "/credits", "main a[href^='/credits/accounts/']"),
    ("credit-case", "demo-credits", "/credits/cases", "main a[href^='/credits/cases/0']"),
    ("credit-rules", "demo-academic", "/credits/rules", "main a[href^='/credits/rules/0']"),
    ("public-rounds", None, "/public-rounds", None),
    ("verify", None, "/verify", None),
)


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cj-screens-") as name:
        data = Path(name) / "data"
        with running_platform(data, free_port()) as url:
            secret = keep_secret(data)
            settings = PlatformSettings(data=data, secret=secret, public_url=url, database_url=None)
            load_small(url, settings)
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path=CHROMIUM,
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                for login in dict.fromkeys(visit[1] for visit in VISITS):
                    _take_all(browser, url, login, demo_password(secret))
                browser.close()
    return 0


def _take_all(browser: Browser, url: str, login: str | None, password: str) -> None:
    for form, width in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
        if login:
            _sign_in(page, url, login, password)
        for name, who, path, link in VISITS:
            if who != login:
                continue
            page.goto(url + path)
            if link and page.locator(link).count():
                page.goto(url + str(page.locator(link).first.get_attribute("href")))
            page.wait_for_load_state("networkidle")  # a chart is drawn when it is first asked for
            page.screenshot(path=FOLDER / f"{name}-{form}.png")
        page.context.close()


def _sign_in(page: Page, url: str, login: str, password: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main())
