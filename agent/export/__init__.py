"""Saved conversations as documents for people: Markdown and HTML."""
