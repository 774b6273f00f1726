"""Many trials: planned, run, kept and gone on with."""
