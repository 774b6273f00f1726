"""Saved conversations: written as they happen, read back, listed, searched, forked and deleted.

recorder             writes a conversation down as it happens
header, lines        the first line of a file, and each line after it
locking              one window for each conversation
reading, transcript  reads a file; what was read
messages, turns      the conversation in it, and its turns
steps                steps that never ended
saved, titles        the saved conversations, and what each is about
finding, searching   the one that somebody means; those that hold some words
forking, deleting    one that begins as another did; one that is to go
"""
