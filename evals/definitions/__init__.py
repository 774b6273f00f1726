"""What a case is, and how it is read from its file."""
