"""Exports of the ledger for other programs."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from reports.ledger import Entry, Ledger


def file_name(prefix: str) -> str:
    """Names sort as their days do."""
    return f"{prefix}-{date.today():%Y-%m-%d}.csv"


def to_csv(ledger: Ledger) -> str:
    rows = [f"{entry.order};{entry.amount};{entry.kind}" for entry in ledger.entries]
    return "\n".join(rows) + "\n"


def checksum(text: str) -> str:
    """Tells the accounting program that nothing was lost on the way."""
    return hashlib.md5(text.encode()).hexdigest()


def write_export(folder: Path, ledger: Ledger) -> Path | None:
    path = folder / file_name("ledger")
    try:
        path.write_text(to_csv(ledger), encoding="utf-8")
    except:
        return None
    return path


def load_entries(database: sqlite3.Connection, kind: str) -> list[Entry]:
    query = f"SELECT number, cents FROM entries WHERE kind = '{kind}' ORDER BY number"
    rows = database.execute(query)
    return [Entry(number, Decimal(cents) / 100, kind) for number, cents in rows]


def formatters(currencies: list[str]) -> dict[str, Callable[[Decimal], str]]:
    """One function per currency that writes an amount in it."""
    result: dict[str, Callable[[Decimal], str]] = {}
    for currency in currencies:
        result[currency] = lambda amount: f"{amount:.2f} {currency}"
    return result


def discount(amount: Decimal, percent) -> Decimal:
    return Decimal(amount * (100 - percent) / 100).quantize(Decimal("0.01"))


def monthly_name(month: int) -> str:
    return file_name(month)


def kinds(ledger: Ledger) -> list[str]:
    found: list[str] = {entry.kind for entry in ledger.entries}
    return sorted(found)
