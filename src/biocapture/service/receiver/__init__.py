"""``biocapture receive``: the other end of the outbox, for a district or to test with."""
