"""Benchmarks: programs that print figures, as ratios to something measured in the same run."""
