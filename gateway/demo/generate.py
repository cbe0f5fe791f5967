"""A believable world from a fixed seed: equal seeds and dates give equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from gateway.demo.generate_posts import make_enterprise
from gateway.demo.generate_schools import SCHOOLS, SMALL, Seat, make_schools
from gateway.demo.trades import TRADES
from gateway.demo.world import DemoEnterprise, Season, World

SEED = 20_261_122
# Seats for every student, before the rules refuse some posts: nobody is placed by lack of seats
# alone, and wishes still compete.
SEATS_PER_STUDENT = 1.25
# Trades that advertisements lack come from the generator even where advertisements are many.
GENERATED_SHARE = 0.3
ALL_SCHOOLS_FROM = 2_000  # fewer students go to two schools: a batch of a dozen shows little
SERIALS_GENERATED = 50_000  # advertisements' codes are numbered below, generated ones above


def generate_world(
    season: Season,
    *,
    students: int,
    advertised: Sequence[DemoEnterprise] = (),
    seats: Sequence[Seat] | None = None,
    seed: int = SEED,
) -> World:
    """Return enterprises (advertised first, then generated), schools and rosters.

    1. Generated enterprises are added school by school until there are seats enough.
    2. Schools share the enterprises as hosts; students are spread by the hosts' seats.
    """
    seats = seats or (SCHOOLS if students >= ALL_SCHOOLS_FROM else SMALL)
    rng = Random(seed)  # noqa: S311 - reproducible data, nothing secret hangs on it
    enterprises = list(advertised)
    offered = sum(post.seats for each in enterprises for post in each.posts)
    wanted = max(students * SEATS_PER_STUDENT - offered, students * GENERATED_SHARE)
    generated = 0
    serial = SERIALS_GENERATED
    while generated < wanted:
        seat = seats[serial % len(seats)]
        made = make_enterprise(
            rng,
            [trade for trade in TRADES if trade.sector in seat.sectors],
            city_code=seat.city_code,
            serial=serial,
            season=season,
        )
        enterprises.append(made)
        generated += sum(post.seats for post in made.posts)
        serial += 1
    schools = make_schools(rng, enterprises, seats=seats, students=students, season=season)
    return World(season=season, enterprises=enterprises, schools=schools)


def generate_small(season: Season, *, students: int = 120, seed: int = SEED) -> World:
    """Return the world of `make run`: two schools, a few enterprises."""
    return generate_world(season, students=students, seats=SMALL, seed=seed)
