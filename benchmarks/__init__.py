"""Benchmarks that mirror ``src``: how to run them, and what was measured, is in README.md."""
