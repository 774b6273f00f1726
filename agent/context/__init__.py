"""Keeps what a model is asked within what it can read: long results, summaries, what is left out.

keeper         keeps the requests of one conversation short enough
budget         how many tokens a request may have
fitting        what is left out of a history, and what stands in its place
compaction     summaries of old turns
shown_results  what of a tool's result goes to the model
kept_results   results too long for it, kept on disk to be read on page by page
excerpts       the beginning of something too long
opaque         data that is no text, named instead of shown
report         where the tokens of the next request go
"""
