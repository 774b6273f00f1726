"""A terminal agent that manages Astravue projects and tasks by chatting, over MCP."""

__version__ = "0.1.0"
PROGRAM_VERSION = f"astravue-agent {__version__}"
"""What `--version` prints."""
