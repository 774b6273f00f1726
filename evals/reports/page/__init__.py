"""The parts of the HTML report of a run."""
