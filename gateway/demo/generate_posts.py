"""Generated posts and enterprises: believable, and some that break a rule on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from gateway.demo.names import enterprise_name
from gateway.demo.trades import Trade
from gateway.demo.world import DemoEnterprise, DemoPost, Season
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region, regions
from shared.catalogues.uscc import make_code

Body = dict[str, Any]


def _work_at_night(body: Body, rng: Random) -> None:
    body.update(shift_start="22:00", shift_end="06:00", works_night=True)
    body["description"] += "实行三班倒。" if rng.random() < 0.5 else "需轮值夜班。"


def _work_long(body: Body, rng: Random) -> None:
    body.update(hours_day=rng.choice((10, 11, 12)), days_week=6, works_overtime=True)


def _work_rest_days(body: Body, rng: Random) -> None:
    body.update(days_week=rng.choice((6, 7)), works_rest_days=True)


def _name_hazards(body: Body, rng: Random) -> None:
    body["hazards"] = [rng.choice(("high_altitude", "toxic", "flammable_explosive"))]


def _file_specially(body: Body, rng: Random) -> None:
    _work_at_night(body, rng)
    body["special_filing_no"] = f"示例备案{rng.randrange(1000, 10_000)}号"


def _ask_fees(body: Body, rng: Random) -> None:
    body["description"] += rng.choice(("入职需缴纳押金300元。", "另收材料费，结束后退还。"))


def _shut_out(body: Body, rng: Random) -> None:
    body["description"] += rng.choice(("限男生。", "女生优先，身高160以上。", "要求未婚。"))


def _pay_little(body: Body, rng: Random) -> None:
    reference = int(body["pay_fen_month"]) * rng.choice((14, 16, 18)) // 10
    body["wages"] = {"reference_fen_month": reference, "lowest_grade_fen_month": reference}


def _pay_badly(body: Body, rng: Random) -> None:
    body.update(rng.choice(({"payee": "third_party"}, {"pay_cycle_days": 90})))


def _list_no_tasks(body: Body, rng: Random) -> None:
    del rng
    body["typical_tasks"] = []


# What a post may do wrong, and how often among the posts that do something wrong.
FAULTS: Mapping[Callable[[Body, Random], None], int] = {
    _work_at_night: 3,
    _work_long: 2,
    _work_rest_days: 2,
    _name_hazards: 2,
    _file_specially: 2,
    _ask_fees: 3,
    _shut_out: 3,
    _pay_little: 3,
    _pay_badly: 2,
    _list_no_tasks: 2,
}
FAULTY_SHARE = 0.2
CROWDED_SHARE = 0.1


def terms_of_work(rng: Random, trade: Trade, season: Season) -> Body:
    """Return what a good post says of dates, hours, pay form and dangers; in order with all rules.

    Twenty-six weeks in the season, eight hours on five days, paid monthly to the student.
    """
    return {
        "kind": "on_post",
        "start_on": season.start_on.isoformat(),
        "end_on": season.end_on.isoformat(),
        "apply_until": (season.start_on - timedelta(days=14)).isoformat(),
        "post_class": class_of(trade),
        "occupation_code": trade.occupation_code,
        "major_codes": trade.major_codes,
        "typical_tasks": list(trade.tasks),
        "pay_cycle_days": 30,
        "pay_method": "money",
        "payee": "student",
        "hours_day": 8,
        "days_week": 5,
        "shift_start": "08:30",
        "shift_end": "17:00",
        "works_night": False,
        "works_rest_days": False,
        "works_overtime": False,
        "hazards": [],
        "intensity": rng.choice(("I", "II")) if trade.sector == "manufacturing" else "I",
        "mentor_ratio": rng.randint(1, 5),
        "lodging": rng.random() < 0.5,
        "meals": rng.random() < 0.7,
    }


def class_of(trade: Trade) -> str:
    """Return the kind of post (同类岗位) by the name of its occupation."""
    found = find_occupation(trade.occupation_code)
    assert found is not None, trade.occupation_code
    return found.name


def make_post(rng: Random, trade: Trade, *, region_code: str, season: Season) -> DemoPost:
    """Return a post of a trade; one in five breaks a rule."""
    title = rng.choice(trade.titles)
    seats = rng.choices((2, 4, 6, 8, 10, 12, 20), (3, 5, 6, 5, 4, 2, 1))[0]
    pay = rng.randrange(trade.pay_yuan[0], trade.pay_yuan[1], 100) * 100
    reference = pay * rng.choice((100, 108, 115, 120)) // 100
    body: Body = {
        **terms_of_work(rng, trade, season),
        "title": title,
        "description": f"在师傅带教下完成{'、'.join(trade.tasks)}。示例数据。",
        "region_code": region_code,
        "address": f"{_place(region_code)}产业园{rng.randint(1, 30)}号（示例）",
        "seats": seats,
        "industry_code": trade.industry_code,
        "skills": list(trade.skills),
        "pay_fen_month": pay,
        "wages": {"reference_fen_month": reference, "lowest_grade_fen_month": reference * 9 // 10},
        "publish": True,
    }
    if rng.random() < FAULTY_SHARE:
        rng.choices(list(FAULTS), list(FAULTS.values()))[0](body, rng)
    return DemoPost(trade=trade.key, body=body, generated=frozenset(body))


def make_enterprise(
    rng: Random, trades: Sequence[Trade], *, city_code: str, serial: int, season: Season
) -> DemoEnterprise:
    """Return an enterprise of a city with posts of some trades; `serial` makes its credit code."""
    region_code = rng.choice(districts_of(city_code))
    chosen = rng.choices(trades, k=rng.randint(2, 5))
    posts = [make_post(rng, trade, region_code=region_code, season=season) for trade in chosen]
    on_duty = staff_for(rng, sum(post.seats for post in posts), share=10)
    return DemoEnterprise(
        name=enterprise_name(rng, _place(city_code), chosen[0].sector),
        uscc=make_code(region_code, serial),
        region_code=region_code,
        industry_code=chosen[0].industry_code,
        staff_total=on_duty * rng.randint(102, 125) // 100,
        staff_on_duty=on_duty,
        staff_same_post=same_post_staff(rng, posts),
        source="generated",
        posts=posts,
    )


def staff_for(rng: Random, seats: int, *, share: int) -> int:
    """Return a head count of which `seats` are at most one in `share`; a tenth is too small."""
    if rng.random() < CROWDED_SHARE:
        return max(1, seats * share * rng.randint(50, 90) // 100)
    return max(1, seats * share * rng.randint(110, 400) // 100)


def same_post_staff(rng: Random, posts: Sequence[DemoPost]) -> dict[str, int]:
    """Return the staff in posts of each kind, for the limit of one in five (article 10)."""
    seats: dict[str, int] = {}
    for post in posts:
        name = str(post.body["post_class"])
        seats[name] = seats.get(name, 0) + post.seats
    return {name: staff_for(rng, count, share=5) for name, count in seats.items()}


@cache
def districts_of(city_code: str) -> tuple[str, ...]:
    """Return the codes of a city's districts; the city itself where it has none."""
    digits = city_code[:2] if city_code.endswith("0000") else city_code[:4]
    found = [
        each.code for each in regions() if each.level == "district" and each.code.startswith(digits)
    ]
    return tuple(found) or (city_code,)


def _place(region_code: str) -> str:
    found = find_region(region_code)
    assert found is not None, region_code
    return found.name
