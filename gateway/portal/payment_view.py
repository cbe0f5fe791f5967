"""The monthly record of pay as pages show it: its finding first, then month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.components import Cell, Column, Table, Tag
from gateway.portal.internship_words import messages_of
from gateway.portal.post_words import PAY_METHODS, PAYEES, word
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """The record of one placement: what it comes to, its months, what could not be checked."""

    title: str
    table: Table | None
    skipped: Sequence[str]


async def payments_of(visit: Visit, placement: Body) -> PaymentView | None:
    """Return the record of a placement's pay; None before its first day."""
    if placement["started_on"] is None:
        return None
    found = await visit.api.get(f"/v1/placements/{placement['id']}/payments")
    return payment_view(found.body, visit.texts)


def payment_view(record: Body, texts: Texts) -> PaymentView:
    """Return a record of the API as a page shows it."""
    months: Sequence[Body] = record["months"]
    skipped = messages_of(record["skipped"], texts)
    return PaymentView(_title(months, texts), _table(months, texts), skipped)


def _faults(month: Body) -> list[Body]:
    return [one for one in month["findings"] if one["level"] != "info"]


def _title(months: Sequence[Body], texts: Texts) -> str:
    bad = sum(1 for month in months if _faults(month))
    if bad:
        said = texts.ngettext(
            "Pay: %(num)s month needs mending", "Pay: %(num)s months need mending", bad
        )
        return said % {"num": texts.number(bad)}
    if any(month["payment"] for month in months):
        return texts.gettext("Pay: nothing to mend so far")
    return texts.gettext("Pay: nothing is recorded yet")


def _table(months: Sequence[Body], texts: Texts) -> Table | None:
    if not months:
        return None
    say = texts.gettext
    heads = (say("Month"), say("Paid"), say("Paid on"), say("Paid in"), say("What the rules say"))
    rows = [_row(month, texts) for month in reversed(months)]
    return Table(say("Pay by month"), [Column(head) for head in heads], rows, caption_hidden=True)


def _row(month: Body, texts: Texts) -> list[Cell]:
    say, paid = texts.gettext, month["payment"]
    due = month["due_on"]
    by = say("due by %(day)s") % {"day": texts.date(due)} if due else ""
    return [
        Cell(month["month"]),
        Cell(texts.money(paid["amount_fen"]) if paid else "—", sub=_beside(month, texts)),
        Cell(texts.date(paid["paid_on"]) if paid else "—", sub=by),
        Cell(word(PAY_METHODS, paid["method"], texts), sub=word(PAYEES, paid["payee"], texts))
        if paid
        else Cell("—"),
        _verdict(month, texts),
    ]


def _beside(month: Body, texts: Texts) -> str:
    """Return what was agreed for the month and what stood there before each correction."""
    say, expected = texts.gettext, month["expected_fen"]
    told = [say("agreed: %(pay)s") % {"pay": texts.money(expected)}] if expected else []
    told += [
        say("corrected from %(pay)s: %(reason)s")
        % {"pay": texts.money(before["amount_fen"]), "reason": before["reason"]}
        for before in (month["payment"] or {"corrections": ()})["corrections"]
    ]
    return " · ".join(told)


def _verdict(month: Body, texts: Texts) -> Cell:
    said = " ".join(messages_of(month["findings"], texts))
    if _faults(month):
        return Cell(tag=Tag(texts.gettext("To mend"), "warn"), sub=said)
    if month["payment"]:
        return Cell(tag=Tag(texts.gettext("Nothing found"), "good"), sub=said)
    return Cell(tag=Tag(texts.gettext("Not due yet"), "neutral"))
