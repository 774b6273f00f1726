"""One trial: a case tried once, and what is kept of it."""
