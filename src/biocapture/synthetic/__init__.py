"""Captures generated with known truth: sample data, property tests, benchmarks, the simulated device."""
