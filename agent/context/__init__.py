"""Keeps what a model is asked within what it can read: long results, summaries, what is left out."""
