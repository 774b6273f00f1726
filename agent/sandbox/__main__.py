"""Runs the sandbox: `python -m agent.sandbox`."""

import sys

from agent.sandbox.server import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
