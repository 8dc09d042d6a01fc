"""Measures the hot routes on this machine: ``python -m benchmarks --help``."""
