"""The MCP connection: supervisor, transport seams, listings and results."""
