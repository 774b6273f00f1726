"""A keyring backend whose Secret Service never answers."""

import threading

from keyring.backend import KeyringBackend
from keyring.compat import properties


class Keyring(KeyringBackend):
    @properties.classproperty
    def priority(cls) -> float:
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        threading.Event().wait()
