"""Where the program begins, as `astravue` and as `python -m agent`."""

import sys


def main() -> int:
    """Run the command line.

    Returns:
        The exit code.
    """
    # Its modules are imported here, so that Ctrl-C is met from the first moment on.
    try:
        from agent.cli import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("astravue: Interrupted.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
