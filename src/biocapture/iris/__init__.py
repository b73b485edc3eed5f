"""Irises: find one in near-infrared pixels, describe it, join irises to a batch, measure the batch."""
