"""Benchmarks: they inform, they do not judge. `python -m bench` from the repository root runs them all."""
