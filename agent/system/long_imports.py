"""Imports of many modules at once, in which the collector of garbage only gets in the way.

What modules make when they are imported lives as long as the process. The collector would look at all of it
again and again, first while more and more of it is made and then for ever after, and all else would wait.
"""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()


@contextmanager
def long_imports() -> Generator[None]:
    """Let the collector rest meanwhile, and leave alone from then on what there was by the end."""
    with _LOCK:
        rested = not gc.isenabled()
        known = len(sys.modules)
        gc.disable()
        try:
            yield
        finally:
            if len(sys.modules) > known:
                gc.freeze()
            if not rested:
                gc.enable()
