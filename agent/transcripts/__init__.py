"""Saved conversations: written as they happen, read back, listed, searched, forked and deleted."""
