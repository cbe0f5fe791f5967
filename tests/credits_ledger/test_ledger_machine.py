"""The ledger beside a model of a few lines, in any order that Hypothesis thinks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.credits.domain.ledger import Holder, Limit
from services.credits.domain.ledger_errors import (
    AlreadyReversedError,
    CapExceededError,
    LedgerKeyReusedError,
    OutcomeUsedError,
    ReservationGoneError,
)
from services.credits.flows import keep_ledger, read_ledger
from services.credits.store.ledger_rows import compare_rows
from shared.db.session import PLATFORM, Database
from shared.kernel.errors import DomainError
from tests.credits_ledger.conftest import NOW, School

CAP = 500
STEPS = st.one_of(
    st.tuples(
        st.just("post"), st.sampled_from("abc"), st.sampled_from([0, 100, 250]), st.integers(0, 4)
    ),
    st.tuples(st.just("reserve"), st.sampled_from("abc"), st.integers(0, 2)),
    st.tuples(st.just("settle"), st.integers(0, 2), st.sampled_from([100, 250])),
    st.tuples(st.just("release"), st.integers(0, 2)),
    st.tuples(st.just("reverse"), st.integers(0, 4)),
)


@dataclass
class Model:
    """What a ledger of one student should say."""

    used: dict[str, str] = field(default_factory=dict)  # outcome: what has taken it
    keys: dict[str, tuple[str, int]] = field(default_factory=dict)
    posted: dict[str, tuple[UUID, int]] = field(default_factory=dict)  # standing postings
    gone: set[str] = field(default_factory=set)
    held: dict[str, UUID] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)  # posting: its reservation
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(amount for _, amount in self.posted.values())

    def free(self, taker: str) -> None:
        self.used = {o: t for o, t in self.used.items() if t not in {taker, self.behind.get(taker)}}


class Run:
    """One history."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.model = Model()

    async def step(self, name: str, *rest: Any) -> None:
        expected, change = getattr(self, f"expect_{name}")(*rest)
        error: DomainError | None = None
        posted: Any = None
        try:
            async with self.school.begin() as tx:
                posted = await getattr(self, f"do_{name}")(tx, *rest)
        except DomainError as refused:
            error = refused
        assert (type(error) if error else None) is expected, (name, rest, error)
        if error is None and change is not None:
            change(posted)

    def posting(self, key: str, claims: list[str], amount: int, **more: Any) -> Any:
        return self.school.posting(
            key=key,
            claims=claims,
            credits_centi=amount,
            limits=[Limit("all", CAP)],
            **more,
        )

    async def do_post(self, tx: Any, outcome: str, amount: int, key: int) -> Any:
        posting = self.posting(f"p{key}", [outcome], amount)
        return (await keep_ledger.post(tx, [posting], now=NOW))[0]

    def expect_post(self, outcome: str, amount: int, key: int) -> Any:
        model, name = self.model, f"p{key}"
        if name in model.keys:
            same = model.keys[name] == (outcome, amount)
            return (None if same else LedgerKeyReusedError), None
        if outcome in model.used:
            return OutcomeUsedError, None
        if model.balance + amount > CAP:
            return CapExceededError, None

        def change(posted: Any) -> None:
            model.keys[name] = (outcome, amount)
            model.posted[name] = (posted.id, amount)
            model.ids[name] = posted.id
            model.used[outcome] = name

        return None, change

    async def do_reserve(self, tx: Any, outcome: str, slot: int) -> Any:
        request = self.school.reserve(outcome, key=f"r{slot}:{uuid4()}")
        return (await keep_ledger.reserve(tx, [request], now=NOW))[0]

    def expect_reserve(self, outcome: str, slot: int) -> Any:
        model, name = self.model, f"r{slot}"
        if outcome in model.used:
            return OutcomeUsedError, None

        def change(posted: Any) -> None:
            taker = f"{name}:{posted.id}"
            model.held[name] = posted.id
            model.used[outcome] = taker

        return None, change

    async def do_settle(self, tx: Any, slot: int, amount: int) -> Any:
        held = self.model.held.get(f"r{slot}")
        if held is None:
            return None
        posting = self.posting(f"s:{uuid4()}", [], amount, reservation_id=held)
        return (await keep_ledger.post(tx, [posting], now=NOW))[0]

    def expect_settle(self, slot: int, amount: int) -> Any:
        model, name = self.model, f"r{slot}"
        held = model.held.get(name)
        if held is None:
            return None, None
        if str(held) in model.gone:
            return ReservationGoneError, None
        if model.balance + amount > CAP:
            return CapExceededError, None

        def change(posted: Any) -> None:
            model.gone.add(str(held))
            settled = f"s{len(model.ids)}"
            model.posted[settled] = (posted.id, amount)
            model.ids[settled] = posted.id
            model.behind[settled] = f"{name}:{held}"

        return None, change

    async def do_release(self, tx: Any, slot: int) -> Any:
        held = self.model.held.get(f"r{slot}")
        if held is None:
            return None
        return await keep_ledger.release(
            tx, self.school.id, held, key=f"x:{uuid4()}", reason="x", now=NOW
        )

    def expect_release(self, slot: int) -> Any:
        model, name = self.model, f"r{slot}"
        held = model.held.get(name)
        if held is None:
            return None, None
        if str(held) in model.gone:
            return ReservationGoneError, None

        def change(_posted: Any) -> None:
            model.gone.add(str(held))
            model.free(f"{name}:{held}")

        return None, change

    def _nth(self, n: int) -> str | None:
        names = sorted(self.model.ids)
        return names[n % len(names)] if names else None

    async def do_reverse(self, tx: Any, n: int) -> Any:
        name = self._nth(n)
        if name is None:
            return None
        made = self.model.ids[name]
        return await keep_ledger.reverse(
            tx, self.school.id, made, key=f"u:{uuid4()}", reason="x", now=NOW
        )

    def expect_reverse(self, n: int) -> Any:
        name = self._nth(n)
        if name is None:
            return None, None
        if name not in self.model.posted:
            return AlreadyReversedError, None

        def change(_posted: Any) -> None:
            del self.model.posted[name]
            self.model.free(name)

        return None, change


@given(steps=st.lists(STEPS, min_size=4, max_size=14))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_history_leaves_what_a_model_of_it_says(
    database: Database, steps: list[tuple[Any, ...]]
) -> None:
    run = Run(School(database))
    for name, *rest in steps:
        await run.step(name, *rest)
    async with run.school.begin() as tx:
        held = await read_ledger.balances(tx, run.school.id, run.school.student)
        live = await read_ledger.live_uses(tx, run.school.id, run.school.scope, list("abc"))
    balances = {(each.kind, each.label): each.balance_centi for each in held}
    assert balances.get(("credit", ""), 0) == run.model.balance
    assert balances.get(("limit", "all"), 0) == run.model.balance
    assert live.keys() == run.model.used.keys()


async def test_after_every_history_the_rows_follow_from_the_transactions(
    database: Database,
) -> None:
    school = School(database)
    async with school.begin() as tx:
        await keep_ledger.post(
            tx, [school.posting(holder=Holder(school.id, f"n{n}")) for n in range(3)], now=NOW
        )
    async with database.begin(PLATFORM) as tx:
        assert await compare_rows(tx) == []
