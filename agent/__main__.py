"""Runs the command line for `python -m agent`."""

import sys

from agent.cli import main

sys.exit(main())
