"""Astravue on this machine: an authorization server and an MCP server over a SQLite database."""
