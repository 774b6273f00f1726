"""Drills: what is promised about sign-in and connection, tried on a sandbox that misbehaves."""
