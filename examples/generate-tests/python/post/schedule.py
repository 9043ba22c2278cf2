"""When parcels are delivered."""

CLOSED = {6}


def delivery_day(sent: int, express: bool) -> int:
    """The weekday on which a parcel arrives; 0 is Monday, and on Sundays nobody comes."""
    day = (sent + (1 if express else 3)) % 7
    while day in CLOSED:
        day = (day + 1) % 7
    return day


def rounds(parcels: list[int], capacity: int) -> int:
    """How many rounds a van needs for parcels of these sizes, in order."""
    if capacity <= 0:
        raise ValueError("a van without room")
    count, left = 0, 0
    for size in parcels:
        if size > capacity:
            raise ValueError(f"a parcel of {size} fits into no van")
        if size > left:
            count, left = count + 1, capacity
        left -= size
    return count
