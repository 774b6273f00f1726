"""Small things put in words: addresses without secrets, lengths of time, hints, bars, the moment."""
