"""The tools that the MCP endpoint offers, one module a category."""
