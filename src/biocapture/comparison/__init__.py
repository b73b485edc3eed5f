"""Comparison of samples: one with one, one with many."""
