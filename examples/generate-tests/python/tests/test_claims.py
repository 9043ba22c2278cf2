from post.claims import needs_proof, payout


def test_pays_the_value_of_an_insured_parcel():
    assert payout(4_000, insured=True) == 4_000


def test_asks_for_proof_of_a_dear_parcel():
    assert needs_proof(20_000, 0) is True
