import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from reports.export import (
    checksum,
    discount,
    formatters,
    kinds,
    load_entries,
    to_csv,
    write_export,
)
from reports.ledger import Entry, Ledger, from_json, largest, read_lines


@pytest.fixture
def ledger() -> Ledger:
    result = Ledger()
    result.add("OD-1", Decimal("12.50"), ["gift", "urgent"])
    result.add("OD-2", Decimal("-2.50"))
    return result


def test_the_balance_is_the_sum_of_all_entries(ledger: Ledger) -> None:
    assert ledger.balance() == Decimal("10.00")


def test_an_order_is_found_with_its_note(ledger: Ledger) -> None:
    assert ledger.find("OD-3") is None
    assert ledger.note_of("OD-1") == "gift,urgent"


def test_the_largest_entries_come_first(ledger: Ledger) -> None:
    assert [entry.order for entry in largest(ledger.entries, 1)] == ["OD-1"]


def test_what_is_exported_can_be_read_again(ledger: Ledger) -> None:
    amounts = [entry.amount for entry in read_lines(to_csv(ledger))]
    assert amounts == [Decimal("12.50"), Decimal("-2.50")]
    assert kinds(ledger) == ["sale"]
    assert checksum("a") == checksum("a") != checksum("b")


def test_an_entry_without_an_amount_is_refused() -> None:
    assert from_json('{"order": "OD-1", "amount": "1"}') == Entry("OD-1", Decimal(1))
    with pytest.raises(ValueError, match="amount"):
        from_json('{"order": "OD-1"}')


def test_an_export_is_written(tmp_path: Path, ledger: Ledger) -> None:
    path = write_export(tmp_path, ledger)
    assert path is not None and path.read_text(encoding="utf-8") == to_csv(ledger)
    assert write_export(tmp_path / "missing", ledger) is None


def test_entries_come_from_the_database() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE entries (number TEXT, cents INTEGER, kind TEXT)")
    rows = [("OD-1", 250, "sale"), ("OD-2", 100, "refund")]
    database.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
    assert load_entries(database, "sale") == [Entry("OD-1", Decimal("2.50"), "sale")]


def test_amounts_are_written_in_a_currency() -> None:
    assert formatters(["EUR"])["EUR"](Decimal("3")) == "3.00 EUR"
    assert discount(Decimal("10"), 25) == Decimal("7.50")
