"""Tokens: how many a conversation takes, what they cost, and where they go."""
