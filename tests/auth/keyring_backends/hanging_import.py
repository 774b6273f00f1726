"""A keyring backend that hangs while it is imported."""

import threading

threading.Event().wait()
