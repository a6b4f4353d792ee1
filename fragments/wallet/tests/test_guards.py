"""The database itself refuses what would falsify the books, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fragment_kit.contract.events import uuid7
from fragment_kit.events.models import OutboxEvent
from fragments.wallet.commands import statements
from fragments.wallet.commands.rows import TransactionRow
from fragments.wallet.ledger import Posting
from fragments.wallet.models import Wallet

if TYPE_CHECKING:
    from fragments.wallet.tests.casino import Casino

LATE_LINE = "INSERT INTO wallet_entry (transaction_id, account, amount) SELECT id, 'a', 1 FROM wallet_ledgertransaction"


def seal(*postings: Posting, amount: int = 100, outcome: str = "OK") -> None:
    """Write a transaction with these lines, as a faulty command would."""
    row = TransactionRow(
        id=uuid7(),
        kind="bet",
        provider="simulator",
        provider_tx_id="forged",
        fingerprint="",
        wallet_id=None,
        amount=amount,
        amount_bonus=0,
        outcome=outcome,
        code="OK",
        response="{}",
        created_at=timezone.now(),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        statements.insert_entries(cursor, row.id, postings)
        statements.insert_transaction(cursor, row)


@pytest.mark.parametrize(
    "postings",
    [
        (Posting("a", 100), Posting("b", -99)),
        (Posting("a", 100),),
        (),
    ],
)
def test_it_refuses_a_transaction_whose_lines_do_not_cancel_out(casino: Casino, postings: tuple[Posting, ...]) -> None:
    with pytest.raises(IntegrityError, match="do not sum to zero"):
        seal(*postings)


def test_it_refuses_lines_under_a_refusal(casino: Casino) -> None:
    with pytest.raises(IntegrityError, match="do not sum to zero"):
        seal(Posting("a", 1), Posting("b", -1), outcome="REJECTED")


def test_it_refuses_lines_that_no_transaction_seals(casino: Casino) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        statements.insert_entries(cursor, uuid7(), [Posting("a", 5), Posting("b", -5)])


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE wallet_entry SET amount = amount + 1", "entries are never changed"),
        ("DELETE FROM wallet_entry", "entries are never deleted"),
        ("UPDATE wallet_ledgertransaction SET code = 'OK'", "transactions are never changed"),
        ("DELETE FROM wallet_ledgertransaction", "transactions are never deleted"),
        (LATE_LINE, "sealed"),
        ("UPDATE wallet_round SET state = 'OPEN'", "a closed round stays"),
        ("UPDATE wallet_wallet SET cash = -1", "player_money_not_negative"),
        ("UPDATE outbox SET payload = '{}'", "never changed"),
        ("DELETE FROM outbox", "never deleted"),
    ],
)
def test_it_refuses_to_rewrite_what_happened(casino: Casino, statement: str, sentence: str) -> None:
    casino.token()
    casino.bet(100, "b1")
    casino.win(50, "b1")
    with pytest.raises(IntegrityError, match=sentence), connection.cursor() as cursor:
        cursor.execute(statement)
    assert casino.broken_rules() == []


def test_it_lets_the_relay_mark_what_is_published(casino: Casino) -> None:
    casino.token()
    assert OutboxEvent.objects.filter(aggregatetype="wallet").update(published_at=timezone.now()) == 2


def test_the_audit_sees_a_balance_that_no_entry_explains(casino: Casino) -> None:
    casino.token()
    Wallet.objects.update(cash=100_001)
    assert casino.broken_rules() == [
        "every balance is the sum of its entries: ana, cash, 100001, 100000",
        "what was minted is with players and the house: 100000, 100001, 0",
    ]
