"""Replays of recorded conversations, and what they are compared by."""
