"""What is paid for parcels that were lost or broken."""

MOST = 50_000


def payout(value: int, insured: bool, days_late: int = 0) -> int:
    """Cents for a parcel of this value that did not arrive whole."""
    if value < 0:
        raise ValueError(f"a value of {value} is below zero")
    if not insured:
        return min(value, 2_500)
    paid = min(value, MOST)
    if days_late > 14:
        return paid // 2
    return paid


def needs_proof(value: int, claims_before: int) -> bool:
    """Whether somebody has to look at the parcel first."""
    return value > 10_000 or claims_before >= 3
