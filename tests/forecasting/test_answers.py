"""Kept answers: one question for the stamp at a time, and nothing older than what is out."""

from __future__ import annotations

import asyncio

from services.forecasting.adapters.answers import Answers


class Stamp:
    """What a database would say, when it is let."""

    def __init__(self) -> None:
        self.value, self.asked = 1, 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> int:
        self.asked += 1
        await self.open.wait()
        return self.value


async def test_an_answer_is_kept_until_something_new_is_out() -> None:
    answers, stamp = Answers(fresh_s=0.0), Stamp()
    assert await answers.find("a", stamp) is None
    answers.keep("a", b"old", turn=answers.turn)
    assert await answers.find("a", stamp) == b"old"
    stamp.value = 2
    assert await answers.find("a", stamp) is None


async def test_many_that_ask_at_once_ask_the_database_once() -> None:
    answers, stamp = Answers(fresh_s=60.0), Stamp()
    stamp.open.clear()
    asked = [asyncio.create_task(answers.find("a", stamp)) for _ in range(20)]
    await asyncio.sleep(0)
    stamp.open.set()
    assert await asyncio.gather(*asked) == [None] * 20
    assert stamp.asked == 1


async def test_what_was_read_before_a_new_run_was_out_is_not_kept_after_it() -> None:
    answers, stamp = Answers(fresh_s=0.0), Stamp()
    await answers.find("a", stamp)
    turn = answers.turn
    stamp.value = 2
    await answers.find("b", stamp)
    answers.keep("a", b"read too early", turn=turn)
    assert await answers.find("a", stamp) is None


async def test_the_answer_not_asked_for_longest_makes_room() -> None:
    answers, stamp = Answers(most=2), Stamp()
    await answers.find("a", stamp)
    for key in ("a", "b"):
        answers.keep(key, key.encode(), turn=answers.turn)
    assert await answers.find("a", stamp) == b"a"
    answers.keep("c", b"c", turn=answers.turn)
    assert await answers.find("b", stamp) is None
    assert await answers.find("a", stamp) == b"a"
