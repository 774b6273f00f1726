"""From MCP tools to function definitions, and the policy that decides which calls ask first."""
