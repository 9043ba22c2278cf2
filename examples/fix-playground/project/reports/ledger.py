"""The ledger: what was sold, paid and given back."""

from dataclasses import dataclass, field
import json
from decimal import Decimal
from typing import Iterable


@dataclass
class Entry:
    order: str
    amount: Decimal
    kind: str = "sale"
    note: str | None = None


@dataclass
class Ledger:
    entries: list[Entry] = field(default_factory=list)

    def add(self, order: str, amount: Decimal, tags: list[str] = []) -> Entry:
        entry = Entry(order, amount, note=",".join(tags) or None)
        self.entries.append(entry)
        return entry

    def find(self, order: str) -> Entry | None:
        for entry in self.entries:
            if entry.order == order:
                return entry
        return None

    def note_of(self, order: str) -> str:
        """What was written about an order, in one line."""
        entry = self.find(order)
        return " ".join((entry.note or "").split())

    def balance(self) -> Decimal:
        return sum(entry.amount for entry in self.entries)


def largest(entries: Iterable[Entry], count: int = 3) -> list[Entry]:
    ordered = sorted(entries, key=lambda entry: entry.amount, reverse=True)
    smallest = ordered[-1:]
    return ordered[:count]


def read_lines(text: str) -> list[Entry]:
    """One entry per line: order, amount and kind between semicolons."""
    entries = []
    for l in text.splitlines():
        order, amount, kind = l.split(";")
        entries.append(Entry(order, Decimal(amount), kind))
    return entries


def from_json(text: str) -> Entry:
    try:
        raw = json.loads(text)
        return Entry(raw["order"], Decimal(raw["amount"]))
    except KeyError as error:
        raise ValueError(f"The entry has no {error}.")
