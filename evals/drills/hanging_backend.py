"""A keyring backend that never answers, as one does whose Secret Service hangs."""

import threading

from keyring.backend import KeyringBackend
from keyring.compat import properties


class Keyring(KeyringBackend):
    """Takes every question and answers none."""

    @properties.classproperty
    def priority(cls) -> float:
        """Usable, as far as anybody can tell beforehand."""
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        """Wait for ever."""
        del service, username
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Wait for ever."""
        del service, username, password
        threading.Event().wait()
