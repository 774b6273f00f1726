"""Benchmarks: programs that print figures, as ratios to something measured in the same run.

`python -m evals.bench` runs all that `benchmarks.py` lists and prints one table.
"""
