"""What a signal to leave means to the chat."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def leaving_on_signal(leave: Callable[[], None]) -> Generator[None]:
    """Have SIGTERM end the chat as the user would, so that what is open is closed and nothing is lost.

    The terminal's own handling of Ctrl-C gives that signal to the prompt as a key, so that it says
    nothing of leaving.

    Args:
        leave: Ends the chat.
    """
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)
    try:
        loop.add_signal_handler(signal.SIGTERM, leave)
    except (NotImplementedError, RuntimeError, ValueError):
        # On Windows, and outside the main thread, it does what it does there.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
