"""What the ledger lets happen, and what it refuses."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.credits.domain.ledger import Hold, Holder, Posted
from services.credits.domain.ledger_errors import (
    AccountForeignError,
    AlreadyReversedError,
    CapExceededError,
    LedgerKeyReusedError,
    LedgerTransactionNotFoundError,
    OutcomeUsedError,
    ReservationGoneError,
    ReversalFinalError,
    UnbalancedError,
)
from services.credits.domain.ledger_record import Record
from services.credits.flows import keep_ledger, read_ledger
from services.credits.store.ledger_writing import Batch, driver_of, write
from shared.db.session import ANYONE, PLATFORM, Database, Scope, ValueRefusedError
from shared.kernel.errors import DomainError, UnavailableError
from tests.credits_ledger.conftest import NOW, ONLINE, School


async def balance(school: School, kind: str = "credit", label: str = "") -> int:
    async with school.begin() as tx:
        found = await read_ledger.balances(tx, school.id, school.student)
    return next((b.balance_centi for b in found if (b.kind, b.label) == (kind, label)), 0)


async def post(school: School, **changes: Any) -> Posted:
    async with school.begin() as tx:
        return (await keep_ledger.post(tx, [school.posting(**changes)], now=NOW))[0]


async def test_a_posting_gives_credits_from_a_source_and_counts_towards_its_caps(
    school: School,
) -> None:
    await post(school, limits=[ONLINE], source="online")
    assert await balance(school) == 200
    assert await balance(school, "source", "online") == 200
    assert await balance(school, "limit", "2026:online") == 200


async def test_an_outcome_counts_once_within_a_scope_and_again_in_another(school: School) -> None:
    await post(school, claims=["outcome:a"])
    with pytest.raises(OutcomeUsedError) as refused:
        await post(school, claims=["outcome:a"])
    assert refused.value.facts == {"claim": "outcome:a"}
    await post(school, claims=["outcome:a"], scope=f"{school.student}:bachelor")
    assert await balance(school) == 200


async def test_two_schools_of_an_alliance_cannot_both_use_an_outcome_in_one_scope(
    school: School, database: Database
) -> None:
    other = School(database, student=school.student)
    await post(school, claims=["outcome:a"])
    with pytest.raises(OutcomeUsedError):
        await post(other, claims=["outcome:a"])


async def test_of_many_clients_that_race_for_an_outcome_exactly_one_gets_it(school: School) -> None:
    await post(school, credits_centi=100)

    async def ask() -> bool:
        try:
            await post(school, claims=["outcome:raced"])
        except OutcomeUsedError:
            return False
        return True

    won = await asyncio.gather(*(ask() for _ in range(16)))
    assert sum(won) == 1
    assert await balance(school) == 300


async def test_clients_that_race_towards_a_cap_never_pass_it(school: School) -> None:
    async def ask() -> bool:
        try:
            await post(school, limits=[ONLINE])
        except CapExceededError:
            return False
        return True

    won = await asyncio.gather(*(ask() for _ in range(12)))
    assert sum(won) == 4
    assert await balance(school, "limit", "2026:online") == 800


async def test_a_key_repeats_the_same_request_and_refuses_another(school: School) -> None:
    first = await post(school, key="decision:1", claims=["outcome:a"])
    again = await post(school, key="decision:1", claims=["outcome:a"])
    assert again == Posted(first.id, "decision:1", replayed=True)
    with pytest.raises(LedgerKeyReusedError):
        await post(school, key="decision:1", claims=["outcome:a"], credits_centi=300)
    assert await balance(school) == 200


async def test_the_same_key_sent_by_many_at_once_posts_once(school: School) -> None:
    sent = await asyncio.gather(*(post(school, key="one") for _ in range(8)))
    assert len({each.id for each in sent}) == 1
    assert sorted(each.replayed for each in sent) == [False] + [True] * 7
    assert await balance(school) == 200


async def test_a_class_is_posted_whole_or_not_at_all(school: School) -> None:
    await post(school, claims=["outcome:a"])
    postings = [school.posting(claims=[f"outcome:{sign}"]) for sign in "cbad"]
    with pytest.raises(OutcomeUsedError):
        async with school.begin() as tx:
            await keep_ledger.post(tx, postings, now=NOW)
    assert await balance(school) == 200


async def test_one_refusal_in_a_class_does_not_stop_the_others(school: School) -> None:
    await post(school, claims=["outcome:a"])
    postings = [school.posting(claims=[f"outcome:{sign}"]) for sign in "cbad"]
    async with school.begin() as tx:
        results = await keep_ledger.post_each(tx, postings, now=NOW)
    assert [isinstance(each, DomainError) for each in results] == [False, False, True, False]
    assert await balance(school) == 800


async def test_classes_posted_crosswise_never_wait_for_each_other_in_a_ring(
    database: Database,
) -> None:
    school = School(database)
    students = [f"s{n}" for n in range(12)]
    rng = Random(5)

    async def post_class(n: int) -> None:
        order = rng.sample(students, len(students))
        postings = [
            school.posting(holder=Holder(school.id, each), scope=each, claims=[f"o{n}"])
            for each in order
        ]
        async with school.begin() as tx:
            await keep_ledger.post(tx, postings, now=NOW)

    await asyncio.gather(*(post_class(n) for n in range(10)))


async def test_a_reservation_keeps_the_outcome_and_the_posting_settles_it(school: School) -> None:
    async with school.begin() as tx:
        held = (
            await keep_ledger.reserve(
                tx, [school.reserve("outcome:a", holds=[Hold(ONLINE.label, 600, 800)])], now=NOW
            )
        )[0]
    with pytest.raises(OutcomeUsedError):
        await post(school, claims=["outcome:a"])
    with pytest.raises(CapExceededError):
        await post(school, limits=[ONLINE], credits_centi=300)
    await post(school, reservation_id=held.id, limits=[ONLINE], credits_centi=500)
    assert await balance(school, "limit", ONLINE.label) == 500
    with pytest.raises(ReservationGoneError):
        await post(school, reservation_id=held.id)
    with pytest.raises(OutcomeUsedError):
        await post(school, claims=["outcome:a"])


async def test_a_released_reservation_frees_the_outcome(school: School) -> None:
    async with school.begin() as tx:
        held = (await keep_ledger.reserve(tx, [school.reserve("outcome:a")], now=NOW))[0]
        await keep_ledger.release(tx, school.id, held.id, key="refused", reason="refused", now=NOW)
    with pytest.raises(ReservationGoneError):
        await post(school, reservation_id=held.id)
    await post(school, claims=["outcome:a"])


async def test_a_passed_deadline_releases_what_was_reserved(
    school: School, database: Database
) -> None:
    async with school.begin() as tx:
        request = school.reserve("outcome:a", expires_at=NOW, holds=[Hold(ONLINE.label, 800, 800)])
        held = (await keep_ledger.reserve(tx, [request], now=NOW - timedelta(days=1)))[0]
    with pytest.raises(ReservationGoneError):
        await post(school, reservation_id=held.id)
    async with database.begin(PLATFORM) as tx:
        assert await keep_ledger.release_due(tx, now=NOW) >= 1
        assert await keep_ledger.release_due(tx, now=NOW) == 0
    async with school.begin() as tx:
        state = await read_ledger.reservation(tx, held.id)
    assert state is not None
    assert state.settled_kind == "release"
    await post(school, claims=["outcome:a"], limits=[ONLINE], credits_centi=800)


async def test_a_reversal_is_a_new_transaction_that_frees_outcome_and_cap(school: School) -> None:
    made = await post(school, claims=["outcome:a"], limits=[ONLINE])
    async with school.begin() as tx:
        undone = await keep_ledger.reverse(
            tx, school.id, made.id, key="r1", reason="certificate withdrawn", now=NOW
        )
    assert await balance(school) == 0
    assert await balance(school, "limit", ONLINE.label) == 0
    await post(school, claims=["outcome:a"])
    async with school.begin() as tx:
        lines = await read_ledger.statement(tx, school.id, school.student)
    assert undone.id in {line.transaction_id for line in lines}


async def test_a_reversal_of_a_reversal_is_refused(school: School) -> None:
    made = await post(school)
    async with school.begin() as tx:
        undone = await keep_ledger.reverse(tx, school.id, made.id, key="r", reason="x", now=NOW)
    with pytest.raises(ReversalFinalError):
        async with school.begin() as tx:
            await keep_ledger.reverse(tx, school.id, undone.id, key="rr", reason="x", now=NOW)
    assert await balance(school) == 0


async def test_a_posting_is_reversed_once_whoever_asks_at_the_same_instant(school: School) -> None:
    made = await post(school)

    async def ask(n: int) -> bool:
        try:
            async with school.begin() as tx:
                await keep_ledger.reverse(tx, school.id, made.id, key=f"r{n}", reason="x", now=NOW)
        except AlreadyReversedError:
            return False
        return True

    assert sum(await asyncio.gather(*(ask(n) for n in range(8)))) == 1
    assert await balance(school) == 0


async def test_credits_with_a_last_day_are_written_off_and_their_outcome_stays_used(
    school: School, database: Database
) -> None:
    await post(school, claims=["outcome:a"], expires_on=date(2026, 11, 1))
    async with database.begin(PLATFORM) as tx:
        assert await keep_ledger.expire_due(tx, today=date(2026, 11, 2), now=NOW) >= 1
        assert await keep_ledger.expire_due(tx, today=date(2026, 11, 2), now=NOW) == 0
    assert await balance(school) == 0
    with pytest.raises(OutcomeUsedError):
        await post(school, claims=["outcome:a"])


async def test_a_statement_shows_the_account_as_of_any_day(school: School) -> None:
    async with school.begin() as tx:
        await keep_ledger.post(tx, [school.posting()], now=NOW - timedelta(days=10))
        await keep_ledger.post(tx, [school.posting(credits_centi=50)], now=NOW)
        then = await read_ledger.balances(
            tx, school.id, school.student, as_of=NOW - timedelta(days=5)
        )
        lines = await read_ledger.statement(tx, school.id, school.student)
    assert [b.balance_centi for b in then if b.kind == "credit"] == [200]
    assert [line.balance_centi for line in lines if line.kind == "credit"] == [200, 250]


async def test_a_school_posts_to_its_own_accounts_only(school: School, database: Database) -> None:
    await post(school)
    stranger = School(database)
    with pytest.raises((AccountForeignError, DBAPIError, asyncpg.PostgresError)):
        async with stranger.begin() as tx:
            await keep_ledger.post(tx, [school.posting()], now=NOW)
    async with stranger.begin() as tx:
        assert await read_ledger.balances(tx, school.id, school.student) == []
        with pytest.raises(LedgerTransactionNotFoundError):
            await keep_ledger.reverse(tx, stranger.id, uuid4(), key="x", reason="x", now=NOW)
    assert await balance(school) == 200


async def test_a_student_sees_the_own_account_and_nobody_else_without_a_name(
    school: School, database: Database
) -> None:
    await post(school)
    async with database.begin(Scope(subject=school.subject)) as tx:
        assert len(await read_ledger.balances(tx, school.id, school.student)) == 2
        assert len(await read_ledger.statement(tx, school.id, school.student)) == 2
    for scope in (ANYONE, Scope(subject=uuid4()), Scope(org_id=uuid4())):
        async with database.begin(scope) as tx:
            assert await read_ledger.statement(tx, school.id, school.student) == []


@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_transactions", "kind"),
        ("ledger_entries", "amount"),
        ("ledger_accounts", "credits"),
        ("ledger_uses", "released_by"),
        ("ledger_reservations", "settled_by"),
        ("ledger_leaves", "seq"),
        ("ledger_tiles", "hashes"),
        ("ledger_checkpoints", "root"),
        ("ledger_cosignatures", "line"),
        ("ledger_head", "size"),
    ],
)
async def test_the_app_role_can_neither_change_nor_remove(
    database: Database, verb: str, table: str, column: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.begin(PLATFORM) as tx:
            await tx.execute(text(verb.format(table, column, column)))


async def test_even_the_owner_of_the_tables_cannot_change_what_was_appended(
    school: School, databases: Any
) -> None:
    made = await post(school)
    owner = await asyncpg.connect(databases["credits"].owner_dsn.url)
    try:
        await owner.execute("SELECT set_config('app.reach', 'all', false)")
        for statement in (
            "UPDATE ledger_entries SET amount = 1 WHERE transaction_id = $1",
            "DELETE FROM ledger_transactions WHERE id = $1",
        ):
            # No policy lets a row be changed, so nothing is; and TRUNCATE asks no policy.
            assert (await owner.execute(statement, made.id)).endswith(" 0")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute("TRUNCATE ledger_entries")
    finally:
        await owner.close()
    assert await balance(school) == 200


async def test_debits_without_credits_are_refused_by_the_database(school: School) -> None:
    posting = school.posting()
    await post(school)
    whole = keep_ledger.to_record(posting, keep_ledger.plan_posting(posting), NOW)
    values = {name: getattr(whole, name) for name in Record.__slots__}
    values["entries"] = whole.entries[:1]
    with pytest.raises(UnbalancedError):
        async with school.begin() as tx:
            await write(await driver_of(tx), Batch([Record(**values)]))
    assert await balance(school) == 200


async def test_a_value_that_no_column_holds_is_refused_in_words(school: School) -> None:
    for claim in ("x" * 201, "outcome:\x00"):
        with pytest.raises(ValueRefusedError):
            await post(school, claims=[claim])


async def test_a_lost_connection_is_said_to_be_one(school: School) -> None:
    async def lose_it() -> None:
        async with school.begin() as tx:
            connection = await driver_of(tx)
            connection.terminate()
            await write(connection, Batch([record]))

    posting = school.posting()
    record = keep_ledger.to_record(posting, keep_ledger.plan_posting(posting), NOW)
    with pytest.raises(UnavailableError):
        await lose_it()
