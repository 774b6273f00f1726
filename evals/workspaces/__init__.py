"""Workspaces that trials run in: sandboxes in memory, served over HTTP."""
