from post.schedule import delivery_day, rounds


def test_takes_three_days():
    assert delivery_day(0, express=False) == 3


def test_needs_no_round_for_no_parcel():
    assert rounds([], 10) == 0
