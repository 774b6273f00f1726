"""Whether what a trial did is what its case wants."""
